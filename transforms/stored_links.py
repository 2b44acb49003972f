"""Which pairs of texts are linked already. Takes no lock and writes nothing."""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from transforms.core.candidates import text_key
from transforms.core.deliveries import Pair
from transforms.snapshot import Snapshot

_COLUMNS: Final = ("a_article_id", "a_version", "b_article_id", "b_version")


def read_links(out: Path, pairs: Collection[Pair]) -> set[Pair]:
    """Those of the pairs that `links` has.

    A row lies in the partition of its first text, whose day may since have become another one's, so all days are looked
    through: the cost is that of opening each file of `links` for each call that has pairs. What a file that cannot be
    read says of them is not known: they are given again, which does less harm than to stop.
    """
    if not pairs:
        return set()
    wanted = ds.field(_COLUMNS[0]).isin(pa.array(sorted({pair.a.article_id for pair in pairs}), pa.string()))
    linked: set[tuple[str, ...]] = set()
    for file in Snapshot.open_or_empty(out).files("links"):
        with suppress(pa.ArrowException, OSError):
            rows = pq.read_table(file.path, columns=list(_COLUMNS), filters=wanted, partitioning=None)
            linked.update(tuple(row.values()) for row in rows.to_pylist())
    return {pair for pair in pairs if (*text_key(pair.a), *text_key(pair.b)) in linked}
