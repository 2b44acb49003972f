"""Months of news fed in other orders: `python -m benchmarks.orders [--articles 20000] [--runs 1,10,100] [--seed 1]`.

Made up are an agency's stories with their versions, corrections, kills, withholds and embargoes, what outlets made of
them (the same, with another headline, cut, extended, from an older version), reports of markets that share their
sentences, and stories of the outlets' own. All of it is delivered in one run, and in as many as asked for, in the order
of time and backwards, each time into a new folder. Printed is a line for each; whoever differs from the first in
`articles_current`, `stories` or the rows of articles and copies together is named, and the exit code is 1.

Every delivery counts as seen at the same time, as files do that are read on one day.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import newsbeam
from pipeline.ingest import ingest
from pipeline.options import ReadOptions
from transforms.core.pieces import Limits

BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
MONTHS: Final = 6
NOW: Final = BEGIN + timedelta(days=30 * MONTHS + 5)
#: The columns that are of a version, and not of what its first delivery said beside title and text.
TOLD: Final = "article_id, version, source_version, updated_at, seen_at, title, text, content_hash, word_count"
VIEWS: Final = {
    "articles_current": f"SELECT version_number, {TOLD} FROM articles_current",  # noqa: S608  # our own names
    "stories": f"SELECT story_id, outlets, copies, article_ids, versions, {TOLD} FROM stories",  # noqa: S608  # the same
    "texts": "SELECT article_id, version, title, text FROM articles UNION ALL "
    "SELECT article_id, version, title, text FROM copies",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A record as it is delivered, and when in the months."""

    at: datetime
    record: dict[str, str]


