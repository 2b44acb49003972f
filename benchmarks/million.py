"""What a large archive costs a small run: `python -m benchmarks.million [--stored 1000000] [--few 10000] [--rounds 5]`.

Two archives are made that differ in how much they hold. Both begin with the same 1,000 invented wires, ingested; then
fingerprints and sightings without texts are published in loads of 5,000, as many as are wanted. Their sizes are those
of real fingerprints of invented texts; one in ten shares half of its keys with an earlier one, one in six holds keys
that hundreds share. A run of 1,000 new JSON Lines articles, 100 of them cut copies of stored ones, goes into both, by
turns, other articles each round; CPU is user + system of the process tree. At the end the larger index is rebuilt.

Prints the ratio of CPU (at most 1.15 is wanted), bytes on disk of index and fingerprints together (1.5 KB a document)
and the peak memory of `newsbeam reindex` (1.2 GB). With a million the archive takes some five minutes and 3 GB.
"""

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import newsbeam
from pipeline.account import columns_of
from pipeline.output import Output, open_output
from pipeline.publish import Staged, next_load_id, publish
from schemas.tables import TABLES, by_date, to_table, write_parquet
from transforms.core.fingerprint import MIN_WORDS, fingerprint
from transforms.core.records import Fingerprint
from transforms.index import Index

