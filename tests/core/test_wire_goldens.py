"""Each fixture of tests/data/wires and all that is read from it, field by field, as JSON beside it.

`python tests/core/test_wire_goldens.py` writes the JSON of the XML formats anew; read its diff before it is committed.
"""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import pytest

from transforms.core.documents import read_document

WIRES = Path(__file__).resolve().parents[1] / "data" / "wires"
FIXTURES = sorted(path for path in WIRES.glob("*.xml"))


def expected_of(path):
    return path.with_name(path.name + ".expected.json")


def plain(value):
    """As JSON has it, without what is not said."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items() if each not in ("", None, (), False)}
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def read(path):
    found = read_document(path.read_bytes(), origin=path.name)
    return [{"is": type(each).__name__} | plain(asdict(each)) for each in found]


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_golden(path):
    assert read(path) == json.loads(expected_of(path).read_text(encoding="utf-8"))


def test_every_fixture_has_its_pair():
    assert len(FIXTURES) >= 8
    assert {path.name for path in WIRES.glob("*.xml.expected.json")} == {expected_of(path).name for path in FIXTURES}


if __name__ == "__main__":
    for fixture in FIXTURES:
        written = json.dumps(read(fixture), ensure_ascii=False, indent=1)
        expected_of(fixture).write_text(f"{written}\n", encoding="utf-8")
