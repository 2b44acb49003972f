"""Which pairs of texts are linked already. Takes no lock and writes nothing."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.dataset as ds

from transforms.core.candidates import text_key
from transforms.core.deliveries import Pair
from transforms.snapshot import Snapshot

_COLUMNS: Final = ("a_article_id", "a_version", "b_article_id", "b_version")


def read_links(out: Path, pairs: Collection[Pair]) -> set[Pair]:
    """Those of the pairs that `links` has.

    A row lies in the partition of its first text, whose day may since have become another one's, so all days are looked
    through: the cost is that of opening each file of `links`, once for all pairs, and not at all for none.
    """
    if not pairs:
        return set()
    wanted = ds.field(_COLUMNS[0]).isin(pa.array(sorted({pair.a.article_id for pair in pairs}), pa.string()))
    rows = Snapshot.open_or_empty(out).dataset("links").to_table(columns=list(_COLUMNS), filter=wanted).to_pylist()
    linked = {tuple(row.values()) for row in rows}
    return {pair for pair in pairs if (*text_key(pair.a), *text_key(pair.b)) in linked}
