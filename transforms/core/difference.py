"""What a version says that the one before did not: title, figures, wording, paragraphs.

Does no I/O. Like is compared with like: texts whose `body_key` is the same do not differ, so neither quotes, case,
white space, vowel signs nor the script of digits make a difference, and paragraphs that were split or joined are the
same. A text of another kind of evidence (a summary, where a page was read before) is not to be compared at all.

A figure is replaced where one stands in the place of another; they are told with the word that follows, for it says
what was counted. All else that differs within a passage is wording. Costs what `passages.compare` does.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Final, Literal

from rapidfuzz.distance import LCSseq

from transforms.core.normalise import body_key
from transforms.core.passages import MAX_WORDS, Edited, Span, compare
from transforms.core.tokens import Token, tokens
from transforms.core.verify import Text

#: What `line` tells one by one at most; of more the number.
_TOLD: Final = 3
_TOLD_CHARS: Final = 40
#: Of a title, as much as is compared word by word.
_TITLE_CHARS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Words where they stand: `text[start:end]` of the title or text named; none where start is end."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """What stands in the place of what."""

    field: Literal["title", "text"]
    before: Excerpt
    after: Excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(Replaced):
    """A figure in the place of another, with what stands around the later one."""

    lead: str = ""  #: the word before, and what parts them; empty where a word follows
    tail: str = ""  #: what parts them, and the word that follows


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What differs between two versions; something does."""

    title: Replaced | None = None
    figures: tuple[Figure, ...] = ()  #: each replacement once, those of the text first
    wording: tuple[Replaced, ...] = ()
    added: tuple[Excerpt, ...] = ()  #: paragraphs of the later text
    removed: tuple[Excerpt, ...] = ()  #: paragraphs of the earlier text
    moved: tuple[Excerpt, ...] = ()  #: paragraphs of the later text

    def line(self) -> str:
        """All of it in one line; words are the texts' own, whatever characters they hold.

        >>> before, after = (Text(title="Dam", text=f"At least {toll} killed.") for toll in (12, 21))
        >>> print(difference(before, after).line())
        12 → 21 killed
        """
        told = ["title"] if self.title else []
        told += [_figure_in_words(figure) for figure in self.figures[:_TOLD]]
        if more := self.figures[_TOLD:]:
            told.append(f"{len(more)} more figure{'s' * (len(more) > 1)}")
        if self.wording:
            told.append(_wording_in_words(self.wording))
        for paragraphs, what in ((self.added, "added"), (self.removed, "removed"), (self.moved, "moved")):
            if paragraphs:
                told.append(f"{len(paragraphs)} paragraph{'s' * (len(paragraphs) > 1)} {what}")
        return "; ".join(told)


@dataclass(slots=True)
class _Found:
    """What one passage or title gives."""

    figures: list[Figure] = field(default_factory=list)
    wording: list[Replaced] = field(default_factory=list)


def difference(before: Text, after: Text) -> Difference | None:
    """What `after` says that `before` did not; None where no editor would call it a change."""
    title, in_title = None, _Found()
    if body_key(before.title) != body_key(after.title):
        title = Replaced(field="title", before=_whole(before.title), after=_whole(after.title))
        spans = (0, min(len(before.title), _TITLE_CHARS)), (0, min(len(after.title), _TITLE_CHARS))
        in_title = _edits("title", before.title, after.title, Edited(before=spans[:1], after=spans[1:]))
    if body_key(before.text) == body_key(after.text):
        return None if title is None else Difference(title=title, figures=_each_once(in_title.figures))
    passages = compare(before.text, after.text)
    found = [_edits("text", before.text, after.text, edited) for edited in passages.edited]
    return Difference(
        title=title,
        figures=_each_once([*(figure for part in found for figure in part.figures), *in_title.figures]),
        wording=tuple(replaced for part in found for replaced in part.wording),
        added=_excerpts(after.text, passages.added),
        removed=_excerpts(before.text, passages.removed),
        moved=_excerpts(after.text, passages.moved),
    )


def _whole(text: str) -> Excerpt:
    return Excerpt(text=text, start=0, end=len(text))


def _excerpt(text: str, start: int, end: int) -> Excerpt:
    return Excerpt(text=text[start:end], start=start, end=end)


def _excerpts(text: str, spans: Sequence[Span]) -> tuple[Excerpt, ...]:
    return tuple(_excerpt(text, *span) for span in spans)


