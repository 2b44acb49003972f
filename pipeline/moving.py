"""Versions that change their table in a load: into held/ when a notice recalls them, out of it after their embargo.

Looked for when a load is staged, and published with it: so the load that brings a kill takes every version of the item
out of `articles` and `copies`, and a version is there from the first load after its embargo on.

| what | before | after |
|---|---|---|
| recalled | a row in articles or copies | it lies in held; `embargoed_until` says since when it had been shown |
| embargo over | a row in held | another one in articles or copies, of this load |

Files that hold recalled rows are written again without them; those that left stay on the disk for readers of older
versions until `newsbeam expire`. The fingerprint of what moved is stored again with its table, for the index.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from pipeline.intent import CannotPublish
from pipeline.plan import Plan
from pipeline.stagedrows import Key, Row, StagedRows, key_of, rows_of_articles, whole_rows
from schemas.tables import PARTITION
from transforms.core.candidates import evidence_order, evidence_time, pair_of
from transforms.core.deliveries import RICHNESS, Pair, Recall, StoredVersion, TextAt
from transforms.core.place import place
from transforms.core.placing import State
from transforms.index import Index
from transforms.snapshot import TableFile

_SHOWN: Final = ("articles", "copies")
_KEY: Final = ("article_id", "version")
_STATE: Final = (*_KEY, "source_version", "updated_at")
_RECALL: Final = ("article_id", "notice_id", "kind", "source_version", "at", "seen_at")
_LINK: Final = tuple(f"{end}_{name}" for end in "ab" for name in (*_KEY, "content_hash"))


def stage_moves(index: Index, plan: Plan, note: Callable[[str], None]) -> StagedRows:
    """Stage, beside what a load has staged, what it moves.

    Args:
        index: at the load before.
        plan: of the load; its graph has run.
        note: told of each file that cannot be read and was passed over, in a line.

    Raises:
        CannotPublish: a file is damaged within; nothing is visible.
    """
    rows = StagedRows(plan, note)
    try:
        _release(rows, index, plan, _hold_recalled(rows, index, plan))
    except (pa.ArrowException, OSError) as error:
        raise CannotPublish(f"{plan.out}: a file cannot be read or written: {' '.join(str(error).split())}") from error
    return rows


def _hold_recalled(rows: StagedRows, index: Index, plan: Plan) -> set[Key]:
    """Move what a notice covers, of an earlier load or of this one; which versions that are."""
    names = ("recalls", "sightings", *_SHOWN)
    touched = {row["article_id"] for name in names for row in rows_of_articles(rows.staged(name), ("article_id",))}
    recalls = _recalls(rows, index, touched)
    if not recalls:
        return set()
    stored = index.stored(sorted(recalls))
    days = {version.date for versions in stored.values() for version in versions}
    states = _states(rows, stored, [file for name in _SHOWN for file in rows.files(name, days)], recalls)
    doomed = {key for key, state in states.items() if state.is_recalled(recalls[key[0]])}
    if not doomed:
        return set()
    taken = [row for name in _SHOWN for file in rows.files(name, days) for row in rows.take(name, file, doomed)]
    held = set(map(key_of, rows_of_articles(rows.files("held", days), _KEY, recalls)))
    shown = [row | {"embargoed_until": row["embargoed_until"] or row["first_seen_at"]} for row in taken]
    rows.add("held", (row for row in shown if key_of(row) not in held))
    _print(rows, {key_of(row): ("held", row[PARTITION]) for row in taken}, plan)
    return doomed


def _release(rows: StagedRows, index: Index, plan: Plan, recalled: Collection[Key]) -> None:
    """Put what was under embargo into the table that it belongs into, after some were taken out that are recalled."""
    files = rows.files("held")
    over = _embargo_over(rows, files, plan.now)
    if not over:
        return
    ids = {article_id for article_id, _ in over}
    stored, recalls = index.stored(sorted(ids)), _recalls(rows, index, ids)
    states = _states(rows, stored, files, ids)
    shown = _shown(rows, stored, ids)
    richest: defaultdict[str, int] = defaultdict(int)
    for (article_id, _), (_, richness) in shown.items():
        richest[article_id] = max(richest[article_id], richness)
    free = {
        key
        for key, richness in over.items()
        if key not in shown and richness >= richest[key[0]] and not states[key].is_recalled(recalls.get(key[0], ()))
    }
    if not free:
        return
    found = {key_of(row): row for file in files for row in whole_rows(file, free)}
    for file in rows.staged("held"):
        rows.take("held", file, free)
    copies = place(_pairs(rows, index, found, recalled))
    published = {article_id for article_id, _ in found.keys() - copies}
    tables = {key: "copies" if key in copies and key[0] not in published else "articles" for key in found}
    for name in _SHOWN:
        rows.add(name, (row | {"load_id": plan.load_id} for key, row in found.items() if tables[key] == name))
    _print(rows, {key: (tables[key], row[PARTITION]) for key, row in found.items()}, plan)


def _recalls(rows: StagedRows, index: Index, ids: Collection[str]) -> dict[str, list[Recall]]:
    """The notices about articles, of earlier loads and of this one."""
    found = {article_id: list(recalls) for article_id, recalls in index.recalled(sorted(ids)).items()}
    for row in rows_of_articles(rows.staged("recalls"), _RECALL, ids):
        found.setdefault(row.pop("article_id"), []).append(Recall(**row))
    return found


def _states(
    rows: StagedRows, stored: Mapping[str, Iterable[StoredVersion]], files: Iterable[TableFile], ids: Collection[str]
) -> dict[Key, State]:
    """The states of the versions that have a row in the files."""
    found = {
        (article_id, version.version): State(
            source_version=version.source_version, updated_at=version.updated_at, first_at=version.first_at
        )
        for article_id, versions in stored.items()
        for version in versions
        if version.first_at
    }
    placed = rows_of_articles(files, (*_STATE, "first_seen_at"), ids)
    seen = rows_of_articles(rows.staged("sightings"), (*_STATE, "seen_at"), ids)
    for row, at in (*((row, "first_seen_at") for row in placed), *((row, "seen_at") for row in seen)):
        state = State(source_version=row["source_version"], updated_at=row["updated_at"], first_at=row[at])
        found[key_of(row)] = found[key_of(row)].merged(state) if key_of(row) in found else state
    return {key_of(row): found[key_of(row)] for row in placed}


def _embargo_over(rows: StagedRows, files: Iterable[TableFile], now: datetime) -> dict[Key, int]:
    """The versions in held whose embargo is over by the latest clock of any load, each with its richness."""
    held = rows_of_articles(files, (*_KEY, "embargoed_until", "text_from"))
    under = [row for row in held if row["embargoed_until"] is not None]
    if any(row["embargoed_until"] > now for row in under):
        clocks = rows.before.dataset("loads").to_table(columns=["now"])["now"]
        now = max(now, pc.max(clocks).as_py() or now)
    return {key_of(row): RICHNESS[row["text_from"]] for row in under if row["embargoed_until"] <= now}


def _shown(
    rows: StagedRows, stored: Mapping[str, Iterable[StoredVersion]], ids: Collection[str]
) -> dict[Key, tuple[str, int]]:
    """The versions of articles that lie where they may be shown: the table, and how rich they are."""
    found = {
        (article_id, version.version): (str(version.stored_in), RICHNESS[version.text_from])
        for article_id, versions in stored.items()
        for version in versions
        if version.stored_in != "held"
    }
    for name in _SHOWN:
        for row in rows_of_articles(rows.staged(name), (*_KEY, "text_from"), ids):
            found[key_of(row)] = (name, RICHNESS[row["text_from"]])
    return found


def _print(rows: StagedRows, moved: Mapping[Key, tuple[str, date]], plan: Plan) -> None:
    """Stage the fingerprints of what moved, each with its table."""
    found: dict[Key, Row] = {}
    days = {day for _, day in moved.values()}
    for file in rows.files("fingerprints", days):
        for row in whole_rows(file, moved.keys()):
            found[key_of(row)] = max(row, found.get(key_of(row), row), key=lambda each: int(each["load_id"]))
    for file in rows.staged("fingerprints"):
        rows.take("fingerprints", file, moved.keys())
    given = {key: {"stored_in": moved[key][0], "load_id": plan.load_id} for key in found}
    rows.add("fingerprints", (row | given[key] for key, row in found.items()))


def _pairs(rows: StagedRows, index: Index, found: Mapping[Key, Row], recalled: Collection[Key]) -> Iterator[Pair]:
    """The released versions with those that they were verified against, or against texts identical to theirs.

    Of identical texts the first two stand for all; two, since one may be of the same article.
    """
    released = {key: row["content_hash"] for key, row in found.items()}
    near: defaultdict[str, set[str]] = defaultdict(set)
    for (_, a), (_, b) in _linked(rows, set(released.values())):
        near[a].add(b)
        near[b].add(a)
    texts = {key: text for pair in _linked(rows, near.keys()) for key, text in pair} | released
    ids = {article_id for article_id, _ in texts}
    shown = _shown(rows, index.stored(sorted(ids)), ids)
    published = {key for key, (name, _) in shown.items() if name == "articles" and key not in recalled}
    at = {article_id for article_id, _ in published}

    def text(key: Key) -> TextAt:
        row = found.get(key, {})
        time = evidence_time(row["published_at"], row["published_precision"], row["first_seen_at"]) if row else None
        return TextAt(
            article_id=key[0],
            version=key[1],
            content_hash=texts[key],
            words=0,  # nobody compares them again
            evidence_at=time,
            placed="articles" if key[0] in at else "",
            ref=None,
            date=row[PARTITION] if row else date.min,
            is_stored=True,
        )

    standing: defaultdict[str, list[TextAt]] = defaultdict(list)
    for each in sorted(map(text, texts.keys() & (published | found.keys())), key=evidence_order):
        alike = standing[each.content_hash]
        if len(alike) < 2 and all(other.article_id != each.article_id for other in alike):
            alike.append(each)
    for one in map(text, sorted(found)):
        alike = standing[one.content_hash]
        stands = one in alike or all(other.article_id == one.article_id for other in alike)
        for hash_ in {one.content_hash, *(near[one.content_hash] if stands else ())}:
            yield from (pair_of(one, other) for other in standing[hash_] if other.article_id != one.article_id)


def _linked(rows: StagedRows, hashes: Collection[str]) -> list[tuple[tuple[Key, str], tuple[Key, str]]]:
    """Who was verified as a copy of whom, where one of them has such a text: (article_id, version) and text of both."""
    wanted = pa.array(sorted(hashes), pa.string())
    asked = ds.field("a_content_hash").isin(wanted) | ds.field("b_content_hash").isin(wanted)
    paths = (file.path for file in rows.files("links"))
    tables = (pq.read_table(path, columns=list(_LINK), filters=asked, partitioning=None) for path in paths)
    found = (row for table in tables for row in table.to_pylist())
    ends = ((tuple(row[f"{end}_{name}"] for name in (*_KEY, "content_hash")) for end in "ab") for row in found)
    return [
        (((a, a_version), a_hash), ((b, b_version), b_hash)) for (a, a_version, a_hash), (b, b_version, b_hash) in ends
    ]
