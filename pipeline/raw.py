"""A round of retrieving on the disk: a line before each request and one after it, and every answer as it was received.

    raw/0000000007/journal.jsonl        {"what": "begin", "request": …} and {"what": "end", "request": …}, each synced
    raw/0000000007/responses.warc.gz    per exchange a metadata and a response record, each a gzip member
    raw/0000000007/<name>.json          notes
    raw/0000000007/published            it is: nothing of the round is needed any more

An answer is on the disk before its `end` is. So what a crash leaves is: a request that nobody knows the answer of
(ABANDONED), or an exchange without its line, which gets it when the round is opened again, or an exchange that is cut,
which is taken off. Not for use by two threads, or processes, at once.
"""

import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final, Literal

import msgspec

from pipeline.durable import make_folder, sync_folder, write_synced
from pipeline.rawrecords import exchange_records
from transforms.core.errors import Refused
from transforms.core.exchange import Context, Kept, kept_at
from transforms.core.pieces import Piece
from transforms.core.polling import Outcome, Request
from transforms.core.warc import record_end

JOURNAL: Final = "journal.jsonl"
RESPONSES: Final = "responses.warc.gz"
_PUBLISHED: Final = "published"
_NUMBER: Final = re.compile(r"\d{10}")
_NOTE: Final = re.compile(r"[a-z][a-z0-9-]{0,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    what: Literal["begin", "end"]
    request: Request


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Line).decode


