"""Which texts of a batch are worth comparing: those whose fingerprints share enough keys.

Does no I/O. The join is split into buckets of keys, so that it can be spread over workers; a pair's shared keys are
brought together afterwards. Texts with the same normalised body form one class: its members are compared with the first
of the class, and only the first with other classes, so n identical texts cost n pairs and not n². Where the first of
two classes are of one article, the first of another article stands for its class: an article is no copy of itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from transforms.core.deliveries import Pair, TextAt

#: Buckets of keys the join is split into.
BUCKETS = 16
#: A key shared by more texts than this finds nothing: it is a footer, not a story.
COMMON = 256

_FIRST = datetime.min.replace(tzinfo=UTC)

#: A text and those of its keys that fall into one bucket.
Entry = tuple[TextAt, tuple[int, ...]]


def text_key(text: TextAt) -> tuple[str, str]:
    """What names a text: (article_id, version)."""
    return text.article_id, text.version


def evidence_time(published_at: datetime | None, precision: str, first_seen_at: datetime) -> datetime:
    """When a text was published as far as its day is known, else when it was first seen."""
    known = precision not in ("year", "month")  # else the day is none that anybody wrote
    return (published_at if known else None) or first_seen_at


def evidence_order(text: TextAt) -> tuple[datetime, str, str]:
    """A total order: by time of evidence, what is stored first; then by id."""
    return text.evidence_at or _FIRST, *text_key(text)


def pair_of(a: TextAt, b: TextAt) -> Pair:
    """The pair in canonical order."""
    return Pair(a=a, b=b) if text_key(a) <= text_key(b) else Pair(a=b, b=a)


def spread(texts: Iterable[tuple[TextAt, tuple[int, ...]]]) -> Iterator[tuple[int, list[Entry]]]:
    """Deal each text's keys to the buckets they belong to: (bucket, entries)."""
    buckets: defaultdict[int, list[Entry]] = defaultdict(list)
    for text, keys in texts:
        split: defaultdict[int, list[int]] = defaultdict(list)
        for key in keys:
            split[(key >> 8) % BUCKETS].append(key)
        for bucket, part in split.items():
            buckets[bucket].append((text, tuple(part)))
    yield from sorted(buckets.items())


def join(entries: Iterable[Entry]) -> Iterator[tuple[Pair, tuple[int, ...]]]:  # noqa: C901  # two passes over one bucket
    """The pairs of one bucket with the keys they share in it, each pair once, in no particular order."""
    classes: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        classes[entry[0].content_hash].append(entry)
    firsts: list[tuple[Entry, ...]] = []
    shared: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for members in classes.values():
        members.sort(key=lambda entry: evidence_order(entry[0]))
        first, keys = members[0]
        others = [entry for entry in members[1:] if entry[0].article_id != first.article_id]
        for text, _ in others:
            yield pair_of(first, text), keys
        firsts.append((members[0], *others[:1]))
    postings: defaultdict[int, list[int]] = defaultdict(list)
    for number, entries_of in enumerate(firsts):
        for key in entries_of[0][1]:
            postings[key].append(number)
    for key, numbers in postings.items():
        if 1 < len(numbers) <= COMMON:
            for i, one in enumerate(numbers):
                for other in numbers[i + 1 :]:
                    shared[one, other].append(key)
    for (one, other), keys_shared in shared.items():
        apart = ((a, b) for a, _ in firsts[one] for b, _ in firsts[other] if a.article_id != b.article_id)
        if pair := next(apart, None):
            yield pair_of(*pair), tuple(keys_shared)