def _each_once(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """One figure is often replaced in title and text: the first place tells."""
    return tuple({(figure.before.text, figure.after.text): figure for figure in reversed(figures)}.values())[::-1]


def _edits(where: Literal["title", "text"], before: str, after: str, edited: Edited) -> _Found:
    """The figures and words replaced in a passage; something is."""
    old, new = (
        list(islice((word for span in spans for word in tokens(text, *span)), MAX_WORDS))
        for text, spans in ((before, edited.before), (after, edited.after))
    )
    found = _Found()
    for old_part, new_part in _replaced(old, new):
        figures = _paired(old[old_part], new[new_part])
        for one, other in figures:
            lead, tail = _around(after, new, new.index(other, new_part.start, new_part.stop))
            found.figures.append(
                Figure(
                    field=where,
                    before=_excerpt(before, one.start, one.end),
                    after=_excerpt(after, other.start, other.end),
                    lead=lead,
                    tail=tail,
                )
            )
        told = {token for pair in figures for token in pair}
        if [token.key for token in old[old_part] if token not in told] != [
            token.key for token in new[new_part] if token not in told
        ]:
            found.wording.append(
                Replaced(
                    field=where,
                    before=_stretch(before, old, old_part, edited.before[0]),
                    after=_stretch(after, new, new_part, edited.after[0]),
                )
            )
    if not found.figures and not found.wording:
        found.wording.append(_middle(where, before, after, edited))
    return found


def _replaced(old: Sequence[Token], new: Sequence[Token]) -> Iterator[tuple[slice, slice]]:
    """Where words stand in one text only, or others in the place of some."""
    blocks = LCSseq.opcodes([word.key for word in old], [word.key for word in new]).as_matching_blocks()
    ends = [(0, 0), *((block.a + block.size, block.b + block.size) for block in blocks)]
    starts = [*((block.a, block.b) for block in blocks), (len(old), len(new))]
    for (old_start, new_start), (old_end, new_end) in zip(ends, starts, strict=True):
        if old_start < old_end or new_start < new_end:
            yield slice(old_start, old_end), slice(new_start, new_end)


def _paired(old: Sequence[Token], new: Sequence[Token]) -> list[tuple[Token, Token]]:
    """The figures that replaced one another: those without their like, in order, where there are as many of either."""
    here, there = [word for word in old if word.is_figure], [word for word in new if word.is_figure]
    alike = Counter(word.key for word in here) & Counter(word.key for word in there)
    here, there = _without(here, alike), _without(there, alike)
    return list(zip(here, there, strict=True)) if len(here) == len(there) else []


def _without(figures: Sequence[Token], keys: Counter[str]) -> list[Token]:
    left = keys.copy()
    kept = []
    for figure in figures:
        if left[figure.key] > 0:
            left[figure.key] -= 1
        else:
            kept.append(figure)
    return kept


def _around(text: str, words: Sequence[Token], place: int) -> tuple[str, str]:
    """The word before a figure and the one behind it, each with what parts them; only one of them, the latter first."""
    this = words[place]
    for one, other in pairwise(words[max(0, place) : place + 2]):
        gap = text[one.end : other.start]
        if not gap.strip(" \u00a0\u202f-") and "\n" not in gap:
            return "", text[this.end : other.end]
    for one, _ in pairwise(words[max(0, place - 1) : place + 1]):
        gap = text[one.end : this.start]
        if not gap.strip(" \u00a0\u202f-") and "\n" not in gap:
            return text[one.start : this.start], ""
    return "", ""


def _stretch(text: str, words: Sequence[Token], part: slice, passage: Span) -> Excerpt:
    """The text of some words in a row; of none, the place where they would stand."""
    if part.start < part.stop:
        return _excerpt(text, words[part.start].start, words[part.stop - 1].end)
    place = words[part.start - 1].end if part.start else passage[0]
    return _excerpt(text, place, place)


def _middle(where: Literal["title", "text"], before: str, after: str, edited: Edited) -> Replaced:
    """What differs where no word does (punctuation): all between what both begin and end with."""
    old_start, old_end = edited.before[0][0], edited.before[-1][1]
    new_start, new_end = edited.after[0][0], edited.after[-1][1]
    old, new = before[old_start:old_end], after[new_start:new_end]
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    return Replaced(
        field=where,
        before=_excerpt(before, old_start + head, old_end - tail),
        after=_excerpt(after, new_start + head, new_end - tail),
    )


def _alike(one: str, other: str) -> int:
    """How many characters two strings begin with in common."""
    differing = (place for place, (here, there) in enumerate(zip(one, other, strict=False)) if here != there)
    return next(differing, min(len(one), len(other)))


def _figure_in_words(figure: Figure) -> str:
    return f"{figure.lead}{figure.before.text} → {figure.after.text}{figure.tail}"


def _wording_in_words(wording: Sequence[Replaced]) -> str:
    """What was replaced, if it is one place and short."""
    if len(wording) > 1:
        return f"wording in {len(wording)} places"
    before, after = wording[0].before.text.strip(), wording[0].after.text.strip()
    if max(len(before), len(after)) > _TOLD_CHARS:
        return "wording"
    return f"wording: {before or 'nothing'} → {after or 'nothing'}"
