# ruff: noqa: E501  # one variant on one line
"""National letters in seven bits: ISO 646, in which `f}r` is für.

Does no I/O. The variants give ten signs of ASCII to letters. Nothing declares which variant a text is in, or that it is
in one. So it must show: a variant is believed only if its letters stand inside words, nearly wherever these signs
stand, and make small words of its language at least twice.

Sources: DIN 66003, NF Z 62-010, IRV/ES (IR 17), SEN 85 02 00, NS 4551.
"""

import re
from typing import Final

_SIGNS: Final = "@[\\]{|}~"
#: By language: what the eight signs mean, and small words that hold one of these letters.
_VARIANTS: Final = {
    "de": ("§ÄÖÜäöüß", "für über während daß können müssen würde würden zurück gegenüber später nächsten größte große jährige präsident"),
    "fr": ("à°ç§éùè¨", "à été après où président déclaré très dernière même première société près né"),
    "es": ("§¡Ñ¿°ñç~", "año años español española españoles señor señora mañana niños pequeño compañía campaña"),
    "sv": ("@ÄÖÅäöå~", "är för på från även där när får över också två någon år"),
    "no": ("@ÆØÅæøå~", "på får også når være før år gå første skjøt både"),
}  # fmt: skip
#: Those that are small letters in every variant; in ASCII they stand between no letters.
_SIGN: Final = re.compile(r"[{|}~]")
_IN_WORD: Final = re.compile(r"(?<=[a-z{|}~])[{|}~]|[{|}~](?=[a-z])", re.IGNORECASE)
_WORD: Final = re.compile(r"[a-z@{|}~]+", re.IGNORECASE)
_LEAST: Final = 2


def national_letters(text: str) -> dict[int, int]:
    """A table for `str.translate`: signs to the letters of the variant that a text of ASCII is in; empty for ASCII.

    >>> "Hilfe f}r Norsand, sp{ter".translate(national_letters("f}r sp{ter"))
    'Hilfe für Norsand, später'
    """
    signs = len(_SIGN.findall(text))
    if signs < _LEAST or len(_IN_WORD.findall(text)) * 10 < signs * 9:
        return {}
    found = {word.lower() for word in _WORD.findall(text)}
    best, hits = "", 0
    for language, (letters, words) in _VARIANTS.items():
        back = str.maketrans(letters, _SIGNS)
        known = sum(word.translate(back) in found for word in words.split())
        if known > hits:
            best, hits = language, known
    return str.maketrans(_SIGNS, _VARIANTS[best][0]) if hits >= _LEAST else {}
