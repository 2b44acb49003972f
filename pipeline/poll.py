"""A round of polling: the feeds that are due are retrieved, planned, run and published; then their schedule moves on.

    finish rounds left over -> retrieve -> decide -> plan -> run -> publish -> move on

A round's folder below `raw/` holds its journal, its responses and its decision. What is in the folder and not published
is finished at the next start, whatever happened in between: nothing received is lost, and what was asked counts as
asked.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import count
from typing import Final

import msgspec

from pipeline.account import add_up
from pipeline.batches import Batch, Input, cut_batches
from pipeline.clock import Clock
from pipeline.feedhistory import asked_rows
from pipeline.feedlist import FeedList
from pipeline.feedstate import FeedStates, Wanted
from pipeline.feedstate import Robots as RobotsText
from pipeline.guest import invited
from pipeline.ingest import catch_up, pass_over
from pipeline.load import run_load
from pipeline.options import ReadOptions
from pipeline.output import Output, open_output
from pipeline.plan import Plan, plan_batch, settings_of
from pipeline.publish import Step, next_load_id
from pipeline.raw import Round
from pipeline.report import Report
from pipeline.retrieve import Decision, Due, Retrieval
from pipeline.robots import Kept, Robots, RobotsFile
from pipeline.round_report import RoundReport
from pipeline.runs import Run, input_key, move_on
from schemas.rules import load_rules
from transforms.core.deliveries import RICHNESS
from transforms.core.http import host_of
from transforms.core.pieces import Piece
from transforms.core.polling import FeedSurvey, Outcome, Request
from transforms.core.records import Rejected
from transforms.core.schedule import is_due
from transforms.index import Index
from transforms.isolation import shared_pool
from transforms.snapshot import Snapshot
from transforms.tally import Count

_DECISION: Final = "decision"
#: A page's text is at least so rich.
_PAGE: Final = RICHNESS["page"]


class Poller:
    """Polls the feeds of a list into an output folder that is held open."""

    def __init__(
        self,
        output: Output,
        index: Index,
        options: ReadOptions,
        *,
        clock: Clock,
        stop: Callable[[], bool],
        at: Callable[[Step], None],
    ) -> None:
        self.output, self.index, self._options = output, index, options
        self._clock, self._stop, self._at = clock, stop, at
        self._rules = load_rules(options.topics, options.gazetteer)
        self._states = FeedStates.open(output.state)
        if self._states.is_new:
            self._states.rebuild(asked_rows(Snapshot.open_or_empty(output.path)))
        self._pool = shared_pool(settings_of(options), options.workers)
        self._robots = Robots(clock, self._remembered_robots)
        self._runner = asyncio.Runner()
        self._executor = ThreadPoolExecutor(1)
        self.notes: list[str] = []  #: what was found and put right at the start; goes into the next report

    def close(self) -> None:
        """Close what is open; connections are closed at the end of each round."""
        self._executor.shutdown()
        self._runner.close()
        self._states.close()

    def poll(self, feeds: FeedList) -> RoundReport:
        """One round. Asks nothing if nothing is due; finishes what an earlier process left over in any case.

        Raises:
            RunnerFailed, WorkersFailed, NumbersDoNotAdd, CannotPublish: the run failed; nothing is lost.
        """
        began = time.monotonic()
        report = RoundReport(report=Report(out=self.output.path, opened="document", notes=self.notes))
        self.notes = []
        tallies: list[tuple[Count, ...]] = []
        for left in Round.unpublished(self.output.raw):
            if self._stop():
                break
            report.report.notes.append(f"Finished round {left.number}, which an earlier run had begun.")
            self._finish(left, feeds, report, tallies)
        now = self._clock.now()
        if (self._due(feeds, now) or self._states.pages_due(now, feeds.network.pages_per_round)) and not self._stop():
            self._finish(Round.begin_new(self.output.raw), feeds, report, tallies)
        report.report.counts = add_up(tallies)
        report.report.seconds = time.monotonic() - began
        report.report.stopped = self._stop()
        report.next_in_s = self._next_in_s(feeds)
        return report

    def _finish(self, round_: Round, feeds: FeedList, report: RoundReport, tallies: list[tuple[Count, ...]]) -> None:
        """Take a round to its end from wherever it is."""
        decision = self._decided(round_) or self._retrieve(round_, feeds)
        next_at = {state.url: state.next_at for state in decision.states}
        requests = tuple(
            replace(
                request,
                next_at=next_at.get(request.feed_url) if request.purpose == "feed" else None,
                detail=decision.faults.get(request.request_id, request.detail),
            )
            for request in round_.requests()
        )
        run = Run(self.output.state, f"round-{round_.number:010d}")
        for number, plan in enumerate(self._plans(round_, decision, requests, run)):
            if number and self._stop():  # the batch in hand is published; the next start goes on
                round_.close()
                return
            tallies.append(
                run_load(
                    plan,
                    self.output,
                    self.index,
                    note=report.report.notes.append,
                    begin=run.begin,
                    move_on=partial(move_on, self.output.state),
                    beam_args=self._options.beam_args,
                    at=self._at,
                )
            )
            report.report.loads.append(plan.load_id)
        self._states.apply(
            round_.number,
            states=decision.states,
            entries=decision.entries,
            wanted=decision.wanted,
            settled=decision.settled,
            robots=self._learned_robots(),
        )
        round_.mark_published()
        run.end()
        report.rounds.append(round_.number)
        report.requests += requests
        report.report.containers += len(decision.pieces)

    def _due(self, feeds: FeedList, now: datetime, *, also: Collection[str] = ()) -> list[Due]:
        """The feeds that are due, and those named in `also`."""
        states = self._states.current(feeds.feeds, now)
        return [
            Due(settings=settings, state=states[settings.url], known=self._states.entries(settings.url))
            for settings in feeds.feeds
            if settings.url in also or is_due(states[settings.url], settings, now)
        ]

    def _next_in_s(self, feeds: FeedList) -> float | None:
        """Seconds until the first feed is due; None: none ever is."""
        at = self._states.next_at(feeds.feeds)
        return None if at is None else max(0.0, (at - self._clock.now()).total_seconds())

    def _decided(self, round_: Round) -> Decision | None:
        data = round_.noted(_DECISION)
        return None if data is None else msgspec.json.decode(data, type=Decision)

    def _retrieve(self, round_: Round, feeds: FeedList) -> Decision:
        """Ask what is due, and what a round that was cut short had asked; write down what follows."""
        now = self._clock.now()
        asked = {request.feed_url for request in round_.requests() if request.purpose == "feed"}
        due, pages = self._due(feeds, now, also=asked), self._states.pages_due(now, feeds.network.pages_per_round)
        decision = self._runner.run(self._ask(round_, feeds, due, pages))
        round_.note(_DECISION, msgspec.json.encode(decision))
        return decision

    async def _ask(self, round_: Round, feeds: FeedList, due: Sequence[Due], pages: Sequence[Wanted]) -> Decision:
        loop = asyncio.get_running_loop()

        async def survey(piece: Piece) -> FeedSurvey:
            return await loop.run_in_executor(self._executor, self._survey, piece)

        states = self._states.current(feeds.feeds, self._clock.now()).values()
        stopped = {host_of(state.address): state.next_at for state in states if state.last_outcome is Outcome.LIMITED}
        async with invited(feeds.network, self._clock, _ids(round_), robots=self._robots, stopped=stopped) as guest:
            retrieval = Retrieval(
                round=round_,
                guest=guest,
                survey=survey,
                has_page=self._has_page,
                clock=self._clock,
                stop=self._stop,
                pages_left=feeds.network.pages_per_round - len(pages),
            )
            return await retrieval.run(due, pages)

    def _remembered_robots(self, origin: str) -> Kept | None:
        kept = self._states.robots(origin)
        if kept is None:
            return None
        return Kept(file=msgspec.json.decode(kept.text, type=RobotsFile), at=kept.fetched_at)

    def _learned_robots(self) -> dict[str, RobotsText]:
        """What robots.txt said in this round; lost in a crash, it is asked for again."""
        learned, self._robots.learned = self._robots.learned, {}
        return {
            origin: RobotsText(text=msgspec.json.encode(kept.file).decode(), fetched_at=kept.at)
            for origin, kept in learned.items()
        }

    def _survey(self, piece: Piece) -> FeedSurvey:
        ((_, survey),) = self._pool.survey([piece])
        return survey

    def _has_page(self, article_ids: Collection[str]) -> Collection[str]:
        stored, purged = self.index.stored(sorted(article_ids)), self.index.purged()
        return (purged & set(article_ids)) | {
            article_id
            for article_id, versions in stored.items()
            if any(RICHNESS[each.text_from] >= _PAGE for each in versions)
        }

    def _plans(self, round_: Round, decision: Decision, requests: tuple[Request, ...], run: Run) -> Iterator[Plan]:
        """The batch that was in hand, then the rest; the requests go with the last one."""
        pending = run.pending(next_load_id(self.output))
        if pending is not None and pending.taxonomy_version == self._rules.version:
            yield replace(pending, workers=self._options.workers)
            run.done.update(pending.done)
        batches = list(cut_batches(self._inputs(round_, decision, run), size=self._options.batch_size))
        of_requests = input_key(f"{round_.number}", Piece(origin="requests", path="requests"))
        if self._states.round < round_.number and requests and of_requests not in run.done:
            batches = batches or [Batch()]
            batches[-1].done.append(of_requests)
        for batch in batches:
            yield plan_batch(
                batch,
                self._options,
                out=self.output.path,
                load_id=next_load_id(self.output),
                now=decision.ended_at,
                taxonomy_version=self._rules.version,
                requests=requests if of_requests in batch.done else (),
                purged=self.index.purged(),
            )

    def _inputs(self, round_: Round, decision: Decision, run: Run) -> Iterator[Input]:
        every: tuple[Piece | Rejected, ...] = (*decision.pieces, *decision.unread)
        for given in every:
            key = input_key(f"{round_.number}", given)
            if key not in run.done:
                yield Input(given=given, key=key, begins=isinstance(given, Piece), size=0)


@contextmanager
def polling(
    options: ReadOptions,
    *,
    clock: Clock,
    stop: Callable[[], bool],
    at: Callable[[Step], None] = pass_over,
) -> Iterator[Poller]:
    """Hold an output folder open, what an earlier run had decided finished, and poll into it.

    Raises:
        OutputError: the output folder cannot be used.
        TaxonomyError, GazetteerError: the taxonomy or the gazetteer has a fault.
    """
    load_rules(options.topics, options.gazetteer)
    with (
        open_output(options.out, command=options.command) as output,
        closing(Index.open(output.state / "index.sqlite", readonly=False)) as index,
    ):
        notes = catch_up(output, index, at)
        with closing(Poller(output, index, options, clock=clock, stop=stop, at=at)) as poller:
            poller.notes += notes
            yield poller


def _ids(round_: Round) -> Callable[[], str]:
    """Names for the requests of a round, behind those that it has already."""
    numbers = count(len(round_.requests()) + 1)
    return lambda: f"{round_.number:010d}-{next(numbers):06d}"
