"""What becomes of the deliveries of one article: rows, sightings, outcomes.

Does no I/O. A pure function of the article's deliveries in the batch, of what is stored of it, and of the verdicts on
copies; the order in which the deliveries are given does not matter.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from transforms.core.deliveries import (
    RICHNESS,
    Head,
    Known,
    Notice,
    Outcome,
    Place,
    StoredIn,
    StoredVersion,
)
from transforms.core.recall import covers
from transforms.core.records import TextFrom

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """A version to store, and where."""

    head: Head
    table: StoredIn
    date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An article seen at a place for the first time, or changed there."""

    article_id: str
    version: str
    source_version: int | None
    updated_at: datetime | None
    published_at: datetime | None
    text_from: TextFrom
    agency: str
    origin: str
    url: str
    source: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One delivery's outcome, with what the report counts it under."""

    outcome: Outcome
    source: str
    kind: str = ""  #: source_kind
    reason: str = ""  #: of a rejection
    language: str = ""
    topic_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """All that follows for one article."""

    rows: tuple[NewRow, ...]
    sightings: tuple[Sighting, ...]
    notices: tuple[Notice, ...]
    outcomes: tuple[Counted, ...]


def decide(
    deliveries: Iterable[Known], *, copies: Collection[str], notices: Iterable[Notice], recalled: Mapping[str, datetime]
) -> Decision:
    """Decide for one article.

    Args:
        deliveries: the heads of the batch, each with what is stored.
        copies: versions of this article that were verified as another's copy.
        notices: recalls of this article in the batch.
        recalled: the notices of it that earlier loads hold, by id, each with when it was first delivered; one that
            was delivered before that counts from then on.

    Returns:
        Rows to store. What may be shown comes before what may not, richest evidence first: a poorer text beside a
        richer one that may be shown makes none, and the first row fixes the date of all. A version that was only held
        so far and may be shown now makes a row. What is settled is unchanged. One outcome for every delivery and for
        every notice without one.
    """
    said = sorted(notices, key=_notice_order)
    known = sorted(deliveries, key=lambda each: (_is_held(each, said), _order(each.head)))
    on = _Article(known[0].stored if known else ())
    outcomes: list[Counted] = []
    for each in known:
        outcome = Outcome.UNCHANGED
        if not each.settled:
            outcome = on.take(each.head, is_copy=each.head.version in copies, is_held=_is_held(each, said))
        outcomes.append(
            Counted(
                outcome=outcome,
                source=each.head.source,
                kind=each.head.source_kind,
                language=each.head.language,
                topic_ids=each.head.topic_ids,
            )
        )
    fresh = {
        notice.notice_id: notice
        for notice in reversed(said)
        if notice.notice_id not in recalled or notice.seen_at < recalled[notice.notice_id]
    }
    with_text = {each.head.origin for each in known if each.head.hold == "withheld"}
    outcomes.extend(
        Counted(outcome=_of_notice(notice, fresh), source=notice.source, kind="wire")
        for notice in said
        if notice.origin not in with_text
    )
    return Decision(
        rows=tuple(on.rows),
        sightings=tuple(map(_sighting, _moved(each for each in known if not each.settled))),
        notices=tuple(fresh[notice_id] for notice_id in sorted(fresh)),
        outcomes=tuple(outcomes),
    )


def _is_held(known: Known, said: Iterable[Notice]) -> bool:
    """Whether a delivery may not be shown: by itself, or by a recall of an earlier load or of the same batch."""
    head = known.head
    return (
        bool(head.hold)
        or known.covered
        or any(covers(notice, head, delivered_later=head.seen_at > notice.seen_at) for notice in said)
    )


def _of_notice(notice: Notice, fresh: Mapping[str, Notice]) -> Outcome:
    """The first delivery of a notice is the recall; what earlier loads hold is unchanged."""
    if notice.notice_id not in fresh:
        return Outcome.UNCHANGED
    return Outcome.RECALL if fresh[notice.notice_id] is notice else Outcome.REPEATED


