"""Retrieve: ask the feeds that are due, and the pages that their entries want, and decide what follows from it.

One asynchronous process, before Beam, because manners are per host. Everything received lies in the round's folder when
this is done, and the decision is written beside it: from there on nothing depends on the network or the clock. Called
again for a round that a crash cut short, it takes for answered what the journal says was asked, and asks the rest.

Told to stop, it sends nothing more, gives answers that are under way a little time (`pipeline.asks`) and decides on
what there is: a feed that was not asked stays due, a page that was not stays wanted, an ask that was cut off counts.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol

import msgspec

from pipeline.asks import Asks
from pipeline.clock import Clock
from pipeline.feedstate import Wanted
from pipeline.fetch import Answer
from pipeline.guest import Guest
from pipeline.raw import Round
from transforms.core.errors import Refused, rejected
from transforms.core.exchange import Context
from transforms.core.feedstate import FeedState
from transforms.core.pieces import Piece
from transforms.core.polling import FeedSettings, FeedSurvey, Outcome, Request
from transforms.core.records import Item, Reason, Rejected, Stage
from transforms.core.schedule import after, conditional
from transforms.core.settle import identify
from transforms.core.wanted import again_at, pages_of

#: What a failure to get a document is called where rejections are counted. Others are no news about it.
_REASONS: Final[Mapping[Outcome, Reason]] = {
    Outcome.MISSING: Reason.HTTP_ERROR,
    Outcome.GONE: Reason.HTTP_ERROR,
    Outcome.FORBIDDEN: Reason.HTTP_ERROR,
    Outcome.REFUSED: Reason.HTTP_ERROR,
    Outcome.SERVER_ERROR: Reason.HTTP_ERROR,
    Outcome.BAD_REDIRECT: Reason.BAD_REDIRECT,
    Outcome.BAD_ADDRESS: Reason.BAD_ADDRESS,
    Outcome.UNRESOLVED: Reason.UNREACHABLE,
    Outcome.UNREACHABLE: Reason.UNREACHABLE,
    Outcome.TIMED_OUT: Reason.TIMED_OUT,
    Outcome.BROKEN: Reason.UNREACHABLE,
    Outcome.INSECURE: Reason.INSECURE,
    Outcome.TOO_LARGE: Reason.TOO_LARGE,
    Outcome.DISALLOWED: Reason.DISALLOWED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A feed to ask, and what is known of it."""

    settings: FeedSettings
    state: FeedState
    known: frozenset[str]  #: keys of the entries that earlier documents held


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """All that follows from a round."""

    ended_at: datetime
    states: tuple[FeedState, ...]
    entries: Mapping[str, tuple[str, ...]]  #: by feed: keys of the entries of its newest document
    wanted: tuple[Wanted, ...]  #: pages to be asked for another time
    settled: tuple[str, ...]  #: addresses of pages that are no longer wanted
    pieces: tuple[Piece, ...]
    unread: tuple[Rejected, ...]
    faults: Mapping[str, str]  #: by request: why a document is no feed


class Surveys(Protocol):
    """Reads feed documents where it can be killed."""

    async def __call__(self, piece: Piece) -> FeedSurvey:
        """What the document is, for whoever asks again."""