ROOT = Path(newsbeam.__file__).parent
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
REAL = 1_000
NEW, COPIES = 1_000, 100
PER_LOAD = 5_000
PER_DAY = 1_000
BEGIN = date(2020, 1, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a command took, with all the processes it started."""

    cpu_s: float
    wall_s: float
    peak_mb: float  #: of the largest of them
    printed: str


class Texts:
    """Invented wires: words of the sample wires in no order, frequent ones more often."""

    def __init__(self, seed: int) -> None:
        known = sorted({word for path in ROOT.glob("seeds/wires/en-*.txt") for word in _words(path.read_text())})
        random.Random(0).shuffle(known)
        self._known, self._weights = known, [1 / (10 + rank) for rank in range(len(known))]
        self._random = random.Random(seed)

    def sentence(self) -> str:
        """Eight to twenty-four words."""
        chosen = self._random.choices(self._known, self._weights, k=self._random.randint(8, 24))
        return f"{' '.join(chosen).capitalize()}."

    def body(self) -> str:
        """A story of as many words as stories have: half of them more than 330."""
        wanted = min(3_000, max(30, int(self._random.lognormvariate(5.8, 0.7))))
        sentences: list[str] = []
        while sum(map(len, sentences)) < wanted * 6:
            sentences.append(self.sentence())
        return "\n\n".join(" ".join(sentences[start : start + 3]) for start in range(0, len(sentences), 3))

    def story(self, name: str) -> dict[str, Any]:
        """A wire with an id of its own."""
        return {"id": f"urn:newsbeam:million:{name}", "title": self.sentence()[:90], "text": self.body()}


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]{3,}", text.lower())


def copy_of(story: dict[str, Any], name: str) -> dict[str, Any]:
    """A story as an outlet prints it: another headline, a paragraph less."""
    paragraphs = story["text"].split("\n\n")
    kept = paragraphs[:-1] if len(paragraphs) > 2 else paragraphs
    return {"id": f"urn:newsbeam:million:{name}", "title": f"Report: {story['title']}", "text": "\n\n".join(kept)}


class Prints:
    """Fingerprints that no text has, in the sizes of those that texts have."""

    def __init__(self) -> None:
        texts = Texts(3)
        self._shapes = [found for _ in range(300) if (found := fingerprint(texts.body())).words >= MIN_WORDS]
        self._random = np.random.default_rng(4)
        self._common = self._hashes(200)
        self._earlier: list[Fingerprint] = []

    def next(self) -> Fingerprint:
        """One more."""
        chance, shape = self._random.random(2), self._shapes[self._random.integers(len(self._shapes))]
        signature, anchors = self._random.bytes(len(shape.signature)), self._hashes(len(shape.anchors))
        if chance[0] < 0.1 and self._earlier:
            other = self._earlier[self._random.integers(len(self._earlier))]
            half = len(signature) // 2
            signature = other.signature[:half] + signature[half:]
            anchors = [*other.anchors[: len(anchors) // 2], *anchors[len(anchors) // 2 :]]
        if chance[1] < 1 / 6:
            anchors[:2] = [self._common[number] for number in self._random.integers(len(self._common), size=2)]
        made = replace(
            shape, content_hash=self._random.bytes(17).hex(), signature=signature, anchors=tuple(sorted(set(anchors)))
        )
        if len(self._earlier) < PER_LOAD:
            self._earlier.append(made)
        else:
            self._earlier[self._random.integers(PER_LOAD)] = made
        return made

    def _hashes(self, count: int) -> list[int]:
        found: list[int] = self._random.integers(0, 1 << 62, count).tolist()
        return found


def plain(kind: pa.DataType) -> object:
    """A value of an Arrow type that says nothing."""
    if pa.types.is_list(kind):
        return ()
    return {"string": "", "binary": b"", "timestamp[us, tz=UTC]": NOON, "date32[day]": BEGIN}.get(str(kind), 0)


def row(name: str, **said: object) -> dict[str, Any]:
    """A row of a table; what is not said says nothing."""
    return {
        field.name: said.get(field.name, None if field.nullable else plain(field.type)) for field in TABLES[name].schema
    }


def fill(out: Path, count: int) -> None:
    """Publish fingerprints and sightings until the archive holds so many, each load applied to the index."""
    prints, randomly = Prints(), np.random.default_rng(5)
    with (
        open_output(out, command="benchmarks.million") as output,
        Index.open(output.state / "index.sqlite", readonly=False) as index,
    ):
        index.catch_up(output.path)
        for first in range(REAL, count, PER_LOAD):
            load_id = next_load_id(output)
            rows: dict[str, list[dict[str, Any]]] = {"fingerprints": [], "sightings": []}
            for number in range(first, min(first + PER_LOAD, count)):
                found, day = prints.next(), BEGIN + timedelta(days=number // PER_DAY)
                common = {"article_id": f"a1{randomly.bytes(16).hex()}", "version": f"v1{randomly.bytes(16).hex()}"}
                common |= {"load_id": load_id, "text_from": "wire", "date": day}
                told = {"stored_in": "articles", "scheme": found.scheme, "content_hash": found.content_hash}
                told |= {"signature": found.signature, "anchors": found.anchors, "words": found.words}
                rows["fingerprints"].append(row("fingerprints", **common, **told))
                place = {"origin": f"wires/{day}/{number // 500}.jsonl#{number % 500 + 1}", "source": "Wire"}
                rows["sightings"].append(row("sightings", **common, **place))
            put(output, index, load_id, rows)


def put(output: Output, index: Index, load_id: int, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Publish rows as a load."""
    folder, files = output.staging_of(load_id), []
    for name, some in rows.items():
        for day, part in by_date(to_table(name, some)):
            below = Path(name, f"date={day}", f"{load_id:010d}-0000.parquet")
            (folder / "tables" / below).parent.mkdir(parents=True)
            write_parquet(part, folder / "tables" / below, load_id=load_id, program_version="benchmark")
            files.append(below)
    told = row("loads", **columns_of(()), command="benchmarks.million", now=NOON, code_version="benchmark")
    del told["load_id"], told["tables"]

    def update_state(load_id: int) -> None:
        index.apply_load(output.path, load_id, files)

    publish(output, Staged(load_id=load_id, folder=folder), told, update_state=update_state)


def run(*words: str | Path) -> Cost:
    """Run the program; what it took."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as said:
        command = [sys.executable, "-m", "pipeline", *map(str, words)]
        process = subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.monotonic() - began
        said.seek(0)
        printed = said.read().decode(errors="replace")
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}\n{printed}")
    peak_mb = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    return Cost(cpu_s=used.ru_utime + used.ru_stime, wall_s=wall_s, peak_mb=peak_mb, printed=printed)


def write_lines(path: Path, stories: Sequence[dict[str, Any]]) -> Path:
    """A JSON Lines file."""
    path.write_text("".join(json.dumps(story) + "\n" for story in stories), encoding="utf-8")
    return path


def batches(stored: Sequence[dict[str, Any]], rounds: int) -> Iterator[list[dict[str, Any]]]:
    """What each round brings: new stories, and copies of stored ones, never of the same one twice."""
    texts, chosen = Texts(2), random.Random(6).sample(range(len(stored)), len(stored))
    for number in range(rounds):
        copied = [stored[each] for each in chosen[number * COPIES : (number + 1) * COPIES]]
        stories = [copy_of(story, f"copy-{number}-{each}") for each, story in enumerate(copied)]
        stories += [texts.story(f"new-{number}-{each}") for each in range(NEW - COPIES)]
        random.Random(number).shuffle(stories)
        yield stories


def size_of(out: Path) -> tuple[int, int]:
    """Bytes of the index and of the fingerprints' Parquet."""
    index = sum(path.stat().st_size for path in (out / "state").glob("index.sqlite*"))
    return index, sum(path.stat().st_size for path in (out / "fingerprints").rglob("date=*/*.parquet"))


def measure(folder: Path, sizes: dict[str, int], rounds: int, workers: int) -> None:
    """Make the archives, run the rounds, print what came of them."""
    texts = Texts(1)
    stored = [texts.story(f"stored-{number}") for number in range(REAL)]
    lines = write_lines(folder / "stored.jsonl", stored)
    for name, count in sizes.items():
        began = time.monotonic()
        run("ingest", lines, "--out", folder / name, "--workers", str(workers))
        fill(folder / name, count)
        index, prints = size_of(folder / name)
        told = f"{name}: {count:,} fingerprints, made in {time.monotonic() - began:.0f} s; a document takes"
        each = f"{(index + prints) / count:.0f} bytes"
        print(f"{told} {each}: {index / count:.0f} of the index, {prints / count:.0f} of the table", flush=True)
    ratios, names = [], list(sizes)
    for number, stories in enumerate(batches(stored, rounds + 1)):
        path, costs = write_lines(folder / f"round-{number}.jsonl", stories), {}
        for name in names if number % 2 else reversed(names):
            costs[name] = run("ingest", path, "--out", folder / name, "--workers", str(workers), "--json")
            report = json.loads(costs[name].printed)["outcomes"]
            found = {outcome: report.get(outcome, 0) for outcome in ("new", "copy")}
            if found != {"new": NEW - COPIES, "copy": COPIES}:
                raise SystemExit(f"{name}: {report}, not {NEW - COPIES} new and {COPIES} copies")
        told = "; ".join(f"{name} {costs[name].cpu_s:.2f} s CPU, {costs[name].wall_s:.2f} s" for name in names)
        if number:
            ratios.append(costs["many"].cpu_s / costs["few"].cpu_s)
            print(f"round {number}: {told}; ratio of CPU {ratios[-1]:.3f}", flush=True)
        else:
            print(f"to warm up: {told}", flush=True)
    print(f"median ratio of CPU: {statistics.median(ratios):.3f} (at most 1.15 is wanted)")
    cost = run("reindex", "--out", folder / "many", "--json")
    index, prints = size_of(folder / "many")
    texts_known = json.loads(cost.printed)["index"]["texts"]
    print(f"reindex: {cost.cpu_s:.1f} s CPU, {cost.wall_s:.1f} s, peak memory {cost.peak_mb:.0f} MB (at most 1,200)")
    print(f"a document takes {(index + prints) / texts_known:.0f} bytes afterwards (at most 1,500)")


def main() -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stored", type=int, default=1_000_000)
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where to work; else a temporary folder that is removed again")
    args = parser.parse_args()
    if (args.rounds + 1) * COPIES > REAL:
        parser.error(f"there are stories for {REAL // COPIES - 1} rounds")
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        measure(Path(name), {"few": args.few, "many": args.stored}, args.rounds, args.workers)


if __name__ == "__main__":
    main()
