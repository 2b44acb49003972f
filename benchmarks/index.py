"""How fast the index fills and answers, and how large it is: `python -m benchmarks.index [documents]`.

Invents fingerprints of 40 keys each (16 bands, 24 anchors), one sighting each, and applies them in loads of 5,000 from
the Parquet files of each load; then looks up documents of which one in ten is a stored one. CPU times of this process.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from schemas.tables import to_table, write_parquet
from transforms import index_fill
from transforms.core.fingerprint import SCHEME, keys
from transforms.core.records import Fingerprint
from transforms.index import Index
from transforms.snapshot import TableFile, table_file

_PER_LOAD = 5_000
_ANCHORS = 30
_NOW = datetime(2024, 3, 1, tzinfo=UTC)
_DAY = date(2024, 3, 1)


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=int, nargs="?", default=100_000)
    documents = parser.parse_args().documents
    random = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder, Index.open(Path(folder) / "i.sqlite", readonly=False) as index:
        filled = keyed = 0.0
        asked: list[Fingerprint] = []
        for load_id in range(1, documents // _PER_LOAD + 1):
            fingerprints = [_fingerprint(random) for _ in range(_PER_LOAD)]
            asked += fingerprints[:25]
            files = _files(Path(folder), load_id, fingerprints)
            keyed += _cpu(partial(_all_keys, fingerprints))
            filled += _cpu(partial(_fill, index, files, load_id))
        for file in Path(folder).glob("i.sqlite*"):
            print(f"  {file.name}: {file.stat().st_size / documents:.0f} bytes per document")
        print(f"  fill: {filled / documents * 1e6:.1f} us per document, {keyed / documents * 1e6:.1f} of it keys()")
        for size in (5_000, 100, 1):
            some = [asked[n % len(asked)] if n % 10 == 0 else _fingerprint(random) for n in range(size)]
            batch = [key for each in some for key in keys(each)]
            took = _cpu(partial(index.sharing, batch))
            print(f"  sharing, {size} documents at once: {took / size * 1e6:.1f} us per document")
        ids = [_article_id(number) for number in range(0, documents, max(1, documents // 5_000))]
        print(f"  stored, {len(ids)} at once: {_cpu(partial(index.stored, ids)) / len(ids) * 1e6:.1f} us per article")
        pairs = [(each, "/wires/2024-03-01.jsonl#1") for each in ids]
        print(f"  seen, {len(ids)} at once: {_cpu(partial(index.seen, pairs)) / len(ids) * 1e6:.1f} us per place")
    print(f"  peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _fingerprint(random: np.random.Generator) -> Fingerprint:
    return Fingerprint(
        scheme=SCHEME,
        content_hash=random.bytes(16).hex(),
        signature=random.bytes(128),
        anchors=tuple(sorted(random.integers(0, 1 << 62, _ANCHORS).tolist())),
        words=500,
    )


def _files(folder: Path, load_id: int, fingerprints: list[Fingerprint]) -> Mapping[str, list[TableFile]]:
    """The Parquet files of one load."""
    first = (load_id - 1) * _PER_LOAD
    common = {"version": "0" * 32, "load_id": load_id, "date": _DAY}
    rows: dict[str, list[dict[str, Any]]] = {"fingerprints": [], "sightings": []}
    for number, each in enumerate(fingerprints, first):
        key = {"article_id": _article_id(number), **common}
        rows["fingerprints"].append(
            key
            | {"stored_in": "articles", "text_from": "page", "scheme": each.scheme, "content_hash": each.content_hash}
            | {"signature": each.signature, "anchors": each.anchors, "words": each.words}
        )
        rows["sightings"].append(
            key
            | {"source_version": None, "updated_at": None, "origin": "/wires/2024-03-01.jsonl#1", "url": ""}
            | {"source": "", "seen_at": _NOW}
        )
    files = {}
    for name, some in rows.items():
        path = folder / name / f"date={_DAY}" / f"{load_id:010d}-0000.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_parquet(to_table(name, some), path, load_id=load_id, program_version="benchmark")
        files[name] = [table_file(path)]
    return files


def _article_id(number: int) -> str:
    return blake2b(number.to_bytes(8, "big"), digest_size=16).hexdigest()


def _all_keys(fingerprints: list[Fingerprint]) -> None:
    for each in fingerprints:
        keys(each)


def _fill(index: Index, files: Mapping[str, list[TableFile]], load_id: int) -> None:
    """Apply one load, past the log: what that costs is no matter of the index."""
    index_fill.fill(index._db, lambda name: files.get(name, []), until=load_id, archive_id="benchmark")


def _cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU that the work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
