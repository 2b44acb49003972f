"""What the pipeline and its workers say to each other, as bytes.

Does no I/O. Typed MessagePack, so that neither side ever unpickles what the other made of hostile input.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from transforms.core.deliveries import Draft, Found
from transforms.core.pieces import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Read a piece. `careful` reports each delivery at once, so that the one that kills its reader is known."""

    piece: Piece
    drafts: str  #: folder for the drafts
    now: datetime
    skip: int = 0  #: deliveries of the piece that are done already
    careful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Some of a piece's deliveries, in order; `last` once per job."""

    found: tuple[Found, ...]
    last: bool


encode = msgspec.msgpack.Encoder().encode
decode_job = msgspec.msgpack.Decoder(Job).decode
decode_progress = msgspec.msgpack.Decoder(Progress).decode
decode_draft = msgspec.msgpack.Decoder(Draft).decode
