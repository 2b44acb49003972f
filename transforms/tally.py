"""The tally of a load: how many deliveries came in, and what came of them. Imports nothing heavy.

`transforms.tally_outcomes` makes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from transforms.core.deliveries import Outcome

#: delivered: a delivery as it was read; outcome: what came of one; language, topic: of a stored row.
Kind = Literal["delivered", "outcome", "language", "topic"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Count:
    """How many deliveries or rows of a kind there were."""

    kind: Kind
    name: str
    source: str = ""
    source_kind: str = ""
    reason: str = ""
    count: int


#: Outcomes that store a row.
STORING = frozenset({Outcome.NEW, Outcome.NEW_VERSION, Outcome.COPY, Outcome.HELD})


def write_tally(counts: Iterable[Count], path: Path) -> None:
    """Write the counts as JSON, in order, whole or not at all."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_bytes(msgspec.json.encode(sorted(counts)))
    unfinished.replace(path)


def read_tally(path: Path) -> tuple[Count, ...]:
    """What `write_tally` wrote, in order."""
    return msgspec.json.decode(path.read_bytes(), type=tuple[Count, ...])
