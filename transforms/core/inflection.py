"""The form in which an inflected word meets the word an editor wrote, per language.

Does no I/O. Two kinds of words are told apart:

- Common words. English, Russian, French, German, Spanish and Italian ones are reduced by their Snowball stemmer,
  Ukrainian ones by `slavic`. Arabic, Persian and Turkish, where stemmers lose too much, are decided by the words that
  are looked for: a token is a form of one of them if what is left and right of it are proclitics, plurals and pronouns
  (Arabic), plurals, pronouns and indefinite -i (Persian), or a chain of number, possessive and case endings (Turkish).
  So no other word of these languages is ever changed.
- Names. Latin ones stand as they are or with an s; Cyrillic ones in the cases of `slavic`, with a capital; Turkish
  ones take endings, with a capital; Arabic ones take proclitics and no endings, Persian ones the joining -i after a
  vowel. So no name is taken for the adjective made from it: Иранский, İranlı, إيراني, ایرانی and Iranian are not Iran.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Final

import Stemmer  # type: ignore[import-not-found]  # compiled, comes without types

from transforms.core.slavic import cases_of, ukrainian_stem
from transforms.core.wordforms import bare, fold

_SNOWBALL: Final = {
    "en": "english", "ru": "russian", "fr": "french", "de": "german", "es": "spanish", "it": "italian",
}  # fmt: skip
_CYRILLIC: Final = frozenset({"ru", "uk"})
#: Languages whose words are decided by the words looked for.
_DECIDED: Final = frozenset({"ar", "fa", "tr"})

#: Arabic words that are written as part of the next: and, so, with, to, as, the.
_PROCLITICS: Final = frozenset(
    {f"{a}{b}{c}" for a in ("", "و", "ف") for b in ("", "ب", "ك") for c in ("", "ال")}
    | {f"{a}{b}" for a in ("", "و", "ف") for b in ("ل", "لل")}
)
_LONGEST_PROCLITIC: Final = max(map(len, _PROCLITICS))
_PROCLITIC_LETTERS: Final = frozenset(prefix[0] for prefix in _PROCLITICS if prefix)
#: Arabic sound plurals, dual, indefinite accusative and possessive pronouns, the longest first; of words of at least so
#: many letters, for they end too many others.
_PRONOUNS: Final = ("هما", "ها", "هم", "هن", "نا", "كم", "ه")
_ARABIC_ENDINGS: Final = (*(f"ات{pronoun}" for pronoun in _PRONOUNS), *_PRONOUNS, "ين", "ون", "ات", "ان", "ا")
_ENOUGH_LETTERS: Final = 4
#: Words whose stem is remembered: topics and places of an article ask for the same.
_REMEMBERED: Final = 4096
#: Letters by which words that cannot be forms of any are told.
_START: Final = 3
#: Persian plural, then possessive or indefinite -i; -ه of a word becomes -گ before -ان.
_PERSIAN_ENDINGS: Final = re.compile(
    r"(?:هاي?|ان|يان|ات|ين|ون)?(?:ي|اي|يي|اش|ش|ام|م|ات|ت|شان|يشان|مان|يمان|تان|يتان|يش|را|ايي)?"
)
#: Turkish number, possessive, case, then -ki and the copula, after folding (ı is i, ü is u).
_TURKISH_ENDINGS: Final = re.compile(
    r"(?:l[ae]r)?(?:[iu]m[iu]z|[iu]n[iu]z|[iu]m|[iu]n|s?[iu]|m)?"
    r"(?:n?[dt][ae]n?|n?[iu]n|[yn]?[ae]|[yn]?[iu]|y?l[ae]|[nc]?c[ae])?(?:k[iu](?:l[ae]r)?|[dt][iu]r|y[dt][iu])?"
)
_LONGEST_ENDING: Final = 16
#: Letters after which Persian joins a name to what follows with -i.
_PERSIAN_VOWELS: Final = frozenset("اوه")
#: A Turkish final consonant before a vowel: çocuk, çocuğu.
_SOFTENED: Final = {"k": "g", "t": "d", "p": "b"}
_VOWELS: Final = frozenset("aeiou")


class Inflection:
    """The forms of one language's words, given those that are looked for.

    Args:
        language: one of `schemas.taxonomy.LANGUAGES`; any other has words that do not change.
        words: common words looked for, as editors wrote them; a `+` behind: the head of a compound (Turkish).
        names: names looked for.
    """

    def __init__(self, language: str, words: Collection[str] = (), names: Collection[str] = ()) -> None:
        self._language = language
        self._stem = _stemmer(language)
        self._bases = _turkish_bases(words) if language == "tr" else {key: key for key in map(self._plain_key, words)}
        self._soft = {
            base[:-1] + _SOFTENED[base[-1]]: key for base, key in self._bases.items() if base[-1:] in _SOFTENED
        }
        self._names = {key: key for key in map(self.name_key, names)}
        self._cases = {key: [key] for key in self._names}  # form of a name -> its keys, the nearest first
        for name in names:
            key = self.name_key(name)
            for form in self._forms_of_name(name):
                keys = self._cases.setdefault(fold(form), [])
                if key not in keys:
                    keys.append(key)
        self._word_starts = _starts((*self._bases, *self._soft))
        self._name_starts = _starts(self._names)

    def key(self, word: str) -> str:
        """What stands for a common word that an editor wrote, and for all its forms."""
        if self._language == "tr":
            return self._bases.get(_turkish_candidates(word)[0], fold(word.rstrip("+")))
        return self._plain_key(word)

    def name_key(self, name: str) -> str:
        """What stands for a name that an editor wrote, and for all its forms."""
        return _without_article(name) if self._language == "ar" else fold(name)

    def word_of(self, token: str) -> str:
        """The key of the word looked for that a token of a text is a form of, the nearest one; empty: none."""
        if self._stem is None:
            return next(self._decided(fold(token)), "")
        if not self._bases:
            return ""
        stem = self._stem(token)
        if stem not in self._bases and self._language == "de" and token[-2:-1] in _VOWELS and token[-1] == "s":
            stem = self._stem(token[:-1])  # Aleppos: the stemmer takes s off after some consonants only
        return stem if stem in self._bases else ""

    def words_of(self, token: str) -> Iterable[str]:
        """The keys of all words looked for that a token is a form of: some are forms of others."""
        return self._decided(fold(token)) if self._stem is None else filter(None, [self.word_of(token)])

    def names_of(self, token: str) -> Iterable[str]:
        """The keys of the names looked for that a token of a text is a form of, the nearest first."""
        if self._language in _DECIDED:
            return self._decided_names(token, fold(token))
        if self._language in _CYRILLIC and token[:1].islower():
            return ()
        return self._cases.get(fold(token), ())

    def stem(self, word: str) -> str:
        """What is compared with the end of a word."""
        return self._stem(word) if self._stem else fold(word)

    def as_written(self, token: str) -> Sequence[str]:
        """What an editor may have written to demand this token, letter by letter."""
        word = bare(token)
        if self._language != "ar" or word[:1] not in _PROCLITIC_LETTERS:
            return (word,)
        found = [word]
        for prefix in _proclitics(word)[1:]:
            rest = word[len(prefix) :]
            found += (rest, f"ال{rest}") if prefix.endswith(("ال", "لل")) else (rest,)
        return found

    def _plain_key(self, word: str) -> str:
        if self._language == "ar":
            return _without_article(word)
        return fold(word) if self._stem is None else self._stem(word)

    def _forms_of_name(self, name: str) -> Iterator[str]:
        if self._language in _CYRILLIC:
            yield from cases_of(bare(name).casefold())
        elif self._language not in _DECIDED:
            yield f"{name}s"
            if self._language == "de" and name.endswith("e"):
                yield from (f"{name}n", f"{name}r")  # Vereinten Nationen

    def _decided(self, folded: str) -> Iterator[str]:
        if folded in self._bases:
            yield self._bases[folded]
        if self._language == "ar":
            yield from self._arabic(folded)
        elif not _starts_so(folded, self._word_starts):
            return
        elif self._language == "fa":
            yield from self._persian(folded)
        elif self._language == "tr":
            yield from self._turkish(folded, self._bases)

    def _decided_names(self, token: str, folded: str) -> Iterator[str]:
        if folded in self._names:
            yield folded
        if self._language == "ar":
            yield from (rest for rest in _behind_proclitics(folded) if rest != folded and rest in self._names)
        elif self._language == "fa":
            if folded.endswith("ي") and folded[-2:-1] in _PERSIAN_VOWELS:
                yield from {folded[:-1]}.intersection(self._names)
        elif token[:1].isupper() and _starts_so(folded, self._name_starts):
            yield from self._turkish(folded, self._names)

    def _arabic(self, folded: str) -> Iterator[str]:
        for rest in _behind_proclitics(folded):
            if rest != folded and rest in self._bases:
                yield rest
            if not _starts_so(rest, self._word_starts):
                continue
            for ending in _ARABIC_ENDINGS if rest.endswith(_ARABIC_ENDINGS) else ():
                if rest.endswith(ending):
                    base = rest[: -len(ending)]
                    feminine = [f"{base}ه"] * ending.startswith("ات") + [f"{base[:-1]}ه"] * base.endswith("ت")
                    plain = [base] * (ending != "ه")  # which may be the feminine's own
                    for word in (*plain, *feminine):  # a ta marbuta goes before -at, and opens before all others
                        if len(word) >= _ENOUGH_LETTERS and word in self._bases:
                            yield word

    def _persian(self, folded: str) -> Iterator[str]:
        for end in range(len(folded) - 1, max(1, len(folded) - _LONGEST_ENDING), -1):
            base = folded[:end]
            if base in self._bases and _PERSIAN_ENDINGS.fullmatch(folded, end):
                yield base
            opened = f"{base}ه"
            if folded.startswith("گان", end) and opened in self._bases and _PERSIAN_ENDINGS.fullmatch(folded, end + 1):
                yield opened

    def _turkish(self, folded: str, known: dict[str, str]) -> Iterator[str]:
        for end in range(len(folded) - 1, max(1, len(folded) - _LONGEST_ENDING), -1):
            base = folded[:end]
            found = known.get(base)
            if found is None and folded[end] in "aeiu" and known is self._bases:
                found = self._soft.get(base)
            if found is not None and _TURKISH_ENDINGS.fullmatch(folded, end):
                yield found


@cache
def _stemmer(language: str) -> Callable[[str], str] | None:
    """What reduces a word as it stands to its stem; None: the language has none."""
    if language == "uk":
        return lru_cache(_REMEMBERED)(lambda word: ukrainian_stem(bare(unicodedata.normalize("NFKC", word)).casefold()))
    if language not in _SNOWBALL:
        return None
    snowball = Stemmer.Stemmer(_SNOWBALL[language], 0).stemWord  # our own cache holds what it says

    @lru_cache(_REMEMBERED)
    def stem(word: str) -> str:
        if word.isascii():
            stem = str(snowball(word.lower()))
            return stem[:-1] if language == "it" and stem[-1:] == "i" else stem  # corridoio is left as corridoi
        lowered = bare(unicodedata.normalize("NFKC", word)).replace("İ", "i").casefold().replace("ё", "е")
        stem = str(snowball(lowered))
        return stem if language == "ru" and "а" <= stem[:1] <= "я" else fold(stem)

    return stem


def _without_article(word: str) -> str:
    plain = bare(word)
    return fold(plain[2:] if plain.startswith("ال") and len(plain) > _ENOUGH_LETTERS else plain)


def _behind_proclitics(folded: str) -> Sequence[str]:
    if folded[:1] not in _PROCLITIC_LETTERS:
        return (folded,)
    return [folded[len(prefix) :] for prefix in _proclitics(folded)]


def _proclitics(word: str) -> list[str]:
    """The proclitics that a word may have, the shortest first, which is none."""
    ends = range(1 + min(len(word), _LONGEST_PROCLITIC))
    return [word[:end] for end in ends if word[:end] in _PROCLITICS]


def _starts(words: Iterable[str]) -> set[str]:
    """How a word with an ending may start."""
    return {start[:_START] for word in words for start in (word, word.removesuffix("ه"))}


def _starts_so(folded: str, starts: set[str]) -> bool:
    """Whether a word may be one of those whose starts are given, with an ending; no one-letter word has any."""
    return folded[:_START] in starts or folded[: _START - 1] in starts


def _turkish_candidates(word: str) -> list[str]:
    """The bases that an editor's word may have: of the head of a compound also those without its possessive ending.

    >>> _turkish_candidates("saldırısı+"), _turkish_candidates("takası+"), _turkish_candidates("ateşkes")
    (['saldirisi', 'saldiri', 'saldiris'], ['takasi', 'taka', 'takas'], ['ateskes'])
    """
    folded = fold(word.rstrip("+"))
    found = [folded]
    if word.endswith("+") and len(folded) > _ENOUGH_LETTERS and folded[-1] in "iu":
        if folded[-4:-1] in ("lar", "ler"):
            found.append(folded[:-4])
        elif folded[-2] == "s" and folded[-3] in _VOWELS:
            found += [folded[:-2], folded[:-1]]
        elif folded[-2] not in _VOWELS:
            hard = {soft: plain for plain, soft in _SOFTENED.items()}.get(folded[-2])
            found += [folded[:-1], *([folded[:-2] + hard] if hard else [])]
    return found


def _turkish_bases(words: Iterable[str]) -> dict[str, str]:
    """Each base of the words, and the key they share."""
    bases: dict[str, str] = {}
    for word in sorted(words, key=lambda word: (len(word), word)):
        candidates = _turkish_candidates(word)
        key = next((bases[base] for base in candidates if base in bases), candidates[0])
        for base in candidates:
            bases.setdefault(base, key)
    return bases
