"""Invented wires as JSON Lines, with copies, updates, repeats, kills, embargoes and bad lines among them."""

import json
import random
from pathlib import Path
from typing import Any


def write_wires(folder: Path, count: int, rng: random.Random) -> None:
    """Make the folder and fill it with files of 100 lines. The same generator state gives the same bytes."""
    words = ["".join(rng.choices("abdegiklmnoprstu", k=rng.randint(3, 9))) for _ in range(3_000)]
    known: list[dict[str, Any]] = []
    lines = []
    for number in range(count):
        kind = rng.random() if known else 1.0
        if kind < 0.005:
            lines.append('{"uri": "half a li')
            continue
        old = rng.choice(known) if known else {}
        if kind < 0.03:
            wire = old
        elif kind < 0.08:
            wire = old | {"uri": f"copy-{number}", "provider": "Second Wire", "headline": f"Copy {number}"}
        elif kind < 0.11:
            more = " ".join(rng.sample(words, 30))
            wire = old | {"version": number, "body_text": f"{old['body_text']} More: {more}."}
        elif kind < 0.12:
            wire = old | {"pubstatus": "canceled", "version": 1_000_000}
        else:
            wire = {
                "uri": f"wire-{number}",
                "provider": "First Wire",
                "headline": " ".join(rng.sample(words, 8)).capitalize(),
                "body_text": "\n\n".join(f"{' '.join(rng.sample(words, 40)).capitalize()}." for _ in range(4)),
                "firstcreated": f"2026-03-{1 + number % 4:02d}T{number % 24:02d}:00:00Z",
                "language": "en",
                "version": 1,
            }
            if kind < 0.13:
                wire["embargoed"] = "2027-01-01T00:00:00Z"
            known.append(wire)
        lines.append(json.dumps(wire))
    folder.mkdir()
    for part in range(0, count, 100):
        (folder / f"{part // 100:03d}.jsonl").write_text("\n".join(lines[part : part + 100]) + "\n", encoding="utf-8")
