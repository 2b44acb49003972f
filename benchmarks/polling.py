"""A reader that polls an output folder while it is written: `python -m benchmarks.polling OUT REFERENCE STOP`.

Each table through its log, and all of them through `newsbeam.open`, must show each load whole or not at all: what is in
the folder REFERENCE, at one of its loads. Ends when the file STOP is there and prints what was seen as JSON.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

import newsbeam
from schemas.tables import TABLES

#: Of `loads`: what tells how long things took, which a kill may change.
TIMES = ("started_at", "finished_at", "timings")


def rows(out: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a table, without times that no two runs share."""
    table = DeltaTable(out / name).to_pyarrow_table()
    table = table.drop_columns([column for column in TIMES if name == "loads"])
    return sorted(table.to_pylist(), key=lambda row: tuple(row[column] for column in TABLES[name].key))


def digest(data: Any, name: str) -> str:  # noqa: ANN401 an Arrow dataset or table has no common type
    """What rows a reader saw: their keys and loads."""
    columns = [*TABLES[name].key, "load_id"] if name != "loads" else ["load_id"]
    table = data.to_table(columns=columns) if hasattr(data, "to_table") else data.select(columns)
    seen = sorted(repr(tuple(row.values())) for row in table.to_pylist())
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()


def states(out: Path) -> dict[int, dict[str, str]]:
    """What each table held after each load."""
    told = {0: dict.fromkeys(TABLES, 0)}
    for row in rows(out, "loads"):
        told[row["load_id"]] = {t["name"]: t["version"] for t in row["tables"]} | {"loads": row["load_id"]}
    return {
        load: {
            name: digest(DeltaTable(out / name, version=v).to_pyarrow_dataset(), name) for name, v in versions.items()
        }
        for load, versions in told.items()
    }


def read_until(out: Path, allowed: Mapping[int, Mapping[str, str]], stopped: Callable[[], bool]) -> dict[str, Any]:
    """Poll; how often, which loads were seen, and what was seen that must not be."""
    polls, seen, wrong = 0, set(), []
    whole = {name: {of[name] for of in allowed.values()} for name in TABLES}
    while not stopped():
        try:
            in_logs = {name: digest(DeltaTable(out / name).to_pyarrow_dataset(), name) for name in TABLES}
            wrong += [f"{name} through its log: part of a load" for name in TABLES if in_logs[name] not in whole[name]]
            with newsbeam.open(out) as archive:
                shown, load = {name: digest(archive.table(name), name) for name in TABLES}, archive.load_id
            of_load = allowed.get(load, {})
            wrong += [f"{n} through newsbeam.open: not load {load}" for n in TABLES if shown[n] != of_load.get(n)]
            seen.add(load)
        except (TableNotFoundError, ValueError) as error:
            if (out / "newsbeam.json").exists() and json.loads((out / "newsbeam.json").read_bytes())["complete"]:
                wrong.append(f"{type(error).__name__}: {error}")
            continue
        polls += 1
    return {"polls": polls, "loads": sorted(seen), "wrong": wrong}


if __name__ == "__main__":
    folder, reference, stop = (Path(word) for word in sys.argv[1:4])
    print(json.dumps(read_until(folder, states(reference), stop.exists)))
