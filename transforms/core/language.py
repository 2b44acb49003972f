"""The language of a text, and how sure that is: the same answer in every process, thread, order and repetition.

1. The script is that of most letters. It decides which languages are possible.
2. `profiles` weighs them by every letter, with langdetect's data; `function_words` adds what the words of close
   relatives say.
3. A text that is unlike what every profile expects of its own language, or that has the words of a language without a
   profile, is in none of them. It is `und` with its script (`und-Latn`), not a wrong guess.
4. What the document and its source say of their language tips the balance of what the text allows, no more: many pages
   name the language of the template they were made with. Only they can name a language without a profile.

The confidence is the probability of the answer. Its constants were fitted on sentences and their first five words in 75
languages, a third of them without a profile, and checked on others (benchmarks/language.py).
"""

import math
import re
import unicodedata
from collections import Counter
from functools import cache
from typing import Final

import numpy as np

from transforms.core import profiles
from transforms.core.function_words import PROFILED, UNPROFILED
from transforms.core.profiles import Evidence, profiles_of
from transforms.core.scripts import JAPANESE, SYLLABIC, codes_of, script_of, text_of, words_of

UNDETERMINED: Final = ("und", 0.0)

#: Characters of the body looked at.
BODY_CHARS: Final = 500
_TITLE_CHARS: Final = 200
_HINT_CHARS: Final = 64
#: Letters and words below which a text is too little; and signs, where these are syllables or words.
_MIN_LETTERS: Final = 8
_MIN_WORDS: Final = 2
_MIN_SIGNS: Final = 4
#: Words below which none of a language's commonest need be among them.
_FEW_WORDS: Final = 6
#: An answer less likely than this is none.
_MIN_CONFIDENCE: Final = 0.05

#: A word of a language counts like this many nats of letters.
_WORD: Final = 4.0
#: Letters are not independent of each other: so much of their weight counts.
_TEMPER: Final = 0.5
#: The log-odds that a text is in a language with a profile: the weights of `_signs`.
_PROFILED: Final = (1.39, -0.41, 3.8, 0.36, 2.44, -2.22, 4.57, -8.08)
#: The same where a script has one language only, and so no list of words: the first three.
_ALONE: Final = (4.0, 0.8, 3.0)
#: Fits outside are taken for these.
_FITS: Final = (-2.0, 0.3)
#: Profiles that expect nothing: of two signs to a word, or made of one sentence with other names in it.
_WITHOUT_FIT: Final = frozenset({"Gujr", "Hani", JAPANESE})

#: How many times likelier a language gets if a document or its source names it; English, if its template does.
_NAMED: Final = 20.0
_NAMED_ENGLISH: Final = 3.0

#: Languages that news is published in without a profile in that script. Named, they may be believed; Japanese is one of
#: them where a headline has no kana.
_UNPROFILED: Final = {
    script: frozenset(names.split())
    for script, names in {
        "Latn": "ast az bm br bs ceb co cnr crs csb dag ee eo eu ff fo fur fy ga gd gl gn ha haw hsb ht ia ig ilo is jv"
        " kab kg kk kl ku la lb lg li ln mg mi mt ms nd nds nn nr ny oc om pap qu rm rn rw se sc sg sm sn sr ss st su"
        " szl tet tg ti tk tn to tpi ts tt tum ty uz ve vec wa war wo xh yo za zu",
        "Cyrl": "ab av az ba be bs bua ce cnr crh cv inh kk krc kum kv ky lez mhr mn myv os rue sah sr tg tk tt tyv udm"
        " uz",
        "Arab": "az bal ckb ku ks kk pnb ps sd tk ug uz",
        "Hebr": "yi",
        "Deva": "awa bho brx doi gom kok mai mwr new sa sat sd",
        "Beng": "as bpy mni",
        "Armn": "hy", "Geor": "ka xmf", "Ethi": "am ti tig", "Thaa": "dv", "Orya": "or", "Sinh": "si", "Laoo": "lo",
        "Tibt": "bo dz", "Mymr": "my mnw shn", "Khmr": "km", "Hani": "ja wuu yue",
    }.items()
}  # fmt: skip
#: Of these, relatives whose letters fit the profile of another language as well as that language's own.
_RELATIVES: Final = {
    "ms": "id", "nn": "no", "bs": "hr", "sr": "hr mk", "cnr": "hr", "gl": "pt es", "ast": "es", "oc": "ca", "co": "it",
    "vec": "it", "fy": "nl", "li": "nl", "nds": "nl de", "lb": "de", "fo": "da no", "be": "ru uk", "rue": "uk",
    "csb": "pl", "szl": "pl", "yue": "zh-cn zh-tw", "wuu": "zh-cn zh-tw", "mai": "hi", "bho": "hi", "awa": "hi",
    "war": "tl", "ceb": "tl", "ilo": "tl", "pnb": "ur", "as": "bn", "yi": "he",
}  # fmt: skip

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")


