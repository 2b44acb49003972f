"""Kill rounds of polling and show that nothing is lost or doubled: `python -m benchmarks.kill_rounds [--kills 30]`.

A local server (`benchmarks.newsroom`) serves the feeds; from round to round one in twenty changes. `newsbeam poll` is
killed, with all its processes, at a random moment of each round, and started again with the same clock. In the end the
texts must be exactly those of the answers received, each once, the whole last edition among them; `requests/` must hold
no request twice, and by the server's own log no feed may be asked twice in a round: its interval is longer. Exit code 1
if anything differs.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import newsbeam
from benchmarks.newsroom import entries_of, feed_list
from benchmarks.rounds import ENVIRONMENT, ROOT, Served, expected, newsroom, poll, poll_command, versions

BEGIN = datetime(2026, 6, 2, 6, tzinfo=UTC)
#: Between two rounds: longer than any feed is put off.
APART = timedelta(days=2)


def killed_poll(out: Path, feeds: Path, now: str, after_s: float) -> bool:
    """Start a round and kill it after so many seconds; False: it was done before."""
    with subprocess.Popen(
        poll_command(out, feeds, now),
        env=ENVIRONMENT,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            process.wait(after_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return True
        if process.returncode:
            raise SystemExit(f"a round ended with exit code {process.returncode}")
        return False


def faults_of_round(number: int, log: list[dict[str, object]]) -> list[str]:
    """Feeds that were asked more than once in a round."""
    asked = Counter(line["path"] for line in log)
    return [f"round {number}: {path} was asked {times} times" for path, times in asked.items() if times > 1]


def texts_received(out: Path, editions: int) -> set[tuple[str, str]]:
    """Title and text of all entries of the documents whose answer is in `requests/`, by the edition of their round.

    An answer that was in flight when its poll was killed is in nobody's hands; what that edition alone held is not to
    be had any more.
    """
    with newsbeam.open(out) as archive:
        rows = archive.sql("SELECT url, started_at FROM requests WHERE status IS NOT NULL").fetchall()
    received = set()
    for url, started_at in rows:
        feed = int(url.rpartition("/")[2].removesuffix(".xml"))
        edition = min(editions, (started_at - BEGIN) // APART)
        received |= {(entry.title, entry.text) for entry in entries_of(feed, edition)}
    return received


def check(folder: Path, served: Served, *, feeds: int, hosts: int, kills: int, rng: random.Random) -> list[str]:
    """A round for each kill; everything that is wrong, in lines."""
    faults, out, listed = [], folder / "out", folder / "feeds.toml"
    listed.write_text(feed_list(served.port, feeds=feeds, hosts=hosts, pause_s=0.05, interval="1h"))
    answered = done = number = 0
    round_s = 10.0
    while done < kills:
        number += 1
        now = (BEGIN + number * APART).isoformat()
        served.put_out(number)
        served.log.write_text("")
        after_s = rng.uniform(0.3, round_s)
        was_killed = killed_poll(out, listed, now, after_s)
        done += was_killed
        before = len(served.requests())
        began = time.monotonic()
        report = poll(out, listed, now)
        log = served.requests()
        answered += len(log)
        faults += faults_of_round(number, log)
        if not was_killed or before == 0:
            round_s = min(10.0, time.monotonic() - began + 1.0)  # what a whole round takes, about
        stored = {outcome: count for outcome, count in report["outcomes"].items() if count}
        print(
            f"round {number}: {f'killed after {after_s:.1f} s' if was_killed else 'not killed'}, {before} feeds asked "
            f"before and {len(log) - before} after, loads {report['loads']}, then {stored}",
            flush=True,
        )
    now = (BEGIN + (number + 1) * APART).isoformat()
    poll(out, listed, now)  # what was in flight when it was killed is asked again
    answered += len(served.requests()) - len(log)
    received = texts_received(out, number)
    if versions(out) != received:
        faults.append(f"not the texts that were received: {len(versions(out) ^ received)} differ")
    if lacking := expected(feeds, number, only_last=True) - versions(out):
        faults.append(f"{len(lacking)} texts of the last edition are lacking")
    with newsbeam.open(out) as archive:
        twice = archive.sql("SELECT request_id FROM requests GROUP BY ALL HAVING count(*) > 1").fetchall()
        ((told, with_answer),) = archive.sql("SELECT count(*), count(status) FROM requests").fetchall()
        doubled = archive.sql(
            "SELECT article_id, version FROM (SELECT * FROM articles UNION ALL SELECT * FROM copies) "
            "GROUP BY ALL HAVING count(*) > 1"
        ).fetchall()
    print(f"requests/: {told} rows, {with_answer} with an answer; the server gave {answered}")
    if twice or doubled:
        faults.append(f"twice: {twice} {doubled}")
    return faults


def main() -> None:
    """Kill, start again, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--feeds", type=int, default=60)
    parser.add_argument("--hosts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, newsroom(Path(name)) as served:
        faults = check(
            Path(name),
            served,
            feeds=given.feeds,
            hosts=given.hosts,
            kills=given.kills,
            rng=random.Random(given.seed),
        )
    print("\n".join(faults) or "as it should be")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
