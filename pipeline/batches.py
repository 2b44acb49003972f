"""Cut what is to be read into batches, bounded in number and bytes, as a stream."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from transforms.core.pieces import Piece
from transforms.core.records import Rejected

#: About how much text a batch may hold in bytes, whatever the number of its deliveries.
MAX_BYTES = 64_000_000


@dataclass(slots=True)
class Batch:
    """What one load will read."""

    pieces: list[Piece] = field(default_factory=list)
    unread: list[Rejected] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    containers: int = 0
    records: int = 0
    weight: int = 0
    size: int = 0  #: bytes read for it

    def add(self, each: "Input") -> None:
        """Take one more input."""
        given = each.given
        self.done.append(each.key)
        self.containers += each.begins
        self.size += each.size
        if isinstance(given, Rejected):
            self.unread.append(given)
            self.records += 1
        else:
            self.pieces.append(given)
            self.records += given.records
            self.weight += given.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A piece, or what could not be opened; its name in the journal; whether it is the first of its file."""

    given: Piece | Rejected
    key: int
    begins: bool
    size: int  #: bytes of its file that it stands for


def cut_batches(inputs: Iterable[Input], *, size: int) -> Iterator[Batch]:
    """Batches of at most about `size` deliveries and `MAX_BYTES`, in the order of the inputs.

    A larger piece is alone.
    """
    batch = Batch()
    for each in inputs:
        records, weight = (1, 0) if isinstance(each.given, Rejected) else (each.given.records, each.given.weight)
        if batch.done and (batch.records + records > size or batch.weight + weight > MAX_BYTES):
            yield batch
            batch = Batch()
        batch.add(each)
    if batch.done:
        yield batch
