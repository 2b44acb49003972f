"""Lines back to paragraphs: tells hard-wrapped text from text with a paragraph on each line. Does no I/O.

Whoever breaks lines at a width breaks as late as possible: the first word of the next line would not have fitted. That
is true of nearly every line break in wrapped text and of few in other text, and it gives the width, too. Two more signs
are asked for: the lines are short, and most do not end like sentences.
"""

import re
from itertools import pairwise
from statistics import median

_MAX_WIDTH = 110
_MIN_WIDTH = 30
_LEAST = 3  #: line breaks below which each next line must go on in small letters (or in Chinese)
_SLACK = 3  #: typesetters and mail programs are not exact
_ENDS = re.compile(r"[.!?…。！？؟۔:;][\"'”’»)\]]*$")
_INDENT = re.compile(r"(?: {2,}|\t|\u3000)\S")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]")
_BLANK = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")


def paragraphs_of(text: str) -> list[str]:
    """The paragraphs of a plain text, each on one line with single spaces; none is empty.

    Blank lines separate paragraphs. Inside a block, lines are joined where the text is hard-wrapped; then an indented
    line begins a paragraph, and a short line ends one if it ends a sentence or is the first of all. Otherwise each line
    is a paragraph.
    """
    blocks = [[line for line in block.split("\n") if line.strip()] for block in _BLANK.split(text)]
    blocks = [block for block in blocks if block]
    width = wrap_width(blocks)
    paragraphs = []
    for block in blocks:
        if (
            width
            and block is blocks[0]
            and len(block) > 1
            and not _is_full(block[0].rstrip(), block[1].split()[0], width)
        ):
            paragraphs.append(_line(block.pop(0)))  # a headline with the text right under it
        paragraphs += _unwrapped(block, width) if width else [_line(line) for line in block]
    return paragraphs


def wrap_width(blocks: list[list[str]]) -> int:
    """The width at which the lines of these blocks are wrapped; 0 where they are not."""
    breaks = [(line.rstrip(), after.split(maxsplit=1)[0]) for block in blocks for line, after in pairwise(block)]
    if not breaks or (len(breaks) < _LEAST and not all(word[0].islower() or _CJK.match(word) for _, word in breaks)):
        return 0
    width = max(len(line) for line, _ in breaks)
    if not _MIN_WIDTH <= width <= _MAX_WIDTH:
        return 0
    full = [_is_full(line, word, width) for line, word in breaks]
    open_ended = [not _ENDS.search(line) for line, _ in breaks]
    if sum(full) * 10 < len(full) * 6 or sum(open_ended) * 2 < len(open_ended):
        return 0
    if median(len(line) for line, _ in breaks) * 10 < width * 6:
        return 0
    return width


def _is_full(line: str, word: str, width: int) -> bool:
    return len(line) + 1 + len(word) > width - _SLACK


def _unwrapped(block: list[str], width: int) -> list[str]:
    paragraphs: list[str] = []
    current = ""
    for at, line in enumerate(block):
        before = block[at - 1] if at else ""
        if current and _starts_paragraph(before, line, width):
            paragraphs.append(current)
            current = ""
        current = _joined(current, _line(line))
    return [*paragraphs, current]


def _starts_paragraph(before: str, line: str, width: int) -> bool:
    if _INDENT.match(line) and not _INDENT.match(before):
        return True
    before = before.rstrip()
    return not _is_full(before, line.split(maxsplit=1)[0], width) and (
        bool(_ENDS.search(before)) or len(before) * 2 < width
    )


def _joined(current: str, line: str) -> str:
    if not current:
        return line
    if (_CJK.match(current[-1]) and _CJK.match(line)) or (current.endswith("-") and current[-2:-1].isalpha()):
        return current + line
    return f"{current} {line}"


def _line(line: str) -> str:
    return " ".join(line.split())
