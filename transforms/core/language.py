"""The language of a text, by langdetect: the same answer in every process, thread, order and repetition.

langdetect samples the n-grams of a text at random. Here the sampling starts from a fixed seed for each text, the
profiles are loaded in a fixed order into a factory of our own, and no global of the library is read or written. Opens
no file but the library's own profiles, once for each process, on first use or by `warm`.

What it says about few words means nothing ("Reuters" is German with p .99999), so too little text is `und`, and so is
an answer whose script is not the text's. Languages that it has no profile of get a confident wrong answer; there a
document that names such a language is believed.
"""

import re
from functools import cache
from heapq import nlargest
from importlib.resources import files

from langdetect.detector import Detector  # type: ignore[import-untyped]  # no stubs exist
from langdetect.detector_factory import DetectorFactory  # type: ignore[import-untyped]  # no stubs exist
from langdetect.lang_detect_exception import ErrorCode, LangDetectException  # type: ignore[import-untyped]  # no stubs exist

UNDETERMINED = ("und", 0.0)

#: Characters of the body looked at: with more, the answer was the same on every article tried, at five times the cost.
BODY_CHARS = 500
_TITLE_CHARS = 200
_HINT_CHARS = 64
_SEED = 0
_MIN_CONFIDENCE = 0.5
#: Letters below which a text is too little: of scripts that spell sounds, and of those that spell syllables or words.
_MIN_LETTERS = 24
_MIN_SIGNS = 10
_MIN_WORDS = 4

_SCRIPTS = {
    "latin": "A-Za-zÀ-ÖØ-öø-\u02af\u1e00-\u1eff",
    "cyrillic": "\u0400-\u052f",
    "greek": "\u0370-\u03ff\u1f00-\u1fff",
    "arabic": "\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\u08a0-\u08c7\ufb50-\ufdff\ufe70-\ufefc",
    "hebrew": "\u05d0-\u05ea",
    "devanagari": "\u0900-\u097f",
    "bengali": "\u0980-\u09ff",
    "gurmukhi": "\u0a00-\u0a7f",
    "gujarati": "\u0a80-\u0aff",
    "tamil": "\u0b80-\u0bff",
    "telugu": "\u0c00-\u0c7f",
    "kannada": "\u0c80-\u0cff",
    "malayalam": "\u0d00-\u0d7f",
    "thai": "\u0e00-\u0e7f",
    "hangul": "\u1100-\u11ff\uac00-\ud7af",
    "kana": "\u3041-\u30ff",
    "han": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",
}
_SIGNS = ("hangul", "kana", "han", "thai")
_COUNTED = {script: re.compile(f"[{ranges}]") for script, ranges in _SCRIPTS.items()}
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")
_ANY_WORD = re.compile(r"[^\W\d_]{2,}")

_NOT_LATIN = {
    "ar": "arabic", "fa": "arabic", "ur": "arabic",
    "bg": "cyrillic", "mk": "cyrillic", "ru": "cyrillic", "uk": "cyrillic",
    "el": "greek", "he": "hebrew",
    "hi": "devanagari", "mr": "devanagari", "ne": "devanagari",
    "bn": "bengali", "gu": "gujarati", "kn": "kannada", "ml": "malayalam",
    "pa": "gurmukhi", "ta": "tamil", "te": "telugu",
    "th": "thai", "ja": "kana", "ko": "hangul", "zh-cn": "han", "zh-tw": "han",
}  # fmt: skip

#: Languages without a profile that news is published in. Named by a document, they are believed.
_UNPROFILED = frozenset(
    re.findall(
        "[a-z]+",
        "am az ba be bs ceb ckb cv dv eo eu fo fy ga gd gl ha hy ig is jv ka kk kl km ku ky la lb lo mg mi mn ms mt "
        "my ny om or ps qu rw sa sd si sm sn sr st su tg ti tk tt ug uz xh yi yo zu",
    )
)


