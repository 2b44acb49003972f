"""Kill rounds of polling and show that nothing is lost or doubled: `python -m benchmarks.kill_rounds [--kills 30]`.

A local server (`benchmarks.newsroom`) serves the feeds. `newsbeam poll` asks them in three rounds and is killed, with
all its processes, at random moments of them, and started again each time with the same clock, until the round is done. In
the end the texts must be those that were put out, `requests/` must hold no request twice, and by the server's own log
no feed may be asked twice in a round: its interval is longer. Exit code 1 if anything differs.
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
from pathlib import Path

import newsbeam
from benchmarks.newsroom import feed_list
from benchmarks.rounds import ENVIRONMENT, ROOT, TIMES, Served, expected, newsroom, poll, poll_command, versions


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


def check(folder: Path, served: Served, *, feeds: int, hosts: int, kills: int, rng: random.Random) -> list[str]:
    """Rounds with kills; everything that is wrong, in lines."""
    faults, out, listed = [], folder / "out", folder / "feeds.toml"
    listed.write_text(feed_list(served.port, feeds=feeds, hosts=hosts, pause_s=0.05, interval="1h"))
    asked = done = 0
    for number, (now, edition) in enumerate(zip(TIMES, (1, 1, 2), strict=True), 1):
        served.put_out(edition)
        began = time.monotonic()
        poll(folder / "whole", listed, now)
        whole_s = time.monotonic() - began
        served.log.write_text("")
        wanted = kills * number // len(TIMES)
        while done < wanted and killed_poll(out, listed, now, rng.uniform(0.3, whole_s)):
            done += 1
        report = poll(out, listed, now)
        log = served.requests()
        asked += len(log)
        faults += faults_of_round(number, log)
        print(f"round {number}: {done} kills so far, {len(log)} requests, at last {report['outcomes']}")
        while done < wanted:  # its end came before its kill: what is left over is killed where nothing is to be done
            done += killed_poll(out, listed, now, rng.uniform(0.3, whole_s))
    if versions(out) != expected(feeds, 2) or versions(out) != versions(folder / "whole"):
        faults.append("not the texts that were put out")
    with newsbeam.open(out) as archive:
        twice = archive.sql("SELECT request_id FROM requests GROUP BY ALL HAVING count(*) > 1").fetchall()
        rows = archive.sql("SELECT count(*), count(status) FROM requests").fetchall()
        doubled = archive.sql(
            "SELECT article_id, version FROM (SELECT * FROM articles UNION ALL SELECT * FROM copies) "
            "GROUP BY ALL HAVING count(*) > 1"
        ).fetchall()
    print(f"requests/: {rows[0][0]} rows, {rows[0][1]} with an answer; the server answered {asked}")
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
