"""Bytes of a page or a feed to characters, by what they say of themselves.

Does no I/O. The order of proof is `decode`'s; what is added is the label that the markup itself carries.
"""

import re
from typing import Final

from transforms.core.decode import canonical_charset, decode

#: How far into a document its own label may stand.
_HEAD: Final = 4096
_LABELS: Final = (
    re.compile(rb"<\?xml[^>]{0,200}?encoding\s{0,4}=\s{0,4}[\"']([A-Za-z0-9_.:-]{2,40})"),
    re.compile(rb"<meta[^>]{0,300}?charset\s{0,4}=\s{0,4}[\"']?\s{0,4}([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE),
)
#: Signs that valid UTF-8 may be something else: UTF-16 without a mark, ISO-2022, a mark to be taken off.
_NOT_PLAIN: Final = (b"\0", b"\x1b", b"\xef\xbb\xbf")


def characters(data: bytes, *, declared: str = "") -> str:
    """The characters of an HTML or XML document.

    Args:
        data: the document.
        declared: the encoding that came with it (HTTP); goes before the label in the markup.

    Raises:
        Refused: undecodable, where the text is garbage in every encoding tried.
    """
    if not any(sign in data for sign in _NOT_PLAIN):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return decode(data, label_of(data, declared)).text


def label_of(data: bytes, declared: str = "") -> str:
    """The first label that names an encoding; empty: none.

    >>> label_of(b'<meta charset="windows-1251">'), label_of(b'<meta charset="koi8-r">', "no-such"), label_of(b"<p>")
    ('windows-1251', 'koi8-r', '')
    """
    head = data[:_HEAD]
    labels = [declared, *(found[1].decode("ascii") for pattern in _LABELS if (found := pattern.search(head)))]
    return next((label for label in labels if canonical_charset(label)), "")
