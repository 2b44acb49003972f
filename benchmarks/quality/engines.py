"""The engines that are compared: each makes text, title and day of a page, all of them from its bytes.

Engines are imported when they are asked for; those of other projects are in the extra `bench`.
"""

import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from transforms.core.charsets import characters
from transforms.core.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A page as it was fetched."""

    data: bytes
    url: str = ""
    name: str = ""  #: of its file


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an engine read from a page; empty: nothing."""

    text: str = ""
    title: str = ""
    day: str = ""  #: YYYY-MM-DD


Engine = Callable[[Source], Answer]

_WARM = Source(data=b"<html><head><title>Warm</title></head><body><article><p>Warm.</p></article></body></html>")


def load(name: str) -> Engine:
    """The engine of that name, warm.

    Raises:
        ModuleNotFoundError: it is not installed.
    """
    logging.disable(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # newspaper4k tells what else could be installed
        engine = ENGINES[name]()
        engine(_WARM)
    return engine


def stored(out: Path) -> Engine:
    """Answers from the tables of an output folder, by the file name of their origin; the longest text, if several."""
    import duckdb

    answers: dict[str, Answer] = {}
    for table in ("articles", "copies"):
        if any(out.glob(f"{table}/date=*/*.parquet")):
            rows = duckdb.read_parquet(f"{out}/{table}/date=*/*.parquet")
            for origin, text, title, day in rows.select("origin, text, title, published_at::DATE::VARCHAR").fetchall():
                name = Path(origin).name
                if len(text) >= len(answers.get(name, Answer()).text):
                    answers[name] = Answer(text=text, title=title or "", day=day or "")
    return lambda source: answers.get(source.name, Answer())


def _newsbeam() -> Engine:
    from transforms.core import page

    page.warm()

    def read(source: Source) -> Answer:
        try:
            item = page.read_page(source.data, origin="page", url=source.url)
        except Refused:
            return Answer()
        day = item.published.at.date().isoformat() if item.published.at else ""
        return Answer(text=item.text, title=item.title, day=day)

    return read


def _trafilatura(**options: Any) -> Engine:  # noqa: ANN401  handed on as they are
    import trafilatura

    def read(source: Source) -> Answer:
        document = trafilatura.bare_extraction(source.data, url=source.url or None, with_metadata=True, **options)
        if document is None or isinstance(document, dict):
            return Answer()
        return Answer(text=document.text or "", title=document.title or "", day=document.date or "")

    return read


def _readability() -> Engine:
    from lxml import html
    from readability import Document

    def read(source: Source) -> Answer:
        try:
            document = Document(characters(source.data), url=source.url or None)
            summary = html.fromstring(document.summary())
            return Answer(text=" ".join(summary.itertext()), title=document.short_title())
        except (Refused, ValueError):  # the latter is what it raises at pages that it cannot read
            return Answer()

    return read


def _newspaper() -> Engine:
    from newspaper import Article, ArticleException

    def read(source: Source) -> Answer:
        article = Article(source.url or "https://example.com/")
        try:
            article.download(input_html=characters(source.data))
            article.parse()
        except (Refused, ArticleException):
            return Answer()
        day = article.publish_date.date().isoformat() if article.publish_date else ""
        return Answer(text=article.text or "", title=article.title or "", day=day)

    return read


ENGINES: dict[str, Callable[[], Engine]] = {
    "newsbeam": _newsbeam,
    "trafilatura": _trafilatura,
    "trafilatura fast": partial(_trafilatura, fast=True),
    "trafilatura precision": partial(_trafilatura, favor_precision=True, include_comments=False),
    "readability-lxml": _readability,
    "newspaper4k": _newspaper,
}