class Round:
    """One round. Opening it changes nothing; the first thing written takes off what a crash left cut."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.number = int(folder.name)
        self._journal: int | None = None
        self._responses: int | None = None

    @staticmethod
    def begin_new(raw: Path) -> "Round":
        """A new round, its folder on the disk. Its number is above that of every folder there."""
        number = max((round_.number for round_ in Round.all(raw)), default=0) + 1
        folder = raw / f"{number:010d}"
        make_folder(folder)
        return Round(folder)

    @staticmethod
    def all(raw: Path) -> list["Round"]:
        """The rounds that are kept, in order."""
        if not raw.is_dir():
            return []
        return [Round(path) for path in sorted(raw.iterdir()) if _NUMBER.fullmatch(path.name) and path.is_dir()]

    @staticmethod
    def unpublished(raw: Path) -> list["Round"]:
        """Those whose answers are not published yet, in order."""
        return [round_ for round_ in Round.all(raw) if not round_.published]

    @property
    def published(self) -> bool:
        """Whether it was marked so."""
        return (self.folder / _PUBLISHED).exists()

    def begin(self, request: Request) -> None:
        """Write down that a request is about to be sent; it may be sent when this returns."""
        self._write_line(_Line(what="begin", request=request))

    def end(
        self,
        request: Request,
        *,
        context: Context | None = None,
        status: int = 0,
        headers: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> Request:
        """Write down what came of a request, and keep the answer.

        Args:
            request: as it ended.
            context: why it was asked, and when the answer was received; None: the answer is not kept.
            status: of the answer.
            headers: of the answer, in order, without those of the connection.
            body: of the answer, as received, without transfer coding.

        Returns:
            The request with where its answer lies. Both are on the disk.
        """
        if context is not None:
            kept = Kept(context=context, request=request)
            request = replace(request, raw_address=self._keep(exchange_records(kept, status, headers, body)))
        self._write_line(_Line(what="end", request=request))
        return request

    def requests(self) -> tuple[Request, ...]:
        """All that the journal holds, in the order in which they began; ABANDONED where nobody knows what came."""
        if not self.published:
            self._mend()
        requests: dict[str, Request] = {}
        for line in self._lines():
            known = line.request
            if line.what == "begin":
                known = replace(known, outcome=Outcome.ABANDONED)
                requests.setdefault(known.request_id, known)
            else:
                requests[known.request_id] = known
        return tuple(requests.values())

    def piece(self, request: Request) -> Piece:
        """The exchange of a request whose answer was kept."""
        place = request.raw_address.rpartition("@")[2]
        start, _, length = place.partition("+")
        return Piece(
            origin=request.feed_url if request.purpose == "feed" else request.first_url or request.url,
            path=str(self.folder.absolute() / RESPONSES),
            form="raw",
            start=int(start),
            length=int(length),
            weight=request.bytes,
        )

    def note(self, name: str, data: bytes) -> None:
        """Keep something beside the answers, in place of what was kept under that name; it is on the disk."""
        write_synced(self._note(name), data)

    def noted(self, name: str) -> bytes | None:
        """What was kept under a name; None: nothing."""
        path = self._note(name)
        return path.read_bytes() if path.exists() else None

    def rewrite(self, change: Callable[[Request], Request]) -> None:
        """Write the journal anew, each request as `change` gives it, whole or not at all; nothing if none differs."""
        self.close()
        lines = list(self._lines())
        changed = [replace(line, request=change(line.request)) for line in lines]
        if changed != lines:
            write_synced(self.folder / JOURNAL, b"".join(_encode(line) + b"\n" for line in changed))

    def mark_published(self) -> None:
        """What the round received is published. Twice is once."""
        write_synced(self.folder / _PUBLISHED, b"")
        self.close()

    def close(self) -> None:
        """Close its files. Written to again, it opens them again."""
        for descriptor in (self._journal, self._responses):
            if descriptor is not None:
                os.close(descriptor)
        self._journal = self._responses = None

    def _note(self, name: str) -> Path:
        if not _NOTE.fullmatch(name):
            raise ValueError(f"no name for a note: {name!r}")
        return self.folder / f"{name}.json"

    def _lines(self) -> Iterator[_Line]:
        """Those that can be read: the last may be cut."""
        path = self.folder / JOURNAL
        for line in path.read_bytes().split(b"\n") if path.exists() else ():
            try:
                yield _decode(line)
            except msgspec.MsgspecError:
                continue

    def _write_line(self, line: _Line) -> None:
        self._mend()
        if self._journal is None:
            raise AssertionError("mending opens the journal")
        _write(self._journal, _encode(line) + b"\n")

    def _keep(self, exchange: bytes) -> str:
        self._mend()
        if self._responses is None:
            self._responses = _open(self.folder / RESPONSES)
        offset = os.fstat(self._responses).st_size
        _write(self._responses, exchange)
        return self._address(offset, offset + len(exchange))

    def _mend(self) -> None:
        """Once after opening: take off what is cut, and write the lines that whole exchanges have not got."""
        if self._journal is not None:
            return
        journal = self.folder / JOURNAL
        ended = 0
        if journal.exists():
            data = journal.read_bytes()
            whole = data.rfind(b"\n") + 1
            if whole < len(data):
                _truncate(journal, whole)
            ended = max((_end_of(line.request.raw_address) for line in self._lines()), default=0)
        self._journal = _open(journal)
        responses = self.folder / RESPONSES
        if not responses.exists():
            return
        with responses.open("rb") as stream:
            size = stream.seek(0, io.SEEK_END)
            while ended < size and (kept := _whole_exchange(stream, ended, size)):
                request, end = kept
                request = replace(request, raw_address=self._address(ended, end))
                _write(self._journal, _encode(_Line(what="end", request=request)) + b"\n")
                ended = end
        if ended < size:
            _truncate(responses, ended)

    def _address(self, offset: int, end: int) -> str:
        return f"raw/{self.folder.name}/{RESPONSES}@{offset}+{end - offset}"


def _whole_exchange(stream: BinaryIO, offset: int, size: int) -> tuple[Request, int] | None:
    """The request of the exchange that begins here, and where it ends; None where none is whole."""
    try:
        kept, after = kept_at(stream, offset, size)
    except Refused:
        return None
    end = record_end(stream, after.offset, size)
    return (kept.request, end.offset) if end.whole else None


def _end_of(raw_address: str) -> int:
    start, _, length = raw_address.rpartition("@")[2].partition("+")
    return int(start) + int(length) if length else 0


def _open(path: Path) -> int:
    """Open a file to write at its end; a new one's name is on the disk."""
    new = not path.exists()
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if new:
        sync_folder(path.parent)
    return descriptor


def _write(descriptor: int, data: bytes) -> None:
    """Write all of it, and sync."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.fsync(descriptor)


def _truncate(path: Path, size: int) -> None:
    with path.open("r+b") as file:
        file.truncate(size)
        file.flush()
        os.fsync(file.fileno())
