"""langdetect's profiles as models of letters: how likely is a text in each language that is written in its script?

langdetect draws n-grams at random from a text and multiplies what its profiles say of each, as if they did not
overlap. Here every letter counts once, given the two before it, by the same profiles:

    P(c | ab) = what share of ab goes on with c, mixed with P(c | b), and that with P(c)

Profiles list only n-grams above a share of all; of the rest only the sum is known, and is spread by the shorter
n-grams. Some profiles list ten times rarer n-grams than others: all are cut at the same share, for a language must not
win for what another's profile leaves out.

Since a model says how well it expects its own language to fit, a text that fits its best language badly is in none of
them (`Evidence.fit`). Probabilities are whole thousandths of a nat: sums are exact, in any order and process.

Opens no file but langdetect's profiles, those of a script when it is first met.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
from langdetect.utils.ngram import NGram  # type: ignore[import-untyped]  # no stubs exist

from transforms.core.scripts import JAPANESE, SCRIPTS, Codes, letters_of

_OTHER_THAN_LATIN: Final = {
    "ar": "Arab", "fa": "Arab", "ur": "Arab",
    "bg": "Cyrl", "mk": "Cyrl", "ru": "Cyrl", "uk": "Cyrl",
    "el": "Grek", "he": "Hebr",
    "hi": "Deva", "mr": "Deva", "ne": "Deva",
    "bn": "Beng", "gu": "Gujr", "kn": "Knda", "ml": "Mlym",
    "pa": "Guru", "ta": "Taml", "te": "Telu",
    "th": "Thai", "ja": JAPANESE, "ko": "Hang", "zh-cn": "Hani", "zh-tw": "Hani",
}  # fmt: skip

_Ints = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]

_BLANK: Final = ord(" ")
#: N-grams rarer than this share of a language's letters are left out of all profiles.
_CUT: Final = 1e-4
#: The share of each n-gram's followers that is given to the shorter n-gram at least: profiles are of encyclopaedias.
_SPREAD: Final = 0.3
#: What a letter that a profile does not list gets.
_UNLISTED: Final = 2e-5
#: Whole numbers stand for this part of a nat.
_UNIT: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the letters of a text say of each language of a script."""

    languages: tuple[str, ...]
    weights: _Floats  #: log-likelihood, nats
    letters: int  #: blanks between words included
    fits: _Floats  #: nats per letter by which each language's model is less surprised than by its own language


