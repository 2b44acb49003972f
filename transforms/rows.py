"""A row on its way to a table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from transforms.core.deliveries import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of `table`: the values given, and for texts the draft that holds the rest."""

    table: str
    date: date | None  #: of the partition; None: the table has none
    ref: Ref | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
