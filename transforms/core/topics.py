"""Topics of an article, each with its proof and with how central it is.

Does no I/O. Needs no article record: title, text and language are enough.

Which expressions are looked for:
- a language of the taxonomy: its own, and the unmarked (no `=`) names of places in other languages of its script;
- any other language, or `und`: those of every language whose script the article uses, Latin ones unstemmed; a single
  word of fewer than five letters that is no place is left out, it may be any word (Turkish *su*, water, Spanish *his*).

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
from typing import Final, Literal, NamedTuple

from schemas.taxonomy import LANGUAGES, Expression, Taxonomy
from transforms.core.matching import Matcher, Sought
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
_SCRIPT_OF: Final = dict.fromkeys(LANGUAGES, "latin") | {
    "ar": "arabic", "fa": "arabic", "ru": "cyrillic", "uk": "cyrillic",
}  # fmt: skip
_FIELDS: Final[tuple[Literal["title", "text"], ...]] = ("title", "text")


class _Rule(NamedTuple):
    """An expression as the tagger uses it."""

    topic: int
    against: bool
    name: bool  #: of a place
    expression: Expression


class _Hit(NamedTuple):
    """Sorts as proof is read: by field and place, the longer first, then by rank."""

    field: int  #: index in _FIELDS
    start: int
    minus_end: int
    lent: bool  #: the expression is of another language than the article
    rank: int  #: of its rule: those against first, then by weight
    word: int  #: number of its first word in the field


class Tagger:
    """Tags articles by one taxonomy. Picklable; automata are built when a language is first met."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        rules = [
            _Rule(number, against, topic.kind != "theme", expression)
            for number, topic in enumerate(taxonomy.topics)
            for against, expressions in ((False, topic.expressions), (True, topic.unless))
            for expression in expressions
        ]
        self._rules = sorted(rules, key=lambda rule: (not rule.against, -rule.expression.weight))
        self._matchers: dict[tuple[str, bool], tuple[Matcher, list[int]]] = {}

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
        contents = (title, text)
        hits: dict[int, list[_Hit]] = defaultdict(list)
        split = [split_words(content) for content in contents]
        words = len(split[1].surfaces)
        for used in (spoken,) if known else _languages_in("\n".join(contents)):
            matcher, ranks = self._matcher(used, known=known)
            for number, field, start, end, word in matcher.find(*split):
                rank = ranks[number]
                topic, _, name, expression = self._rules[rank]
                if known or name or not _is_short(expression):
                    hits[topic].append(_Hit(field, start, -end, expression.language != used, rank, word))
        topics = (self._claim(topic, found, contents, words) for topic, found in hits.items())
        return tuple(sorted(filter(None, topics), key=lambda topic: (-topic.score, topic.id)))

    def _matcher(self, language: str, *, known: bool) -> tuple[Matcher, list[int]]:
        """What finds expressions in texts of a language, and the rank of each of its rules."""
        if (language, known) not in self._matchers:
            own = [rank for rank, rule in enumerate(self._rules) if rule.expression.language == language]
            lent = [rank for rank, rule in enumerate(self._rules) if _is_lent(rule, language)]
            rules = [self._rules[rank] for rank in own + lent]
            sought = [Sought(rule.expression, 2 * rule.topic + rule.against, rule.name) for rule in rules]
            matcher = Matcher(language, sought, inflected=known)
            self._matchers[language, known] = matcher, own + lent
        return self._matchers[language, known]

    def _claim(self, number: int, hits: list[_Hit], contents: tuple[str, str], words: int) -> Topic | None:
        proof = self._proof(hits)
        expressions = [self._rules[hit.rank].expression for hit in proof]
        distinct = {expression.text: expression.weight for expression in expressions}
        if sum(distinct.values()) < _ENOUGH:
            return None
        weighed = [(hit, expression.weight) for hit, expression in zip(proof, expressions, strict=True)]
        return Topic(
            id=self.taxonomy.topics[number].id,
            score=_score(weighed, len(distinct), words),
            evidence=tuple(
                Evidence(
                    field=_FIELDS[hit.field],
                    start=hit.start,
                    end=-hit.minus_end,
                    surface=contents[hit.field][hit.start : -hit.minus_end],
                    language=expression.language,
                )
                for hit, expression in zip(proof, expressions, strict=True)
            ),
        )

    def _proof(self, hits: list[_Hit]) -> list[_Hit]:
        """The hits that count, in order: none inside an `unless` or a longer one, one per place."""
        kept: list[_Hit] = []
        counts = [0, 0]
        covered = [-1, -1]  # per field: starts ascend, so a hit that ends before this lies inside an earlier one
        for hit in sorted(hits):
            field, end = hit.field, -hit.minus_end
            if end <= covered[field]:
                continue
            covered[field] = end
            if not self._rules[hit.rank].against and counts[field] < MAX_EVIDENCE:
                counts[field] += 1
                kept.append(hit)
        return kept


def _languages_in(content: str) -> tuple[str, ...]:
    scripts = {script for script, letter in _SCRIPTS.items() if letter.search(content)}
    return tuple(language for language in LANGUAGES if _SCRIPT_OF[language] in scripts)


def _is_lent(rule: _Rule, language: str) -> bool:
    told = rule.expression
    same_script = _SCRIPT_OF[told.language] == _SCRIPT_OF[language]
    return rule.name and same_script and told.language != language and "=" not in told.text


def _is_short(expression: Expression) -> bool:
    return " " not in expression.text and len(expression.text.lstrip("=")) < _SHORT_WORD


def _score(proof: list[tuple[_Hit, float]], distinct: int, words: int) -> float:
    """How central, 0-1, to three decimals; see the head of the module. `proof` holds hits and their weights."""
    titled = led = often = 0.0
    for hit, weight in proof:
        if hit.field == 0:
            titled = max(titled, weight)
        else:
            often += weight
            if hit.word < _LEAD_WORDS:
                led = max(led, weight)
    often /= max(1.0, words / _USUAL_WORDS)
    further = min(distinct - 1, _MANY_EXPRESSIONS)
    return round(1 - math.exp(-(0.80 * titled + 0.45 * led + 0.25 * math.log1p(often) + 0.08 * further)), 3)