class _Article:
    """The versions of one article as they become known."""

    def __init__(self, stored: tuple[StoredVersion, ...]) -> None:
        self.rows: list[NewRow] = []
        shown = [version for version in stored if version.stored_in != "held"]
        self._shown = {version.version for version in shown}
        self._before = {version.version for version in stored}
        self._richest = max((RICHNESS[version.text_from] for version in shown), default=-1)
        self._date = min((version.date for version in stored), default=None)
        self._published = any(version.stored_in == "articles" for version in stored)
        self._known = bool(stored)

    def take(self, head: Head, *, is_copy: bool, is_held: bool) -> Outcome:
        if head.version in (self._before if is_held else self._shown):
            return Outcome.UNCHANGED
        if any(row.head.version == head.version for row in self.rows):
            return Outcome.REPEATED
        if RICHNESS[head.text_from] < self._richest:
            return Outcome.REPEATED if self.rows else Outcome.UNCHANGED
        table: StoredIn = "articles"
        if is_held:
            table = "held"
        elif is_copy and not self._published:
            table = "copies"
        outcome = self._outcome(table)
        self._date = self._date or head.date
        if not is_held:
            self._richest = RICHNESS[head.text_from]
        self._published = self._published or table == "articles"
        self._known = True
        self.rows.append(NewRow(head=head, table=table, date=self._date))
        return outcome

    def _outcome(self, table: StoredIn) -> Outcome:
        if table == "held":
            return Outcome.HELD
        if self._known:
            return Outcome.NEW_VERSION
        return Outcome.COPY if table == "copies" else Outcome.NEW


def _order(head: Head) -> tuple[int, int, datetime, datetime, str, str, datetime, int]:
    """Richest evidence first, then the order of versions; total within an article."""
    return (
        -RICHNESS[head.text_from],
        -1 if head.source_version is None else head.source_version,
        head.updated_at or _NEVER,
        head.evidence_at,
        head.version,
        head.origin,
        head.seen_at,
        head.number,
    )


def _state(head: Head) -> tuple[int, datetime, int, str, int]:
    """The order of versions that were seen at the same place at the same time; richer evidence ranks first."""
    return (
        -1 if head.source_version is None else head.source_version,
        head.updated_at or _NEVER,
        RICHNESS[head.text_from],
        head.version,
        head.number,
    )


def _notice_order(notice: Notice) -> tuple[str, datetime, str]:
    return notice.notice_id, notice.seen_at, notice.origin


def _moved(known: Iterable[Known]) -> list[Head]:
    """The heads whose place has something to tell: first sight, another version, or its version or date moved.

    A place shows one state of an article at a time. Where it holds several, as a feed that names an article twice does,
    that is the greatest: else they would take turns, and tell something at each poll.
    """
    shown: dict[tuple[str, datetime], Known] = {}
    for each in known:
        at = each.head.origin, each.head.seen_at
        if at not in shown or _state(each.head) > _state(shown[at].head):
            shown[at] = each
    moved: list[Head] = []
    before: dict[str, Place] = {}
    for origin, seen_at in sorted(shown):
        each = shown[origin, seen_at]
        head = each.head
        place = Place(
            version=head.version, source_version=head.source_version, updated_at=head.updated_at, seen_at=seen_at
        )
        if _later(before.get(origin), each.seen) != place or _is_richer(each):
            moved.append(head)
        before[origin] = place
    return moved


def _is_richer(known: Known) -> bool:
    """Whether the version is stored, and was never seen with evidence as rich."""
    head = known.head
    return any(
        RICHNESS[version.text_from] < RICHNESS[head.text_from]
        for version in known.stored
        if version.version == head.version
    )


def _later(batch: Place | None, stored: Place | None) -> Place | None:
    """Which of two was seen last at a place: earlier in the batch, or in an earlier load."""
    if batch is None or stored is None:
        return batch or stored
    return stored if (stored.seen_at or _NEVER) > (batch.seen_at or _NEVER) else batch


def _sighting(head: Head) -> Sighting:
    return Sighting(
        article_id=head.article_id,
        version=head.version,
        source_version=head.source_version,
        updated_at=head.updated_at,
        published_at=head.evidence_at if head.evidence_at != head.seen_at else None,
        text_from=head.text_from,
        agency=head.agency,
        origin=head.origin,
        url=head.url,
        source=head.source,
        seen_at=head.seen_at,
    )
