"""The text of a page: the blocks of the region where the engine, trafilatura, found the article.

Does no I/O. The engine runs once, fast and precise. What it kept tells where the article stands; which blocks of the
page are the article's is decided with that and with the page's own structure (`pageregion`). Where little comes of it,
the full balanced sequence is asked too, which takes longer. Where even that kept much less than the page's own JSON-LD
carries, the latter is the text. Then headline and date are taken off the top, and what tells of the author off the end.
"""

import logging
from copy import copy
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final, NamedTuple

import trafilatura
from lxml.html import HtmlElement
from trafilatura.settings import Document, Extractor

from transforms.core.dates import parse_date
from transforms.core.fragment import text_of_html
from transforms.core.normalise import nfc
from transforms.core.pageblocks import HEADINGS, Blocks, read_blocks
from transforms.core.pageregion import article_blocks, letters_of, weight
from transforms.core.pagetrim import trimmed

_ENGINE: Final = f"trafilatura/{version('trafilatura')}"
#: The first answer stands if it is at least so long, in letters of the Latin script.
MIN_LENGTH: Final = 400
#: JSON-LD's text is taken where less than this share of it was kept.
MIN_SHARE_OF_DESCRIBED: Final = 0.6
#: How many paragraphs from the top may be the headline.
_TOP: Final = 3
#: How many from the end may tell of the author, and the letters that a name has at least.
_END: Final = 3
_MIN_NAME: Final = 6
#: A longer line is no bare date; nor is one that ends like a sentence.
_MAX_DATE: Final = 32
_SENTENCE_ENDS: Final = (".", "!", "?", "…")
_PRECISE: Final = Extractor(output_format="python", fast=True, precision=True, comments=False)
_BALANCED: Final = Extractor(output_format="python", comments=False)
#: A text is short for the engine below so many characters; then it takes what is no paragraph, too. In a wide script so
#: many say as much.
_PRECISE_WIDE, _BALANCED_WIDE = copy(_PRECISE), copy(_BALANCED)
_PRECISE_WIDE.min_extracted_size = _BALANCED_WIDE.min_extracted_size = 2 * _PRECISE.min_extracted_size // 5
#: A block is in a wide script if it weighs so much more than it has characters.
_WIDE: Final = 1.75


#: Every page without text would be told on standard error; here it is a value.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """Paragraphs separated by blank lines, and what made them."""

    text: str
    extractor: str
    headings: tuple[str, ...] = ()  #: paragraphs that the page marks as headings


def read_text_of(
    tree: HtmlElement, *, described: str = "", headings: tuple[str, ...] = (), authors: tuple[str, ...] = ()
) -> PageText:
    """The article's text; empty where there is none. The tree is left as it is.

    Args:
        tree: the html element.
        described: the text that the page's JSON-LD carries, plain or HTML.
        headings: the title in the forms the page gives it; taken off where they stand alone at the top.
        authors: names of the authors; the last paragraphs that begin with one tell of them, not of the news.
    """
    body = tree.find("body")
    page = read_blocks(tree if body is None else body)
    is_wide = _is_wide(page)
    lines, how = _lines(page, _kept(trimmed(tree), _PRECISE_WIDE if is_wide else _PRECISE)), "precise"
    if _length(lines) < MIN_LENGTH:
        more = _lines(page, _kept(tree, _BALANCED_WIDE if is_wide else _BALANCED))
        lines, how = (more, "balanced") if _length(more) > _length(lines) else (lines, how)
    if described and _length(lines) < MIN_SHARE_OF_DESCRIBED * len(described):
        plain = [_Line(line) for line in text_of_html(described).split("\n\n")]
        lines, how = (plain, "json-ld") if _length(lines) < MIN_SHARE_OF_DESCRIBED * _length(plain) else (lines, how)
    lines = _without_biography(_without_heading(lines, headings), authors)
    return PageText(
        text=nfc("\n\n".join(line.text for line in lines)),
        extractor=f"{_ENGINE} {how}",
        headings=tuple(line.text for line in lines if line.is_heading),
    )


class _Line(NamedTuple):
    """A paragraph of the article."""

    text: str
    is_heading: bool = False


def _kept(tree: HtmlElement, options: Extractor) -> str:
    """What the engine kept, a line for each block."""
    document = trafilatura.bare_extraction(tree, options=options)
    return (document.text or "").strip() if isinstance(document, Document) else ""


def _is_wide(page: Blocks) -> bool:
    """Whether the longest block is in a wide script."""
    longest = max((block.text for block in page.blocks), key=len, default="")
    return weight(longest) > _WIDE * len(longest)


def _lines(page: Blocks, kept: str) -> list[_Line]:
    """The article's blocks; where no region was found, what the engine kept."""
    blocks = article_blocks(page, kept)
    if blocks:
        return [_Line(block.text, page.tags[block.container] in HEADINGS) for block in blocks]
    return [_Line(line) for line in map(" ".join, map(str.split, kept.split("\n"))) if line]


def _length(lines: list[_Line]) -> int:
    return sum(weight(line.text) for line in lines)


def _without_heading(lines: list[_Line], headings: tuple[str, ...]) -> list[_Line]:
    """The paragraphs without headline and bare dates among the first; where that is all there is, there is no text."""
    keys = {letters_of(heading) for heading in headings} - {""}
    top = [line for line in lines[:_TOP] if letters_of(line.text) not in keys and not _is_date(line.text)]
    return top + lines[_TOP:]


def _without_biography(lines: list[_Line], authors: tuple[str, ...]) -> list[_Line]:
    """The paragraphs without those at the end that begin with an author's name."""
    names = tuple(name for name in map(letters_of, authors) if len(name) >= _MIN_NAME)
    if not names:
        return lines
    end = max(1, len(lines) - _END)
    return lines[:end] + [line for line in lines[end:] if not letters_of(line.text).startswith(names)]


def _is_date(line: str) -> bool:
    """Whether a paragraph is a date and nothing else."""
    return (
        len(line) <= _MAX_DATE
        and line[-1:] not in _SENTENCE_ENDS
        and parse_date(line).precision in {"day", "minute", "second"}
    )
