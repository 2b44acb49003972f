"""One exchange of a round of retrieving: what was asked for and why, and the answer. Opens no files.

It lies in a WARC file as two records: `metadata`, which holds `Kept` as JSON, and the `response`. Read again, at any
time, it gives the same deliveries.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final, Literal

import msgspec
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from transforms.core.errors import Refused
from transforms.core.pieces import Limits
from transforms.core.polling import Request
from transforms.core.records import Item, Reason, Stage
from transforms.core.warc import DAMAGE, Boundary, Window, body_of, record_end, type_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Why something was asked for, and all that its reading depends on besides the answer."""

    purpose: Literal["feed", "page"]
    feed_url: str  #: as it stands in the list
    received_at: datetime | None = None  #: None: not yet
    source: str = ""  #: as the user calls the outlet; empty: as the feed does
    language: str = ""  #: as the user says of the outlet
    entry: Item | None = None  #: of a page: the entry that led to it
    wants_pages: bool = False  #: of a feed: pages are asked for, so an entry without text is delivered by its page


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What an exchange's metadata record holds: enough to know it again if the journal's last line was lost."""

    context: Context
    request: Request  #: as it ended; its raw_address is empty, that is where this lies


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """An answer, ready to be read."""

    context: Context
    url: str  #: the address that answered
    content_type: str  #: without parameters, lower case
    charset: str  #: as the transport said it
    body: bytes  #: unpacked
    raw_address: str


encode_kept = msgspec.json.Encoder().encode
decode_kept = msgspec.json.Decoder(Kept).decode

#: What the metadata record says it is.
METADATA_TYPE: Final = "application/json"
#: No entry that leads to a page is larger.
_MAX_METADATA: Final = 100_000_000


def kept_at(stream: BinaryIO, start: int, end: int) -> tuple[Kept, Boundary]:
    """What the exchange at an offset holds, and where its metadata record ends.

    Raises:
        Refused: OPEN/CORRUPT: no whole metadata record of ours begins here.
    """
    try:
        metadata, after = _record(stream, start, end)
        if metadata.rec_type != "metadata":
            raise _corrupt(f"a {metadata.rec_type} record where an exchange should begin")
        return decode_kept(metadata.raw_stream.read(_MAX_METADATA)), after
    except (*DAMAGE, msgspec.MsgspecError) as error:
        raise _corrupt(type(error).__name__) from error


def read_exchange(stream: BinaryIO, *, start: int, end: int, raw_address: str, limits: Limits) -> Exchange:
    """Read the exchange that lies between two offsets of a WARC file.

    Raises:
        Refused: OPEN: CORRUPT where there is none; as `undo` does for its body.
    """
    kept, after = kept_at(stream, start, end)
    try:
        response, _ = _record(stream, after.offset, end)
        if response.rec_type != "response" or response.http_headers is None:
            raise _corrupt("no response behind what was asked")
        content_type, charset = type_of(response)
        body = body_of(response, limits)
    except DAMAGE as error:
        raise _corrupt(type(error).__name__) from error
    return Exchange(
        context=kept.context,
        url=kept.request.url,
        content_type=content_type,
        charset=charset,
        body=body,
        raw_address=raw_address,
    )


def _record(stream: BinaryIO, start: int, end: int) -> tuple[ArcWarcRecord, Boundary]:
    """The record that begins here, and where it ends.

    Raises:
        any of `DAMAGE`: where there is no whole record.
    """
    after = record_end(stream, start, end)
    if not after.whole:
        raise EOFError("no whole record")
    stream.seek(start)
    record = next(iter(ArchiveIterator(Window(stream, after.offset - start))), None)
    if record is None:
        raise EOFError("no record where one should be")
    return record, after


def _corrupt(what: str) -> Refused:
    return Refused(Stage.OPEN, Reason.CORRUPT, f"a damaged exchange: {what}")
