"""Peak memory of a run's process tree, for a number of articles and for twice as many.

    python benchmarks/memory.py [--articles 100000] [--bytes 5000]

Makes distinct JSON Lines articles of the given size, ingests them, and samples the proportional set size of the whole
process tree (Linux). Prints both peaks and their ratio.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

SEEDS = Path(__file__).parents[1] / "seeds" / "wires"


def articles(count: int, size: int, seed: int = 7) -> Iterator[str]:
    """Distinct articles of about `size` bytes: words of the English seeds, as frequent as there, in random order."""
    rng = random.Random(seed)
    vocabulary = [word for path in sorted(SEEDS.glob("en-*.txt")) for word in path.read_text("utf-8").split()]
    for number in range(count):
        words = rng.choices(vocabulary, k=size // 6)
        body = "\n\n".join(" ".join(words[start : start + 60]) + "." for start in range(0, len(words), 60))
        yield json.dumps(
            {
                "id": str(number),
                "provider": "XYZ",
                "headline": " ".join(words[:8]),
                "body_text": body,
                "published": f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:00:00Z",
            }
        )


def peak_mb(command: list[str], every_s: float = 0.5) -> float:
    """Run a command; the greatest proportional set size of it and all its descendants, in MB."""
    process = psutil.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0.0
    while process.poll() is None:
        total = 0
        for each in [process, *_descendants(process)]:
            try:
                total += each.memory_full_info().pss
            except psutil.Error:
                continue
        peak = max(peak, total / 1e6)
        time.sleep(every_s)
    if process.returncode:
        raise SystemExit(f"the run ended with exit code {process.returncode}")
    return peak


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def main() -> None:
    """Print the peaks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--bytes", type=int, default=5_000)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    peaks = []
    for count in (args.articles, 2 * args.articles):
        with tempfile.TemporaryDirectory() as name:
            path = Path(name, "articles.jsonl")
            with path.open("w", encoding="utf-8") as file:
                file.writelines(line + "\n" for line in articles(count, args.bytes))
            began = time.monotonic()
            command = [
                *(sys.executable, "-m", "pipeline", "ingest", str(path)),
                *("--out", str(Path(name, "out")), "--workers", str(args.workers)),
            ]
            peaks.append(peak_mb(command))
        print(f"{count:,} articles of {args.bytes:,} bytes: peak {peaks[-1]:.0f} MB, {time.monotonic() - began:.0f} s")
    print(f"ratio of the peaks: {peaks[1] / peaks[0]:.3f}")


if __name__ == "__main__":
    main()
