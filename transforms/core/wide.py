"""Wide encodings told by their bytes: byte order marks, and UTF-16 without one. Does no I/O."""

import codecs
import unicodedata

#: Byte order marks, the longest first: UTF-32 LE begins like UTF-16 LE.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: How a document that begins with `<` (in EBCDIC: with `<?xm`) looks in what has no mark and is rarer than UTF-16.
_STARTS = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"\x4c\x6f\xa7\x94", "cp037"))
_SAMPLE = 4096  #: bytes looked at
_RARE = 100  #: at least one character in so many is a space, a line end or a digit
_PLAIN = frozenset("\t\n\r")


def marked(head: bytes) -> tuple[str, int]:
    """The encoding a byte order mark names and the length of the mark; ("", 0) without one."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    return "", 0


def unmarked_utf16(head: bytes) -> str:
    """`utf-16-le` or `utf-16-be` for text in UTF-16 without a mark, else "".

    Told by NUL bytes on one side of the pairs (spaces, digits and line ends have one in every script), and by every
    pair then being a character that texts are made of.
    """
    sample = head[: _SAMPLE & ~1]
    sample = sample[: len(sample) & ~1]
    if len(sample) < 4 or 0 not in sample:
        return ""
    zeros = {"utf-16-be": sample[0::2].count(0), "utf-16-le": sample[1::2].count(0)}
    for encoding in sorted(zeros, key=lambda name: -zeros[name]):
        if zeros[encoding] * _RARE >= len(sample) // 2 and _is_text(sample, encoding):
            return encoding
    return ""


def unmarked_markup(head: bytes) -> str:
    """`utf-32-le`, `utf-32-be` or `cp037` (EBCDIC) for markup in these without a mark, else ""."""
    return next((name for start, name in _STARTS if head.startswith(start)), "")


def narrow(head: bytes) -> bytes:
    """The head as UTF-8 where it is in UTF-16 or UTF-32 (or in EBCDIC, for XML), else as it is, without its mark."""
    encoding, length = marked(head)
    if encoding == "utf-8":
        return head[length:]
    if not encoding:
        encoding = unmarked_utf16(head)
    if not encoding:
        encoding = unmarked_markup(head)
    if not encoding:
        return head
    return head[length:].decode(encoding, "ignore").encode("utf-8", "ignore")


def _is_text(sample: bytes, encoding: str) -> bool:
    if sample[-2:] and 0xD8 <= sample[-1 if encoding == "utf-16-le" else -2] <= 0xDB:
        sample = sample[:-2]  # half of a pair of surrogates
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    kinds = [unicodedata.category(character)[0] for character in text if character not in _PLAIN]
    letters = kinds.count("L") + kinds.count("M")
    plain = sum(character.isascii() for character in text)
    return bool(kinds) and "C" not in kinds and letters * 2 >= len(kinds) and plain * _RARE >= len(text)
