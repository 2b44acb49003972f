"""Topics of an article, each with its proof and with how central it is.

Does no I/O. Needs no article record: title, text and language are enough.

Which expressions are looked for:
- a language of the taxonomy: its own, and the unmarked (no `=`) names of places in other languages of its script;
- any other language, or `und`: those of every language whose script the article uses; a single word of fewer than five
  letters that is no place is left out there, it may be any word (Turkish *su*, water, is Spanish *su*, his).

What counts as proof: every hit, less those inside an `unless` phrase of the topic and those inside a longer hit of the
same topic. A topic whose distinct expressions do not weigh .5 together is not claimed: a doubtful word needs company.

How central: score = 1 - exp(-mass), with weights w of the expressions, and
    mass = .80 x best w in the title
         + .45 x best w in the lead (first 60 words of the text)
         + .25 x ln(1 + n), n = sum of w in the text, per 500 words where the text is longer
         + .08 x (distinct expressions beyond the first, at most 4)
so each further hit of the same article can only raise it. From .5 on (mass .69) the topic is a subject of the article:
a title alone suffices (.55), so does a lead with one more mention (.51); one mention further down is .16.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from schemas.taxonomy import LANGUAGES, Expression, Taxonomy
from transforms.core.matching import Matcher
from transforms.core.records import Evidence, Topic
from transforms.core.wordforms import split_words

#: From here on a topic is a subject of the article; below, it is mentioned.
SUBJECT: Final = 0.5
#: Hits of one topic in one field that are kept, the first ones. No real article has so many, a hostile one may.
MAX_EVIDENCE: Final = 1000

_ENOUGH: Final = 0.5
_LEAD_WORDS: Final = 60
_USUAL_WORDS: Final = 500
_MANY_EXPRESSIONS: Final = 4
_SHORT_WORD: Final = 5
_SCRIPTS: Final = {
    "arabic": re.compile(r"[\u0620-\u064a]"),
    "cyrillic": re.compile(r"[\u0400-\u04ff]"),
    "latin": re.compile(r"[A-Za-z\u00c0-\u024f]"),
}
_SCRIPT_OF: Final = {language: {"ar": "arabic", "ru": "cyrillic"}.get(language, "latin") for language in LANGUAGES}
_FIELDS: Final[tuple[Literal["title", "text"], ...]] = ("title", "text")


@dataclass(frozen=True, slots=True)
class _Rule:
    """An expression as the tagger uses it."""

    topic: int
    against: bool
    name: bool  #: of a place
    expression: Expression


@dataclass(frozen=True, slots=True)
class _Hit:
    rule: _Rule
    field: Literal["title", "text"]
    start: int
    end: int
    word: int  #: number of its first word in the field
    lent: bool  #: the expression is of another language than the article


class Tagger:
    """Tags articles by one taxonomy. Picklable; automata are built when a language is first met."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self._rules = [
            _Rule(number, against, topic.kind == "place", expression)
            for number, topic in enumerate(taxonomy.topics)
            for against, expressions in ((False, topic.expressions), (True, topic.unless))
            for expression in expressions
        ]
        self._matchers: dict[str, tuple[Matcher, list[_Rule]]] = {}

    def __reduce__(self) -> tuple[type["Tagger"], tuple[Taxonomy]]:
        return Tagger, (self.taxonomy,)

    def tag(self, title: str, text: str, language: str) -> tuple[Topic, ...]:
        """Topics by score, highest first, then by id; evidence title first, then by place in the text.

        Args:
            title: as stored.
            text: as stored.
            language: BCP 47 tag or `und`; only the part before the first hyphen counts.
        """
        spoken = language.partition("-")[0].lower()
        known = spoken in _SCRIPT_OF
        hits: dict[int, list[_Hit]] = defaultdict(list)
        words = 0
        for field, content in zip(_FIELDS, (title, text), strict=True):
            split = split_words(content)
            words = len(split.surfaces)
            for used in (spoken,) if known else _languages_in(content):
                matcher, rules = self._matcher(used)
                for found in matcher.find(content, split):
                    rule = rules[found.rule]
                    if known or rule.name or not _is_short(rule.expression):
                        lent = rule.expression.language != spoken
                        hits[rule.topic].append(_Hit(rule, field, found.start, found.end, found.word, lent))
        topics = (self._claim(number, content, title, text, words) for number, content in hits.items())
        return tuple(sorted(filter(None, topics), key=lambda topic: (-topic.score, topic.id)))

    def _matcher(self, language: str) -> tuple[Matcher, list[_Rule]]:
        if language not in self._matchers:
            rules = [rule for rule in self._rules if rule.expression.language == language or _is_lent(rule, language)]
            self._matchers[language] = Matcher(language, [rule.expression for rule in rules]), rules
        return self._matchers[language]

    def _claim(self, number: int, hits: list[_Hit], title: str, text: str, words: int) -> Topic | None:
        proof = _proof(hits)
        if sum({hit.rule.expression.text: hit.rule.expression.weight for hit in proof}.values()) < _ENOUGH:
            return None
        contents = {"title": title, "text": text}
        return Topic(
            id=self.taxonomy.topics[number].id,
            score=_score(proof, words),
            evidence=tuple(
                Evidence(
                    field=hit.field,
                    start=hit.start,
                    end=hit.end,
                    surface=contents[hit.field][hit.start : hit.end],
                    language=hit.rule.expression.language,
                )
                for hit in proof
            ),
        )


