"""What was taken from a page, from where and why: for a person and for a machine."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pipeline.extract import Extracted
from pipeline.wording import counted, printable
from transforms.core.normalise import words
from transforms.core.pagetitle import Said
from transforms.core.records import Dated

_WIDTH: Final = 11
#: Of each kind of evidence so many are printed.
_MOST: Final = 8
_CHARS: Final = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractReport:
    """One page's."""

    found: Extracted

    def as_json(self) -> dict[str, Any]:
        """Everything, with all evidence."""
        found, head = self.found, self.found.read.head
        verdict, item = found.read.verdict, found.item
        return {
            "source": found.source.named,
            "url": found.source.url,
            "is_article": verdict.reason is None,
            "reason": verdict.reason and str(verdict.reason),
            "why": verdict.why,
            "access": verdict.access,
            "title": item.title,
            "title_from": head.title_from or "the first sentence",
            "titles": [{"text": each.text, "from": each.taken_from} for each in head.titles],
            "published_at": found.published.at and found.published.at.isoformat(),
            "published_precision": found.published.precision,
            "published_from": found.published.taken_from,
            "dates": [
                {
                    "at": each.at and each.at.isoformat(),
                    "precision": each.precision,
                    "raw": each.raw,
                    "from": each.taken_from,
                    "believed": each not in found.unbelieved,
                }
                for each in head.dates
            ],
            "updated_at": item.updated_at and item.updated_at.isoformat(),
            "authors": list(item.authors),
            "bylines": [{"text": each.text, "from": each.taken_from} for each in head.bylines],
            "canonical_url": item.canonical_url,
            "site": item.source,
            "section": item.section,
            "image_url": item.image_url,
            "tags": list(item.publisher_tags),
            "language": found.language,
            "language_confidence": found.language_confidence,
            "language_said": item.language_hint,
            "language_of_text_alone": {"language": found.language_alone[0], "confidence": found.language_alone[1]},
            "extractor": item.extractor,
            "words": len(words(item.text)),
            "text": item.text,
        }

    def lines(self) -> list[str]:
        """The screen; the text at the end."""
        item = self.found.item
        rows = [
            *_rows("is", self._kind()),
            *_rows("title", [_cut(item.title) or "none", *self._titles()]),
            *_rows("published", self._dates()),
            *_rows("authors", [", ".join(item.authors) or "none", *_evidence(self.found.read.head.bylines)]),
            *_rows(
                "address", filter(None, [self.found.source.url, item.canonical_url and f"says: {item.canonical_url}"])
            ),
            *_rows("site", filter(None, [item.source, item.section and f"section: {item.section}"])),
            *_rows("image", filter(None, [item.image_url])),
            *_rows("tags", filter(None, [", ".join(item.publisher_tags)])),
            *_rows("language", self._language()),
            *_rows("text", [f"{counted(len(words(item.text)), 'word')} by {item.extractor}"]),
        ]
        text = [printable(paragraph) for paragraph in item.text.split("\n\n") if paragraph]
        return [
            printable(self.found.source.named),
            *map(printable, rows),
            *(line for each in text for line in ("", each)),
        ]

    def _kind(self) -> Iterator[str]:
        verdict = self.found.read.verdict
        yield "an article" if verdict.reason is None else f"rejected: {verdict.reason}: {verdict.why}"
        if verdict.access:
            said = {"free": "free for all", "paid": "sold, and whole here", "lead": "sold, and this is its beginning"}
            yield f"access: {verdict.access} ({said[verdict.access]})"

    def _titles(self) -> Iterator[str]:
        head = self.found.read.head
        yield f"from {head.title_from}" if head.title_from else "from the first sentence"
        yield from _evidence(each for each in head.titles if each.taken_from != head.title_from)

    def _dates(self) -> Iterator[str]:
        found = self.found
        pick = found.published
        yield f"{_when(pick)} from {pick.taken_from}" if pick.at else "none that may be believed"
        for each in found.read.head.dates[:_MOST]:
            why = " (not believed)" if each in found.unbelieved else ""
            yield f"{each.taken_from}: {_when(each)}, written {_cut(each.raw)}{why}"
        if found.item.updated_at:
            yield f"changed {found.item.updated_at:%Y-%m-%d %H:%M} UTC"

    def _language(self) -> Iterator[str]:
        found = self.found
        yield f"{found.language} ({found.language_confidence:.2f})"
        alone, confidence = found.language_alone
        yield f"the page says {found.item.language_hint or 'nothing'}; its text alone: {alone} ({confidence:.2f})"


def _rows(name: str, lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"  {name if number == 0 else '':<{_WIDTH}}{line}"


def _evidence(said: Iterable[Said]) -> list[str]:
    return [f"{each.taken_from}: {_cut(each.text)}" for each in said][:_MOST]


def _when(dated: Dated) -> str:
    """A date, as exact as it is."""
    if dated.at is None:
        return "none"
    shape = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d", "minute": "%Y-%m-%d %H:%M UTC"}
    return dated.at.strftime(shape.get(dated.precision, "%Y-%m-%d %H:%M:%S UTC"))


def _cut(text: str) -> str:
    return text if len(text) <= _CHARS else text[: _CHARS - 1] + "…"
