"""The requests that a lost file of feed states is rebuilt from, read from `requests/`."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Final

import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.core.feedhistory import COLUMNS, Asked
from transforms.core.polling import Outcome
from transforms.snapshot import Snapshot

#: As much is read, counted from the newest request: longer than any feed is left alone.
_HISTORY: Final = timedelta(days=14)


def asked_rows(snapshot: Snapshot) -> Iterator[Asked]:
    """The requests for feeds of the last two weeks in which there were any, for `FeedStates.rebuild`."""
    files = snapshot.files("requests")
    newest = max((file.date for file in files if file.date), default=None)
    for file in files:
        if newest and file.date and file.date < newest - _HISTORY:
            continue
        with pq.ParquetFile(file.path) as parquet:
            for batch in parquet.iter_batches(columns=[*COLUMNS, "purpose"]):
                for row in batch.filter(pc.equal(batch["purpose"], "feed")).select(COLUMNS).to_pylist():
                    with suppress(ValueError):  # an outcome that only a newer program knows
                        yield Asked(**{**row, "outcome": Outcome(row["outcome"])})
