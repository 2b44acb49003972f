"""A stretch of one input that one worker reads in one go, and how much of anything is allowed.

Does no I/O.
"""

from dataclasses import dataclass
from typing import Literal

#: document: one text, page, feed or JSON document; lines: a stretch of JSON Lines; warc: a stretch of WARC records;
#: raw: one exchange of a round of retrieving, as `transforms.core.exchange` says.
Form = Literal["document", "lines", "warc", "raw"]
#: What is wrapped around the bytes; the outermost first. Deflate without a frame is what zip archives use.
Packing = Literal["gzip", "zstd", "bzip2", "deflate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of one input. `start` and `length` count bytes of the file as it lies on disk, of an archive too."""

    origin: str  #: as a person names it: `path`, `archive.zip!member`; of an exchange, the address that was asked
    path: str  #: the file to open, absolute
    member: str = ""  #: the member of a zip archive that the stretch is; empty: the file itself
    spooled: bool = False  #: path is an unpacked copy that will not be kept
    form: Form = "document"
    packing: tuple[Packing, ...] = ()
    start: int = 0
    length: int | None = None  #: None: to the end
    first: int = 1  #: number of its first line or record, from 1
    records: int = 1  #: about how many deliveries it holds
    weight: int = 0  #: about how many bytes of text it may give
    mute: tuple[str, ...] = ()  #: keys of the providers that it may not speak for

    @property
    def raw_address(self) -> str:
        """Of an exchange: where it lies below the output folder, wherever that is: `raw/…warc.gz@offset+length`."""
        return f"{'/'.join(self.path.split('/')[-3:])}@{self.start}+{self.length}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one delivery may cost. A delivery above a limit is rejected, nothing else is lost."""

    max_item_bytes: int = 20_000_000  #: of one document, line or record, unpacked
    max_ratio: int = 200  #: unpacked bytes per packed byte above which it is a bomb (from 10 MB unpacked on)
    max_item_s: float = 30.0  #: wall-clock seconds one delivery may take to read and extract
    max_item_mb: int = 1024  #: memory one delivery may take, MB
