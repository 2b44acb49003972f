"""Invented pairs of texts: templates filled twice, and versions and copies of invented reports.

The texts stand in `data/templates_*.txt` and `data/versions_*.txt`, written for this benchmark in wire style; nothing
in the program knows them. Each is one text for two: `{this|that}` is "this" in the first and "that" in the second. A
block begins with a line `= language kind`; a line break within a paragraph is a space; of a version, the first line is
the headline. Each third block is kept aside: look at its numbers, never at its errors.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal, get_args

from transforms.core.verify import Text

DATA = Path(__file__).parent / "data"
Part = Literal["train", "aside"]
PARTS: tuple[Part, ...] = get_args(Part)

_SLOT = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")
_LINE_BREAK = re.compile(r"(?<!\n)\n(?!\n)")
_ARABIC_LETTER = re.compile("([\u0628-\u063a\u0641-\u0647])(?=[\u0621-\u064a])")
_AGENCIES = {
    "en": "MERID HARBOUR, June 9 (Nordwire) - ",
    "de": "Wesenhafen (nwd) - ",
    "fr": "Port-Amélie, 9 juin (ANP) - ",
    "es": "Villamora, 9 jun (Agencia Norte) .- ",
    "tr": "KARASU (YHA) - ",
    "ar": "السدرة (وكالة الشمال) - ",
    "ru": "ВЕТЛУЖСК, 9 июня. /СЕВ/. ",
    "zh": "【北方社青川6月9日电】",
    "fa": "کوهپایه (خبرگزاری شمال) - ",
    "hi": "सोनपुर, 9 जून (उत्तर वार्ता) - ",
    "ko": "(하남=북부통신) ",
    "th": "สำนักข่าวเหนือ - ",
    "ja": "【北港共信】",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """Two texts, what was done to one to make the other, and whether they are the same text or a version of it."""

    kind: str
    language: str
    part: Part
    a: Text
    b: Text
    same: bool


def templates() -> Iterator[Invented]:
    """The same frames filled with other figures, dates and names."""
    for language, kind, part, body in _blocks("templates_*.txt"):
        a, b = (Text(title="", text=text) for text in _fillings(body))
        yield Invented(kind=f"template {kind}", language=language, part=part, a=a, b=b, same=False)


def versions() -> Iterator[Invented]:
    """Reports and what a later version, or another outlet, made of them."""
    blocks = list(_blocks("versions_*.txt"))
    for place, (language, kind, part, body) in enumerate(blocks):
        a, b = map(_titled, _fillings(body))
        of_language = [other for other in blocks if other[0] == language]
        other = _titled(_fillings(of_language[(of_language.index(blocks[place]) + 1) % len(of_language)][3])[1])
        paragraphs = b.text.split("\n\n")
        made = {
            "edited by hand": b,
            "extended": Text(title=b.title, text=f"{a.text}\n\n{other.text.split(chr(10) * 2)[-1]}"),
            "dressed": Text(title="", text=_AGENCIES[language] + _dressed(b.text)),
        }
        if len(paragraphs) > 2:
            made["cut"] = Text(title=b.title, text="\n\n".join(paragraphs[: (len(paragraphs) + 1) // 2]))
        for way, text in made.items():
            yield Invented(kind=f"version, {way}: {kind}", language=language, part=part, a=a, b=text, same=True)


def rewritings() -> Iterator[Invented]:
    """Short reports of which another desk kept half of the words: more than light editing, less than another text."""
    for language, kind, part, body in _blocks("rewritings.txt"):
        a, b = map(_titled, _fillings(body))
        yield Invented(kind=f"rewritten: {kind}", language=language, part=part, a=a, b=b, same=True)


def _blocks(pattern: str) -> Iterator[tuple[str, str, Part, str]]:
    number = count()
    for path in sorted(DATA.glob(pattern)):
        for block in path.read_text(encoding="utf-8").split("\n= "):
            head, body = block.removeprefix("= ").split("\n", 1)
            language, kind = head.split(" ", 1)
            yield language, kind, "aside" if next(number) % 3 == 2 else "train", body.strip()


def _fillings(body: str) -> tuple[str, str]:
    return _SLOT.sub(r"\1", body), _SLOT.sub(r"\2", body)


def _titled(body: str) -> Text:
    title, text = body.split("\n", 1)
    return Text(title=title, text=_LINE_BREAK.sub(" ", text.strip()))


def _dressed(text: str) -> str:
    """Other quotes and dashes; Arabic with vowel signs and a stretched word."""
    text = text.replace('"', "”").replace("« ", "“").replace(" »", "”").replace("«", "„").replace("»", "“")
    text = text.replace(" — ", " - ").replace("'", "’")
    return _ARABIC_LETTER.sub("\\1\u064e", text).replace("قال", "قــال")
