"""What a round of polling did, for a person and for a machine."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.report import Report
from pipeline.wording import counted
from transforms.core.polling import Outcome, Request

#: What the outcomes of asking a feed are told as; what is not here is told as it is named.
_WORDS: Final[Mapping[Outcome, str]] = {
    Outcome.FETCHED: "new documents",
    Outcome.SAME: "the same as before",
    Outcome.NOT_MODIFIED: "not modified",
}


@dataclass(slots=True, kw_only=True)
class RoundReport:
    """The requests of a round, and what came of what they brought."""

    report: Report
    rounds: list[int] = field(default_factory=list)
    requests: tuple[Request, ...] = ()
    next_in_s: float | None = None  #: until the first feed is due again

    def feeds(self) -> Counter[Outcome]:
        """How many feeds each outcome had: that of the last hop."""
        last = {request.feed_url: request.outcome for request in self.requests if request.purpose == "feed"}
        return Counter(last.values())

    def failures(self) -> list[Request]:
        """The requests that left a feed without an answer, the last hop of each, by feed."""
        last = {request.feed_url: request for request in self.requests if request.purpose == "feed"}
        return [last[url] for url in sorted(last) if last[url].outcome not in _WORDS]

    def pages(self) -> Counter[Outcome]:
        """How many article pages each outcome had."""
        last = {request.first_url: request.outcome for request in self.requests if request.purpose == "page"}
        return Counter(last.values())

    def as_json(self) -> dict[str, Any]:
        """The report for a machine: that of what was read, and the requests."""
        return {
            **self.report.as_json(),
            "rounds": self.rounds,
            "requests": len(self.requests),
            "bytes": sum(request.bytes for request in self.requests),
            "feeds": {outcome.value: number for outcome, number in sorted(self.feeds().items())},
            "pages": {outcome.value: number for outcome, number in sorted(self.pages().items())},
            "next_in_s": self.next_in_s,
        }

    def lines(self) -> list[str]:
        """The report for a person."""
        said = self.asked_lines()
        return [*said, "", *self.report.lines()] if self.report.delivered or self.report.notes else said

    def asked_lines(self) -> list[str]:
        """What was asked, in a line or two."""
        feeds, pages = self.feeds(), self.pages()
        if not self.requests:
            return [f"No feed is due{_in_words(self.next_in_s)}."]
        hosts = len({request.host for request in self.requests})
        size = sum(request.bytes for request in self.requests)
        asked = f"Asked {counted(feeds.total(), 'feed')} on {counted(hosts, 'host')}"
        lines = [f"{asked} in {counted(len(self.requests), 'request')}, {size:,} bytes: {_told(feeds)}."]
        if pages:
            got = pages[Outcome.FETCHED]
            lines.append(f"Fetched {counted(got, 'page')} of entries that carry only a summary.")
            if pages.total() > got:
                del pages[Outcome.FETCHED]
                lines.append(f"Not given: {_told(pages)}.")
        return lines


def _told(outcomes: Counter[Outcome]) -> str:
    return " · ".join(
        f"{number:,} {_WORDS.get(outcome, outcome.replace('_', ' '))}" for outcome, number in outcomes.most_common()
    )


def _in_words(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes = max(1, round(seconds / 60))
    return (
        f"; the next one is in {counted(minutes, 'minute')}"
        if minutes < 120
        else f"; the next one is in {minutes // 60} hours"
    )
