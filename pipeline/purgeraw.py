"""`raw/` without what is purged: an entry is cut out of the feed documents that hold it, its page is emptied.

What is left of an exchange takes as many bytes as the exchange before, so every other address stays right. Whether a
document holds what is purged, and that nothing else was lost when it was cut out, is found by reading it, where it can
be killed, as it was read when it was received. A document that cannot be taken apart so is emptied.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from pipeline.durable import UNFINISHED, make_folder, sync_file, sync_folder
from pipeline.exchanges import DoesNotFit, exchange_of_length
from pipeline.raw import RESPONSES, Round
from pipeline.rawrecords import exchange_records
from transforms.core.addresses import registrable_domain
from transforms.core.errors import Refused
from transforms.core.exchange import Exchange, Kept, kept_at, read_exchange
from transforms.core.pieces import Limits, Piece
from transforms.core.polling import Request
from transforms.core.purging import Cut, Purge, cut_feed
from transforms.core.records import Item
from transforms.core.settle import identify
from transforms.isolation import Pool, shared_pool
from transforms.worker import Settings

#: A feed document that would take more than this to take apart is emptied.
_MOST_BYTES: Final = 50_000_000
_LIMITS: Final = Limits(max_item_bytes=100_000_000)
#: The detail of an exchange of which nothing is left, and of one that an entry was cut out of.
_EMPTY: Final = "purged"
_CUT: Final = "purged in part"
_DECISION: Final = "decision"


@dataclass(slots=True, kw_only=True)
class RawCounts:
    """What was done to `raw/`."""

    cut: int = 0  #: documents that an entry was cut out of
    emptied: int = 0  #: exchanges of which nothing is left


def purge_raw(raw: Path, purge: Purge, work: Path) -> RawCounts:
    """Take what is purged out of every round. Twice is once; killed, a round is as it was or done, file by file.

    Args:
        raw: the folder of rounds.
        purge: what goes.
        work: a folder for what is tried out; removed again.

    Raises:
        OSError: the disk is full or fails.
        WorkersFailed: no reader can be started.
    """
    counts = RawCounts()
    rounds = Round.all(raw)
    if not rounds:
        return counts
    if work.exists():
        shutil.rmtree(work)
    make_folder(work)
    readers = shared_pool(Settings(limits=_LIMITS, taxonomy=""), 1)
    for round_ in rounds:
        _Purging(round_, purge, readers, work, counts).run()
    shutil.rmtree(work)
    return counts


def is_about(purge: Purge, item: Item) -> bool:
    """Whether an entry is of what is purged."""
    return purge.is_address(item.url) or identify(item, speaks_for=lambda _: False) in purge.article_ids


def emptied_request(purge: Purge, request: Request) -> Request:
    """A request for a page that is purged, without its address; others as they are."""
    if request.purpose != "page" or not any(map(purge.is_address, (request.url, request.first_url, request.location))):
        return request
    return replace(request, url="", first_url="", location="")


class _Purging:
    """One round."""

    def __init__(self, round_: Round, purge: Purge, readers: Pool, work: Path, counts: RawCounts) -> None:
        self.round, self.purge, self.readers, self.work, self.counts = round_, purge, readers, work, counts
        self.domains = {registrable_domain(address) for address in purge.addresses}

    def run(self) -> None:
        """First the answers, then the lines that say where they lie: an answer without its line would stay."""
        folder = self.round.folder
        since = folder.stat()
        requests = self.round.requests()
        self.round.close()
        kept = [request for request in requests if request.raw_address]
        replaced = self._replaced(kept)
        if replaced:
            self._write(replaced)
        gone = {request.raw_address for request in kept if self._is_emptied(request)}
        self.round.rewrite(partial(self._told, gone))
        self._drop_decision()
        os.utime(folder, ns=(since.st_atime_ns, since.st_mtime_ns))  # its age is that of its last answer

    def _replaced(self, requests: Sequence[Request]) -> dict[int, bytes]:
        """What is to stand in place of exchanges, by offset."""
        replaced: dict[int, bytes] = {}
        pieces = {piece.raw_address: piece for piece in map(self.round.piece, requests)}
        feeds = [pieces[request.raw_address] for request in requests if request.purpose == "feed"]
        about: set[str] = set()
        for piece, survey in self.readers.survey(feeds):
            if any(entry.article_id in self.purge.article_ids for entry in survey.entries):
                about.add(piece.raw_address)
        for request in requests:
            piece = pieces[request.raw_address]
            if request.purpose == "feed":
                if request.raw_address in about or (
                    request.raw_address in self.purge.raw_addresses and not self._is_clean(piece)
                ):
                    replaced[piece.start] = self._without(piece)
            elif self._is_page(request, piece):
                replaced[piece.start] = self._emptied(piece)
        return replaced

    def _is_clean(self, piece: Piece) -> bool:
        """Whether an exchange that gave a version of what is purged holds it no more: cut or emptied before."""
        kept = self._kept(piece)
        return kept is None or kept.request.detail in (_EMPTY, _CUT)

    def _is_page(self, request: Request, piece: Piece) -> bool:
        """Whether an exchange for a page gives what is purged."""
        kept = self._kept(piece)
        if kept is None or kept.request.detail == _EMPTY:
            return False
        if emptied_request(self.purge, request) is not request or request.raw_address in self.purge.raw_addresses:
            return True
        if kept.context.entry is not None and is_about(self.purge, kept.context.entry):
            return True
        if registrable_domain(request.url) not in self.domains:
            return False
        drafts = self.work / "drafts"
        drafts.mkdir(exist_ok=True)
        found = list(self.readers.run([piece], now=datetime.now(UTC), drafts=drafts))
        return any(each.head is not None and each.head.article_id in self.purge.article_ids for each in found)

    def _kept(self, piece: Piece) -> Kept | None:
        with Path(piece.path).open("rb") as stream:
            try:
                return kept_at(stream, piece.start, piece.start + (piece.length or 0))[0]
            except Refused:
                return None

    def _is_emptied(self, request: Request) -> bool:
        kept = self._kept(self.round.piece(request))
        return kept is not None and kept.request.detail == _EMPTY

    def _without(self, piece: Piece) -> bytes:
        """The exchange without the entries that are purged; emptied where they cannot be told apart."""
        end = piece.start + (piece.length or 0)
        with Path(piece.path).open("rb") as stream:
            try:
                exchange = read_exchange(
                    stream, start=piece.start, end=end, raw_address=piece.raw_address, limits=_LIMITS
                )
                kept, _ = kept_at(stream, piece.start, end)
            except Refused:
                return self._emptied(piece)
        cut = cut_feed(exchange.body, exchange.charset)
        if cut is None or (len(cut.head) + len(cut.tails[-1])) * len(cut.entries) > _MOST_BYTES:
            return self._emptied(piece)
        body = self._checked(cut, exchange, kept)
        if body is None:
            return self._emptied(piece)
        kept = replace(kept, request=replace(kept.request, detail=_CUT))
        try:
            left = exchange_of_length(
                kept, kept.request.status or 200, _headers(exchange), body, length=piece.length or 0
            )
        except DoesNotFit:
            return self._emptied(piece)
        self.counts.cut += 1
        return left

    def _checked(self, cut: Cut, exchange: Exchange, kept: Kept) -> bytes | None:
        """The document without the entries that are purged, if all others read as before; None: they do not."""
        alone = [cut.only(number) for number in range(len(cut.entries))]
        gone = [
            number
            for number, entries in enumerate(self._entries(alone, exchange, kept))
            if any(article_id in self.purge.article_ids for article_id, *_ in entries)
        ]
        if not gone:
            return None
        left = cut.without(gone)
        before, after = self._entries([exchange.body, left], exchange, kept)
        wanted = [entry for entry in before if entry[0] not in self.purge.article_ids]
        return left if after == wanted else None

    def _entries(
        self, bodies: Sequence[bytes], exchange: Exchange, kept: Kept
    ) -> Iterator[list[tuple[str, str, str, bool]]]:
        """What each document holds, in the order of the documents."""
        path, pieces = self.work / RESPONSES, []
        with path.open("wb") as file:
            for body in bodies:
                given = exchange_records(kept, kept.request.status or 200, _headers(exchange), body)
                pieces.append(Piece(origin="", path=str(path), form="raw", start=file.tell(), length=len(given)))
                file.write(given)
        surveys = {piece.start: survey for piece, survey in self.readers.survey(pieces)}
        for piece in pieces:
            entries = surveys[piece.start].entries
            yield [(entry.article_id, entry.url, entry.title, entry.has_text) for entry in entries]

    def _emptied(self, piece: Piece) -> bytes:
        """An exchange without an answer, without what led to it and without its address."""
        self.counts.emptied += 1
        kept = self._kept(piece)
        length = piece.length or 0
        if kept is None:
            return bytes(length)
        request = replace(kept.request, detail=_EMPTY)
        if request.purpose == "page":
            request = replace(request, url="", first_url="", location="")
        try:
            kept = replace(kept, context=replace(kept.context, entry=None), request=request)
            return exchange_of_length(kept, kept.request.status or 200, (), b"", length=length)
        except DoesNotFit:
            return bytes(length)

    def _write(self, replaced: dict[int, bytes]) -> None:
        """Put exchanges in place of others, in a new file that takes the place of the old one whole."""
        path = self.round.folder / RESPONSES
        draft = path.with_name(path.name + UNFINISHED)
        shutil.copyfile(path, draft)
        draft.chmod(0o600)
        with draft.open("r+b") as file:
            for offset, exchange in sorted(replaced.items()):
                file.seek(offset)
                file.write(exchange)
        sync_file(draft)
        draft.replace(path)
        sync_folder(self.round.folder)

    def _told(self, gone: set[str], request: Request) -> Request:
        """A request as the journal may still tell of it: without what names the article, or an answer that is gone."""
        request = emptied_request(self.purge, request)
        return replace(request, raw_address="") if request.raw_address in gone else request

    def _drop_decision(self) -> None:
        """What followed from a round that is published is in the tables; it may quote entries and name pages."""
        if self.round.published and self.round.noted(_DECISION) is not None:
            (self.round.folder / f"{_DECISION}.json").unlink()
            sync_folder(self.round.folder)


def _headers(exchange: Exchange) -> list[tuple[str, str]]:
    """What reading depends on."""
    return [("Content-Type", f"{exchange.content_type}; charset=utf-8")] if exchange.content_type else []
