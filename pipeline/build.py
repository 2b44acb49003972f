"""The graph of a batch, whole. The one file that knows the order of the stages."""

from collections.abc import Sequence

import apache_beam as beam

from pipeline.plan import Plan
from transforms.core.pieces import Piece
from transforms.core.polling import Request
from transforms.core.records import Rejected
from transforms.decide_outcomes import DecideOutcomes, PlaceCopies
from transforms.find_copies import FindCandidates, VerifyPairs, rows_of_link
from transforms.read_deliveries import ReadDeliveries
from transforms.recognise import RecogniseArticles, is_fresh
from transforms.record_requests import RecordRequests
from transforms.refuse import RecordRejections
from transforms.store_partitions import StorePartitions
from transforms.stored_pages import StoredPages
from transforms.stored_rows import ReadStored
from transforms.tally_outcomes import TallyOutcomes, count_rejection, source_of


def build(p: beam.Pipeline, plan: Plan) -> None:
    """Add the graph that turns a plan's inputs into staged Parquet and a tally.

    Every input, and everything that the result depends on, is in the plan: run again, it stages the same. What it
    stages is nobody's until it is published.
    """
    pieces = p | "Pieces" >> beam.Create(_chunks(plan.pieces)).with_output_types(list[Piece])
    unread = p | "Unread" >> beam.Create(list(plan.unread)).with_output_types(Rejected)
    requests = p | "Requests" >> beam.Create(list(plan.requests)).with_output_types(Request)

    read = (
        pieces
        | "Spread" >> beam.Reshuffle()
        | ReadDeliveries(plan.settings, plan.workers, plan.now, plan.drafts, plan.purged, plan.profiles)
    )
    rejected = (unread, read["rejected"]) | "AllRejected" >> beam.Flatten()

    stored = p | ReadStored(plan.out, plan.index_generation) if plan.joins else None
    pages = StoredPages(out=plan.out, profiles=plan.profiles)
    known = read["heads"] | RecogniseArticles(plan.index, plan.fills, stored, pages)
    pairs = known | "Fresh" >> beam.Filter(is_fresh) | FindCandidates(plan.index, stored)
    links = pairs | VerifyPairs(plan.out)

    decided = {"known": known, "copies": links | PlaceCopies(), "notices": read["notices"]} | DecideOutcomes(
        plan.index, plan.now, stored
    )

    rows = (
        decided["rows"],
        links | "LinkRows" >> beam.FlatMap(rows_of_link),
        rejected | RecordRejections(plan.index, plan.now, stored),
        requests | RecordRequests(plan.now),
    ) | "AllRows" >> beam.Flatten()
    _ = rows | StorePartitions(plan.staged, plan.load_id, plan.program_version)

    outcomes = (
        decided["outcomes"],
        rejected | "CountRejected" >> beam.Map(count_rejection),
    ) | "Outcomes" >> beam.Flatten()
    delivered = (read["delivered"], unread | "UnreadSources" >> beam.Map(source_of)) | "Delivered" >> beam.Flatten()
    _ = {"outcomes": outcomes, "delivered": delivered} | TallyOutcomes(plan.tally)


def _chunks(pieces: Sequence[Piece], size: int = 64) -> list[list[Piece]]:
    """Lists that keep several readers busy each, and are many enough to be spread over machines."""
    return [list(pieces[start : start + size]) for start in range(0, len(pieces), size)]
