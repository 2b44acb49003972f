"""Three rounds of polling many feeds on many hosts: `python -m benchmarks.rounds [--feeds 300] [--hosts 60]`.

A local server (`benchmarks.newsroom`) serves the feeds; `newsbeam poll` asks them every other day, by the
clock that it is told: each is due by then. The second round must transfer no body; after the third exactly the entries
that changed must be new or new versions. From the server's own log: never two requests to a host at once, no pause
shorter than set; and `requests/` must tell the same story as that log. Exit code 1 if anything differs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from typing import Any

import newsbeam
from benchmarks.newsroom import ENTRIES, entries_of, feed_list

ROOT = Path(newsbeam.__file__).parent
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
#: Times of the rounds: further apart than any feed is put off.
TIMES = ("2026-06-02T06:00:00Z", "2026-06-04T06:00:00Z", "2026-06-06T06:00:00Z")


@dataclass(frozen=True, slots=True)
class Served:
    """A newsroom that runs."""

    port: int
    log: Path

    def put_out(self, edition: int) -> None:
        """Let all that is asked from now on be of another edition."""
        connection = HTTPConnection("127.0.0.1", self.port)
        connection.request("POST", f"/-/edition/{edition}")
        connection.getresponse().read()
        connection.close()

    def requests(self) -> list[dict[str, Any]]:
        """The log, without what was asked of the newsroom itself."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [line for line in lines if not line["path"].startswith("/-/")]


@contextmanager
def newsroom(folder: Path) -> Iterator[Served]:
    """Run a newsroom with its log in a folder."""
    log = folder / "server.log"
    command = [sys.executable, "-m", "benchmarks.newsroom", "--log", str(log)]
    with subprocess.Popen(command, env=ENVIRONMENT, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Served(int(process.stdout.readline()) if process.stdout else 0, log)
        finally:
            process.kill()


def poll_command(out: Path, feeds: Path, now: str) -> list[str]:
    """The command of a round."""
    return [sys.executable, "-m", "pipeline", "poll", "--out", str(out), "--feeds", str(feeds), "--now", now, "--json"]


def poll(out: Path, feeds: Path, now: str) -> dict[str, Any]:
    """One round; its report."""
    done = subprocess.run(poll_command(out, feeds, now), env=ENVIRONMENT, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def versions(out: Path) -> set[tuple[str, str]]:
    """Title and text of every version that is stored."""
    with newsbeam.open(out) as archive:
        rows = archive.sql("SELECT title, text FROM articles UNION SELECT title, text FROM copies").fetchall()
    return {(title, text) for title, text in rows}


def expected(feeds: int, edition: int, *, only_last: bool = False) -> set[tuple[str, str]]:
    """Title and text of every version that was put out up to an edition, or in that one only."""
    return {
        (entry.title, entry.text)
        for each in range(edition if only_last else 1, edition + 1)
        for feed in range(feeds)
        for entry in entries_of(feed, each)
    }


def faults_of_manners(log: list[dict[str, Any]], pause_s: float) -> list[str]:
    """What a host could complain of, by the server's own log."""
    faults = []
    by_host: dict[str, list[dict[str, Any]]] = {}
    for line in log:
        by_host.setdefault(line["host"], []).append(line)
    for host, lines in by_host.items():
        lines.sort(key=lambda line: line["began"])
        for one, other in pairwise(lines):
            gap = other["began"] - one["ended"]
            if gap < pause_s:
                faults.append(f"{host}: {gap:.3f} s between {one['path']} and {other['path']}")
    return faults


def faults_of_accounts(log: list[dict[str, Any]], out: Path) -> list[str]:
    """Where `requests/` and the server's log differ."""
    with newsbeam.open(out) as archive:
        rows = archive.sql("SELECT host, url, status, bytes, sent_etag FROM requests").fetchall()
    told = Counter((host, "/" + url.split("/", 3)[3], status, size, etag) for host, url, status, size, etag in rows)
    seen = Counter((line["host"], line["path"], line["status"], line["bytes"], line["if_none_match"]) for line in log)
    return [
        f"requests/ and the server differ: {key}: {told[key]} told, {seen[key]} seen"
        for key in told | seen
        if told[key] != seen[key]
    ]


def check(folder: Path, *, feeds: int, hosts: int, pause_s: float) -> list[str]:
    """Three rounds; everything that is wrong, in lines."""
    faults = []
    out, listed = folder / "out", folder / "feeds.toml"
    with newsroom(folder) as served:
        listed.write_text(feed_list(served.port, feeds=feeds, hosts=hosts, pause_s=pause_s, interval="1h"))
        asked, before, reports = 0, set(), []
        put_out = [expected(feeds, edition) for edition in (0, 1, 1, 2)]
        for number, (now, edition) in enumerate(zip(TIMES, (1, 1, 2), strict=True), 1):
            served.put_out(edition)
            began = time.monotonic()
            reports.append(poll(out, listed, now))
            this, after = served.requests()[asked:], versions(out)
            bodies = sum(line["bytes"] > 0 for line in this)
            print(
                f"round {number}: {len(this)} requests, {bodies} bodies, {sum(line['bytes'] for line in this):,} "
                f"bytes; {len(after - before)} new texts; {time.monotonic() - began:.1f} s; {reports[-1]['outcomes']}"
            )
            if len(this) != feeds:
                faults.append(f"round {number}: {len(this)} requests for {feeds} feeds")
            if number == 2 and bodies:
                faults.append(f"round 2 transferred {bodies} bodies")
            if after - before != put_out[number] - put_out[number - 1]:
                faults.append(f"round {number}: not exactly what was put out became new texts")
            asked, before = asked + len(this), after
        changed = sum(1 for feed in range(feeds) if feed % 20 == 0)
        outcomes = reports[2]["outcomes"]
        if (outcomes["new"] + outcomes["copy"], outcomes["new_version"]) != (changed, changed):
            faults.append(f"round 3: {outcomes}, where {changed} entries are new and {changed} were corrected")
        if reports[0]["delivered"] != feeds * ENTRIES:
            faults.append(f"round 1: {reports[0]['delivered']} delivered of {feeds * ENTRIES}")
        log = served.requests()
    return faults + faults_of_manners(log, pause_s) + faults_of_accounts(log, out)


def main() -> None:
    """Run the rounds, print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--hosts", type=int, default=60)
    parser.add_argument("--pause", type=float, default=0.2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        faults = check(Path(folder), feeds=given.feeds, hosts=given.hosts, pause_s=given.pause)
    print("\n".join(faults) or "as it should be")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
