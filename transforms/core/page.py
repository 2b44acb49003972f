"""An HTML page to an item.

Does no I/O. The page is parsed once; trafilatura reads the text from the tree, the rest comes from what the page says
of itself (`pagehead`). Markup that libxml2 gives up on (more than 256 elements inside each other) is tried again
without the elements that only style.
"""

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from transforms.core import pagehead
from transforms.core.addresses import registrable_domain
from transforms.core.charsets import characters
from transforms.core.entries import first_sentence
from transforms.core.errors import Refused
from transforms.core.pagehead import PageHead
from transforms.core.pagekind import Verdict, judge
from transforms.core.pagetext import PageText, read_text_of
from transforms.core.records import Item, Reason, Stage

#: A page's text has at least so many letters.
MIN_LETTERS: Final = 25
#: What XML cannot hold.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_DECLARATION: Final = re.compile(r"\s{0,100}<\?xml[^>]{0,300}>")
#: Elements that style or are often left open; without them the tree is less deep and the text the same.
_STYLING: Final = re.compile(
    r"</?(?:font|b|i|u|em|strong|span|small|big|center|a|tt|s|strike|ins|del)\b[^<>]{0,2000}>", re.IGNORECASE
)
#: What the libraries raise at trees that they did not foresee.
_UNFORESEEN: Final = (
    ValueError, TypeError, AttributeError, LookupError, RecursionError, AssertionError, OverflowError, etree.LxmlError,
)  # fmt: skip
_WARM_PAGE: Final = (
    b"<html lang=en><head><title>Warm</title></head><body><article><h1>Warm</h1><p>"
    + b"Two words and a few more, so that all of the cascade is asked once. " * 4
    + b"</p><aside><p>Short.</p></aside></article></body></html>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """All that was concluded from a page, article or not."""

    head: PageHead
    body: PageText
    verdict: Verdict


#: One class for all elements: lxml.html's own lookup asks Python for that of each.
_CLASSES: Final = etree.ElementDefaultClassLookup(element=HtmlElement)


def read_page(data: bytes, *, origin: str, url: str = "", declared: str = "", raw_address: str = "") -> Item:
    """The article of a page.

    Args:
        data: the document.
        origin: where it was read.
        url: where it was fetched from; empty: a file.
        declared: the encoding that came with it.
        raw_address: where its bytes lie.

    Returns:
        An item of kind page. A headline at the top of the text is taken off; `canonical_url` is the page's claim,
        absolute where it can be made so.

    Raises:
        Refused: undecodable; hostile_markup for elements nested deeper than 256; no_text for a page without an article,
            and the reasons of `pagekind` for one that is something else.
    """
    read = examine(data, url=url, declared=declared)
    if read.verdict.reason is not None:
        raise Refused(Stage.EXTRACT, read.verdict.reason, read.verdict.why)
    return item_of(read, origin=origin, url=url, raw_address=raw_address)


def examine(data: bytes, *, url: str = "", declared: str = "", thorough: bool = False) -> PageRead:
    """Read a page and judge what it is.

    Args:
        data: the document.
        url: where it was fetched from; empty: a file.
        declared: the encoding that came with it.
        thorough: gather all evidence of the date, that which decides nothing, too; for who wants to know.

    Raises:
        Refused: undecodable; hostile_markup; no_text where nothing could be made of it.
    """
    tree = parsed(characters(data, declared=declared))
    try:
        head = pagehead.read_head(tree, url=url, thorough=thorough)
        titles = (head.title, *head.headings)
        body = read_text_of(tree, described=head.described_body, headings=titles, authors=head.authors)
        verdict = judge(tree, head, body.text, url=url)
    except _UNFORESEEN as error:
        raise Refused(Stage.EXTRACT, Reason.NO_TEXT, f"the extractor failed: {type(error).__name__}") from error
    if verdict.reason is None and sum(c.isalpha() for c in body.text[: MIN_LETTERS * 10]) < MIN_LETTERS:
        verdict = Verdict(reason=Reason.NO_TEXT, why="no article text on the page")
    return PageRead(head=head, body=body, verdict=verdict)


def item_of(read: PageRead, *, origin: str, url: str = "", raw_address: str = "") -> Item:
    """What was read, as a delivery."""
    head, body = read.head, read.body
    return Item(
        origin=origin,
        source_kind="page",
        source=head.site,
        title=head.title or first_sentence(body.text),
        text=body.text,
        text_from="page",
        extractor=body.extractor,
        headings=body.headings,
        authors=head.authors,
        byline=head.byline,
        url=url,
        canonical_url=head.canonical_url,
        published=head.published,
        dated_also=head.dates[1:],
        updated_at=head.updated_at,
        language_hint=head.language,
        image_url=head.image_url,
        publisher_tags=head.tags,
        section=head.section,
        access=read.verdict.access,
        raw_address=raw_address,
    )


def warm() -> None:
    """Pay the one-off costs (word lists, the suffix list) where nobody waits; for the start of a worker."""
    registrable_domain("https://example.com/")
    read_page(_WARM_PAGE, origin="warm")


def parsed(text: str) -> HtmlElement:
    """The html element of a document; refused where it is nested too deep, or has no elements."""
    text = _CONTROLS.sub("", text)
    text = text[found.end() :] if (found := _DECLARATION.match(text)) else text
    tree, whole = _tree(text)
    if not whole:
        tree, whole = _tree(_STYLING.sub(" ", text))
        if not whole:
            raise Refused(Stage.PARSE, Reason.HOSTILE_MARKUP, "elements nested deeper than 256")
    if tree is None:
        raise Refused(Stage.EXTRACT, Reason.NO_TEXT, "no elements")
    return tree


def _tree(text: str) -> tuple[HtmlElement | None, bool]:
    """The html element, and whether libxml2 read to the end."""
    parser = HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        no_network=True,
        collect_ids=False,
        default_doctype=False,
    )
    parser.set_element_class_lookup(_CLASSES)
    try:
        tree = etree.fromstring(text.encode("utf-8"), parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        tree = None
    stopped = parser.error_log.filter_from_fatals()
    return tree, not any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in stopped)
