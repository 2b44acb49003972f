"""Characters as they are stored: NFC, line feeds only, nothing that cannot be shown. Does no I/O."""

import re
import unicodedata

#: What may not be stored: controls except tab and line feed, byte order marks, non-characters, lone surrogates, and
#: line separators that are not a line feed.
_DIRT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def _replacements() -> dict[int, str | None]:
    """What becomes of each of them: C1 controls are windows-1252 read as latin-1, most others go."""
    table: dict[int, str | None] = dict.fromkeys((*range(0x20), 0x7F, 0xFEFF, 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)))
    table |= {0x09: "\t", 0x0A: "\n", 0x0B: "\n", 0x0C: "\n\n", 0x0D: "\n", 0x2028: "\n", 0x2029: "\n\n"}
    for code in range(0x80, 0xA0):
        table[code] = bytes([code]).decode("cp1252", "ignore") or None
    return table


_REPLACEMENTS = _replacements()


def clean_text(text: str) -> str:
    r"""The text in NFC with `\n` between lines, without controls, byte order marks, non-characters and lone surrogates.

    Idempotent. C1 controls become the windows-1252 characters that were meant; a form feed separates paragraphs.

    >>> clean_text("a\r\nb\x00\rc\x93d\x94")
    'a\nb\nc“d”'
    """
    if text.isascii() and not _DIRT.search(text):
        return text
    if _DIRT.search(text):
        text = text.replace("\r\n", "\n").translate(_REPLACEMENTS)
    return unicodedata.normalize("NFC", text)
