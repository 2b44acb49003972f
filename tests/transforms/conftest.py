"""Archives of hand-made rows, for tests of what reads them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.output import open_output
from pipeline.publish import Staged, next_load_id, publish
from schemas.tables import TABLES, by_date, to_table, write_parquet
from transforms.core import fingerprint

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


class Archive:
    """An output folder that loads of hand-made rows are published into: what is not said of a row has a plain value."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def publish(self, **tables: list[dict]) -> list[Path]:
        """Publish one load; the files it put into the tables."""
        with open_output(self.path, command="test") as output:
            load_id = next_load_id(output)
            staging = output.staging_of(load_id)
            for name, rows in tables.items():
                if not rows:
                    continue
                table = to_table(name, [complete(name, row, load_id) for row in rows])
                parts = by_date(table) if TABLES[name].partition else [(None, table)]
                for number, (day, part) in enumerate(parts):
                    folder = staging / "tables" / name / (f"date={day}" if day else "")
                    folder.mkdir(parents=True, exist_ok=True)
                    path = folder / f"{load_id:010d}-{number:04d}.parquet"
                    write_parquet(part, path, load_id=load_id, program_version="test")
            staging.mkdir(parents=True, exist_ok=True)
            row = complete("loads", {}, load_id)
            del row["tables"], row["load_id"]
            publish(output, Staged(load_id=load_id, folder=staging), row, update_state=lambda _: None)
        return sorted(
            path.relative_to(self.path)
            for name in tables
            for path in (self.path / name).rglob(f"{load_id:010d}-*.parquet")
        )


def complete(name: str, row: dict, load_id: int) -> dict:
    """A whole row of a table: what is not said has a plain value."""
    plain = {"load_id": load_id, "date": date(2024, 3, 1), "seen_at": NOON + timedelta(hours=load_id)}
    if name == "fingerprints":
        plain |= {"stored_in": "articles", "text_from": "page", "scheme": fingerprint.SCHEME, "words": 100}
    if name in ("articles", "copies", "held"):
        plain |= {
            "text_from": "page",
            "title": "A title",
            "text": "Words of a body.",
            "first_seen_at": plain["seen_at"],
        }
    complete = {}
    for field in TABLES[name].schema:
        if field.name in row or field.name in plain:
            complete[field.name] = row.get(field.name, plain.get(field.name))
        elif field.nullable:
            complete[field.name] = None
        else:
            kind = str(field.type)
            complete[field.name] = (
                ""
                if kind == "string"
                else b""
                if kind == "binary"
                else NOON
                if "timestamp" in kind
                else ()
                if "list" in kind
                else 0
            )
    assert row.keys() <= complete.keys(), row.keys() - complete.keys()
    return complete


@pytest.fixture
def new_archive(tmp_path: Path) -> Callable[..., Archive]:
    """Makes an output folder, named by its argument, to publish hand-made rows into."""
    return lambda name="out": Archive(tmp_path / name)


@pytest.fixture(scope="session")
def complete_row() -> Callable[[str, dict, int], dict]:
    """Makes a row of a table whole: (name, what is said, load number)."""
    return complete
