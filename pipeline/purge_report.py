"""What a purge tells a person and a machine."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.purgefind import Doomed
from pipeline.wording import counted, printable


@dataclass(slots=True, kw_only=True)
class PurgeReport:
    """What was removed, or would be."""

    out: Path
    doomed: tuple[Doomed, ...] = ()
    removed: dict[str, int] = field(default_factory=dict)  #: rows by table
    emptied: dict[str, int] = field(default_factory=dict)  #: rows by table whose words went
    load_id: int = 0  #: that removed them; 0: there were none
    files: int = 0  #: that had left the tables, or lay in quarantine
    cut: int = 0  #: feed documents that it was cut out of
    emptied_answers: int = 0
    unreadable: list[str] = field(default_factory=list)  #: lines that name files of which nobody knows what they hold
    dry_run: bool = False

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "out": str(self.out),
            "articles": [each.article_id for each in self.doomed],
            "removed": self.removed,
            "emptied": self.emptied,
            "load": self.load_id,
            "files": self.files,
            "raw": {"cut": self.cut, "emptied": self.emptied_answers},
            "unreadable": self.unreadable,
            "dry_run": self.dry_run,
        }

    def lines(self) -> list[str]:
        """For people."""
        if self.dry_run:
            return [*told(self.doomed, "Would remove"), *self._unreadable()]
        rows = ", ".join(f"{count:,} of {name}" for name, count in {**self.removed, **self.emptied}.items())
        lines = [
            f"Purged {counted(len(self.doomed), 'article')}: {', '.join(each.article_id for each in self.doomed)}.",
            f"Rows removed or emptied: {rows or 'none'}.",
        ]
        if self.files:
            lines.append(f"Deleted {counted(self.files, 'file')} that no table holds any more.")
        if self.cut or self.emptied_answers:
            cut = counted(self.cut, "document")
            lines.append(f"Cut it out of {cut} below raw/, and emptied {counted(self.emptied_answers, 'answer')}.")
        return [*lines, *self._unreadable()]

    def _unreadable(self) -> list[str]:
        return [f"Cannot tell what it holds: {line}" for line in self.unreadable]


def told(doomed: tuple[Doomed, ...], doing: str) -> list[str]:
    """What a purge is about, for a person who has to decide."""
    lines = [f"{doing} for good {counted(len(doomed), 'article')}:"]
    for each in doomed:
        title = printable(each.titles[-1]) if each.titles else "no text is stored"
        more = f"{counted(each.versions, 'version')}{'; purged before' if each.was_purged else ''}"
        sources = f" ({', '.join(map(printable, each.sources))})" if each.sources else ""
        lines.append(f"  {each.article_id}  {title}{sources}  {more}")
    return lines