class Newsroom:
    """Writes stories: the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._rng = rng = random.Random(seed)
        syllables = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
        self._words = ["".join(rng.choices(syllables, k=rng.randint(2, 4))) for _ in range(8_000)]
        self._names = ["".join(rng.choices(syllables, k=3)).title() for _ in range(800)]

    def deliveries(self, articles: int) -> list[Delivery]:
        """About as many deliveries, in the order of time."""
        made: list[Delivery] = []
        story = 0
        while len(made) < articles:
            made += self._markets(story) if story % 20 == 0 else self._story(story)
            story += 1
        made.sort(key=lambda each: (each.at, json.dumps(each.record)))
        return made

    def _sentence(self) -> str:
        rng = self._rng
        said = " ".join(rng.choices(self._words, k=rng.randint(9, 15)))
        return f"{rng.choice(self._names)} said the {said} and {rng.randint(2, 900)} {rng.choice(self._words)}."

    def _body(self) -> list[str]:
        return [
            " ".join(self._sentence() for _ in range(self._rng.randint(1, 4))) for _ in range(self._rng.randint(2, 9))
        ]

    def _title(self) -> str:
        return " ".join(self._rng.choices(self._words, k=7)).capitalize()

    def _story(self, number: int) -> Iterator[Delivery]:
        rng = self._rng
        at = BEGIN + timedelta(minutes=rng.randrange(MONTHS * 30 * 24 * 60))
        body, title = self._body(), self._title()
        if rng.random() < 0.3:
            yield self._page(f"https://own{rng.randrange(40)}.example/{number}", title, body, at)
            return
        uri, counted, version = f"urn:npb:{number}", rng.random() < 0.7, 0
        bodies = [body]
        for _ in range(rng.choice([1, 1, 2, 3, 4])):
            version += rng.randint(1, 3)
            record = {"headline": title, "body_text": "\n\n".join(bodies[-1])}
            if rng.random() < 0.03:
                release = rng.choice([at + timedelta(hours=3), NOW + timedelta(days=900)])
                record["embargoed"] = rng.choice([f"{release:%Y-%m-%dT%H:%M:%SZ}", "noon"])
            yield self._wire(uri, version if counted else None, at, record)
            at += timedelta(minutes=rng.randint(5, 900))
            bodies.append(self._changed(bodies[-1]))
        for outlet in rng.sample(range(40), rng.choice([0, 0, 1, 2, 5])):
            yield self._copy(f"https://outlet{outlet}.example/{number}", title, rng.choice(bodies[:-1]), at)
        if rng.random() < 0.05:
            status = rng.choice(["canceled", "withheld"])
            yield self._wire(uri, version + 1 if counted else None, at, {"pubstatus": status})
            if rng.random() < 0.5:
                record = {"headline": title, "body_text": "\n\n".join(bodies[-1])}
                yield self._wire(uri, version + 2 if counted else None, at + timedelta(hours=1), record)

    def _changed(self, body: Sequence[str]) -> list[str]:
        """An update: a figure corrected, a paragraph added or taken out."""
        rng, changed = self._rng, list(body)
        place = rng.randrange(len(changed))
        match rng.choice(["figure", "more", "less"]):
            case "figure":
                words = changed[place].split(" ")
                changed[place] = " ".join(str(int(word) + 7) if word.isdecimal() else word for word in words)
            case "more":
                changed.insert(place + 1, self._sentence())
            case _ if len(changed) > 3:
                del changed[place]
        return changed

    def _copy(self, url: str, title: str, body: Sequence[str], at: datetime) -> Delivery:
        rng, text = self._rng, list(body)
        match rng.choice(["same", "cut", "extended", "credited"]):
            case "cut":
                text = text[: max(1, len(text) * 2 // 3)]
            case "extended":
                text.append(self._sentence())
            case "credited":
                text[0] = f"{rng.choice(self._names).upper()}, Italy (NPB) - {text[0]}"
        headline = title if rng.random() < 0.5 else f"{title.split()[0]} {self._title().lower()}"
        return self._page(url, headline, text, at + timedelta(minutes=rng.randint(1, 2_000)))

    def _markets(self, number: int) -> Iterator[Delivery]:
        """The close of a market on two days: the same sentences, other figures."""
        rng = self._rng
        for day in range(2):
            at = BEGIN + timedelta(days=number % (MONTHS * 29) + day, hours=18)
            points, traded, up, down = (
                rng.randint(900, 9_000),
                rng.randint(100, 900),
                rng.random() * 9,
                rng.random() * 9,
            )
            index, first, second = rng.sample(self._names, 3)
            told = [
                f"The {index} index closed at {points} points on {at:%A}, with {traded} million shares traded.",
                f"Shares of {first} rose {up:.2f} percent while those of {second} fell {down:.2f} percent.",
            ]
            yield self._page(f"https://markets.example/{number}/{day}", "Markets at the close", told, at)

    def _wire(self, uri: str, version: int | None, at: datetime, said: dict[str, str]) -> Delivery:
        record = {"uri": uri, "provider": "NPB", "versioncreated": f"{at:%Y-%m-%dT%H:%M:%SZ}"} | said
        return Delivery(at=at, record=record if version is None else record | {"version": str(version)})

    def _page(self, url: str, title: str, body: Sequence[str], at: datetime) -> Delivery:
        text = "\n\n".join(body)
        return Delivery(
            at=at, record={"url": url, "title": title, "text": text, "published": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
        )


class Silent:
    """Is told of progress and says nothing."""

    def begin(self, total: int) -> None:
        """Nothing."""

    def advance(self, size: int, deliveries: int) -> None:
        """Nothing."""


def feed(deliveries: Sequence[Delivery], runs: int, folder: Path, workers: int) -> Path:
    """Deliver in the order given, in so many runs; the output folder."""
    out = folder / "out"
    for number in range(runs):
        part = deliveries[len(deliveries) * number // runs : len(deliveries) * (number + 1) // runs]
        path = folder / f"{number:04}.jsonl"
        path.write_text("".join(f"{json.dumps(each.record)}\n" for each in part))
        options = ReadOptions(
            out=out, command="benchmarks.orders", workers=workers, batch_size=5_000, limits=Limits(), now=NOW
        )
        ingest(options, (str(path),), progress=Silent(), stop=lambda: False)
    return out


def told(out: Path) -> dict[str, dict[str, bytes]]:
    """Of each view the digests of its rows, by article and version."""
    with newsbeam.open(out) as archive:
        return {name: dict(_digests(archive.sql(query))) for name, query in VIEWS.items()}


def _digests(answer: Any) -> Iterator[tuple[str, bytes]]:  # noqa: ANN401  # a DuckDB relation, imported when one is made
    article, version = answer.columns.index("article_id"), answer.columns.index("version")
    for row in answer.fetchall():
        yield f"{row[article]} {row[version]}", blake2b(repr(row).encode(), digest_size=16).digest()


def differences(expected: dict[str, dict[str, bytes]], found: dict[str, dict[str, bytes]]) -> list[str]:
    """Lines that name what differs, a few of each view."""
    lines = []
    for name, rows in expected.items():
        keys = sorted(key for key in rows.keys() | found[name].keys() if rows.get(key) != found[name].get(key))
        lines += [f"  {name}: {len(keys)} differ, such as {', '.join(keys[:3])}"] if keys else []
    return lines


def main() -> int:
    """Feed the same deliveries in every order and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000, help="deliveries to make")
    parser.add_argument("--runs", default="1,10,100", help="runs to deliver them in, by commas")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    deliveries = Newsroom(asked.seed).deliveries(asked.articles)
    wires = sum("uri" in each.record for each in deliveries)
    recalls = sum("pubstatus" in each.record for each in deliveries)
    print(f"{len(deliveries):,} deliveries over {MONTHS} months: {wires:,} of an agency, {recalls:,} of them recalls")
    print(f"{'order':<10}{'runs':>6}{'current':>10}{'stories':>10}{'texts':>10}{'seconds':>10}  as the first")
    expected: dict[str, dict[str, bytes]] = {}
    differ = False
    for runs in map(int, asked.runs.split(",")):
        for name, order in (("forwards", deliveries), ("backwards", deliveries[::-1])):
            with tempfile.TemporaryDirectory() as folder:
                began = time.monotonic()
                found = told(feed(order, runs, Path(folder), asked.workers))
            expected = expected or found
            lines = differences(expected, found)
            sizes = "".join(f"{len(rows):>10,}" for rows in found.values())
            print(
                f"{name:<10}{runs:>6}{sizes}{time.monotonic() - began:>10.0f}  {'no' if lines else 'yes'}", flush=True
            )
            print("".join(f"{line}\n" for line in lines), end="")
            differ = differ or bool(lines)
    return int(differ)


if __name__ == "__main__":
    sys.exit(main())
