r"""How good the text of pages is, and what it costs: ours and trafilatura's default on the same pages.

    python benchmarks/page_text.py INDEX.jsonl [--limit N] [--every K]   reads the pages with both, interleaved
    python benchmarks/page_text.py INDEX.jsonl --stored OUT              scores the text that an output folder holds

INDEX.jsonl has one object per page: `html_path` (gzip or plain, beside the index) and `text`, the truth; pages without
a truth are left out. Word-F1 is that of the multisets of `\w+` tokens, case folded; the figures are means over pages,
and a page of which no text was kept counts as 0.
"""

import argparse
import gzip
import json
import logging
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import trafilatura

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from transforms.core import page
from transforms.core.errors import Refused

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Agreement of one text with the truth, each 0 to 1."""

    f1: float
    precision: float
    recall: float


def score(text: str, truth: str) -> Scored:
    """Compare the words of a text with those of the truth.

    >>> score("a b", "A b c d")
    Scored(f1=0.6666666666666666, precision=1.0, recall=0.5)
    """
    got, wanted = (Counter(_WORD.findall(each.casefold())) for each in (text, truth))
    common = (got & wanted).total()
    if not common:
        return Scored(f1=0.0, precision=0.0, recall=0.0)
    precision, recall = common / got.total(), common / wanted.total()
    return Scored(f1=2 * precision * recall / (precision + recall), precision=precision, recall=recall)


def by_newsbeam(data: bytes) -> str:
    """The text as the pipeline would store it; empty where the page is refused."""
    try:
        return page.read_page(data, origin="page").text
    except Refused:
        return ""


def by_trafilatura(data: bytes) -> str:
    """The text as trafilatura gives it with its defaults."""
    document = trafilatura.bare_extraction(data)
    return (getattr(document, "text", "") or "") if document else ""


def read_index(path: Path, limit: int | None, every: int) -> list[tuple[Path, str]]:
    """Pages with a truth, and the truth."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    pages = [(path.parent / row["html_path"], row["text"]) for row in rows if row["text"]]
    return pages[::every][:limit]


def stored_texts(out: Path) -> dict[str, str]:
    """The stored texts of an output folder, by the file name of their origin; the longest if there are several."""
    import duckdb

    texts: dict[str, str] = {}
    for table in ("articles", "copies"):
        if any(out.glob(f"{table}/date=*/*.parquet")):
            query = f"SELECT origin, text FROM read_parquet('{out}/{table}/date=*/*.parquet')"  # noqa: S608  a folder the user named
            for origin, text in duckdb.sql(query).fetchall():
                name = Path(origin).name
                texts[name] = max(text, texts.get(name, ""), key=len)
    return texts


def report(name: str, scores: Iterable[Scored], cpu_s: float | None) -> None:
    """One line of figures."""
    all_scores = list(scores)
    means = (
        sum(getattr(each, field) for each in all_scores) / len(all_scores) for field in ("f1", "precision", "recall")
    )
    cost = "" if cpu_s is None else f"{1000 * cpu_s / len(all_scores):10.1f}"
    print(f"{name:<24}{len(all_scores):>6}" + "".join(f"{mean:>10.4f}" for mean in means) + cost)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--stored", type=Path, metavar="OUT", help="an output folder; its texts are scored")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--every", type=int, default=1, metavar="K", help="only each K-th page")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    pages = read_index(options.index, options.limit, options.every)
    page.warm()
    by_trafilatura(b"<html><body><article><p>Warm.</p></article></body></html>")
    stored = stored_texts(options.stored) if options.stored else {}
    ours: dict[str, Callable[[bytes], str]] = {} if options.stored else {"newsbeam": by_newsbeam}
    readers = {**ours, "trafilatura default": by_trafilatura}
    scores: dict[str, list[Scored]] = {
        name: [] for name in (*readers, *(["newsbeam, stored"] if options.stored else []))
    }
    cpu = dict.fromkeys(readers, 0.0)
    for number, (path, truth) in enumerate(pages):
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for name in sorted(readers, reverse=bool(number % 2)):
            start = time.process_time()
            text = readers[name](data)
            cpu[name] += time.process_time() - start
            scores[name].append(score(text, truth))
        if options.stored:
            scores["newsbeam, stored"].append(score(stored.get(path.name, ""), truth))
    print(f"{'':<24}{'pages':>6}{'word-F1':>10}{'precision':>10}{'recall':>10}{'CPU ms':>10}")
    for name in scores:
        report(name, scores[name], cpu.get(name))


if __name__ == "__main__":
    main()
