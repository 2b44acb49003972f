"""One form for texts: as stored, as hashed, as compared.

Three forms, each coarser than the one before:

- `nfc` is what is stored: the same characters to a reader's eye, always encodable as UTF-8.
- `body_key` is what is hashed: two texts with the same key differ in nothing that an editor would call a change.
- `words` is what is compared: the words of a text, in a spelling that survives the way from one outlet to another.

Does no I/O. Each function is linear in its input, whatever the input is. The forms rest on the Unicode tables of the
interpreter; characters that were assigned after those tables were made stay as they are.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

#: Marks in a row above which the rest are dropped: Unicode's own bound for its stream-safe format (UAX #15).
#: Normalisation sorts such a row, in quadratic time.
_MAX_MARKS = 30
_MARK_RUN = re.compile(rf"[^\x00-\x7f\w\s]{{{_MAX_MARKS + 1},}}")
#: Of each so many characters one is looked at first: of a run of 31 these are three in a row at least.
_STEP = 8
_MARKS_IN_STEPS = re.compile(rf"[^\x00-\x7f\w\s]{{{(_MAX_MARKS + 1) // _STEP}}}")

_LINE_END = re.compile("[\r\x0b\x0c\x1c-\x1e\x85\u2028]")
_LINE_ENDS = re.compile(f"\r\n|{_LINE_END.pattern}")

_SPACES = "\t\x1f\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
#: Never seen, and never needed to read the text: byte order marks, soft hyphens, breaking hints, bidirectional
#: overrides, interlinear marks, noncharacters. Joiners and plain direction marks stay: Persian, Indic scripts and emoji
#: need them.
_UNSEEN = "\xad\u200b\u2060\ufeff\ufff9\ufffa\ufffb\ufffe\uffff\u202a\u202b\u202c\u202d\u202e" + "".join(
    map(chr, range(0xFDD0, 0xFDF0))
)
_CONTROLS = "".join(map(chr, (*range(0x09), *range(0x0E, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0))))
_STORED = {**dict.fromkeys(_SPACES, " "), **dict.fromkeys(_UNSEEN + _CONTROLS, ""), "\u2029": "\n\n"}
_NOT_STORED = re.compile("[" + re.escape("".join(_STORED)) + "]")
_SURROGATES = re.compile("[\ud800-\udfff]")

#: Joiners, direction marks, variation selectors.
_INVISIBLE = (
    "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u200c\u200d\u200e\u200f\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069"
    + ("".join(map(chr, range(0xFE00, 0xFE10))))
)
_TATWEEL = "\u0640"
#: Arabic vowel signs and Quranic marks; Hebrew points. A text means the same with and without them.
_VOWEL_SIGNS = "".join(
    map(chr, (*range(0x0610, 0x061B), *range(0x064B, 0x0653), 0x0670, *range(0x06D6, 0x06DD), *range(0x0591, 0x05BE)))
)
_KEYED = {
    **dict.fromkeys(_INVISIBLE + _TATWEEL + _VOWEL_SIGNS, ""),
    **dict.fromkeys("‘’‚‛′‹›ʼʹˈ`´＇", "'"),
    **dict.fromkeys("“”„‟″«»〝〞〟＂「」『』", '"'),
    **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
    **dict.fromkeys("·∙●▪‣⁃◦", "•"),
    **dict.fromkeys("⁄∕", "/"),
    **{chr(zero + value): str(value) for zero in (0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50) for value in range(10)},
    "،": ",",
    "؛": ";",
    "؟": "?",
    "٫": ".",
    "٬": ",",
}
_NOT_KEYED = re.compile("[" + re.escape("".join(_KEYED)) + "]")

#: Marks that are dropped for comparing: Latin, Greek and Cyrillic accents, Arabic hamza and madda above and below.
_ACCENTS = re.compile("[\u0300-\u036f\u0653-\u065f]+")
#: Letters of scripts that put no space between words, with their marks.
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u109f\u1780-\u17d3\u3005-\u3007\u3041-\u3096\u3099\u309a\u309d-\u30fa"
    "\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_INDIC_MARKS = "\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u09e3\u0a01-\u0dff"
_NUMBER = r"[0-9]+(?:[.,][0-9]+)*"
_WORD = re.compile(rf"{_NUMBER}|[\w{_INDIC_MARKS}]+")
_WORD_OR_RUN = re.compile(rf"{_NUMBER}|[{_UNSPACED}]+|(?:(?![{_UNSPACED}])[\w{_INDIC_MARKS}])+")
_ASCII_WORD = re.compile(rf"{_NUMBER}|\w+")
_THOUSANDS = re.compile("[.,](?=[0-9]{3}(?![0-9]))")
_FIRST_UNSPACED = re.compile(f"[{_UNSPACED}]")


#: Texts whose forms are remembered: one text is asked for the same form several times in a row. A function of the text
#: alone, so nothing depends on what is remembered.
_REMEMBERED = 2


def nfc(text: str) -> str:
    r"""Return the form that is stored: NFC, lines ended by LF, plain spaces, nothing that no reader sees.

    Control characters are dropped, a paragraph separator becomes a blank line, two halves of a surrogate pair become
    their character and a lone half U+FFFD: the result can always be encoded as UTF-8. Runs of white space stay: what
    they mean is the reader's affair. At most 30 combining marks in a row are kept.

    >>> nfc("Idlib\u00a0\u2014\r\nSyria\x00")
    'Idlib —\nSyria'
    """
    if _LINE_END.search(text) is not None:
        text = _LINE_ENDS.sub("\n", text)
    text = _NOT_STORED.sub(_as_stored, text)
    if text.isascii():
        return text
    if _SURROGATES.search(text) is not None:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return unicodedata.normalize("NFC", _bound_marks(text))


def body_key(text: str) -> str:
    r"""Return the form that is hashed: two texts with the same key are the same text to an editor.

    Letter case, width and ligatures, white space, the shape of quotes, dashes and bullets, invisible characters, Arabic
    vowel signs and tatweel, Hebrew points and the script of digits are folded. Words, digits and punctuation count.

    >>> body_key("“Ceasefire”  —  says\nOCHA") == body_key('"CEASEFIRE" - says OCHA')
    True
    """
    return _body_key(text)


def words(text: str) -> list[str]:
    """Return the words of a text in order, spelt for comparing; punctuation, symbols and spaces give none.

    Beyond what `body_key` folds: accents are dropped, as agencies do (Erdoğan, Erdogan), hamza too; the Turkish i
    without a dot is an i, which is what its capital becomes anyway; apostrophes within a word are dropped, so that a
    possessive stays one word; a number is one word whatever its thousands separator (1,200 is 1200). Text in a script
    without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) gives overlapping pairs of characters.

    >>> words("Erdoğan's 1,200 men: 3.5%")
    ['erdogans', '1200', 'men', '3.5']
    >>> words("東京都で")
    ['東京', '京都', '都で']
    """
    return list(_words(text))


@lru_cache(maxsize=_REMEMBERED)
def _body_key(text: str) -> str:
    return " ".join(folded(text).split())


@lru_cache(maxsize=_REMEMBERED)
def _words(text: str) -> tuple[str, ...]:
    spelt = folded(text).replace("'", "")
    if spelt.isascii():
        found = _ASCII_WORD.findall(spelt)
    else:
        spelt = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", spelt))).replace("ı", "i")
        is_spaced = _FIRST_UNSPACED.search(spelt) is None
        found = _WORD.findall(spelt) if is_spaced else _paired(_WORD_OR_RUN.findall(spelt))
    return tuple([word if word.isalpha() else _plain_number(word) for word in found])


def _bound_marks(text: str) -> str:
    """Drop what stands beyond the thirtieth of consecutive combining marks."""
    return text if _MARKS_IN_STEPS.search(text[::_STEP]) is None else _MARK_RUN.sub(_drop_marks, text)


def _drop_marks(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in run.group():
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)


@lru_cache(maxsize=_REMEMBERED)
def folded(text: str) -> str:
    """Case, width, quotes, dashes and invisible characters folded; white space as it was."""
    if text.isascii():
        return _NOT_STORED.sub(_as_stored, text).lower().replace("`", "'")
    text = _NOT_KEYED.sub(_as_keyed, unicodedata.normalize("NFKC", nfc(text)).casefold())
    return unicodedata.normalize("NFKC", _bound_marks(text))


def _as_stored(found: re.Match[str]) -> str:
    return _STORED[found.group()]


def _as_keyed(found: re.Match[str]) -> str:
    return _KEYED[found.group()]


def _paired(found: list[str]) -> list[str]:
    """Put overlapping pairs of characters in the place of each run of a script without spaces."""
    paired: list[str] = []
    for word in found:
        if len(word) > 1 and _FIRST_UNSPACED.match(word) is not None:
            paired.extend(map("".join, pairwise(word)))
        else:
            paired.append(word)
    return paired


def _plain_number(word: str) -> str:
    """Drop thousands separators, make the decimal sign a point; other words pass.

    >>> _plain_number("1.234.567"), _plain_number("3,5"), _plain_number("covid19")
    ('1234567', '3.5', 'covid19')
    """
    if word[0].isdigit() and ("," in word or "." in word):
        return _THOUSANDS.sub("", word).replace(",", ".")
    return word
