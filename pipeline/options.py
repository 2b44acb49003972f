"""How a command reads what it is given; the same for files, feeds and what is read again."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from transforms.core.authority import Speakers
from transforms.core.pieces import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What the command line said of how to read and where to, whatever is read."""

    out: Path
    command: str  #: names the run to whoever finds the folder in use
    workers: int
    batch_size: int
    limits: Limits
    topics: Path | None = None  #: a taxonomy of the user's own
    gazetteer: Path | None = None  #: a gazetteer of the user's own
    speakers: tuple[Speakers, ...] = ()  #: whose word counts for a provider
    now: datetime | None = None  #: a fixed time of what lies on the disk; None: the machine's; polling has a clock
    beam_args: tuple[str, ...] = ()
