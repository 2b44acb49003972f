"""XML as it is found on the web, made harmless and walked: no entity is expanded, nothing is loaded.

Does no I/O. What `feedmarkup` does for feeds goes first; then every ampersand that is no character becomes one, so the
parser meets no reference that it could resolve. Time is linear in the length, whatever the input.
"""

import io
import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from transforms.core.charsets import characters
from transforms.core.feedmarkup import harmless

#: CDATA (to the end where it is not closed), or an ampersand that begins none of XML's own references. Possessive, so
#: nothing is remembered to try again.
_BARE: Final = re.compile(
    r"<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+(?:\]\]>|\Z)"
    r"|&(?!(?:lt|gt|amp|quot|apos|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)"
)


def safe_text(data: bytes) -> str:
    """The characters of an XML document, without DOCTYPE, and without references but to characters.

    Raises:
        Refused: hostile_markup, undecodable.

    >>> safe_text(b'<?xml version="1.0"?><a>R&D &amp; &eacute;</a>')
    '<a>R&amp;D &amp; &#233;</a>'
    """
    return _BARE.sub(lambda found: "&amp;" if found[0] == "&" else found[0], harmless(characters(data)))


def elements(text: str, *names: str) -> Iterator[Any]:
    """Each element of one of these names, in whatever namespace, at its end; forgotten when the next one is asked for.

    A document that is damaged gives what can be read of it; one that is no XML gives nothing. libxml2's own bounds
    hold: depth 256, no text of more than 10 MB.
    """
    parsing = etree.iterparse(
        io.BytesIO(text.encode("utf-8", "replace")),
        events=("end",),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        for _, element in parsing:
            if local_name(element) in names:
                yield element
                element.clear(keep_tail=False)
                parent = element.getparent()
                while parent is not None and element.getprevious() is not None:
                    del parent[0]
    except etree.XMLSyntaxError:
        return


def local_name(element: Any) -> str:  # noqa: ANN401  # lxml has no types
    """The name of an element without namespace or prefix, in lower case."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def text_under(element: Any, *names: str) -> str:  # noqa: ANN401  # the same
    """The text of the first element below, at whatever depth, that has one of these names and says something."""
    for below in element.iter():
        if local_name(below) in names and (said := "".join(below.itertext()).strip()):
            return said
    return ""