def _languages_in(content: str) -> tuple[str, ...]:
    scripts = {script for script, letter in _SCRIPTS.items() if letter.search(content)}
    return tuple(language for language in LANGUAGES if _SCRIPT_OF[language] in scripts)


def _is_lent(rule: _Rule, language: str) -> bool:
    expression = rule.expression
    return rule.name and _SCRIPT_OF[expression.language] == _SCRIPT_OF[language] and "=" not in expression.text


def _is_short(expression: Expression) -> bool:
    return " " not in expression.text and len(expression.text.lstrip("=")) < _SHORT_WORD


def _proof(hits: Iterable[_Hit]) -> list[_Hit]:
    """The hits that count, in order: none inside an `unless` or a longer one; one per place, that of most weight."""

    def order(hit: _Hit) -> tuple[int, int, int, bool, float, bool, int, str]:
        told = hit.rule.expression
        place = (_FIELDS.index(hit.field), hit.start, -hit.end)
        return *place, not hit.rule.against, -told.weight, hit.lent, LANGUAGES.index(told.language), told.text

    kept: list[_Hit] = []
    covered: dict[str, int] = {}  # per field: starts ascend, so a hit that ends before this lies inside an earlier one
    counts: dict[str, int] = defaultdict(int)
    for hit in sorted(hits, key=order):
        if hit.end <= covered.get(hit.field, -1):
            continue
        covered[hit.field] = hit.end
        if not hit.rule.against and counts[hit.field] < MAX_EVIDENCE:
            counts[hit.field] += 1
            kept.append(hit)
    return kept


def _score(proof: list[_Hit], words: int) -> float:
    """How central, 0-1, to three decimals; see the head of the module."""
    titled = max((hit.rule.expression.weight for hit in proof if hit.field == "title"), default=0.0)
    body = [hit for hit in proof if hit.field == "text"]
    led = max((hit.rule.expression.weight for hit in body if hit.word < _LEAD_WORDS), default=0.0)
    often = sum(hit.rule.expression.weight for hit in body) / max(1.0, words / _USUAL_WORDS)
    further = min(len({hit.rule.expression.text for hit in proof}) - 1, _MANY_EXPRESSIONS)
    return round(1 - math.exp(-(0.80 * titled + 0.45 * led + 0.25 * math.log1p(often) + 0.08 * further)), 3)
