"""What a run did, for a person and for a machine."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.wording import counted, printable
from transforms.core.deliveries import Outcome
from transforms.tally import Count

#: Rows of each list; the rest is counted in one line.
_TOP = 12
#: By outcome: one, several.
_WORDS = {
    Outcome.NEW: ("new", "new"),
    Outcome.NEW_VERSION: ("new version", "new versions"),
    Outcome.COPY: ("copy", "copies"),
    Outcome.UNCHANGED: ("unchanged", "unchanged"),
    Outcome.REPEATED: ("repeated in batch", "repeated in batch"),
    Outcome.HELD: ("held", "held"),
    Outcome.RECALL: ("recall notice", "recall notices"),
    Outcome.REJECTED: ("rejected", "rejected"),
}
#: Told also where there is none.
_ALWAYS = (Outcome.NEW, Outcome.NEW_VERSION, Outcome.COPY, Outcome.REJECTED)


@dataclass(slots=True, kw_only=True)
class Report:
    """The counts of all loads of a run."""

    out: Path
    counts: tuple[Count, ...] = ()
    containers: int = 0
    opened: str = "file"  #: what a container is here, in the singular
    loads: list[int] = field(default_factory=list)
    seconds: float = 0.0
    resumed: bool = False  #: goes on where a run that was killed left off
    stopped: bool = False  #: was told to stop before all was read
    notes: list[str] = field(default_factory=list)  #: what was found and put right at the start

    def outcomes(self) -> dict[Outcome, int]:
        """How many deliveries had each outcome."""
        counted = dict.fromkeys(Outcome, 0)
        for count in self.counts:
            if count.kind == "outcome":
                counted[Outcome(count.name)] += count.count
        return counted

    def by(self, key: Callable[[Count], str | None]) -> Counter[str]:
        """Counts under the names that `key` gives; None leaves one out."""
        counter: Counter[str] = Counter()
        for count in self.counts:
            name = key(count)
            if name is not None:
                counter[name] += count.count
        return counter

    @property
    def delivered(self) -> int:
        """Items offered."""
        return sum(count.count for count in self.counts if count.kind == "delivered")

    def as_json(self) -> dict[str, Any]:
        """The report for a machine."""
        return {
            "out": printable(self.out),
            "loads": self.loads,
            "containers": self.containers,
            "delivered": self.delivered,
            "outcomes": {outcome.value: number for outcome, number in self.outcomes().items()},
            "sources": dict(self.by(_stored_source)),
            "languages": dict(self.by(lambda count: count.name if count.kind == "language" else None)),
            "topics": dict(self.by(lambda count: count.name if count.kind == "topic" else None)),
            "rejected": dict(self.by(lambda count: count.reason if count.name == Outcome.REJECTED else None)),
            "seconds": round(self.seconds, 3),
            "resumed": self.resumed,
            "stopped": self.stopped,
            "notes": self.notes,
        }

    def lines(self) -> list[str]:
        """The report for a person, at most 100 columns wide."""
        lines = [*self.notes]
        if self.resumed:
            lines.append("Went on where an earlier run of this command had stopped.")
        if self.delivered:
            begun = f"{counted(self.containers, self.opened)}: " if self.containers else ""  # none: all were before
            delivered = counted(self.delivered, "delivery", "deliveries")
            lines.append(f"Read {begun}{delivered} in {self.seconds:,.1f} s.")
            lines.append("  " + " · ".join(self._told()))
        elif not self.stopped:
            lines.append("There was nothing left to read." if self.resumed else "There was nothing to read.")
        lines += table("Stored, by source", self.by(_stored_source))
        lines += table("Stored, by language", self.by(lambda count: count.name if count.kind == "language" else None))
        lines += table("Top topics", self.by(lambda count: count.name if count.kind == "topic" else None))
        lines += table(
            "Rejected, by reason", self.by(lambda count: count.reason if count.name == Outcome.REJECTED else None)
        )
        if self.loads:
            loads = f"{self.loads[0]}" if len(self.loads) == 1 else f"{self.loads[0]}-{self.loads[-1]}"
            lines += ["", f"Published as load{'s' * (len(self.loads) > 1)} {loads} in {printable(self.out)}"]
        if self.stopped:
            lines.append("Stopped before all was read; the same command goes on from here.")
        return lines

    def _told(self) -> list[str]:
        return [
            counted(number, *_WORDS[outcome])
            for outcome, number in self.outcomes().items()
            if number or outcome in _ALWAYS
        ]


def _stored_source(count: Count) -> str | None:
    if count.kind == "outcome" and count.name in (Outcome.NEW, Outcome.NEW_VERSION, Outcome.COPY, Outcome.HELD):
        return count.source or "(not named)"
    return None


def table(heading: str, counter: Counter[str]) -> list[str]:
    """The most frequent names with their numbers; nothing if there are none."""
    if not counter:
        return []
    ordered = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    width = max(len(f"{number:,}") for _, number in ordered[:_TOP])
    lines = ["", f"{heading}:"]
    lines += [f"  {number:>{width},}  {_printable(name)}" for name, number in ordered[:_TOP]]
    if rest := ordered[_TOP:]:
        lines.append(f"  {sum(number for _, number in rest):>{width},}  in {counted(len(rest), 'other')}")
    return lines


def _printable(name: str) -> str:
    """Names come from documents: nothing in them may steer a terminal."""
    return "".join(character if character.isprintable() else "�" for character in name)[:80]
