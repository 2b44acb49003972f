"""Which texts of a batch go to `copies/`: those verified against one that is in `articles/`.

Does no I/O. What is in `articles/` stays there. Texts with the same normalised body stand and fall together. In order
of evidence (time, then id) each such class is placed: its texts are copies if one of them is linked to a text of
another article that is in `articles/` already or was placed there before; else its first text is placed in `articles/`,
and the others are its copies. So no chains form, and no story is left without a row in `articles/`.
"""

from collections import defaultdict
from collections.abc import Iterable

from transforms.core.candidates import evidence_order, text_key
from transforms.core.deliveries import Pair, TextAt


def place(pairs: Iterable[Pair]) -> set[tuple[str, str]]:
    """The (article_id, version) that are copies, given all verified pairs of a batch in any order."""
    texts: dict[tuple[str, str], TextAt] = {}
    linked: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for pair in pairs:
        a, b = text_key(pair.a), text_key(pair.b)
        texts[a], texts[b] = pair.a, pair.b
        linked[a].add(b)
        linked[b].add(a)
    classes: defaultdict[str, list[TextAt]] = defaultdict(list)
    for text in sorted((text for text in texts.values() if not text.placed), key=evidence_order):
        classes[text.content_hash].append(text)
    published = {key: text for key, text in texts.items() if text.placed == "articles"}
    copies: set[tuple[str, str]] = set()
    for members in classes.values():
        first = members[0]
        base = next(
            (
                published[other].article_id
                for text in members
                for other in sorted(linked[text_key(text)] & published.keys())
            ),
            None,
        )
        if base is None:
            published[text_key(first)] = first
            base = first.article_id
        copies |= {text_key(text) for text in members if text.article_id != base}
    return copies
