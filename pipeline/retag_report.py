"""What a new taxonomy changed, for a person and for a machine."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pipeline.wording import counted
from transforms.retag_rows import TagChanges

#: From so many articles on, starting is no longer most of the time.
_MANY: Final = 1_000
#: Topics and places told to a person, at most; a machine is told all.
_MOST: Final = 30


@dataclass(slots=True, kw_only=True)
class RetagReport:
    """What a retagging did, or would do. It counts rows: versions of articles and copies, held ones included."""

    out: Path
    taxonomy_version: str
    load: int = 0  #: that was published; 0: none
    files: int = 0  #: that were written again
    changes: TagChanges = field(default_factory=TagChanges)
    skipped: list[str] = field(default_factory=list)  #: lines that name files which cannot be read and stay
    seconds: float = 0.0
    dry_run: bool = False
    stopped: bool = False  #: before the end, so nothing was changed

    def as_json(self) -> dict[str, Any]:
        """Everything; topics and places by name."""
        changes = self.changes
        return {
            "out": str(self.out),
            "taxonomy_version": self.taxonomy_version,
            "load": self.load,
            "files": self.files,
            "articles": {"read": changes.rows, "tagged": changes.tagged, "changed": changes.changed},
            "topics": {
                name: {"gained": changes.gained[name], "lost": changes.lost[name], "kept": changes.kept[name]}
                for name in sorted({*changes.gained, *changes.lost, *changes.kept})
            },
            "places": {
                name: {"gained": changes.places_gained[name], "lost": changes.places_lost[name]}
                for name in sorted({*changes.places_gained, *changes.places_lost})
            },
            "skipped": self.skipped,
            "seconds": round(self.seconds, 3),
            "dry_run": self.dry_run,
            "stopped": self.stopped,
        }

    def lines(self) -> list[str]:
        """A line for what was done, and one for each topic and place that articles gained or lost."""
        if self.stopped:
            return ["Stopped before the end; nothing was changed."]
        done = f"Nothing to tag: taxonomy {self.taxonomy_version} has tagged all."
        lines = self._told() if self.changes.tagged else [done]
        return lines + [f"Left alone: {line}" for line in self.skipped]

    def _told(self) -> list[str]:
        changes, did = self.changes, "Would tag" if self.dry_run else "Tagged"
        speed = f", {changes.tagged / self.seconds:,.0f} a second" if changes.tagged >= _MANY else ""
        lines = [
            f"{did} {counted(changes.tagged, 'article')} by taxonomy {self.taxonomy_version}{speed}.",
            f"{changes.changed:,} gained or lost a topic or a place.",
            *_by_name("topic", changes.gained, changes.lost),
            *_by_name("place", changes.places_gained, changes.places_lost),
        ]
        if not self.dry_run:
            lines.append(f"The old files stay for readers of older versions until: newsbeam expire --out {self.out}")
        return lines


def _by_name(what: str, gained: Counter[str], lost: Counter[str]) -> list[str]:
    """A line for each, those that changed most first."""
    names = sorted({*gained, *lost}, key=lambda name: (-gained[name] - lost[name], name))
    lines = [f"  {what} {name}: +{gained[name]:,} -{lost[name]:,}" for name in names[:_MOST]]
    if len(names) > _MOST:
        lines.append(f"  and {counted(len(names) - _MOST, f'other {what}')}; --json tells all")
    return lines
