"""Another attempt at what was rejected: where its bytes lie now, and which stretches of input that makes.

| address of the refusal | what is read again |
|---|---|
| `raw/0000000007/responses.warc.gz@offset+length` | that exchange |
| `path@offset+length` | that line or record |
| `path!member`, or what was unpacked from one | that member, as far as the line or record is known |
| `path` | the file |

A file that was changed since is read whole. What is unpacked is unpacked again; what came by standard input and what
was never received cannot be read again.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pipeline.batches import Input
from pipeline.options import ReadOptions
from pipeline.raw import Round
from pipeline.rejections import Refusal
from pipeline.runs import Run, input_key
from pipeline.sources import Listed, SourceError, cut, list_inputs
from transforms.core.pieces import Piece
from transforms.core.records import Rejected, Stage

_STRETCH: Final = re.compile(r"(?s)(?P<path>.+)@(?P<start>\d{1,18})\+(?P<length>\d{1,18})")
_EXCHANGE: Final = re.compile(r"raw/(?P<round>\d{10})/[^/@]+@\d{1,18}\+\d{1,18}")
_NUMBERS: Final = re.compile(r"(?s)(?P<place>.+?)(?:#(?P<number>\d{1,18})(?:#\d{1,18})?)?")

#: Why there is nothing to read again.
NOT_RECEIVED: Final = "never received: a feed is asked again when it is due"
NOT_KEPT: Final = "came by standard input, which is not kept"
GONE: Final = "its file is gone"
EXPIRED: Final = "its answer is no longer kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A place in a file."""

    member: str  #: of an archive; empty: the file itself
    number: int | None  #: of the line or record
    start: int | None  #: in the file as it lies on disk
    length: int
    seen_at: datetime  #: when it was refused


@dataclass(slots=True)
class Attempt:
    """All that is to be read again, and what cannot be, by reason."""

    refusals: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    exchanges: dict[int, set[str]] = field(default_factory=dict)  #: raw addresses by round
    files: dict[tuple[str, str], list[_Wanted]] = field(default_factory=dict)  #: by path and origin of the file


def plan_attempt(refusals: Sequence[Refusal], out: Path) -> Attempt:
    """Find what was refused where it lies now."""
    attempt = Attempt(refusals=len(refusals))
    for refusal in refusals:
        exchange = _EXCHANGE.fullmatch(refusal.raw_address)
        if exchange is not None:
            if (out / refusal.raw_address.rpartition("@")[0]).is_file():
                attempt.exchanges.setdefault(int(exchange["round"]), set()).add(refusal.raw_address)
            else:
                attempt.lost[EXPIRED] += 1
        elif refusal.stage == Stage.RETRIEVE:
            attempt.lost[NOT_RECEIVED] += 1
        elif found := _find(refusal):
            path, origin, wanted = found
            attempt.files.setdefault((path, origin), []).append(wanted)
        else:
            attempt.lost[NOT_KEPT if refusal.origin.startswith("stdin-") else GONE] += 1
    return attempt


def _find(refusal: Refusal) -> tuple[str, str, _Wanted] | None:
    """The file, as a path and as a person named it, and the place in it; None: it is gone."""
    path, start, length = refusal.raw_address, None, 0
    if not os.path.lexists(path) and (stretch := _STRETCH.fullmatch(path)):
        path, start, length = stretch["path"], int(stretch["start"]), int(stretch["length"])
    numbered = _NUMBERS.fullmatch(refusal.origin)
    place, number = (numbered["place"], numbered["number"]) if numbered else (refusal.origin, None)
    member = ""
    if not os.path.lexists(path):
        unpacked = _NUMBERS.fullmatch(path)
        path = unpacked["place"] if unpacked else path
    if not os.path.lexists(path):
        path, member = _split(path)
        place = place.removesuffix(f"!{member}")
    if not path:
        return None
    origin = next((each for each in (refusal.origin, place) if _base(each) == _base(path)), path)
    wanted = _Wanted(
        member=member, number=int(number) if number else None, start=start, length=length, seen_at=refusal.seen_at
    )
    return os.path.abspath(path), origin, wanted  # noqa: PTH100  # a link is not the place it leads to