@dataclass(slots=True, kw_only=True)
class Retrieval:
    """One round under way."""

    round: Round
    guest: Guest
    survey: Surveys
    has_page: Callable[[Collection[str]], Collection[str]]  #: of articles, those stored with the text of their page
    clock: Clock
    stop: Callable[[], bool]
    pages_left: int
    _asks: Asks[Due | Wanted] = field(init=False)
    _earlier: dict[tuple[str, str], list[Request]] = field(default_factory=dict)
    _pages: set[str] = field(default_factory=set)  #: articles whose page is seen to in this round
    _states: list[FeedState] = field(default_factory=list)
    _entries: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _wanted: dict[str, Wanted] = field(default_factory=dict)
    _settled: set[str] = field(default_factory=set)
    _records: dict[str, int] = field(default_factory=dict)  #: by request: entries of the document
    _unread: list[Rejected] = field(default_factory=list)
    _faults: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._asks = Asks(clock=self.clock, stop=self.stop)

    async def run(self, due: Sequence[Due], pages: Sequence[Wanted]) -> Decision:
        """Ask all of them, politely, and decide.

        Args:
            due: feeds.
            pages: wanted since earlier rounds.
        """
        self._recall_asks()
        self._pages.update(map(_article_of, pages))
        for feed in due:
            self._asks.begin(feed, self._feed(feed))
        for page in pages:
            self._asks.begin(page, self._page(page))
        cut = await self._asks.until_done()
        self._recall_asks()
        for each in cut:  # an answer, or an ask in vain, is decided on; the rest is left for another time
            await (self._feed(each) if isinstance(each, Due) else self._page(each))
        return Decision(
            ended_at=self.clock.now(),
            states=tuple(sorted(self._states, key=lambda state: state.url)),
            entries=dict(sorted(self._entries.items())),
            wanted=tuple(sorted(self._wanted.values(), key=lambda page: page.url)),
            settled=tuple(sorted(self._settled)),
            pieces=self._pieces(),
            unread=tuple(sorted(self._unread, key=lambda refused: (refused.origin, refused.url))),
            faults=dict(sorted(self._faults.items())),
        )

    def _recall_asks(self) -> None:
        """What the journal says was asked is not asked again."""
        self._earlier = {}
        for request in self.round.requests():
            asked_as = _asked_as(request.purpose, request.feed_url, request.first_url)
            self._earlier.setdefault(asked_as, []).append(request)

    async def _feed(self, due: Due) -> None:
        settings, state = due.settings, due.state
        hops = await self._ask(
            state.address,
            Context(
                purpose="feed",
                feed_url=settings.url,
                source=settings.source,
                language=settings.language,
                wants_pages=settings.full_text != "never",
            ),
            headers=settings.headers,
            validators=conditional(state, settings, self.clock.now()),
            last_hash=state.body_hash,
        )
        if not hops:  # told to stop before it was asked: it stays due
            return
        final = hops[-1]
        survey, fresh = None, 0
        if final.outcome is Outcome.FETCHED:
            survey = await self.survey(self.round.piece(final))
            self._records[final.request_id] = max(1, len(survey.entries))
            fresh = sum(entry.key not in due.known for entry in survey.entries)
            if survey.fault:
                self._faults[final.request_id] = survey.fault
            else:
                self._entries[settings.url] = tuple(entry.key for entry in survey.entries)
                self._want_pages(due, survey)
        elif final.outcome in _REASONS:
            self._unread.append(_rejection(final, settings, state))
        self._states.append(
            after(state, settings, hops, survey, fresh, now=self.clock.now(), seed=f"{self.round.number}")
        )

    def _want_pages(self, due: Due, survey: FeedSurvey) -> None:
        """Ask for the pages of entries that are new, as far as a round may; the rest wait for another."""
        for entry in pages_of(survey, due.settings, known=due.known, has_page=self.has_page):
            if entry.article_id in self._pages:  # another feed names it too
                continue
            self._pages.add(entry.article_id)
            page = Wanted(
                url=entry.url,
                feed_url=due.settings.url,
                source=due.settings.source,
                language=due.settings.language,
                entry=entry.item,
                tries=0,
                next_at=self.clock.now(),
            )
            if self.pages_left > 0 and not self.stop():
                self.pages_left -= 1
                self._asks.begin(page, self._page(page))
            else:
                self._wanted[page.url] = page

    async def _page(self, page: Wanted) -> None:
        entry = msgspec.json.decode(page.entry, type=Item)
        context = Context(
            purpose="page", feed_url=page.feed_url, source=page.source, language=page.language, entry=entry
        )
        hops = await self._ask(page.url, context)
        if not hops:
            self._wanted[page.url] = page
            return
        final = hops[-1]
        if final.outcome is Outcome.FETCHED:
            self._settled.add(page.url)
            return
        tries = page.tries + 1
        again = again_at(final, tries=tries, now=self.clock.now())
        if again is None:
            self._settled.add(page.url)
            if not entry.text:
                self._unread.append(_without_page(final, entry, page))
        else:
            self._wanted[page.url] = replace(page, tries=tries, next_at=again)

    def _pieces(self) -> tuple[Piece, ...]:
        """All documents of the round, also those of a feed that has left the list since."""
        return tuple(
            replace(self.round.piece(request), records=self._records.get(request.request_id, 1))
            for request in self.round.requests()
            if request.purpose in ("feed", "page") and request.outcome is Outcome.FETCHED
        )

    async def _ask(
        self,
        url: str,
        context: Context,
        *,
        headers: Sequence[tuple[str, str]] = (),
        validators: tuple[str, str] = ("", ""),
        last_hash: str = "",
    ) -> tuple[Request, ...]:
        """The hops of an ask, of this process or of the one that died; none if it was to stop."""
        earlier = self._earlier.get(_asked_as(context.purpose, context.feed_url, url))
        if earlier:
            last = earlier[-1]
            if last.outcome is Outcome.REDIRECTED:  # it died between two hops
                earlier = [*earlier[:-1], replace(last, outcome=Outcome.ABANDONED)]
            return tuple(earlier)
        if self.stop():
            return ()
        journal = _Journal(self.round, url, context, last_hash, self.clock, self._asks)
        asked = await self.guest.ask(
            url,
            purpose=context.purpose,
            feed_url=context.feed_url,
            headers=headers,
            etag=validators[0],
            last_modified=validators[1],
            journal=journal,
        )
        final = asked.final
        if final.request_id not in journal.ended:  # it was not sent; that is told all the same
            final = journal.end(final, None)
        return (*(hop for hop in asked.requests if hop.purpose == context.purpose and hop != asked.final), final)