def detect(text: str, *, title: str = "", hint: str = "", source_hint: str = "") -> tuple[str, float]:
    """Return the language of a text and how sure that is, 0-1.

    Args:
        text: the body; its first 500 characters are looked at, with the title before them.
        title: the headline.
        hint: what the document says of its language, BCP 47; empty: nothing.
        source_hint: what its feed or the user's feed list says.

    Returns:
        A code (ISO 639-1; `zh-cn` and `zh-tw` for Chinese in simplified and traditional signs, whose confidence is that
        of Chinese); a language without a profile only if a hint names it. `("und", 0.0)` where there is too little
        text, `("und-Cyrl", 0.0)` where there is enough, in the script named, but no language can be told. Never raises.
    """
    sample = _ADDRESS.sub(" ", f"{title[:_TITLE_CHARS]}\n{text[:BODY_CHARS]}")
    codes = codes_of(unicodedata.normalize("NFC", sample))
    script, letters = script_of(codes)
    words = words_of(codes, script)
    if letters < (_MIN_SIGNS if script in SYLLABIC else _MIN_LETTERS):
        return UNDETERMINED
    if len(words) < _MIN_WORDS and script not in SYLLABIC:
        return UNDETERMINED
    known = profiles_of(script)
    own, others = _spoken(words)
    likely = _likely(known.weigh(codes), len(words), own, others, script) if known else {}
    hints = [named for named in map(_primary, (hint, source_hint)) if named]
    other = next((named for named in hints if _may_be(named, script, len(words), others)), "")
    likely = _hinted(likely, hints, other)
    best = max(likely, key=lambda language: (likely[language], language), default="")
    if not best or likely[best] < _MIN_CONFIDENCE:
        return f"und-{script}", 0.0
    certain = sum(likely.values()) if best.startswith("zh") else likely[best]
    return best, round(certain, 3)


def warm() -> None:
    """Make the models of all scripts now (about .2 s) rather than with the first text of each."""
    profiles.warm()
    _words_of()


def _likely(evidence: Evidence, words: int, own: Counter[str], others: Counter[str], script: str) -> dict[str, float]:
    """The probability of each language of a script; what they lack of 1 is that the text is in none of them."""
    if not evidence.letters:
        return {}
    weights = evidence.weights + _WORD * np.array([own[language] for language in evidence.languages])
    weights = np.exp(_TEMPER * (weights - weights.max()))
    shares = weights / weights.sum()
    best = int(shares.argmax())
    spoken = own[evidence.languages[best]]
    signs = _signs(evidence, best, words, spoken, max(others.values(), default=0))
    if script in _WITHOUT_FIT:
        odds = float(np.dot(_ALONE[:2], signs[:2]))
    elif evidence.languages[best] not in PROFILED:
        odds = float(np.dot(_ALONE, signs[: len(_ALONE)]))
    else:
        odds = float(np.dot(_PROFILED, signs))
    profiled = 1 / (1 + math.exp(-odds))
    return dict(zip(evidence.languages, (profiled * shares).tolist(), strict=True))


def _signs(evidence: Evidence, best: int, words: int, spoken: int, foreign: int) -> tuple[float, ...]:
    """What tells whether a text is in any of the languages.

    Args:
        evidence: of its letters.
        best: place of the likeliest language.
        words: how many there are.
        spoken: how many of them are the language's.
        foreign: how many are of the language without a profile that has most.
    """
    fit = float(np.clip(evidence.fits[best], *_FITS))
    amount = math.log(evidence.letters / 50)
    counted = (math.log1p(spoken), math.log1p(foreign), spoken / max(words, 1), foreign / max(words, 1))
    return 1.0, amount, fit, fit * amount, *counted


def _spoken(words: list[str]) -> tuple[Counter[str], Counter[str]]:
    """How many words are of each language with and without a profile."""
    profiled, unprofiled = _words_of()
    own, others = Counter[str](), Counter[str]()
    for word in words:
        own.update(profiled.get(word, ()))
        others.update(unprofiled.get(word, ()))
    return own, others


@cache
def _words_of() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Word -> its languages, of those with and those without a profile."""
    return _inverted(PROFILED), _inverted(UNPROFILED)


def _inverted(lists: dict[str, str]) -> dict[str, tuple[str, ...]]:
    languages: dict[str, tuple[str, ...]] = {}
    for language, words in lists.items():
        for word in dict.fromkeys(text_of(codes_of(words)).split()):
            languages[word] = (*languages.get(word, ()), language)
    return languages


def _may_be(named: str, script: str, words: int, others: Counter[str]) -> bool:
    """Whether a text may be in a language without a profile: by its script, and some words unless there are few."""
    if named not in _UNPROFILED.get(script, ()):
        return False
    return named not in UNPROFILED or others[named] > 0 or words < _FEW_WORDS


def _hinted(likely: dict[str, float], hints: list[str], other: str) -> dict[str, float]:
    """The same with what the hints add, among it the language without a profile that one of them names."""
    none = max(0.0, 1 - sum(likely.values()))
    weights = {language: share * _weight_of(language, hints) for language, share in likely.items()}
    if other:
        best = max(likely, key=lambda language: (likely[language], language), default="")
        is_relative = best in _RELATIVES.get(other, "").split()
        weights[other] = _NAMED * (max(none, 0.5) if is_relative else none)
    total = none + sum(weights.values())
    return {language: weight / total for language, weight in weights.items()}


def _weight_of(language: str, hints: list[str]) -> float:
    """How many times likelier the hints make a language."""
    times = sum(named in {language, language.partition("-")[0]} for named in hints)
    return float((_NAMED_ENGLISH if language == "en" else _NAMED) ** times)


def _primary(hint: str) -> str:
    """`sr-Latn-RS` -> `sr`; other names of a language are taken for the one that is used here.

    >>> _primary("nb_NO"), _primary("sr-Latn-RS")
    ('no', 'sr')
    """
    named = hint[:_HINT_CHARS].strip().replace("_", "-").split("-", 1)[0].casefold()
    return {"nb": "no", "iw": "he", "in": "id", "fil": "tl", "cmn": "zh", "ji": "yi", "prs": "fa"}.get(named, named)
