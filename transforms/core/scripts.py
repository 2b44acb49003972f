"""The script that a text is written in, by its letters. Does no I/O.

Codes are ISO 15924. Only the Basic Multilingual Plane is known: what news is written in.
"""

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]

#: First and last letter of each range, hexadecimal; signs and digits are left out as far as they stand apart.
_RANGES: Final = {
    "Latn": "41-5a 61-7a aa-aa ba-ba c0-d6 d8-f6 f8-2af 1e00-1eff 2c60-2c7f a722-a787 a78b-a7ff ab30-ab64 fb00-fb06",
    "Grek": "370-373 376-377 37b-37d 37f-37f 386-386 388-3e1 3f0-3ff 1f00-1fff",
    "Cyrl": "400-481 48a-52f 1c80-1c8f a640-a69f",
    "Armn": "531-556 561-587 fb13-fb17",
    "Hebr": "5d0-5f2 fb1d-fb4f",
    "Arab": "620-63f 641-64a 66e-66f 671-6d3 6d5-6d5 6e5-6e6 6ee-6ef 6fa-6ff 750-77f 8a0-8c7 fb50-fbb1 fbd3-fd3d"
    " fd50-fdfb fe70-fefc",
    "Thaa": "780-7b1",
    "Deva": "900-963 971-97f",
    "Beng": "980-9e3 9f0-9f1",
    "Guru": "a01-a51 a59-a5e a70-a75",
    "Gujr": "a81-ae3",
    "Orya": "b01-b63 b71-b71",
    "Taml": "b82-bd7",
    "Telu": "c00-c63",
    "Knda": "c80-ce3",
    "Mlym": "d00-d63 d7a-d7f",
    "Sinh": "d81-df3",
    "Thai": "e01-e3a e40-e4e",
    "Laoo": "e81-ecd edc-edf",
    "Tibt": "f00-f00 f40-fbc",
    "Mymr": "1000-103f 1050-108f",
    "Geor": "10a0-10ff 1c90-1cbf",
    "Ethi": "1200-135a 1380-138f",
    "Khmr": "1780-17d3",
    "Hang": "1100-11ff 3131-318e ac00-d7a3",
    "Kana": "3041-3096 309d-309f 30a1-30fa 30fd-30ff",
    "Hani": "3400-4dbf 4e00-9fff f900-fad9",
}
SCRIPTS: Final = ("Zyyy", *_RANGES)
#: Japanese is written in two scripts at once.
JAPANESE: Final = "Jpan"
#: Scripts whose signs are syllables or words.
SYLLABIC: Final = frozenset({"Ethi", "Hang", "Hani", JAPANESE})
#: A text is in the foreign script that its quotations, names and brands in Latin letters outnumber at most this often.
_LATIN_AMONG: Final = 4
#: Of kana and Han, from which share on kana make a text Japanese.
_KANA_SHARE: Final = 0.1
_SIZE: Final = 0x10000

#: Marks that are written or left out: over Latin letters, Arabic and Hebrew vowels, tatweel, soft hyphen.
_OPTIONAL: Final = "300-36f 64b-65f 670-670 640-640 591-5c7 ad-ad"


def _cover(ranges: str) -> npt.NDArray[np.bool_]:
    covered = np.zeros(_SIZE, bool)
    for each in ranges.split():
        first, last = each.split("-")
        covered[int(first, 16) : int(last, 16) + 1] = True
    return covered


_SCRIPT: Final = np.zeros(_SIZE, np.uint8)
for _number, _ranges in enumerate(_RANGES.values(), 1):
    _SCRIPT[_cover(_ranges)] = _number
_IS_OPTIONAL: Final = _cover(_OPTIONAL)


def codes_of(text: str) -> Codes:
    """The code points of a text, without marks that may be left out; those of other planes are blanks.

    >>> "".join(map(chr, codes_of("كِتَاب 😀")))
    'كتاب  '
    """
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)
    codes = np.where(codes < _SIZE, codes, ord(" ")).astype(np.uint32)
    return codes[~_IS_OPTIONAL[codes]]


def text_of(codes: Codes) -> str:
    """The text of code points."""
    return codes.tobytes().decode("utf-32-le", "replace")


def words_of(codes: Codes, script: str) -> list[str]:
    """The words of a text that are written in a script, in lower case.

    >>> words_of(codes_of("L'été, Москва 2026"), "Latn")
    ['l', 'été']
    """
    return text_of(np.where(letters_of(script)[codes], codes, np.uint32(ord(" ")))).lower().split()


@cache
def letters_of(script: str) -> npt.NDArray[np.bool_]:
    """For each code point whether it is a letter of a script."""
    names = ("Kana", "Hani") if script == JAPANESE else (script,)
    return np.isin(_SCRIPT, [SCRIPTS.index(name) for name in names])


def script_of(codes: Codes) -> tuple[str, int]:
    """The script of a text and how many of its letters are of it; `("Zyyy", 0)` where there is no letter.

    >>> script_of(codes_of("Компания Apple Inc. сообщила"))
    ('Cyrl', 16)
    >>> script_of(codes_of("フェリーは港に戻った"))
    ('Jpan', 9)
    """
    counts = dict(zip(SCRIPTS, np.bincount(_SCRIPT[codes], minlength=len(SCRIPTS)).tolist(), strict=True))
    del counts["Zyyy"]
    kana, han = counts.pop("Kana"), counts["Hani"]
    if kana > _KANA_SHARE * (kana + han):
        counts[JAPANESE], counts["Hani"] = kana + han, 0
    script = max(counts, key=lambda name: counts[name] * (1 if name == "Latn" else _LATIN_AMONG))
    return (script, counts[script]) if counts[script] else ("Zyyy", 0)
