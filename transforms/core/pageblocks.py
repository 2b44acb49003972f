"""A page as blocks of text in containers, in one walk over its elements.

Does no I/O. A block is a run of text that a reader sees as one paragraph, heading, item or row of a table. The walk is
linear in the number of elements, and the tree is left as it is.
"""

from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from transforms.core.pagemarks import marks_of, names_of

#: Elements whose content nobody reads as text.
_GONE: Final = frozenset((
    "script", "style", "template", "head", "iframe", "object", "embed", "applet", "math", "textarea", "input", "audio",
    "video", "canvas", "map", "noscript",
))  # fmt: skip
#: The same, unless paragraphs stand in them: then somebody forgot to close them.
_LABELS: Final = frozenset(("button", "select", "svg"))
#: Elements that begin and end a block.
_EDGES: Final = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html",
    "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "thead", "tfoot", "tr", "ul",
))  # fmt: skip
_CELLS: Final = frozenset(("td", "th"))
#: What stands between the cells of a row.
CELL_EDGE: Final = " | "
HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A run of text, its white space run together."""

    text: str
    linked: int  #: characters of it that are links
    container: int  #: the element it stands in, see `Blocks`


@dataclass(slots=True)
class Blocks:
    """The blocks of a page in order, and its containers, each after the one it stands in."""

    blocks: list[Block] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)  #: the container around each; -1: none
    tags: list[str] = field(default_factory=list)
    marks: list[frozenset[str]] = field(default_factory=list)  #: with those of the containers around it


def read_blocks(body: etree._Element) -> Blocks:
    """The blocks of the element's text; text that nobody reads is left out."""
    walk = _Walk()
    walker = etree.iterwalk(body, events=("start", "end"))
    for event, element in walker:
        gone = element.tag in _GONE or (element.tag in _LABELS and element.find(".//p") is None)
        if event == "start":
            if gone:
                walker.skip_subtree()
            else:
                walk.enter(element)
        else:
            if not gone:
                walk.leave(element)
            if element is not body:
                walk.add(element.tail)
    return walk.end()


class _Walk:
    """Where the walk is, and the text since the last edge."""

    __slots__ = ("_around", "_edges", "_found", "_linked", "_links", "_names", "_pieces")

    def __init__(self) -> None:
        self._found = Blocks()
        self._names: list[str] = []  # of each container
        self._around = [-1]  # containers that are open
        self._edges = [0]  # those of them that are edges of blocks
        self._pieces: list[str] = []
        self._linked = self._links = 0

    def enter(self, element: etree._Element) -> None:
        is_edge = element.tag in _EDGES
        if is_edge or element.tag == "br":
            self._end_block()
        if is_edge or len(element):
            self._open(element)
            if is_edge:
                self._edges.append(self._around[-1])
        if element.tag == "a":
            self._links += 1
        self.add(element.text)

    def leave(self, element: etree._Element) -> None:
        is_edge = element.tag in _EDGES
        if is_edge:
            self._end_block()
            self._edges.pop()
        elif element.tag == "a":
            self._links -= 1
        elif element.tag in _CELLS and self._pieces:
            self._pieces.append(CELL_EDGE)
        if is_edge or len(element):
            self._around.pop()

    def add(self, text: str | None) -> None:
        if text:
            self._pieces.append(text)
            if self._links:
                self._linked += len(text.strip())

    def _end_block(self) -> None:
        if self._pieces:
            if text := " ".join("".join(self._pieces).split()).strip(CELL_EDGE):
                self._found.blocks.append(Block(text=text, linked=self._linked, container=self._edges[-1]))
            self._pieces, self._linked = [], 0

    def _open(self, element: etree._Element) -> None:
        found, parent = self._found, self._around[-1]
        self._around.append(len(found.parents))
        found.parents.append(parent)
        found.tags.append(element.tag)
        self._names.append(names_of(element))

    def end(self) -> Blocks:
        """All that was found, with its marks."""
        found = self._found
        for parent, own in zip(found.parents, marks_of(found.tags, self._names), strict=True):
            inherited = found.marks[parent] if parent >= 0 else own
            found.marks.append(inherited | own if own and parent >= 0 else inherited)
        return found
