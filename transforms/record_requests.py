"""Requests on their way to their table."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import apache_beam as beam

from transforms.core.polling import Request
from transforms.rows import Row


@dataclass(eq=False)
class RecordRequests(beam.PTransform):
    """Make requests rows of `requests/`.

    Input: Request. Output: Row, one for each, in the partition of the day of `now`. No shuffle.
    """

    now: datetime

    def expand(self, requests: beam.PCollection[Request]) -> beam.PCollection[Row]:
        return requests | "RowOfRequest" >> beam.Map(row_of_request, now=self.now).with_output_types(Row)


def row_of_request(request: Request, *, now: datetime) -> Row:
    """The row of one request."""
    return Row(table="requests", date=now.astimezone(UTC).date(), values=asdict(request))
