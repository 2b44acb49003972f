"""Peak memory of a run's process tree, for a number of articles and for twice as many.

    python -m benchmarks.memory [--articles 100000] [--bytes 5000]

Makes twice that many distinct JSON Lines articles of the given size, ingests them in one run, and samples the
proportional set size of the whole process tree (Linux). Prints the peak until the first half was published, which is
that of a run over the first half, the peak of the whole run, and their ratio.
"""

import argparse
import json
import random
import re
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


def peaks_mb(command: list[str], half: int, every_s: float = 0.5) -> tuple[float, float]:
    """Run a command; the greatest proportional set size of its process tree until half is out, and ever, in MB."""
    with tempfile.TemporaryFile("w+") as said:
        process = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        first = ever = 0.0
        while process.poll() is None:
            total = 0
            for each in [process, *_descendants(process)]:
                try:
                    total += each.memory_full_info().pss
                except psutil.Error:
                    continue
            ever = max(ever, total / 1e6)
            said.seek(0)
            if _published(said.read()) < half:
                first = ever
            time.sleep(every_s)
        said.seek(0)
        if process.returncode:
            raise SystemExit(f"the run ended with exit code {process.returncode}: {said.read()[-500:]}")
    return first, ever


def _published(lines: str) -> int:
    """How many deliveries the run says that it has published."""
    told = re.findall(r"([\d,]+) deliver", lines)
    return int(told[-1].replace(",", "")) if told else 0


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
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "articles.jsonl")
        with path.open("w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in articles(2 * args.articles, args.bytes))
        began = time.monotonic()
        command = [
            *(sys.executable, "-m", "pipeline", "ingest", str(path)),
            *("--out", str(Path(name, "out")), "--workers", str(args.workers)),
        ]
        first, ever = peaks_mb(command, args.articles)
    print(f"{args.articles:,} articles of {args.bytes:,} bytes: peak {first:.0f} MB")
    print(f"{2 * args.articles:,} articles: peak {ever:.0f} MB, {time.monotonic() - began:.0f} s")
    print(f"ratio of the peaks: {ever / first:.3f}")


if __name__ == "__main__":
    main()
