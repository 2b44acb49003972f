"""A status as a file for Prometheus: the textfile collector of its node exporter reads it.

The file is replaced whole, so that nobody reads half of one. Its name should end in `.prom`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import write_to_textfile

from pipeline.status import Condition, Status


def write_metrics(path: Path, status: Status) -> None:
    """Replace the file.

    Raises:
        OSError: it cannot be written; the one before stays.
    """
    registry = CollectorRegistry()
    registry.register(_Metrics(status))
    write_to_textfile(str(path), registry)


class _Metrics:
    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        """All families, as the registry asks for them."""
        status, conditions = self._status, self._status.conditions()
        yield _gauge(
            "newsbeam_feeds", "Feeds of the list.", {each.value: conditions[each] for each in Condition}, "condition"
        )
        yield _gauge(
            "newsbeam_feeds_needing_a_person",
            "Feeds that will not be well again by themselves, or were not for long.",
            sum(feed.needs_person for feed in status.feeds),
        )
        yield _gauge("newsbeam_requests_last_day", "Requests of the last 24 hours.", status.requests, "outcome")
        yield _counter("newsbeam_deliveries", "Deliveries of all loads.", status.deliveries, "outcome")
        yield _counter("newsbeam_rejected", "Deliveries that were not usable.", status.rejected, "reason")
        yield _gauge("newsbeam_rows", "Rows of the tables.", status.rows, "table")
        yield _gauge("newsbeam_last_load", "Number of the last load.", status.load_id)
        if status.load_at:
            yield _gauge("newsbeam_last_load_timestamp_seconds", "When it was published.", status.load_at.timestamp())
            yield _gauge("newsbeam_last_load_duration_seconds", "How long it took.", status.load_s)
        yield _gauge("newsbeam_poll_lag_seconds", "How long the most overdue feed has been due.", status.lag_s)
        answered = {feed.url: feed.last_answer_at.timestamp() for feed in status.feeds if feed.last_answer_at}
        new = {feed.url: feed.last_new_at.timestamp() for feed in status.feeds if feed.last_new_at}
        failures = {feed.url: feed.failures for feed in status.feeds}
        yield _gauge("newsbeam_feed_last_success_timestamp_seconds", "When the feed answered last.", answered, "url")
        yield _gauge("newsbeam_feed_last_new_timestamp_seconds", "When it had something new last.", new, "url")
        yield _gauge("newsbeam_feed_failures", "Failures in a row.", failures, "url")


def _gauge(name: str, meaning: str, values: Mapping[str, float] | float, label: str = "") -> Metric:
    if isinstance(values, Mapping):
        return _labelled(GaugeMetricFamily(name, meaning, labels=[label]), values)
    return GaugeMetricFamily(name, meaning, value=values)


def _counter(name: str, meaning: str, values: Mapping[str, float], label: str) -> Metric:
    return _labelled(CounterMetricFamily(name, meaning, labels=[label]), values)


def _labelled(
    family: GaugeMetricFamily | CounterMetricFamily, values: Mapping[str, float]
) -> GaugeMetricFamily | CounterMetricFamily:
    for value, number in sorted(values.items()):
        family.add_metric([value], number)
    return family
