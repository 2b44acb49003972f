"""The text of a page: trafilatura, twice where it must.

Does no I/O. A cascade. The fast and precise setting comes first. A witness, the length of all long pieces of text that
stand outside of navigation, asides, footers and links, says whether that is most of what there is; if not, the full
balanced sequence runs, which asks readability and jusText too and takes longer. Where even that kept much less than the
page's own JSON-LD carries, the latter is the text. Then headline and date are taken off the top.
"""

import logging
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from trafilatura.settings import Document, Extractor

from transforms.core.dates import parse_date
from transforms.core.fragment import text_of_html
from transforms.core.normalise import nfc

_ENGINE: Final = f"trafilatura/{version('trafilatura')}"
#: The first answer stands if it is at least so long, in characters, ...
MIN_LENGTH: Final = 400
#: ... and has at least this share of what the witness saw.
MIN_SHARE: Final = 0.8
#: JSON-LD's text is taken where the extractor kept less than this share of it.
MIN_SHARE_OF_DESCRIBED: Final = 0.6
#: How many paragraphs from the top may be the headline.
_TOP: Final = 3
#: A longer line is no bare date; nor is one that ends like a sentence.
_MAX_DATE: Final = 32
_SENTENCE_ENDS: Final = (".", "!", "?", "…")
_PRECISE: Final = Extractor(output_format="python", fast=True, precision=True, comments=False)
_BALANCED: Final = Extractor(output_format="python", comments=False)
#: Text nodes of more than 100 characters: sentences, not labels.
_LONG_TEXTS: Final = etree.XPath(
    "//body//text()[string-length() > 100][not(parent::script or parent::style)]"
    "[string-length(normalize-space()) > 100]"
    "[not(ancestor::nav or ancestor::footer or ancestor::aside or ancestor::noscript or ancestor::template"
    " or ancestor::button or ancestor::select or ancestor::svg or ancestor::a)]",
    smart_strings=False,
)


#: Every page without text would be told on standard error; here it is a value.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """Paragraphs separated by blank lines, and what made them."""

    text: str
    extractor: str
    headings: tuple[str, ...] = ()  #: paragraphs that the page marks as headings


def read_text_of(tree: HtmlElement, *, described: str = "", headings: tuple[str, ...] = ()) -> PageText:
    """The article's text; empty where there is none. The tree is left as it is.

    Args:
        tree: the html element.
        described: the text that the page's JSON-LD carries, plain or HTML.
        headings: the title in the forms the page gives it; taken off where they stand alone at the top.
    """
    (text, marked), how = _extracted(tree, _PRECISE), "precise"
    if len(text) < MIN_LENGTH or len(text) < MIN_SHARE * seen_length(tree):
        fuller = _extracted(tree, _BALANCED)
        (text, marked), how = fuller if fuller[0] else (text, marked), "balanced"
        if described and len(text) < MIN_SHARE_OF_DESCRIBED * len(described):
            plain = text_of_html(described)
            if len(text) < MIN_SHARE_OF_DESCRIBED * len(plain):
                text, how = plain, "json-ld"
    lines = [line for line in map(" ".join, map(str.split, text.split("\n"))) if line]
    return PageText(
        text=nfc("\n\n".join(_without_heading(lines, headings))), extractor=f"{_ENGINE} {how}", headings=marked
    )


def seen_length(tree: etree._Element) -> int:
    """The witness: characters of running text on the page, whitespace run together."""
    return sum(len(" ".join(text.split())) for text in _LONG_TEXTS(tree))


def _extracted(tree: HtmlElement, options: Extractor) -> tuple[str, tuple[str, ...]]:
    """The text, and what of it stands in headings."""
    document = trafilatura.bare_extraction(tree, options=options)
    if not isinstance(document, Document):
        return "", ()
    marked = tuple("".join(head.itertext()) for head in document.body.iter("head"))
    return (document.text or "").strip(), marked


def _without_heading(lines: list[str], headings: tuple[str, ...]) -> list[str]:
    """The paragraphs without headline and bare dates among the first; where that is all there is, there is no text."""
    keys = {_key(heading) for heading in headings} - {""}
    top = [line for line in lines[:_TOP] if _key(line) not in keys and not _is_date(line)]
    return top + lines[_TOP:]


def _is_date(line: str) -> bool:
    """Whether a paragraph is a date and nothing else."""
    return (
        len(line) <= _MAX_DATE
        and line[-1:] not in _SENTENCE_ENDS
        and parse_date(line).precision in {"day", "minute", "second"}
    )


def _key(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
