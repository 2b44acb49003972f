"""Russian and Ukrainian where no library helps: the cases of proper names, and stems of Ukrainian words.

Does no I/O. Stemmers take names apart (Хама has the stem of хам, a lout), so the forms of a name are spelled out by its
ending; a name whose ending does not decline (Алеппо) keeps its one form. Snowball has no Ukrainian: `ukrainian_stem`
removes one ending, the longest, and levels the vowels and consonants that alternate (сторін, сторона; атака, атаці).
Words are lower case, without stress marks and apostrophes.
"""

import re
from collections.abc import Iterator
from typing import Final

#: Ending of a name, what of it goes, and what comes in the other cases of both languages; the first that fits. A form
#: too many does no harm: it has a capital and is no other word.
_CASES: Final = tuple(
    (ending, off, cases.split())
    for ending, off, cases in (
        ("кий", "ий", "ого ому им ом ім"),
        ("ая", "ая", "ой ую ою"),
        ("яя", "яя", "ей юю"),
        ("ый", "ый", "ого ому ым ом"),
        ("ий", "ий", "его ему им ем ого ому ом ия ию ием"),
        ("ой", "ой", "ого ому ым ом оя ою оем ое"),
        ("ое", "ое", "ого ому ым ом"),
        ("ые", "е", "х м ми"),
        ("ие", "е", "х м ми"),
        ("їя", "я", "ї ю єю"),
        ("ия", "я", "и ю ей ею"),
        ("ія", "я", "і ю єю"),
        ("ка", "ка", "ки ке ку кой кою ці"),
        ("га", "га", "ги ге гу гой гою зі"),
        ("ха", "ха", "хи хе ху хой хою сі"),
        ("а", "а", "ы и е у ой ою ей ею і"),
        ("я", "я", "и ю е ей ею і ї єю"),
        ("ець", "ець", "ця цю цем ці"),
        ("ец", "ец", "ца цу цем це"),
        ("їв", "їв", "єва єву євом єві"),
        ("ів", "ів", "ова ову овом ові"),
        ("ов", "", "а у ым ом е им і ові"),
        ("ев", "", "а у ым ом е им і ові"),
        ("ин", "", "а у ым ом е им і ові"),
        ("ін", "", "а у ом і им ові"),
        ("ово", "о", "а у ом е і"),
        ("ево", "о", "а у ом е і"),
        ("ино", "о", "а у ом е і"),
        ("ь", "ь", "я ю ем ём е і єм и ью"),
        ("й", "й", "я ю ем ём е ї єм и"),
        ("и", "и", "ов ев ей ам ами ах ям ями ях ів"),
        ("ы", "ы", "ов ам ами ах"),
    )
)
_CONSONANT_CASES: Final = ("а", "у", "ом", "ем", "е", "і", "ові", "еві")
_CONSONANTS: Final = frozenset("бвгґджзклмнпрстфхцчшщ")

_ENDING: Final = re.compile(
    r"(?:ували|увала|увати|ував|ують|юють|ають|яють|яли|яла|яв|ує|ює|ає|яє|"
    r"іями|ями|ами|іях|ях|ах|іям|ям|ам|ього|ьому|ого|ому|ими|іми|ією|ові|еві|єві|"
    r"ий|ій|їй|их|іх|їх|им|ім|їм|ою|ею|єю|ії|ія|ію|ом|ем|єм|ів|їв|ей|ью|[аеєиіїоуюяьй])$"
)
_MIN_STEM: Final = 3
_LEVELLED: Final = str.maketrans({"з": "г", "ц": "к", "с": "х"})


def cases_of(name: str) -> Iterator[str]:
    """The forms of a proper name, itself first.

    >>> list(cases_of("хама"))
    ['хама', 'хамы', 'хами', 'хаме', 'хаму', 'хамой', 'хамою', 'хамей', 'хамею', 'хамі']
    >>> list(cases_of("алеппо"))
    ['алеппо']
    """
    yield name
    if len(name) < _MIN_STEM:
        return
    for ending, off, cases in _CASES:
        if name.endswith(ending):
            stem = name[: len(name) - len(off)]
            yield from (stem + case for case in cases)
            return
    if name[-1] in _CONSONANTS:
        yield from (name + case for case in _CONSONANT_CASES)


def ukrainian_stem(word: str) -> str:
    """What the forms of a word have in common.

    >>> [ukrainian_stem(word) for word in "перемиря перемирї біженець біженців безпеці атаці атака".split()]
    ['перемир', 'перемир', 'біженк', 'біженк', 'безпек', 'атак', 'атак']
    """
    ending = _ENDING.search(word)
    stem = word[: ending.start()] if ending else word
    if len(stem) < _MIN_STEM:
        return word
    if stem[-1] == stem[-2]:
        stem = stem[:-1]
    if word.endswith("ець") and len(stem) > _MIN_STEM + 1:
        stem = f"{stem[:-2]}ц"
    before, vowel, after = stem.rpartition("і")
    if vowel and before and not re.search("[аеєиїоуюя]", after):
        stem = f"{before}о{after}"
    return stem[:-1] + stem[-1].translate(_LEVELLED) if len(stem) > _MIN_STEM else stem
