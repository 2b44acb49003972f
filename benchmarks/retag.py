"""What retagging costs, and that only tags change: `python -m benchmarks.retag [--articles 100000] [--workers 2]`.

Makes an archive of invented articles of about 300 words in eight languages, the sentences of the texts in `data/` and
of the sample wires in no order, as another taxonomy would have tagged them; then runs `newsbeam retag` on it. Prints
articles a second by the clock, and by CPU as two idle cores would have it, which does not depend on what else the
machine does; the peak memory of its largest process; and whether all other columns of all rows are as they were.
100,000 articles take a few minutes and 1 GB.
"""

import argparse
import hashlib
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import newsbeam
from benchmarks.invented import versions
from pipeline.account import columns_of
from pipeline.output import open_output
from pipeline.publish import Staged, next_load_id, publish
from schemas.tables import TABLES, by_date, to_table, write_parquet
from transforms.retag_rows import WRITTEN
from transforms.snapshot import Snapshot

ROOT = Path(newsbeam.__file__).parent
LANGUAGES = ("en", "ar", "tr", "ru", "fr", "de", "es", "fa")
WORDS = 300
PER_LOAD, PER_DAY = 10_000, 1_500
BEGIN = date(2026, 1, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def sentences() -> dict[str, list[str]]:
    """What is written in `data/` and in the sample wires, by language."""
    texts: dict[str, list[str]] = defaultdict(list)
    for pair in versions():
        texts[pair.language] += [pair.a.text, pair.b.text]
    for path in sorted((ROOT / "seeds" / "wires").glob("[a-z][a-z]-*.txt")):
        texts[path.name[:2]] += [path.read_text(encoding="utf-8")] * 4
    return {
        language: sorted(
            {part.strip() for text in texts[language] for part in re.split(r"(?<=[.!?؟]) |\n+", text)} - {""}
        )
        for language in LANGUAGES
    }


def articles(number: int) -> Iterator[dict[str, Any]]:
    """Rows of `articles` without `load_id`."""
    known, chance = sentences(), random.Random(6)
    plain = {
        field.name: None
        if field.nullable
        else ""
        if pa.types.is_string(field.type)
        else ()
        if pa.types.is_list(field.type)
        else 0
        for field in TABLES["articles"].schema
    }
    for count in range(number):
        language = LANGUAGES[count % len(LANGUAGES)]
        chosen: list[str] = []
        while sum(len(sentence.split()) for sentence in chosen) < WORDS:
            chosen.append(chance.choice(known[language]))
        yield plain | {
            "article_id": f"{chance.getrandbits(64):016x}",
            "version": f"{count:08x}",
            "title": chance.choice(known[language])[:100],
            "text": "\n\n".join(" ".join(chosen[start : start + 3]) for start in range(0, len(chosen), 3)),
            "language": language,
            "first_seen_at": NOON,
            "taxonomy_version": "0+another",
            "date": BEGIN + timedelta(days=count // PER_DAY),
        }


def fill(out: Path, number: int) -> None:
    """Publish the articles."""
    made = articles(number)
    with open_output(out, command="benchmark") as output:
        while rows := list(islice(made, PER_LOAD)):
            load_id = next_load_id(output)
            staging = output.staging_of(load_id)
            for day, part in by_date(to_table("articles", [row | {"load_id": load_id} for row in rows])):
                path = staging / "tables" / "articles" / f"date={day}" / f"{load_id:010d}-0000.parquet"
                path.parent.mkdir(parents=True)
                write_parquet(part, path, load_id=load_id, program_version="benchmark")
            load = {
                **columns_of(()),
                **dict.fromkeys(("started_at", "finished_at", "now"), NOON),
                **dict.fromkeys(("containers", "index_generation"), 0),
                "command": "benchmark",
                "code_version": "",
                "taxonomy_version": "0+another",
                "timings": [],
            }
            publish(output, Staged(load_id=load_id, folder=staging), load, update_state=lambda _: None)


def tables(out: Path) -> Iterator[pa.Table]:
    """The rows of each day but their tags, file by file in the order in which they were stored."""
    for file in Snapshot.open(out).files("articles"):
        yield pq.read_table(file.path, partitioning=None).drop_columns(list(WRITTEN))


def main() -> None:
    """Make an archive, retag it, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "archive")
        fill(out, given.articles)
        before = sorted(hash_of(table) for table in tables(out))
        command = [
            sys.executable,
            "-m",
            "pipeline",
            "retag",
            "--out",
            str(out),
            "--workers",
            str(given.workers),
            "--json",
        ]
        began = time.monotonic()
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
        wall = time.monotonic() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu, told = used.ru_utime + used.ru_stime, json.loads(done.stdout)
        tagged = told["articles"]["tagged"]
        same = sorted(hash_of(table) for table in tables(out)) == before
    print(f"{tagged:,} articles of {WORDS} words tagged by {given.workers} processes, start and publishing included:")
    print(f"  {tagged / wall:,.0f} a second by the clock ({wall:.1f} s)")
    print(f"  {tagged / (cpu / 2):,.0f} a second by the CPU of two cores ({1_000 * cpu / tagged:.2f} ms an article)")
    print(f"  {used.ru_maxrss / 1_000:,.0f} MB in the largest process")
    print(f"  {told['articles']['changed']:,} gained or lost a topic or a place; {len(told['topics'])} topics")
    print(f"  all other columns of all rows are as they were: {'yes' if same else 'NO'}")
    sys.exit(not same)


def hash_of(table: pa.Table) -> str:
    """Of the bytes of a table's columns, in order."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema.remove_metadata()) as stream:
        stream.write_table(table.replace_schema_metadata(None).combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()


if __name__ == "__main__":
    main()
