"""How well pages are read, and what it costs: Newsbeam and other engines on the same pages, interleaved.

    python -m benchmarks.quality INDEX.jsonl [--engines newsbeam,trafilatura] [--part working|aside] [--every K]
                                             [--stored OUT]   scores the text that an output folder holds, too

INDEX.jsonl has one object per page: `id`, `html_path` (gzip or plain, beside the index), `text`, the truth, and where
known `url`, `lang`, `title`, `published` (a day). Pages without a true text are left out. Printed for each engine, as
means over pages: word-F1, precision and recall of the text (a page of which none was kept counts as 0), the share of
exact titles, of right and of wrong days among the pages whose truth is known, CPU milliseconds and their ratio to
trafilatura's; then F1 by language. A third of the pages is kept aside, by a hash of the id: rules are made on the rest.

Needs the extra `bench` for engines of other projects.
"""

import argparse
import gzip
import hashlib
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.quality.engines import ENGINES, Answer, Engine, Source, load, stored
from benchmarks.quality.scores import Agreement, agreement, is_title

_REFERENCE = "trafilatura"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page and its truth; empty: not known."""

    path: Path
    url: str
    language: str
    aside: bool
    text: str
    title: str
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an engine made of a page."""

    page: Page
    answer: Answer
    agreement: Agreement
    cpu_s: float


def is_aside(page_id: str) -> bool:
    """Whether a page belongs to the third that rules are not made on."""
    return int(hashlib.sha256(page_id.encode()).hexdigest(), 16) % 3 == 0


def read_index(path: Path) -> list[Page]:
    """The pages that have a true text."""
    with path.open(encoding="utf-8") as lines:
        return [_page(path.parent, row) for row in map(json.loads, lines) if row["text"]]


def _page(folder: Path, row: dict[str, Any]) -> Page:
    return Page(
        path=folder / row["html_path"],
        url=row.get("url") or "",
        language=row.get("lang") or "?",
        aside=is_aside(row["id"]),
        text=row["text"],
        title=row.get("title") or "",
        day=(row.get("published") or "")[:10],
    )


def measure(pages: Iterable[Page], engines: dict[str, Engine]) -> dict[str, list[Result]]:
    """Read each page with each engine, another one first each time."""
    results: dict[str, list[Result]] = {name: [] for name in engines}
    names = list(engines)
    for number, page in enumerate(pages):
        data = page.path.read_bytes()
        data = gzip.decompress(data) if page.path.suffix == ".gz" else data
        source = Source(data=data, url=page.url, name=page.path.name)
        first = number % len(names)
        for name in names[first:] + names[:first]:
            start = time.process_time()
            answer = engines[name](source)
            cpu_s = time.process_time() - start
            results[name].append(
                Result(page=page, answer=answer, agreement=agreement(answer.text, page.text), cpu_s=cpu_s)
            )
    return results


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else float("nan")


def print_table(title: str, results: dict[str, list[Result]]) -> None:
    """One line of figures for each engine."""
    pages = len(next(iter(results.values())))
    print(f"\n{title}: {pages} pages")
    print(f"{'':<23}{'F1':>8}{'prec.':>8}{'recall':>8}{'title':>8}{'day':>8}{'wrong':>8}{'CPU ms':>9}{'ratio':>7}")
    reference = _mean(each.cpu_s for each in results[_REFERENCE]) if _REFERENCE in results else float("nan")
    for name, those in results.items():
        titled = [each for each in those if each.page.title]
        dated = [each for each in those if each.page.day]
        cpu_s = _mean(each.cpu_s for each in those)
        figures = (
            _mean(each.agreement.f1 for each in those),
            _mean(each.agreement.precision for each in those),
            _mean(each.agreement.recall for each in those),
            _mean(is_title(each.answer.title, each.page.title) for each in titled),
            _mean(each.answer.day == each.page.day for each in dated),
            _mean(bool(each.answer.day) and each.answer.day != each.page.day for each in dated),
        )
        print(f"{name:<23}" + "".join(f"{value:>8.4f}" for value in figures), end="")
        print(f"{1000 * cpu_s:>9.1f}{cpu_s / reference:>7.2f}")


def print_languages(results: dict[str, list[Result]]) -> None:
    """F1 of each engine in each language."""
    tables: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for name, those in results.items():
        for each in those:
            tables[each.page.language][name].append(each.agreement.f1)
    print(f"\nF1 by language\n{'':<6}{'pages':>6}" + "".join(f"{name:>23}" for name in results))
    for language, scores in sorted(tables.items()):
        print(f"{language:<6}{len(next(iter(scores.values()))):>6}", end="")
        print("".join(f"{_mean(scores[name]):>23.4f}" for name in results))


def chosen_engines(names: Sequence[str]) -> dict[str, Engine]:
    """The engines of these names that are installed; one line on standard error for those that are not."""
    engines, absent = {}, []
    for name in names:
        try:
            engines[name] = load(name)
        except ModuleNotFoundError:
            absent.append(name)
    if absent:
        advice = "pip install --upgrade pip && pip install --editable '.[bench]'"
        print(f"left out: {', '.join(absent)}; to have them: {advice}", file=sys.stderr)
    return engines


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--engines", default=",".join(ENGINES), metavar="NAMES", help=f"of {', '.join(ENGINES)}")
    parser.add_argument("--part", choices=("working", "aside"), help="only the pages of one part")
    parser.add_argument("--stored", type=Path, metavar="OUT", help="an output folder; its texts are scored, too")
    parser.add_argument("--every", type=int, default=1, metavar="K", help="only each K-th page")
    options = parser.parse_args()
    names = options.engines.split(",")
    if unknown := [name for name in names if name not in ENGINES]:
        parser.error(f"no engine is called {unknown[0]!r}; there are {', '.join(ENGINES)}")
    if not options.index.is_file():
        parser.error(f"{options.index} is no file")
    pages = [page for page in read_index(options.index) if options.part in (None, "aside" if page.aside else "working")]
    if not (pages := pages[:: options.every]):
        parser.error(f"{options.index} has no pages with a text")
    engines = chosen_engines(names)
    if options.stored:
        engines["newsbeam, stored"] = stored(options.stored)
    results = measure(pages, engines)
    for title, aside in (("working part", False), ("kept aside", True)):
        if any(page.aside == aside for page in pages):
            print_table(
                title, {n: [each for each in those if each.page.aside == aside] for n, those in results.items()}
            )
    if not options.part:
        print_table("all", results)
    print_languages(results)


if __name__ == "__main__":
    main()
