"""CPU of a whole run against a bare loop over the same pages, interleaved.

    python benchmarks/speed.py PAGES_DIR --opponent ../shared/reference/bare_loop.py [--rounds 3] [--workers 2]

PAGES_DIR holds *.html.gz. Both sides read a folder of each page and the same page again with one added paragraph of its
own. The opponent is a program that takes `PAGES OUT.parquet --profile plain --workers N`. Needs the extra `bench`. CPU
is user + system of each process tree, all of whose processes are waited for.
"""

import argparse
import gzip
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_ADDED = "<p>Page {number} was read again at the desk, and this line, number {number}, was added to it by hand.</p>"


def make_pages(source: Path, target: Path) -> int:
    """Write each page of `source` twice to `target`, the second time with a paragraph more; how many that makes."""
    target.mkdir()
    pages = sorted(source.glob("*.html.gz"))
    for number, path in enumerate(pages):
        html = gzip.decompress(path.read_bytes())
        (target / path.name).write_bytes(path.read_bytes())
        at = html.rfind(b"</p>") + len(b"</p>") if b"</p>" in html else len(html)
        again = html[:at] + _ADDED.format(number=number).encode() + html[at:]
        (target / f"again-{path.name}").write_bytes(gzip.compress(again, mtime=0))
    return 2 * len(pages)


def cost(command: list[str], log: Path) -> tuple[float, float]:
    """CPU and wall-clock seconds of a command and all its descendants."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    with log.open("ab") as out:
        subprocess.run(command, check=True, stdout=out, stderr=out)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.monotonic() - began


def main() -> None:
    """Print the CPU of each side in each round, and the median ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--opponent", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = make_pages(args.pages, folder / "pages")
        log, ratios = folder / "log", []
        for number in range(args.rounds):
            ours = [
                *(sys.executable, "-m", "pipeline", "ingest", str(folder / "pages")),
                *("--out", str(folder / f"out{number}"), "--workers", str(args.workers)),
            ]
            theirs = [
                *(sys.executable, str(args.opponent), str(folder / "pages"), str(folder / "bare.parquet")),
                *("--profile", "plain", "--workers", str(args.workers)),
            ]
            our_cpu, our_wall = cost(ours, log)
            their_cpu, their_wall = cost(theirs, log)
            ratios.append(our_cpu / their_cpu)
            print(
                f"round {number + 1}: {count} pages; newsbeam {our_cpu:.1f} s CPU, {our_wall:.1f} s wall; "
                f"bare loop {their_cpu:.1f} s CPU, {their_wall:.1f} s wall; ratio of CPU {ratios[-1]:.3f}"
            )
    print(f"median ratio of CPU: {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main()
