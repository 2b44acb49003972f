"""Stage and publish loads of invented rows, and die where told: run by test_publish.py in a process of its own."""

import json
import os
import signal
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipeline.imports import spare

if __name__ == "__main__":
    spare("pandas")  # as the program itself does

import pyarrow as pa

from pipeline.output import open_output
from pipeline.publish import Staged, discard_staging, publish, recover
from schemas.tables import TABLES, by_date, to_table, write_parquet

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
#: Rows of each table in a load; tables that are not named get none.
ROWS = {"articles": 3, "copies": 1, "held": 1, "links": 1, "recalls": 1, "sightings": 4, "fingerprints": 5}
#: What a load puts on the disk: each table above, articles on two days, and loads.
FILES = len(ROWS) + 1 + 1


def plain(kind):
    """A value of an Arrow type."""
    if pa.types.is_struct(kind):
        return {kind.field(n).name: plain(kind.field(n).type) for n in range(kind.num_fields)}
    if pa.types.is_list(kind):
        return [plain(kind.value_type)]
    return {
        "string": "сводка",
        "binary": b"\x00\xff",
        "int32": 3,
        "int64": 2**40,
        "double": 0.5,
        "date32[day]": NOON.date(),
        "timestamp[us, tz=UTC]": NOON,
    }[str(kind)]


def row(name, load_id, number=0, **more):
    """A row of a table, its key made of the load and a number."""
    spec = TABLES[name]
    filled = {field.name: plain(field.type) for field in spec.schema} | {"load_id": load_id}
    return filled | {spec.key[0]: load_id if name == "loads" else f"{load_id}-{number}"} | more


def day(name, number):
    """Articles lie on two days."""
    return (
        {"date": date(2026, 3, 1) + timedelta(days=number % 2 if name == "articles" else 0)}
        if TABLES[name].partition
        else {}
    )


def stage(output, load_id, rows=None):
    """Stage a load; the same again is the same bytes."""
    folder = output.staging_of(load_id)
    for name, count in (rows or ROWS).items():
        table = to_table(name, [row(name, load_id, number, **day(name, number)) for number in range(count)])
        parts = [(f"date={of}", part) for of, part in by_date(table)] if TABLES[name].partition else [("", table)]
        for below, part in parts:
            path = folder / "tables" / name / below / f"{load_id:010d}-0000.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_parquet(part, path, load_id=load_id, program_version="0.1.0")
    return Staged(load_id=load_id, folder=folder)


def loads_row(load_id):
    """The row of loads, without what publishing adds."""
    given = row("loads", load_id, command="test", code_version="0.1.0")
    del given["tables"]
    return given


def note(output, load_id):
    """Stand for the sources' validators: remember the last load. Twice is once."""
    (output.state / "last").write_text(str(load_id))


def nothing(_step):
    """A hook that lets live."""


def run(output, loads, at=nothing, rows=None):
    """What a run does: recover, then stage and publish each load that is not published yet."""
    recovered = recover(output, update_state=lambda load: note(output, load), at=at)
    for load_id in loads:
        if load_id > output.last_load():
            discard_staging(output, load_id)
            staged = stage(output, load_id, rows)
            publish(output, staged, loads_row(load_id), update_state=lambda load: note(output, load), at=at)
    return recovered


def die_at(step, time):
    """A hook that kills this process, as a power cut would, when the step is passed for the `time`th time."""
    passed = Counter()

    def at(now):
        passed[now] += 1
        if now == step and passed[now] == time:
            os.kill(os.getpid(), signal.SIGKILL)

    return at


def main():
    """`publish_program.py OUT '{"loads": [1, 2], "step": "begun", "time": 1}'`."""
    how = json.loads(sys.argv[2])
    with open_output(Path(sys.argv[1]), command="publish_program") as output:
        run(output, how["loads"], die_at(how.get("step"), how.get("time", 1)))


if __name__ == "__main__":
    main()