class Profiles:
    """The languages of one script."""

    def __init__(self, script: str, languages: tuple[str, ...]) -> None:
        self.languages = languages
        self._is_letter = letters_of(script)
        self._fold, self._is_capital = _folding(script)
        keys, counts, cuts = self._counted()
        self._learn(keys, counts, cuts)

    def weigh(self, codes: Codes) -> Evidence:
        """How likely each language makes a text, by its letters of this script; all else separates words."""
        text = self._spelt(codes)
        if len(text) < 3:  # a blank, a letter, a blank
            nothing = np.zeros(len(self.languages))
            return Evidence(self.languages, nothing, 0, nothing)
        last, middle = text[1:], text[:-1]
        first = np.concatenate([text[:1], text[:-2]])
        single = _find(self._singles, last)
        before = _find(self._singles, middle)
        pair = _find(self._pairs, middle << 16 | last)
        start = np.where(middle == _BLANK, len(self._pairs), _find(self._pairs, first << 16 | middle))
        triple = _find(self._triples, first << 32 | middle << 16 | last)
        of_pair = np.minimum(self._of_single[single] + self._spread_single[before], self._most_single[before])
        of_pair = np.where((pair < len(self._pairs))[:, None], self._of_pair[pair], of_pair)
        of_triple = np.minimum(of_pair + self._spread_pair[start], self._most_pair[start])
        of_triple = np.where((triple < len(self._triples))[:, None], self._of_triple[triple], of_triple)
        weights = of_triple.sum(0, dtype=np.int64) * _UNIT
        return Evidence(self.languages, weights, len(last), weights / len(last) - self._expected)

    def _spelt(self, codes: Codes) -> _Ints:
        """Folded letters, words between single blanks; words in capitals are left out unless most letters are."""
        is_letter = self._is_letter[codes]
        is_capital = self._is_capital[codes] & is_letter
        if 2 * is_capital.sum() < is_letter.sum():
            neighbour = np.zeros(len(codes), bool)
            neighbour[1:] |= is_capital[:-1]
            neighbour[:-1] |= is_capital[1:]
            is_letter = is_letter & ~(is_capital & neighbour)
        text = np.full(len(codes) + 2, _BLANK, np.int64)
        text[1:-1] = np.where(is_letter, self._fold[codes], _BLANK)
        is_kept = np.ones(len(text), bool)
        is_kept[1:] = (text[1:] != _BLANK) | (text[:-1] != _BLANK)
        return text[is_kept]

    def _counted(self) -> tuple[list[_Ints], list[_Floats], _Floats]:
        """Keys of all one, two and three letters, how often each language has them, and what was cut below."""
        fold = np.where(self._is_letter, self._fold, 0)
        fold[_BLANK] = _BLANK
        found: list[list[tuple[_Ints, _Floats, _Ints]]] = [[], [], []]
        cuts = np.zeros(len(self.languages))
        for place, language in enumerate(self.languages):
            profile = msgspec.json.decode(files("langdetect").joinpath("profiles", language).read_bytes())
            cuts[place] = _CUT * profile["n_words"][0]
            grams = {gram: count for gram, count in profile["freq"].items() if count > cuts[place]}
            for size, into in enumerate(found, 1):
                sized = [gram for gram in grams if len(gram) == size]
                codes = np.frombuffer("".join(sized).encode("utf-32-le"), np.uint32)
                letters = fold[np.where(codes < len(fold), codes, 0)].reshape(-1, size)
                is_whole = letters.all(1) & (letters != _BLANK).any(1)
                if size == 3:
                    is_whole &= letters[:, 1] != _BLANK
                key = np.zeros(len(sized), np.int64)
                for column in letters.T:
                    key = key << 16 | column
                often = np.array([grams[gram] for gram in sized], np.float64)
                into.append((key[is_whole], often[is_whole], np.full(int(is_whole.sum()), place)))
        keys, counts = [], []
        for each in found:
            key, often, place_of = (np.concatenate(parts) for parts in zip(*each, strict=True))
            distinct, row = np.unique(key, return_inverse=True)
            table = np.zeros((len(distinct), len(self.languages)))
            np.add.at(table, (row, place_of), often)
            keys.append(distinct)
            counts.append(table)
        return keys, counts, cuts

    def _learn(self, keys: list[_Ints], counts: list[_Floats], cuts: _Floats) -> None:
        """Tables of log-probabilities; the last row of each is for what is not in it."""
        pairs, triples = keys[1], keys[2]
        words = counts[1][pairs >> 16 == _BLANK].sum(0)
        singles = np.concatenate([[_BLANK], keys[0]])
        of_single = np.vstack([words, counts[0]])
        total = of_single.sum(0)
        single = np.vstack([np.maximum(of_single / total, _UNLISTED), np.full(len(cuts), _UNLISTED)])

        begins, ends = _find(singles, pairs >> 16), _find(singles, pairs & 0xFFFF)
        spread_single, most_single = _spread(of_single, counts[1], begins, cuts)
        rest = np.minimum(spread_single[begins] * single[ends], most_single[begins])
        pair = _mixed(counts[1], np.vstack([of_single, np.zeros_like(cuts)])[begins], rest)

        begins3, ends3 = _find(pairs, triples >> 16), _find(pairs, triples & 0xFFFFFFFF)
        middle, last = _find(singles, triples >> 16 & 0xFFFF), _find(singles, triples & 0xFFFF)
        unlisted = np.minimum(spread_single[middle] * single[last], most_single[middle])
        shorter = np.where((ends3 < len(pairs))[:, None], np.vstack([pair, np.ones_like(cuts)])[ends3], unlisted)
        spread_pair, most_pair = _spread(counts[1], counts[2], begins3, cuts)
        rest = np.minimum(spread_pair[begins3] * shorter, most_pair[begins3])
        triple = _mixed(counts[2], np.vstack([counts[1], np.zeros_like(cuts)])[begins3], rest)

        self._singles, self._pairs, self._triples = singles, pairs, triples
        self._of_single, self._of_pair, self._of_triple = _logs(single), _logs(pair, 1), _logs(triple, 1)
        self._spread_single, self._most_single = _logs(spread_single), _logs(most_single)
        self._spread_pair, self._most_pair = _logs(spread_pair), _logs(most_pair)

        # What each model expects of its own language: after each letter or pair, listed followers and the spread rest.
        expected = (of_single / total * np.log(single[:-1])).sum(0)
        after_single = _surprise(pair, counts[1], begins, spread_single[:-1], expected)
        after_pair = _surprise(triple, counts[2], begins3, spread_pair[:-1], after_single[ends])
        inside = np.where((pairs & 0xFFFF == _BLANK)[:, None], 0, counts[1])
        self._expected = ((inside * after_pair).sum(0) + words * after_single[0]) / (inside.sum(0) + words)