class _EarlyDetector(Detector):
    """langdetect's detector, which stops trying as soon as the trials left cannot change its answer.

    Of seven trials the language with the largest mean probability wins. A trial adds at most 1 to any language, so a
    lead larger than the number of trials left is final; most texts are settled after four. The draws are those of the
    base class.
    """

    def _detect_block(self) -> None:
        self.cleaning_text()
        ngrams = self._extract_ngrams()
        if not ngrams:
            raise LangDetectException(ErrorCode.CantDetectError, "No features in text.")
        self.random.seed(self.seed)
        sums = [0.0] * len(self.langlist)
        for trial in range(1, self.n_trial + 1):
            sums = [total + share for total, share in zip(sums, self._try(ngrams), strict=True)]
            first, second = nlargest(2, sums)
            if first - second > self.n_trial - trial:
                break
        self.langprob = [total / trial for total in sums]

    def _try(self, ngrams: list[str]) -> list[float]:
        """One trial: n-grams drawn at random until one language is all but certain."""
        shares: list[float] = self._init_probability()
        weight = (self.alpha + self.random.gauss(0.0, 1.0) * self.ALPHA_WIDTH) / self.BASE_FREQ
        for draw in range(self.ITERATION_LIMIT + 1):
            found = self.word_lang_prob_map[self.random.choice(ngrams)]
            shares = [share * (weight + frequency) for share, frequency in zip(shares, found, strict=True)]
            if draw % 5 == 0 and self._normalize_prob(shares) > self.CONV_THRESHOLD:
                break
        return shares


def detect(text: str, *, title: str = "", hint: str = "") -> tuple[str, float]:
    """Return the language of a text and how sure that is, 0-1.

    Args:
        text: the body; its first 500 characters are looked at, with the title before them.
        title: the headline.
        hint: what the document says, BCP 47. Counts only where it names a language langdetect does not know: then the
            answer is that language, with confidence 0 because nothing measured it.

    Returns:
        A code of langdetect's (ISO 639-1, `zh-cn`, `zh-tw`), or `("und", 0.0)` where there is too little text to tell.
        Never raises.
    """
    sample = _ADDRESS.sub(" ", f"{title[:_TITLE_CHARS]}\n{text[:BODY_CHARS]}")
    counts = {script: len(letters.findall(sample)) for script, letters in _COUNTED.items()}
    named = _primary(hint)
    if named in _UNPROFILED and any(map(str.isalpha, sample)):
        return named, 0.0
    if not _is_enough(sample, counts):
        return UNDETERMINED
    detector = _EarlyDetector(_factory())
    detector.append(sample)
    try:
        best = detector.get_probabilities()[:1]
    except LangDetectException:  # no n-gram of the text is in any profile
        return UNDETERMINED
    if not best or best[0].prob < _MIN_CONFIDENCE or not _is_written_in(best[0].lang, counts):
        return UNDETERMINED
    return best[0].lang, min(1.0, best[0].prob)


def warm() -> None:
    """Load the profiles now (about .5 s) rather than with the first text."""
    _factory()


@cache
def _factory() -> DetectorFactory:
    """The profiles in the order of their names, so that rounding is the same everywhere, and a fixed seed."""
    folder = files("langdetect").joinpath("profiles")
    names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith(("_", ".")))
    factory = DetectorFactory()
    factory.load_json_profile([folder.joinpath(name).read_text(encoding="utf-8") for name in names])
    factory.seed = _SEED
    return factory


def _primary(hint: str) -> str:
    """`sr-Latn-RS` -> `sr`."""
    return hint[:_HINT_CHARS].strip().replace("_", "-").split("-", 1)[0].casefold()


def _is_enough(sample: str, counts: dict[str, int]) -> bool:
    if sum(counts[script] for script in _SIGNS) >= _MIN_SIGNS:
        return True
    return sum(counts.values()) >= _MIN_LETTERS and len(_ANY_WORD.findall(sample)) >= _MIN_WORDS


def _is_written_in(language: str, counts: dict[str, int]) -> bool:
    """Whether the script of a language makes up enough of the letters; Japanese mixes its own with Han."""
    script = _NOT_LATIN.get(language, "latin")
    share = 0.05 if script == "kana" else 0.3
    return counts[script] > share * sum(counts.values())
