"""How good the dates of pages are, against the days that people read from them.

    python benchmarks/dates.py INDEX.jsonl [--limit N] [--show]

INDEX.jsonl has one object per page: `html_path` (gzip or plain, beside the index), `url` and `published`, the truth, a
day; pages without one are left out. So are pages that contradict it, which are listed: whose published metadata (meta
elements and JSON-LD, found in the bytes by a regular expression and not by the program) name days of publication, and
none of them, in UTC or as written, is the truth's. A date is exact if its day is the truth's, in UTC or as written with
its zone. A third of the pages (by a hash of their id) is the part that nobody looks at while rules are made.
"""

import argparse
import gzip
import json
import re
import sys
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from transforms.core import page
from transforms.core.charsets import characters
from transforms.core.dates import parse_date
from transforms.core.pagehead import read_head
from transforms.core.records import Dated

_PUBLISHED = re.compile(
    r"""["']?datePublished["']?\s*:\s*["']([^"']{8,40})["']
    |<meta[^>]{1,200}?["'](?:article:published_time|datePublished)["'][^>]{1,100}?content=["']([^"']{8,40})["']
    |<meta[^>]{1,100}?content=["']([^"']{8,40})["'][^>]{1,200}?["'](?:article:published_time|datePublished)["']""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One page's date and what is to be said of it."""

    page_id: str
    outcome: str  #: exact, wrong, none, contradicted
    truth: str
    found: Dated
    url: str


def kept_aside(page_id: str) -> bool:
    """Whether a page is of the third that rules are not made on."""
    return zlib.crc32(page_id.encode()) % 3 == 0


def days_of(dated: Dated) -> set[str]:
    """The day in UTC and as written."""
    if dated.at is None or dated.precision in {"year", "month"}:
        return set()
    written = parse_date(dated.raw[:10])
    own = {written.at.date().isoformat()} if written.at and written.precision == "day" else set()
    return {dated.at.date().isoformat(), *own}


def contradicts(html: str, truth: str) -> bool:
    """Whether the page's published metadata names other days only."""
    said = [parse_date(next(filter(None, found))) for found in _PUBLISHED.findall(html)]
    days = [days_of(dated) for dated in said if days_of(dated)]
    return bool(days) and not any(truth in each for each in days)


def judge(row: dict[str, str], folder: Path) -> tuple[Judged, float]:
    """Judge one page; with the CPU seconds that its head took, all metadata included."""
    path = folder / row["html_path"]
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    text = characters(data, declared="")
    tree = page.parsed(text)
    start = time.process_time()
    found = read_head(tree, url=row["url"]).published
    took = time.process_time() - start
    truth = row["published"][:10]
    outcome = "exact" if truth in days_of(found) else "wrong" if days_of(found) else "none"
    if contradicts(text, truth):
        outcome = "contradicted"
    return Judged(page_id=row["id"], outcome=outcome, truth=truth, found=found, url=row["url"]), took


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--show", action="store_true", help="list what is wrong or missing where rules are made")
    options = parser.parse_args()
    with options.index.open(encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if len(row.get("published") or "") >= len("2026-01-01")]
    page.warm()
    judged, took = zip(*(judge(row, options.index.parent) for row in rows[: options.limit]), strict=True)
    report(judged, show=options.show)
    print(f"\nCPU of all metadata: {1000 * sum(took) / len(took):.2f} ms a page")


def report(judged: Sequence[Judged], *, show: bool) -> None:
    """Print the pages that contradict their truth, the shares, and where dates were found."""
    print("contradicted by the page's own published metadata:")
    for each in judged:
        if each.outcome == "contradicted":
            print(line_about(each))
    if show:
        print("wrong or missing:")
        for each in judged:
            if each.outcome in {"wrong", "none"} and not kept_aside(each.page_id):
                print(line_about(each))
    print(f"\n{'':<28}{'pages':>6}{'exact':>8}{'wrong':>8}{'none':>8}{'contradicted':>14}")
    aside = [each for each in judged if kept_aside(each.page_id)]
    parts = {
        "all": judged,
        "where rules were made": [each for each in judged if each not in aside],
        "kept aside": aside,
    }
    for name, part in parts.items():
        counts = Counter(each.outcome for each in part)
        pages = len(part) - counts["contradicted"]
        shares = "".join(f"{counts[outcome] / pages:>8.1%}" for outcome in ("exact", "wrong", "none")) if pages else ""
        print(f"{name:<28}{pages:>6}{shares}{counts['contradicted']:>14}")
    print("\nwhere dates were found")
    kinds = Counter((each.found.taken_from or "nothing", each.outcome) for each in judged)
    for name in sorted({kind for kind, _ in kinds}):
        said = (f"{kinds[name, how]} {how}" for how in ("exact", "wrong", "none", "contradicted") if kinds[name, how])
        print(f"  {name:<42}{'  '.join(said)}")


def line_about(each: Judged) -> str:
    """One page for a person."""
    found = f"{str(each.found.at)[:10]} ({each.found.taken_from or 'nothing'})"
    return f"  {each.outcome:<13} {each.page_id}  truth {each.truth}  page {found}  {each.url[:80]}"


if __name__ == "__main__":
    main()