def _spread(of_first: _Floats, counts: _Floats, begins: _Ints, cuts: _Floats) -> tuple[_Floats, _Floats]:
    """For each beginning the share of its followers that is not listed, and the most that one of these may have."""
    listed = np.zeros((len(of_first) + 1, len(cuts)))
    np.add.at(listed, begins, counts)
    of_first = np.vstack([of_first, np.zeros_like(cuts)])
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = np.where(of_first > 0, np.clip(1 - listed / of_first, _SPREAD, 1), 1)
        most = np.where(of_first > 0, np.minimum(cuts / of_first, 1), 1)
    rest[-1], most[-1] = 1, 1
    return rest, most


def _mixed(counts: _Floats, of_first: _Floats, rest: _Floats) -> _Floats:
    listed = np.minimum(counts / np.maximum(of_first, counts + 1), 1) * (1 - _SPREAD)
    return np.where(counts > 0, listed, rest)


def _surprise(shares: _Floats, counts: _Floats, begins: _Ints, spread: _Floats, shorter: _Floats) -> _Floats:
    """Nats that the follower of each beginning is expected to cost, as a negative number."""
    expected = np.zeros((len(spread) + 1, shares.shape[1]))
    np.add.at(expected, begins, np.where(counts > 0, shares * np.log(shares), 0))
    result: _Floats = expected[:-1] + spread * (np.log(spread) + shorter)
    return result


def _logs(shares: _Floats, more: int = 0) -> npt.NDArray[np.int32]:
    """In whole units; `more` rows of ones follow."""
    padded = np.vstack([shares, np.ones((more, shares.shape[1]))])
    return np.rint(np.log(padded) / _UNIT).astype(np.int32)


def _find(keys: _Ints, wanted: _Ints) -> _Ints:
    """The place of each in sorted keys; one past the last where it is not among them."""
    place = np.searchsorted(keys, wanted)
    place[place == len(keys)] = 0
    return np.where(keys[place] == wanted, place, len(keys))


@cache
def _folding(script: str) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.bool_]]:
    """For each code point the letter that profiles count it as, in lower case, and whether it is a capital."""
    fold = np.arange(0x10000, dtype=np.uint16)
    is_capital = np.zeros(0x10000, bool)
    if script in {JAPANESE, "Hani", "Hang"}:  # nothing to lower, and too many to go through
        for sign, group in NGram.CJK_MAP.items():
            fold[ord(sign)] = ord(group)
        for first, last, one in ((0x3040, 0x309F, 0x3042), (0x30A0, 0x30FF, 0x30A2), (0xAC00, 0xD7A3, 0xAC00)):
            fold[first : last + 1] = one
        return fold, is_capital
    for code in np.flatnonzero(letters_of(script)).tolist():
        lower = chr(code).lower()[0]
        is_capital[code] = lower != chr(code)
        fold[code] = ord(NGram.normalize(lower))
    return fold, is_capital


@cache
def profiles_of(script: str) -> Profiles | None:
    """The languages of a script, made on first use (Latin: about .1 s); None where none has a profile."""
    languages = tuple(each for each in LANGUAGES if _OTHER_THAN_LATIN.get(each, "Latn") == script)
    return Profiles(script, languages) if languages else None


def warm() -> None:
    """Make all models now rather than with the first text of each script."""
    for script in (*SCRIPTS, JAPANESE):
        profiles_of(script)


#: Languages that langdetect has a profile of, as it names them.
LANGUAGES: Final = tuple(
    sorted(
        entry.name
        for entry in files("langdetect").joinpath("profiles").iterdir()
        if not entry.name.startswith(("_", "."))
    )
)
