"""Names of authors as bylines and metadata write them, one by one.

Does no I/O.
"""

import re
from collections.abc import Iterable
from typing import Final

#: Longer than a name.
MAX_NAME: Final = 80
_BY: Final = re.compile(r"^(?:(?:written|reported|posted)\s+by|by|von|par|por|di|da|от|автор:?)\b:?\s+", re.IGNORECASE)
_NO_NAME: Final = re.compile(
    r"https?://|www\.|^@|^admin(?:istrator)?$|^(?:editor|staff|author|unknown|null|none|undefined)$", re.IGNORECASE
)
_EMAIL: Final = re.compile(r"<?\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,5}>?")
_BETWEEN: Final = re.compile(r"\s*[;|،、]\s*|\s+(?:and|und|et|and|ve|и|&)\s+", re.IGNORECASE)


def clean_names(written: Iterable[str]) -> tuple[str, ...]:
    """The people named, each once, in order; addresses and place-holders are no names.

    >>> clean_names(["By Ada Byron and Émilie du Châtelet", "desk@example.com (Ada Byron)"])
    ('Ada Byron', 'Émilie du Châtelet')
    >>> clean_names(["Byron, Ada; Mary Somerville, Sofia Kovalevskaya"])
    ('Byron, Ada', 'Mary Somerville', 'Sofia Kovalevskaya')
    """
    names: dict[str, str] = {}
    for text in written:
        line = " ".join(_EMAIL.sub(" ", text[:1000]).split()).strip("() ,")
        for part in _BETWEEN.split(_BY.sub("", line)):
            for piece in _at_commas(part):
                name = _BY.sub("", piece).strip(" ,.:–—-|()\"'") if piece else ""
                if name and len(name) <= MAX_NAME and not _NO_NAME.search(name) and any(c.isalpha() for c in name):
                    names.setdefault(name.casefold(), name)
    return tuple(names.values())


def _at_commas(text: str) -> list[str]:
    """Split at commas, unless one comma parts a family name from a given one."""
    pieces = [piece.strip() for piece in text.split(",")]
    if len(pieces) == 2 and all(piece and " " not in piece for piece in pieces):
        return [text]
    return pieces
