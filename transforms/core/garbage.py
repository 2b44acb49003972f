"""Text that is not text: what a wrong charset, a lost one or a binary file leaves. Does no I/O.

Each check looks for a share that no language reaches, so that one damaged quotation does not cost an article. To keep
real text, every check also wants a least number of cases.
"""

import re

_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
_PRIVATE = re.compile("[\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U0010ffff]")
_BOXES = re.compile("[\u2500-\u259f]")  # KOI8-R and DOS code pages read as each other
_WORDS = re.compile(r"\S")
_LETTERS = re.compile(r"[^\W\d_]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_ACCENTED = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")
#: A UTF-8 sequence read as windows-1252 (or latin-1): Ã©, â€™, Ð¸, ØªÙ.
_TWICE = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d"
    "\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]"
)
_CYRILLIC = re.compile("[\u0400-\u04ff]")
#: KOI8-R and windows-1251 read as each other: capitals for small letters and the other way round.
_INVERTED = re.compile(r"\b[а-яё][А-ЯЁ]{2}")
_TITLED = re.compile(r"\b[А-ЯЁ][а-яё]")
_CAPITALS = re.compile("[А-ЯЁ]")
#: One half of every pair when UTF-8 is read in the code page of its own script: the letters, and their script.
_HALVES = (
    (re.compile("[РС]"), _CYRILLIC, 0.3),
    (re.compile("[طظ]"), re.compile("[\u0600-\u06ff]"), 0.25),
    (re.compile("[ΞΟ]"), re.compile("[\u0370-\u03ff]"), 0.3),
    (re.compile("[縺繧繝]"), re.compile("[\u3040-\u9fff\uff61-\uff9f]"), 0.15),
)
_MIXED = re.compile(
    "[A-Za-z\u00c0-\u024f][\u0370-\u06ff]|[\u0370-\u06ff][A-Za-z\u00c0-\u024f]"
    "|[\u0400-\u04ff][\u0370-\u03ff\u0590-\u06ff]|[\u0370-\u03ff\u0590-\u06ff][\u0400-\u04ff]"
)
_LEAST = 12  #: cases below which nothing is concluded
_SAMPLE = 100_000


def garbage_in(text: str) -> str:
    """What makes this text garbage, in words; "" for text. Looks at its first 100,000 characters."""
    text = text[:_SAMPLE]
    signs = _count(_WORDS, text)
    controls = _count(_CONTROLS, text)
    if controls * 50 > signs and (controls > 2 or controls * 5 > signs):
        return f"{controls} control characters among {signs}"
    marks = text.count("?")
    if marks > _LEAST and marks * 10 > signs * 3:
        return f"{marks} question marks among {signs} characters: the charset was lost before"
    if text.isascii():
        return ""
    return _beyond_ascii(text, signs)


def _beyond_ascii(text: str, signs: int) -> str:
    replaced = text.count("\ufffd") + text.count("ï¿½") + text.count("锟斤拷")
    if replaced > 2 and replaced * 100 > signs:
        return f"{replaced} replacement characters among {signs}"
    private = _count(_PRIVATE, text)
    if private > 2 and private * 50 > signs:
        return f"{private} private or undefined characters among {signs}"
    boxes = _count(_BOXES, text)
    if boxes > _LEAST and boxes * 10 > signs:
        return f"{boxes} box-drawing characters among {signs}"
    letters = _count(_LETTERS, text)
    return _decoded_twice(text, letters) or _mixed_up(text, letters)


def _decoded_twice(text: str, letters: int) -> str:
    accented = _count(_ACCENTED, text)
    twice = _count(_TWICE, text)
    if twice > 2 and twice * 100 > letters and twice * 2 > accented:
        return f"{twice} UTF-8 sequences read as windows-1252"
    if accented >= _LEAST and accented * 2 > _count(_LATIN, text):
        return f"{accented} accented letters among {_count(_LATIN, text)} Latin ones"
    for half, script, share in _HALVES:
        found = _count(half, text)
        if found >= _LEAST and found > share * _count(script, text):
            return f"{found} letters {half.pattern}: UTF-8 read in a code page"
    return ""


def _mixed_up(text: str, letters: int) -> str:
    inverted = _count(_INVERTED, text)
    if inverted > _count(_TITLED, text) and _count(_CAPITALS, text) * 10 > _count(_CYRILLIC, text) * 7:
        return "capitals for small letters and the other way round"
    mixed = _count(_MIXED, text)
    if mixed >= _LEAST and mixed * 12 > letters:
        return f"{mixed} neighbouring letters of different scripts"
    return ""


def _count(pattern: re.Pattern[str], text: str) -> int:
    return len(pattern.findall(text))
