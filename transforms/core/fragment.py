"""A fragment of HTML, as feeds carry it, to paragraphs of plain text.

Does no I/O. The markup is parsed by libxml2's HTML parser, which knows HTML's own entities and no others, opens no
address and stops at 256 nested elements; the tree is walked with a list, not by recursion.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from lxml import etree

#: Longer fragments are cut.
MAX_LENGTH: Final = 20_000_000

#: Elements whose content is no text of the article.
_DROPPED: Final = frozenset({
    "script", "style", "noscript", "template", "head", "iframe", "object", "embed", "applet", "svg", "math", "form",
    "button", "select", "textarea", "input", "audio", "video", "canvas", "map",
})  # fmt: skip
#: Elements that begin and end a paragraph.
_BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li",
    "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "thead", "tfoot", "tr", "ul",
})  # fmt: skip
_CELLS: Final = frozenset({"td", "th"})
_MARKUP: Final = re.compile(
    r"<(?:/?[a-zA-Z][a-zA-Z0-9:-]{0,30}(?=[\s/>])|!--|!\[CDATA\[)|&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,30});"
)
#: What XML cannot hold; line and form feeds are white space.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_HIDDEN_STYLE: Final = re.compile(r"(?:display\s?:\s?none|visibility\s?:\s?hidden)", re.IGNORECASE)
_BREAK: Final = "\n"


def looks_like_html(text: str) -> bool:
    """Whether a text holds tags or character references of HTML.

    >>> looks_like_html("Fish &amp; chips"), looks_like_html("a<br/>b"), looks_like_html("3 < 4 & 5 > 2")
    (True, True, False)
    """
    return _MARKUP.search(text) is not None


def text_of_html(html: str) -> str:
    r"""The text of a fragment: NFC, one line per paragraph, paragraphs separated by one blank line.

    A line break is kept as the end of a paragraph; cells of a row stand in one line. Scripts, styles, forms and what is
    hidden are dropped, alternative texts of images too.

    >>> text_of_html("<p>One&nbsp;two<br>three</p><ul><li>four</ul><script>x</script>five")
    'One two\n\nthree\n\nfour\n\nfive'
    """
    clean = _CONTROLS.sub("", html[:MAX_LENGTH])
    if "<" not in clean and "&" not in clean:
        return _paragraphs([clean.replace("\r", "\n").replace("\n\n", _BREAK * 2)], plain=True)
    root = _parse(clean)
    return "" if root is None else text_of_tree(root)


def text_of_tree(root: etree._Element) -> str:
    """`text_of_html` for markup that is parsed already; its tags are HTML's, in small letters, without namespaces."""
    return _paragraphs(_pieces(root))


def _parse(html: str) -> etree._Element | None:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return etree.fromstring(f"<body>{html}".encode("utf-8", "replace"), parser)
    except etree.ParserError:  # nothing but white space
        return None
    except etree.XMLSyntaxError:
        return None


def _pieces(root: etree._Element) -> Iterator[str]:
    """The texts of a tree in order; `_BREAK` where a paragraph ends."""
    pending: list[etree._Element | str] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            yield node
            continue
        tag = node.tag if isinstance(node.tag, str) else ""
        if node.tail and node is not root:
            pending.append(_spaced(node.tail))
        if not tag or tag in _DROPPED or _is_hidden(node):
            continue
        if tag == "br":
            yield _BREAK
            continue
        edge = _BREAK if tag in _BLOCKS else " " if tag in _CELLS else ""
        if edge:
            yield edge
            pending.append(edge)
        pending.extend(reversed(node))
        if node.text:
            yield node.text if tag == "pre" else _spaced(node.text)


def _is_hidden(node: etree._Element) -> bool:
    return node.get("hidden") is not None or bool(_HIDDEN_STYLE.search((node.get("style") or "")[:500]))


def _spaced(text: str) -> str:
    """Line ends of the source are spaces."""
    return text.replace("\n", " ").replace("\r", " ")


def _paragraphs(pieces: Iterator[str] | list[str], *, plain: bool = False) -> str:
    lines = "".join(pieces).split(_BREAK * 2 if plain else _BREAK)
    return unicodedata.normalize("NFC", "\n\n".join(filter(None, (" ".join(line.split()) for line in lines))))
