"""Decide what becomes of each delivery: which rows, which sightings, which outcome."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import apache_beam as beam
from apache_beam.typehints.decorators import no_annotations

from transforms.core.decide import Counted, Decision, decide
from transforms.core.deliveries import Known, LinkedPair, Notice, Recall
from transforms.core.furniture import SCHEME
from transforms.core.place import place
from transforms.indexed import IndexedDoFn
from transforms.rows import Row
from transforms.stored_rows import StoredRows, StoredTables


@dataclass(eq=False)
class PlaceCopies(beam.PTransform):
    """Which of the batch's texts are copies of something in `articles`.

    Input: LinkedPair. Output: (article_id, version) of each copy. All links of a window meet in one place: chains must
    not form, so each placement depends on those before it in order of evidence.
    """

    def expand(self, links: beam.PCollection[LinkedPair]) -> beam.PCollection[tuple[str, str]]:
        return (
            links
            | "PutTogether" >> beam.Map(lambda linked: ("", linked.pair)).with_output_types(tuple[str, Any])
            | "GroupAll" >> beam.GroupByKey()
            | "Place" >> beam.FlatMap(lambda group: sorted(place(group[1]))).with_output_types(tuple[str, str])
        )


@dataclass(eq=False)
class DecideOutcomes(beam.PTransform):
    """Decide for each article of the batch.

    Input: a dict of `known` (Known), `copies` (article_id, version) and `notices` (Notice). Output: a dict of `rows`
    (Row) and `outcomes` (Counted), one for each delivery. One shuffle, of heads by article.
    """

    index: str
    now: datetime
    tables: StoredTables | None = None

    @no_annotations
    def expand(self, inputs: Mapping[str, beam.PCollection]) -> dict[str, beam.PCollection]:
        stored = {} if self.tables is None else {"recalls": self.tables.recalls}
        decide_all = (
            beam.ParDo(_Decide(self.index)) if self.tables is None else beam.FlatMap(_decide_group)
        ).with_output_types(Decision)
        decisions = (
            {
                **stored,
                "known": inputs["known"]
                | "KeyKnown" >> beam.WithKeys(_article_of_known).with_output_types(tuple[str, Known]),
                "copies": inputs["copies"],
                "notices": inputs["notices"]
                | "KeyNotices" >> beam.WithKeys(_article_of_notice).with_output_types(tuple[str, Notice]),
            }
            | "GroupByArticle" >> beam.CoGroupByKey()
            | "Decide" >> decide_all
        )
        return {
            "rows": decisions | "RowsOf" >> beam.FlatMap(rows_of, now=self.now).with_output_types(Row),
            "outcomes": decisions | "OutcomesOf" >> beam.FlatMap(_outcomes_of).with_output_types(Counted),
        }


def _article_of_known(known: Known) -> str:
    return known.head.article_id


def _article_of_notice(notice: Notice) -> str:
    return notice.article_id


def _outcomes_of(decision: Decision) -> tuple[Counted, ...]:
    return decision.outcomes


class _Decide(IndexedDoFn):
    def process(self, group: tuple[str, Mapping[str, Iterable[Any]]]) -> Iterator[Decision]:
        article_id, parts = group
        notices = list(parts["notices"])
        yield _decision(parts, notices, self.index.recalled([article_id] if notices else []).get(article_id, ()))


def _decide_group(group: tuple[str, Mapping[str, Iterable[Any]]]) -> Iterator[Decision]:
    article_id, parts = group
    known, notices = list(parts["known"]), list(parts["notices"])
    if known or notices:  # of most stored recalls nothing is delivered
        rows = StoredRows(recalls=[(article_id, recall) for recall in parts["recalls"]])
        yield _decision({**parts, "known": known}, notices, rows.recalled([article_id]).get(article_id, ()))


def _decision(parts: Mapping[str, Iterable[Any]], notices: list[Notice], recalls: Iterable[Recall]) -> Decision:
    recalled = {recall.notice_id: recall.seen_at for recall in recalls}
    return decide(list(parts["known"]), copies=set(parts["copies"]), notices=notices, recalled=recalled)


def rows_of(decision: Decision, now: datetime) -> Iterator[Row]:
    """The rows of a decision in all tables but links and rejected."""
    day = now.astimezone(UTC).date()
    for row in decision.rows:
        yield Row(table=row.table, date=row.date, ref=row.head.ref)
        yield Row(table="fingerprints", date=row.date, ref=row.head.ref, values={"stored_in": row.table})
        if row.head.is_noted:
            yield Row(table="profiles", date=day, ref=row.head.ref, values={"host": row.head.host, "scheme": SCHEME})
    for sighting in decision.sightings:
        yield Row(table="sightings", date=day, values=asdict(sighting))
    for notice in decision.notices:
        values = asdict(notice)
        values["notice"] = values.pop("text")
        yield Row(table="recalls", date=None, values=values)
