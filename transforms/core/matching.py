"""Finds an editor's expressions in a text, whatever form their words have there, with exact offsets.

Does no I/O. How an expression is written is told in `schemas.expressions`. Each word of a text becomes one character
(`lexicon`), and an Aho-Corasick automaton over these characters finds all phrases in one pass, the nested ones too. A
word looked for is

- `=word`: a token written so. Its capitals are capitals (`=Hama` is not Hamas, `=Turkey` no turkey, `=UN` not the
  French *un*); a small word may have one at the beginning, or nothing else. Arabic words keep their proclitics. In a
  text without any small letter capitals prove nothing: there a `=` word of capitals only does not match.
- a name: a token that is one of its forms (`inflection`). Names are the words with a capital of English, French,
  Spanish and Italian (*Siria* has the stem of *Siri*); those of expressions of another language; and of places and
  organisations the words with a capital, in German only where all words of the phrase have one. Scripts
  without capitals write every word of a place or organisation as if it had one.
- any other word: a token that is one of its forms.
- `word~`, `~word`: a token that begins or ends so.
- `<number>`: digits, or a word that says a number.

A phrase counts if no sentence or list mark stands between its words ("... a siege. Fire ..." is no *siege fire*). A
hyphen, apostrophe or full stop inside a chunk of an expression may be missing in the text: `cease-fire` matches
ceasefire and cease fire. Gaps and company are judged by `assembly`.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from schemas.expressions import NUMBER, Expression, pieces
from transforms.core.assembly import Hit, Plan, assembled
from transforms.core.lexicon import Lexicon, Word, written
from transforms.core.wordforms import Words, bare, split_words

#: What may stand between two words of an expression: white space without a blank line, hyphens, apostrophes, quotes.
_JOINT: Final = re.compile(
    r"[^\S\n]*\n?[^\S\n]*"
    r"|[ \u00a0]?[-_/'\"`´«»„“”‘’‚‹›‐‑‒–־\u00a0\u200b-\u200f\u2066-\u2069\ufeff]{1,3}[ \u00a0]?"
)
#: After initials also a full stop: U.N. Security Council, EE. UU.
_STOP: Final = re.compile(r"\.[^\S\n]?")
_INITIALS: Final = re.compile(r"\w|([A-ZÀ-ÖØ-Þ])\1")
#: Languages in which any word with a capital is a name.
_RIGID: Final = frozenset({"en", "fr", "es", "it"})
#: Languages whose script has no capitals.
_UNICASE: Final = frozenset({"ar", "fa"})
_CYRILLIC: Final = frozenset({"ru", "uk"})
#: Plural marks that a Persian writer sets apart.
_PERSIAN_PLURALS: Final = ("ها", "های")


class Sought(NamedTuple):
    """An expression to look for."""

    expression: Expression
    owner: int  #: whom it speaks for; of one owner's expressions that come to the same, the first is found
    name: bool = False  #: of a place or an organisation


class Found(NamedTuple):
    """An expression in a text: `text[start:end]` are its words."""

    rule: int  #: index among those sought
    field: int  #: index of the text
    start: int
    end: int
    word: int  #: number of the first word, from 0
    last: int  #: of the last


class _Group(NamedTuple):
    """What a string of characters says."""

    acronym: bool  #: by a word that is demanded in capitals only
    rules: tuple[int, ...]
    phrases: tuple[int, ...]  #: those needed to put other expressions together


#: The spellings of a phrase, whether it belongs to a name, and whether it is of another language than the text.
_Phrase = tuple[tuple[str, ...], bool, bool]


class Matcher:
    """All given expressions, to be found in texts of one language.

    Args:
        language: of the texts; decides how words are inflected.
        sought: expressions of whatever language; all words of those of another are names.
        numbers: words that say a number.
        inflected: whether texts are surely of that language; if not, all Latin words are names.
    """

    def __init__(
        self, language: str, sought: Sequence[Sought], *, numbers: Collection[str] = (), inflected: bool = True
    ) -> None:
        self._language = language
        self._inflected = inflected
        phrases: dict[_Phrase, int] = {}
        self._plans = [self._plan(one, phrases) for one in sought]
        self._compound: dict[int, list[int]] = {}  # number of a first piece -> the expressions that begin with it
        for rule, plan in enumerate(self._plans):
            if not plan.simple:
                self._compound.setdefault(plan.pieces[0], []).append(rule)
        self._lexicon, strings = self._coded([tuple(self._readings(*phrase)) for phrase in phrases], numbers)
        self._groups = self._grouped(strings, sought)
        self._automaton = AhoCorasick(list(strings), matchkind=MatchKind.Standard, store_patterns=False)

    def find(self, *texts: Words | str) -> list[Found]:
        """Every expression in the texts, which are one article's: title, text. Nested and overlapping ones too.

        Args:
            texts: any strings, or their words where they are known already.
        """
        fields = [split_words(text) if isinstance(text, str) else text for text in texts]
        found: list[Found] = []
        kept: dict[int, list[Hit]] = {}
        for field, words in enumerate(fields):
            edges = words.edges
            for group, first, end in self._groups_in(words):
                if group.rules:
                    start, stop = edges[2 * first], edges[2 * end - 1]
                    found += [Found(rule, field, start, stop, first, end - 1) for rule in group.rules]
                for number in group.phrases:
                    kept.setdefault(number, []).append(Hit(field, first, end - 1))
        for number in kept:
            for rule in self._compound.get(number, ()):
                for field, first, last in assembled(self._plans[rule], kept, fields):
                    found.append(Found(rule, field, *fields[field].span(first, last), first, last))
        return found

    def _groups_in(self, words: Words) -> Iterator[tuple[_Group, int, int]]:
        """What is said in a text, by the words from one number to before another."""
        coded = "".join([self._lexicon[word] for word in words.surfaces])
        shouted: bool | None = None
        for index, first, end in self._automaton.find_matches_as_indexes(coded, overlapping=True):
            if end - first > 1 and not _joined(words, first, end - 1):
                continue
            for group in self._groups[index]:
                if group.acronym:
                    shouted = words.text.isupper() if shouted is None else shouted
                    if shouted:
                        continue
                yield group, first, end

    def _plan(self, sought: Sought, phrases: dict[_Phrase, int]) -> Plan:
        """How the expression is put together; enters its phrases where they are new."""
        told = sought.expression
        foreign = told.language != self._language

        def number(spellings: tuple[str, ...], name: bool = sought.name) -> int:
            return phrases.setdefault((spellings, name, foreign), len(phrases))

        parts, company = told.pieces(), told.company
        return Plan(
            pieces=tuple([number(piece.spellings) for piece in parts]),
            gaps=tuple([piece.gap for piece in parts]),
            company=company,
            wanted=tuple(number(pieces(word)[0].spellings, False) for word in company.wanted) if company else (),
            barred=tuple(number(pieces(word)[0].spellings, False) for word in company.barred) if company else (),
        )

    def _coded(
        self, readings: list[tuple[tuple[Word, ...], ...]], numbers: Collection[str]
    ) -> tuple[Lexicon, dict[str, set[tuple[bool, int]]]]:
        """The characters of words, and per string of them the phrases that it is: whether by an acronym, and number."""
        words = {word for ways in readings for way in ways for word in way}
        lexicon = Lexicon(self._language, words, numbers)
        codes_of = {word: lexicon.of_word(word) for word in words}
        strings: dict[str, set[tuple[bool, int]]] = {}
        for number, ways in enumerate(readings):
            for way in ways:
                acronym = any(word.kind == "=" and len(written(word.text)) == 1 for word in way)
                for string in product(*[codes_of[word] for word in way]):
                    strings.setdefault("".join(string), set()).add((acronym, number))
        return lexicon, strings

    def _grouped(self, strings: dict[str, set[tuple[bool, int]]], sought: Sequence[Sought]) -> list[list[_Group]]:
        """What each string says, first without what its acronyms say."""
        simple: dict[int, list[int]] = {}
        kept: set[int] = set()
        for rule, plan in enumerate(self._plans):
            if plan.simple:
                simple.setdefault(plan.pieces[0], []).append(rule)
            else:
                kept.update(plan.pieces, plan.wanted, plan.barred)
        groups: list[list[_Group]] = []
        for phrases in strings.values():
            owners: set[int] = set()
            group: list[_Group] = []
            for acronym in (False, True):
                numbers = [number for shy, number in phrases if shy == acronym]
                rules = []
                for rule in sorted(rule for number in numbers for rule in simple.get(number, ())):
                    if sought[rule].owner not in owners:
                        owners.add(sought[rule].owner)
                        rules.append(rule)
                if numbers:
                    group.append(_Group(acronym, tuple(rules), tuple(n for n in numbers if n in kept)))
            groups.append(group)
        return groups

    def _readings(self, spellings: tuple[str, ...], name: bool, foreign: bool) -> Iterator[tuple[Word, ...]]:
        """The ways to write a phrase."""
        for spelling in spellings:
            proper = name and (self._language != "de" or not any(word[0].islower() for word in spelling.split()))
            for way in _ways(spelling, self._language):
                yield tuple(
                    self._word(word, marked=marked, proper=proper, foreign=foreign, head=number == len(way) - 1 > 0)
                    for number, (word, marked) in enumerate(way)
                )

    def _word(self, word: str, *, marked: bool, proper: bool, foreign: bool, head: bool) -> Word:
        """What one word of an expression asks for."""
        if word == NUMBER:
            return Word("number", word)
        if marked:
            return Word("=", bare(word))
        if "~" in word:
            return Word("begins" if word.endswith("~") else "ends", word.strip("~"))
        capital = self._language in _UNICASE or word[0].isupper()
        latin = self._language not in _UNICASE and self._language not in _CYRILLIC
        rigid = (latin and (foreign or not self._inflected)) or (capital and self._language in _RIGID)
        if rigid or (proper and capital):
            return Word("name", word)
        return Word("word", f"{word}+" if head and self._language == "tr" else word)


def _joined(words: Words, first: int, last: int) -> bool:
    """Whether nothing stands between the words that divides them."""
    text, edges = words.text, words.edges
    for number in range(first, last):
        start, end, following = edges[2 * number : 2 * number + 3]
        if text[end:following] == " " or _JOINT.fullmatch(text, end, following):
            continue
        if not _STOP.fullmatch(text, end, following) or not _INITIALS.fullmatch(text, start, end):
            return False
    return True


def _ways(spelling: str, language: str) -> Iterator[list[tuple[str, bool]]]:
    """The ways to write a spelling, each a list of (word, as written).

    >>> list(_ways("=cease-fire now", "en"))
    [[('cease', True), ('fire', True), ('now', False)], [('ceasefire', True), ('now', False)]]
    """
    if spelling.isalpha():
        yield [(spelling, False)]
        return
    chunks: list[list[list[tuple[str, bool]]]] = []
    for chunk in spelling.split():
        if chunk.isalpha():
            chunks.append([[(chunk, False)]])
            continue
        marked = chunk.startswith("=")
        if chunk == NUMBER:
            chunks.append([[(chunk, False)]])
            continue
        words = split_words(chunk.replace("\u200c", " ") if language == "fa" else chunk).surfaces
        if words and "~" in chunk:
            words[0] = f"{'~' * chunk.startswith('~')}{words[0]}"
            words[-1] = f"{words[-1]}{'~' * chunk.endswith('~')}"
        ways = [[(word, marked) for word in words]]
        if len(words) > 1:
            ways.append([("".join(words), marked)])
        chunks.append(ways)
    for choice in product(*chunks):
        words_of = [word for way in choice for word in way]
        yield words_of
        if language == "fa" and len(words_of) > 1:
            yield from ([words_of[0], (plural, False), *words_of[1:]] for plural in _PERSIAN_PLURALS)
