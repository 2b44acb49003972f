"""How an archive and its feeds are, for a person and for a machine."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pipeline.status import Condition, FeedStatus, Status
from pipeline.wording import counted, printable
from transforms.core.feedwords import duration


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """A status as it is printed."""

    status: Status
    only_needy: bool  #: nothing but the feeds that need a person

    @property
    def needy(self) -> int:
        """How many feeds need a person."""
        return sum(feed.needs_person for feed in self.status.feeds)

    def as_json(self) -> dict[str, Any]:
        """Everything; times in ISO 8601."""
        status = self.status
        feeds = [_as_json(feed) for feed in status.feeds if feed.needs_person or not self.only_needy]
        if self.only_needy:
            return {"feeds": feeds, "need_a_person": self.needy}
        return {
            "out": printable(status.out),
            "now": status.now.isoformat(),
            "held_by": asdict(status.holder) if status.holder else None,
            "last_load": {"load_id": status.load_id, "at": _iso(status.load_at), "seconds": status.load_s},
            "rows": dict(status.rows),
            "deliveries": dict(sorted(status.deliveries.items())),
            "rejected": dict(sorted(status.rejected.items())),
            "requests_last_day": dict(sorted(status.requests.items())),
            "lag_s": status.lag_s,
            "conditions": {condition.value: number for condition, number in sorted(status.conditions().items())},
            "need_a_person": self.needy,
            "feeds": feeds,
        }

    def lines(self) -> list[str]:
        """The archive in a few lines, then two lines for each feed; those that need a person first, marked."""
        told = [
            line for feed in self.status.feeds if feed.needs_person or not self.only_needy for line in self._feed(feed)
        ]
        return told if self.only_needy else [*self._archive(), *told]

    def _archive(self) -> list[str]:
        status = self.status
        loaded = "nothing was published yet"
        if status.load_id and status.load_at:
            loaded = (
                f"load {status.load_id} was published {_ago(status.load_at, status.now)}, in {status.load_s:,.1f} s"
            )
        held = "nobody writes to it"
        if by := status.holder:
            held = f"{printable(by.command)!r} writes to it (process {by.pid} on {by.host}, since {by.since})"
        rows = " · ".join(f"{number:,} {name}" for name, number in status.rows.items() if number) or "no rows"
        lines = [f"{printable(status.out)}: {loaded}; {held}", f"  {rows}"]
        if status.requests:
            told = " · ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in status.requests.most_common())
            lines.append(f"  requests of the last day: {told}")
        if status.feeds:
            conditions = status.conditions()
            told = " · ".join(f"{conditions[each]:,} {_WORDS[each]}" for each in Condition if conditions[each])
            lines.append(f"  {counted(len(status.feeds), 'feed')}: {told}")
        return lines

    def _feed(self, feed: FeedStatus) -> list[str]:
        now = self.status.now
        facts = [feed.words]
        if feed.last_new_at:
            facts.append(f"last new item {_ago(feed.last_new_at, now)}")
        if feed.rhythm_s and feed.condition is not Condition.SILENT:
            facts.append(f"usually every {duration(feed.rhythm_s)}")
        if feed.next_at and not feed.failures:
            facts.append("due now" if feed.next_at <= now else f"next in {duration(feed.next_at - now)}")
        if feed.asks:
            facts.append(f"{counted(feed.requests, 'request')}, {feed.not_modified_rate:.0%} not modified")
        named = f" ({printable(feed.source)})" if feed.source else ""
        return [
            f"{'!' if feed.needs_person else ' '} {printable(feed.url)}{named}",
            f"    {printable('; '.join(facts))}",
        ]


_WORDS = {condition: condition.value.replace("_", " ") for condition in Condition} | {Condition.NEW: "not asked yet"}


def _as_json(feed: FeedStatus) -> dict[str, Any]:
    told = {name: _iso(value) if isinstance(value, datetime) else value for name, value in asdict(feed).items()}
    return {**told, "condition": feed.condition.value, "not_modified_rate": round(feed.not_modified_rate, 4)}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _ago(moment: datetime, now: datetime) -> str:
    return f"{duration(now - moment)} ago"
