"""Pages that are damaged at random: `python -m benchmarks.fuzz PAGES_DIR [--pages 20000] [--seed 0]`.

PAGES_DIR holds *.html or *.html.gz. The first 30,000 bytes of each are damaged by up to twelve mutations that
Hypothesis draws: bytes flipped, cut out, doubled, moved or truncated; markup and structured data put in that parsers
trip over; another page grafted on. Each is read as a document of a run is, and must give exactly one delivery: an
article of text that can be stored, or a rejection with stage and reason. Printed: how many of each, and the most CPU
that a page took. A page that raises, gives nothing or breaks these rules ends the run with exit code 1 and is written
to `fuzz-failure.html`; one that takes more than a minute ends it too (SIGALRM), for that is a hang.
"""

import argparse
import gzip
import random
import signal
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from transforms.core import page
from transforms.core.documents import read_document
from transforms.core.records import Item, Rejected

_HANG_S = 60
#: Bytes of a page that are used.
_MOST = 30_000
_TRAPS = (
    *(b"<div>" * 300, b"</div>" * 50, b"<b><i><p>" * 40, b"<table><tr><td>" * 30, b"<ul><li>" * 100, b"<p hidden>"),
    *(b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<script>", b"</script>", b"<style>", b"<textarea>", b"<noscript>"),
    *(b"<svg><p>", b"<select><button>", b"<template>", b"</body></html>", b"<html><body>", b"<frameset>"),
    *(b"&#0;", b"&#xD800;", b"&#x110000;", b"&" * 200, b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\x1b$B", b"\r"),
    *(b"<a href=x>" * 200, b"<br>" * 500, "\u202e\u200b".encode(), "\u6771\u4eac".encode() * 100),
    *(b"<base href=':'>", b'<link rel=canonical href="http://[::1">', b"<title>" + b" | " * 2000 + b"</title>"),
    *(b'<meta charset="utf-16">', b'<meta charset="shift_jis">', b'<div class="' + b"widget comment " * 50 + b'">'),
    b"<meta property='article:published_time' content='9999-99-99T99:99:99+99:99'>",
    b'<script type="application/ld+json">{"@type":"NewsArticle","articleBody":' + b"[" * 500 + b"</script>",
    b'<script type="application/ld+json">{"@type":["Article",{}],"headline":{"a":[1e999]},"author":[[{"name":3}]]}',
)

Mutation = tuple[str, float, float, int]


def _flip(data: bytes, _at: int, _end: int, number: int) -> bytes:
    rng = random.Random(number)
    changed = bytearray(data)
    for _ in range(number % 50 if data else 0):
        changed[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(changed)


def _move(data: bytes, at: int, end: int, number: int) -> bytes:
    rest = data[:at] + data[end:]
    to = number * len(rest) // 1_000
    return rest[:to] + data[at:end] + rest[to:]


#: What is done to a page, between two places of it.
_DAMAGE: dict[str, Callable[[bytes, int, int, int], bytes]] = {
    "flip": _flip,
    "cut": lambda data, at, end, _: data[:at] + data[end:],
    "double": lambda data, at, end, number: data[:end] + data[at:end] * (number % 5) + data[end:],
    "move": _move,
    "truncate": lambda data, at, _end, number: data[: max(1, at)] if number % 4 == 0 else data,
    "trap": lambda data, at, _, number: data[:at] + _TRAPS[number % len(_TRAPS)] + data[at:],
    "lower": lambda data, at, end, _: data[:at] + data[at:end].lower() + data[end:],
}
_GRAFT = "graft"
_MUTATIONS = st.lists(
    st.tuples(st.sampled_from((*_DAMAGE, _GRAFT)), st.floats(0, 1), st.floats(0, 1), st.integers(0, 1_000)),
    min_size=1,
    max_size=12,
)


def damaged(data: bytes, mutations: list[Mutation], pages: list[bytes]) -> bytes:
    """The page after the mutations: what is done, where and how far as shares, and a number to choose by."""
    for kind, where, how_far, number in mutations:
        at = int(where * len(data))
        end = min(len(data), at + int(how_far * how_far * 5_000))
        if kind == _GRAFT:
            other = pages[number % len(pages)]
            data = data[:at] + other[int(how_far * len(other)) :][: _MOST // 3] + data[at:]
        else:
            data = _DAMAGE[kind](data, at, end, number)
    return data[: 2 * _MOST]


def check(data: bytes) -> str:
    """Read the page as a run does; what it gave.

    Raises:
        AssertionError: not exactly one delivery, or an article that cannot be stored.
    """
    deliveries = list(read_document(data, origin="page.html", url="https://example.com/news/page.html"))
    assert len(deliveries) == 1, f"{len(deliveries)} deliveries"  # noqa: S101  what the fuzzing looks for
    found = deliveries[0]
    if isinstance(found, Rejected):
        return f"{found.stage}: {found.reason}"
    assert isinstance(found, Item)  # noqa: S101
    for text in (found.title, found.text, *found.authors, *found.publisher_tags):
        text.encode()  # no half of a pair of surrogates
        assert unicodedata.is_normalized("NFC", text), "not NFC"  # noqa: S101
        assert "\0" not in text, "NUL"  # noqa: S101
    return found.source_kind


def read_pages(folder: Path) -> list[bytes]:
    """The pages of a folder, cut."""
    paths = [*sorted(folder.glob("*.html")), *sorted(folder.glob("*.html.gz"))]
    return [
        (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())[:_MOST] for path in paths
    ]


def fuzz(pages: list[bytes], count: int, number: int, tell: Callable[[bytes, str, float], None]) -> None:
    """Draw, damage and read `count` pages."""

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(st.integers(0, len(pages) - 1), _MUTATIONS)
    def one(which: int, mutations: list[Mutation]) -> None:
        data = damaged(pages[which], mutations, pages)
        start = time.process_time()
        signal.alarm(_HANG_S)
        try:
            outcome = check(data)
        except BaseException:
            Path("fuzz-failure.html").write_bytes(data)
            raise
        signal.alarm(0)
        tell(data, outcome, time.process_time() - start)

    one()


def main() -> None:
    """Print what came of the pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--pages", dest="count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if not (pages := read_pages(options.pages)):
        parser.error(f"{options.pages} holds no *.html or *.html.gz")
    page.warm()
    outcomes: Counter[str] = Counter()
    slowest = 0.0

    def tell(_data: bytes, outcome: str, cpu_s: float) -> None:
        nonlocal slowest
        outcomes[outcome] += 1
        slowest = max(slowest, cpu_s)

    fuzz(pages, options.count, options.seed, tell)
    for outcome, number in outcomes.most_common():
        print(f"{number:>8}  {outcome}")
    print(f"{outcomes.total():>8}  pages, each one delivery; the slowest took {slowest:.1f} s of CPU")
    sys.exit(0 if outcomes.total() >= options.count else 1)


if __name__ == "__main__":
    main()
