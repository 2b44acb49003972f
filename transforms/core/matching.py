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
from transforms.core.vocabulary import Vocabulary
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
#: Tokens passed over: Persian plural marks that a writer sets apart.
_PASSED_OVER: Final = {"fa": frozenset({"ها", "های", "هایی"})}


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
    phrases: frozenset[int]  #: those needed to put other expressions together


#: The spellings of a phrase, whether it belongs to a name, and whether it is of another language than the text.
_Phrase = tuple[tuple[str, ...], bool, bool]


class Matcher:
    """All given expressions, to be found in texts of one language.

    Args:
        language: of the texts; decides how words are inflected.
        sought: expressions of whatever language; all words of those of another are names.
        numbers: words that say a number.
        inflected: whether texts are surely of that language; if not, all Latin words are names.
        vocabulary: of such texts, shared with others who look for something in them; None: one of its own.
    """

    def __init__(
        self,
        language: str,
        sought: Sequence[Sought],
        *,
        numbers: Collection[str] = (),
        inflected: bool = True,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        self._language = language
        self._unicase = language in _UNICASE
        self._latin = not self._unicase and language not in _CYRILLIC
        self._rigid = self._latin and not inflected
        self._owners = [one.owner for one in sought]
        phrases: dict[_Phrase, int] = {}
        self._plans = [self._plan(one, phrases) for one in sought]
        self._simple: dict[int, list[int]] = {}  # phrase -> the expressions that it is
        self._compound: dict[int, list[int]] = {}  # phrase -> the expressions that begin with it and need others
        for rule, plan in enumerate(self._plans):
            (self._simple if plan.simple else self._compound).setdefault(plan.pieces[0], []).append(rule)
        compound = [plan for plan in self._plans if not plan.simple]
        self._needed = frozenset(number for plan in compound for number in plan.phrases)
        lexicon, strings = self._coded([tuple(self._readings(*phrase)) for phrase in phrases], numbers)
        self._vocabulary = Vocabulary() if vocabulary is None else vocabulary
        self._lexicon = self._vocabulary.enter(lexicon)
        self._strings = list(strings.values())
        self._groups: dict[int, list[_Group]] = {}  # of the strings met so far
        self._automaton = AhoCorasick(list(strings), matchkind=MatchKind.Standard, store_patterns=False)

    def find(self, *texts: Words | str) -> list[Found]:
        """Every expression in the texts, which are one article's: title, text. Nested ones too; in no order.

        Args:
            texts: any strings, or their words where they are known already.
        """
        fields = [split_words(text) if isinstance(text, str) else text for text in texts]
        matches = [self._matches(words) for words in fields]
        groups = [
            (index, group)
            for index in dict.fromkeys([index for one in matches for index, _, _ in one])
            for group in self._groups.get(index) or self._grouped(index)
        ]
        compound = self._possible(set().union(*[group.phrases for _, group in groups]))
        asked = {number for rule in compound for number in self._plans[rule].phrases}
        told = [(index, group) for index, group in groups if group.rules or not asked.isdisjoint(group.phrases)]
        found: list[Found] = []
        kept: dict[int, list[Hit]] = {}
        for group, hits in self._said(told, matches, fields):
            for field, first, last in hits if group.rules else ():
                start, end = fields[field].span(first, last)
                found += [Found(rule, field, start, end, first, last) for rule in group.rules]
            for number in asked.intersection(group.phrases):
                kept.setdefault(number, []).extend(hits)
        found += self._put_together(compound, kept, fields)
        return found

    def _matches(self, words: Words) -> list[tuple[int, int, int]]:
        """The strings in a text, joined or not: number of the string, of its first word, of the word behind it."""
        coded, places = self._as_codes(words)
        matches: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(coded, overlapping=True)
        if places:
            return [(index, places[begin], places[end - 1] + 1) for index, begin, end in matches]
        return matches

    def _said(
        self, told: list[tuple[int, _Group]], matches: list[list[tuple[int, int, int]]], fields: Sequence[Words]
    ) -> Iterator[tuple[_Group, list[Hit]]]:
        """What the texts say by some of the strings in them, and where."""
        said: dict[int, list[Hit]] = {index: [] for index, _ in told}
        for field, (words, one) in enumerate(zip(fields, matches, strict=True)):
            for index, first, behind in one:
                if index in said and (behind - first == 1 or _joined(words, first, behind - 1)):
                    said[index].append((field, first, behind - 1))
        shouted: set[int] | None = None
        for index, group in told:
            hits = said[index]
            if group.acronym:
                if shouted is None:
                    shouted = {field for field, words in enumerate(fields) if words.text.isupper()}
                hits = [hit for hit in hits if hit[0] not in shouted]
            if hits:
                yield group, hits

    def _as_codes(self, words: Words) -> tuple[str, list[int] | None]:
        """A character per word, and the numbers of the words where some are passed over."""
        coded = self._vocabulary.read(words, self._lexicon)
        passed = _PASSED_OVER.get(self._language)
        if passed and not passed.isdisjoint(words.surfaces):
            places = [number for number, word in enumerate(words.surfaces) if word not in passed]
            return "".join([coded[number] for number in places]), places
        return coded, None

    def _possible(self, there: set[int]) -> list[int]:
        """The expressions with gaps or company that the phrases in a text do not rule out."""
        return [
            rule
            for number in there.intersection(self._compound)
            for rule in self._compound[number]
            if there.issuperset(self._plans[rule].pieces) and not self._plans[rule].lonely(there)
        ]

    def _put_together(self, rules: list[int], kept: dict[int, list[Hit]], fields: Sequence[Words]) -> Iterator[Found]:
        """Some of the expressions that have gaps or company, given where their phrases stand."""
        for hits in kept.values():
            hits.sort()
        for rule in rules:
            for field, first, last in assembled(self._plans[rule], kept, fields):
                yield Found(rule, field, *fields[field].span(first, last), first, last)

    def _grouped(self, index: int) -> list[_Group]:
        """What a string says, first without what its acronyms say; one expression of each owner."""
        owners: set[int] = set()
        groups = self._groups[index] = []
        for acronym in (0, 1):
            numbers = sorted({ticket // 2 for ticket in self._strings[index] if ticket % 2 == acronym})
            rules = []
            for rule in sorted(rule for number in numbers for rule in self._simple.get(number, ())):
                if self._owners[rule] not in owners:
                    owners.add(self._owners[rule])
                    rules.append(rule)
            if numbers:
                groups.append(_Group(bool(acronym), tuple(rules), self._needed.intersection(numbers)))
        return groups

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
    ) -> tuple[Lexicon, dict[str, list[int]]]:
        """The characters of words; per string of them twice the number of each phrase it is, and 1 if by an acronym."""
        words = {word for ways in readings for way in ways for word in way}
        lexicon = Lexicon(self._language, words, numbers)
        codes_of = {word: lexicon.of_word(word) for word in words}
        acronyms = {word for word in words if word.kind == "=" and len(written(word.text)) == 1}
        strings: dict[str, list[int]] = {}
        for number, ways in enumerate(readings):
            for way in ways:
                ticket = 2 * number + (not acronyms.isdisjoint(way))
                for string in map("".join, product(*[codes_of[word] for word in way])):
                    strings.setdefault(string, []).append(ticket)
        return lexicon, strings

    def _readings(self, spellings: tuple[str, ...], name: bool, foreign: bool) -> Iterator[tuple[Word, ...]]:
        """The ways to write a phrase."""
        for spelling in spellings:
            proper = name and (self._language != "de" or not any(word[0].islower() for word in spelling.split()))
            for way in _ways(spelling, self._language):
                words = [self._word(word, marked=marked, proper=proper, foreign=foreign) for word, marked in way]
                if self._language == "tr" and len(words) > 1 and words[-1].kind == "word":  # the head of a compound
                    words[-1] = Word("word", f"{words[-1].text}+")
                yield tuple(words)

    def _word(self, word: str, *, marked: bool, proper: bool, foreign: bool) -> Word:
        """What one word of an expression asks for."""
        if word == NUMBER:
            return Word("number", word)
        if marked:
            return Word("=", bare(word))
        if "~" in word:
            return Word("begins" if word.endswith("~") else "ends", word.strip("~"))
        capital = self._unicase or word[0].isupper()
        rigid = self._rigid or (foreign and self._latin) or (capital and self._language in _RIGID)
        if rigid or (proper and capital):
            return Word("name", word)
        return Word("word", word)


def _joined(words: Words, first: int, last: int) -> bool:
    """Whether nothing stands between the words that divides them."""
    text = words.text
    for number in range(first, last):
        end, following = words.ends[number], words.start(number + 1)
        if text[end:following] == " " or _JOINT.fullmatch(text, end, following):
            continue
        if not _STOP.fullmatch(text, end, following) or not _INITIALS.fullmatch(text, words.start(number), end):
            return False
    return True


def _ways(spelling: str, language: str) -> Iterator[list[tuple[str, bool]]]:
    """The ways to write a spelling, each a list of (word, as written).

    >>> list(_ways("=cease-fire now", "en"))
    [[('cease', True), ('fire', True), ('now', False)], [('ceasefire', True), ('now', False)]]
    """
    if spelling.replace(" ", "").isalpha():
        yield [(word, False) for word in spelling.split()]
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
        yield [word for way in choice for word in way]
