"""The story of an article as it is printed: one screen for a person, all of it for a machine."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from pipeline.explained import Copy, Earned, Explained, Place, Recalled, State, VersionTold
from pipeline.wording import printable
from transforms.core.difference import Difference, Excerpt

#: Of each list so many are printed, and of a title or paragraph so many characters.
_TOLD: Final = 12
_DETAILS: Final = 3
_CHARS: Final = 96
_UNTITLED: Final = "(no title)"
_STATES: Final = {
    State.SHOWN: "shown",
    State.KILLED: "killed: its words are not shown",
    State.RECALLED: "recalled: it credits the agency that killed what it is a copy of",
    State.WITHHELD: "withheld: its words are not shown",
    State.EMBARGOED: "under embargo",
    State.HELD: "held: for editors only, or under an embargo that tells no time",
    State.LEFT_OUT: "left out: a richer text of it is known",
    State.PURGED: "purged for the law: nothing of it is kept",
    State.UNKNOWN: "no text of it is stored",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainReport:
    """One article's story."""

    told: Explained

    def as_json(self) -> dict[str, Any]:
        """Everything; times in ISO 8601, words as they are."""
        said = asdict(self.told)
        for version, row in zip(self.told.versions, said["versions"], strict=True):
            row["said"] = version.difference.line() if version.difference else ""
        for copy, row in zip(self.told.copies, said["copies"], strict=True):
            row["said"] = copy.outlet.difference.line() if copy.outlet.difference else ""
        plain: dict[str, Any] = _plain(said)
        return plain

    def lines(self) -> list[str]:
        """The screen."""
        told = self.told
        names = (
            told.article_id,
            told.source,
            told.item_id,
            told.language,
            f"{_time(told.published_at)} UTC" if told.published_at else "",
            told.url,
        )
        return [
            (_cut(told.title) or _UNTITLED) if told.state is State.SHOWN else f"({_STATES[told.state]})",
            f"  {_joined(*names)}",
            *self._origin(),
            *_section("Versions", map(_version, told.versions), newest=True),
            *_section("Copies, each with the share of it that is copied", map(self._copy, told.copies)),
            *_section("Recalls", map(_recall, told.recalls)),
            *_section("Seen", map(_place, told.places), newest=True),
            *_section("Topics", map(_topic, told.topics)),
        ]

    def _copy(self, copy: Copy) -> list[str]:
        return _copy(copy, this=self.told.article_id, beside=self.told.state)

    def _origin(self) -> Iterator[str]:
        origin = self.told.origin
        if origin is None or not self.told.copies:
            return
        agency = origin.agency or self.told.origin_source or "not named"
        where = "" if origin.article_id == self.told.article_id else f"; this article is a copy of {origin.article_id}"
        yield ""
        yield _cut(f"Origin: {agency} ({origin.reason}){where}", chars=2 * _CHARS)


def _section(name: str, items: Iterable[Sequence[str]], *, newest: bool = False) -> Iterator[str]:
    """A heading and what stands below it; of many the first ones, or the first and the newest, and how many more."""
    told = list(items)
    if not told:
        return
    first = told[: 1 if newest and len(told) > _TOLD else _TOLD]
    last = told[1 - _TOLD :] if newest and len(told) > _TOLD else []
    yield ""
    yield name
    yield from (f"  {line}" for lines in first for line in lines)
    if more := len(told) - len(first) - len(last):
        yield f"  … {more:,} more; --json tells all"
    yield from (f"  {line}" for lines in last for line in lines)


def _version(version: VersionTold) -> list[str]:
    head = f"{'-' if version.number is None else version.number:>2}  {_time(version.at)}  "
    if version.state is not State.SHOWN:
        until = f" until {_time(version.embargoed_until)}" if version.state is State.EMBARGOED else ""
        return [f"{head}{_STATES[version.state]}{until}"]
    told = version.difference
    indent = " " * len(head)
    note = [f"{indent}note: {_cut(version.note)}"] if version.note else []
    return [
        f"{head}{_cut(told.line() if told else version.title or _UNTITLED)}",
        *note,
        *(_details(told, indent) if told else ()),
    ]


def _copy(copy: Copy, *, this: str, beside: State) -> list[str]:
    """A line of how much was copied, one of what was changed, and some of the words."""
    outlet, indent = copy.outlet, " " * 6
    name = f"{_cut(outlet.source or outlet.article_id)}{' (this article)' if outlet.article_id == this else ''}"
    number = f"version {copy.copied_number}" if copy.copied_number else "a version"
    whose = f" of {_cut(copy.copied_source)}" if copy.copied_source else ""
    much = f"has {outlet.taken:.0%} of {number}{whose}" if outlet.copied_id else "agrees with no version of the origin"
    lines = [f"{outlet.copied:>4.0%}  {name}, {much}{f' · {_cut(copy.url)}' if copy.url else ''}"]
    if copy.state is not State.SHOWN:
        return [*lines, f"{indent}{_STATES[copy.state]}"]
    changed = outlet.difference.line() if outlet.difference else ", ".join(outlet.changes) or "nothing changed"
    still = "" if beside is State.SHOWN else "still shown: "
    if outlet.copied_id:
        lines.append(f"{indent}{still}{_cut(changed)}")
    return [*lines, *(_details(outlet.difference, indent) if outlet.difference else ())]


def _details(difference: Difference, indent: str) -> list[str]:
    """Some of the words: the new headline, what was replaced, paragraphs added and removed."""
    said = [f"“{_words(difference.title.after)}”"] if difference.title else []
    if "wording" in difference.line():
        said += [
            f"{_words(each.before) or '(nothing)'} → {_words(each.after) or '(nothing)'}"
            for each in difference.wording[:_DETAILS]
        ]
    said += [f"+ {_words(paragraph)}" for paragraph in difference.added[:_DETAILS]]
    said += [f"- {_words(paragraph)}" for paragraph in difference.removed[:_DETAILS]]
    return [f"{indent}{line}" for line in said]


def _words(excerpt: Excerpt) -> str:
    return _cut(excerpt.text[: 4 * _CHARS])


def _recall(recall: Recalled) -> list[str]:
    which = f"; the agency's version {recall.source_version}" if recall.source_version is not None else ""
    said = f": {_cut(recall.notice)}" if recall.notice else ""
    return [f"{_time(recall.at or recall.seen_at)}  {recall.kind} by {_cut(recall.provider)}{which}{said}"]


def _place(place: Place) -> list[str]:
    number = f"version {place.number}" if place.number else "not shown"
    return [f"{_time(place.at)}  {number:<10}  {_joined(place.source, place.url or place.origin)}"]


def _topic(topic: Earned) -> list[str]:
    return [f"{topic.score:.2f}  {topic.topic}: {_cut(', '.join(topic.words))}"]


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


def _joined(*said: str) -> str:
    return " · ".join(_cut(each) for each in said if each)


def _cut(said: str, chars: int = _CHARS) -> str:
    """On one line, without what steers a terminal, no longer than a line."""
    line = printable(" ".join(said.split()))
    return line if len(line) <= chars else f"{line[: chars - 1]}…"


def _plain(value: Any) -> Any:  # noqa: ANN401  # what dataclasses hold
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, datetime) else value