def _split(address: str) -> tuple[str, str]:
    """An archive that is there, and its member; empty: there is none."""
    for mark in re.finditer("!", address):
        if os.path.isfile(address[: mark.start()]):  # noqa: PTH113  # names need not be UTF-8
            return address[: mark.start()], address[mark.end() :]
    return "", ""


def _base(path: str) -> str:
    return os.path.basename(path)  # noqa: PTH119  # the same


def inputs_of(attempt: Attempt, out: Path, run: Run, options: ReadOptions) -> Iterator[Input]:
    """What is to be read again and was not by this run: exchanges by round, then files by path."""
    for number, addresses in sorted(attempt.exchanges.items()):
        round_ = Round(out / "raw" / f"{number:010d}")
        for request in round_.requests():
            if request.raw_address in addresses:
                yield from _input(f"{number}", round_.piece(request), run, begins=True)
    for (path, origin), wanted in sorted(attempt.files.items()):
        for listed in _listed(path, origin):
            begins = True
            for given in _stretches(listed, wanted, options, run.spool):
                yield from _input(listed.identity, given, run, begins=begins)
                begins = False


def _input(identity: str, given: Piece | Rejected, run: Run, *, begins: bool) -> Iterator[Input]:
    key = input_key(identity, given)
    if key not in run.done:
        yield Input(given=given, key=key, begins=begins, size=0)


def _listed(path: str, origin: str) -> Iterator[Listed]:
    """The file under the name that it was refused under; of a folder, what is in it."""
    try:
        found = list(list_inputs([path]))
    except SourceError:  # gone a moment ago, or an output folder now
        return
    for listed in found:
        yield replace(listed, origin=listed.origin.replace(path, origin, 1))


def _stretches(
    listed: Listed, wanted: Sequence[_Wanted], options: ReadOptions, spool: Path
) -> Iterator[Piece | Rejected]:
    """The pieces of a file that hold what is wanted, no more of them than that where it is known exactly."""
    is_changed = _changed_at(listed.path) >= min(each.seen_at for each in wanted)
    records = min(500, options.batch_size)
    for given in cut(listed, options.limits, spool, max_records=records, speakers=options.speakers):
        if isinstance(given, Rejected) or is_changed:
            yield given
        else:
            yield from _narrowed(given, wanted)


def _changed_at(path: str) -> datetime:
    """When a file was written, or put in the place of another one, last."""
    try:
        status = os.stat(path)  # noqa: PTH116  # names need not be UTF-8
    except OSError:  # whoever reads it says so
        return datetime.min.replace(tzinfo=UTC)
    return datetime.fromtimestamp(max(status.st_mtime, status.st_ctime), UTC)


def _narrowed(piece: Piece, wanted: Sequence[_Wanted]) -> Iterator[Piece]:
    inside = [each for each in wanted if _holds(piece, each)]
    exact = {
        (each.start, each.number, each.length)
        for each in inside
        if each.start is not None and each.number is not None and not piece.spooled and piece.form in ("lines", "warc")
    }
    if len(exact) == len(inside):
        for start, number, length in sorted(exact):
            yield replace(piece, start=start, length=length, first=number, records=1, weight=length)
    elif inside:
        yield piece


def _holds(piece: Piece, wanted: _Wanted) -> bool:
    member = piece.member or piece.origin.rpartition("!")[2] if piece.spooled or piece.member else ""
    if wanted.member and wanted.member != member:
        return False
    if piece.form not in ("lines", "warc"):
        return True
    if wanted.start is not None and not piece.spooled:
        return piece.start <= wanted.start < piece.start + (piece.length or 0)
    return wanted.number is None or piece.first <= wanted.number <= piece.first + piece.records
