"""What the pipeline and its workers say to each other, as bytes.

Does no I/O. Typed MessagePack, so that neither side ever unpickles what the other made of hostile input.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from transforms.core.deliveries import Draft, Found
from transforms.core.pieces import Piece
from transforms.core.polling import FeedSurvey


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Read a piece, or survey it.

    `careful` reports each delivery at once, so that the one that kills its reader is known.
    `past_killer`: the last of the deliveries to skip killed its reader; a document can only be read from its beginning,
    so it may do so again.
    """

    piece: Piece
    drafts: str  #: folder for the drafts
    now: datetime
    skip: int = 0  #: deliveries of the piece that are done already
    careful: bool = False
    past_killer: bool = False
    profiles: str = ""  #: file of what is known of hosts; empty: nothing
    survey: bool = False  #: the piece is an exchange for a feed, and only a survey of it is wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Some of a piece's deliveries, in order; `last` once per job.

    `skipped`: what was to be skipped is behind it. `beyond`: a line or a WARC record is about to be read; where the one
    after it begins, and that one's number.
    """

    found: tuple[Found, ...] = ()
    last: bool = False
    skipped: bool = False
    beyond: tuple[int, int] | None = None
    survey: FeedSurvey | None = None


encode = msgspec.msgpack.Encoder().encode
decode_job = msgspec.msgpack.Decoder(Job).decode
decode_progress = msgspec.msgpack.Decoder(Progress).decode
decode_draft = msgspec.msgpack.Decoder(Draft).decode