@dataclass(frozen=True, slots=True)
class _Journal:
    """Keeps an ask in the round: a line before each hop is sent, its answer afterwards."""

    round: Round
    first_url: str
    context: Context
    last_hash: str
    clock: Clock
    asks: Asks[Due | Wanted]
    ended: set[str] = field(default_factory=set)  #: ids

    def begin(self, request: Request) -> None:
        self.asks.note_sending()
        self.round.begin(self._described(request))

    def end(self, request: Request, answer: Answer | None) -> Request:
        self.asks.note_answered()
        self.ended.add(request.request_id)
        request = self._described(request)
        if request.outcome is Outcome.FETCHED and request.body_hash == self.last_hash:
            request = replace(request, outcome=Outcome.SAME)
        if answer is None or request.outcome is not Outcome.FETCHED:
            return self.round.end(request)
        return self.round.end(
            request,
            status=answer.status or 0,
            headers=answer.headers,
            body=answer.body,
            context=replace(self.context, received_at=self.clock.now()),
        )

    def _described(self, request: Request) -> Request:
        return replace(request, first_url=self.first_url if request.purpose == self.context.purpose else request.url)


def _asked_as(purpose: str, feed_url: str, first_url: str) -> tuple[str, str]:
    """What an ask is known by in a round: feeds may share an address, pages are pages."""
    return purpose, feed_url if purpose == "feed" else first_url


def _article_of(page: Wanted) -> str:
    return identify(msgspec.json.decode(page.entry, type=Item), speaks_for=lambda _: False)


def _without_page(request: Request, entry: Item, page: Wanted) -> Rejected:
    """What an entry is recorded as that has no text and whose page was asked for in vain for the last time."""
    reason = _REASONS.get(request.outcome, Reason.UNREACHABLE)
    refused = Refused(Stage.RETRIEVE, reason, request.detail or request.outcome)
    return rejected(refused, origin=page.url, source=page.source or entry.source, title=entry.title, url=page.url)


def _rejection(request: Request, settings: FeedSettings, state: FeedState) -> Rejected:
    """What a feed that gave nothing is recorded as."""
    refused = Refused(Stage.RETRIEVE, _REASONS[request.outcome], request.detail or request.outcome)
    return rejected(refused, origin=settings.url, source=settings.source or state.title, url=request.url)
