"""Publish a load and bring the index up to it, and die where told: run by test_repair.py in a process of its own."""

import importlib.util
import os
import signal
import sys
from datetime import date
from pathlib import Path

from pipeline.imports import spare

if __name__ == "__main__":
    spare("pandas")  # as the program itself does

from pipeline.ingest import catch_up
from pipeline.output import open_output
from pipeline.publish import Staged, discard_staging, publish
from pipeline.runs import move_on
from schemas.tables import TABLES, by_date, to_table, write_parquet
from transforms import index_file
from transforms.index import Index

_spec = importlib.util.spec_from_file_location("archives", Path(__file__).parents[1] / "transforms" / "conftest.py")
_archives = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_archives)

#: Moments of the index besides the steps of a publish: its transaction is about to end; it ended, and nothing else did.
FILLING, APPLIED = "filling", "applied"


def rows_of(load_id):
    """The rows of a load, by table: a new article, a version of an earlier one, and what else the index holds."""
    articles = [
        {"article_id": f"a{load_id}", "version": "v1", "content_hash": f"c{load_id}", "date": date(2024, 3, load_id)},
        {"article_id": "a0", "version": f"v{load_id}", "content_hash": f"d{load_id}", "date": date(2024, 3, 1)},
    ]
    prints = [{**row, "signature": bytes([load_id]) * 128, "anchors": [1, 10 + load_id]} for row in articles]
    return {
        "articles": articles,
        "fingerprints": prints,
        "sightings": [{"article_id": row["article_id"], "version": row["version"], "origin": "x"} for row in articles],
        "rejected": [{"delivery_id": f"r{load_id}", "date": date(2024, 3, 1)}],
        "recalls": [{"notice_id": f"n{load_id}", "article_id": f"a{load_id}", "kind": "kill"}],
    }


def stage(output, load_id):
    """Stage a load; its files, below the output folder."""
    folder, files = output.staging_of(load_id), []
    for name, rows in rows_of(load_id).items():
        table = to_table(name, [_archives.complete(name, row, load_id) for row in rows])
        for day, part in by_date(table) if TABLES[name].partition else [(None, table)]:
            below = Path(name, f"date={day}" if day else "", f"{load_id:010d}-0000.parquet")
            (folder / "tables" / below).parent.mkdir(parents=True, exist_ok=True)
            write_parquet(part, folder / "tables" / below, load_id=load_id, program_version="test")
            files.append(below)
    return files


def run(out, loads, at):
    """What a run does, as far as the tables and the index are concerned; what it found, in lines."""
    with (
        open_output(out, command="repair_program") as output,
        Index.open(output.state / "index.sqlite", readonly=False) as index,
    ):
        notes = catch_up(output, index, at)
        for load_id in range(output.last_load() + 1, loads + 1):
            discard_staging(output, load_id)
            files = stage(output, load_id)
            row = _archives.complete("loads", {}, load_id)
            del row["tables"], row["load_id"]

            def update_state(load_id, files=files):
                index.apply_load(output.path, load_id, files)
                at(APPLIED)
                move_on(output.state, load_id)

            staged = Staged(load_id=load_id, folder=output.staging_of(load_id))
            publish(output, staged, row, update_state=update_state, at=at)
        return notes


def hooked(at):
    """A stand-in for `index_file.set_generation`, which is the last thing of a transaction, that passes FILLING."""
    plain = index_file.set_generation

    def set_generation(db, load_id, archive):
        plain(db, load_id, archive)
        at(FILLING)

    return set_generation


def main():
    """`repair_program.py OUT LOADS MOMENT`: killed when the moment is passed in the last load."""
    out, loads, moment = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    run(out, loads - 1, lambda _: None)

    def die(now):
        if now == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    index_file.set_generation = hooked(die)
    run(out, loads, die)


if __name__ == "__main__":
    main()
