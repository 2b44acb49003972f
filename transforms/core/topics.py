"""Topics of an article, each with its proof and with how central it is.

Does no I/O. Needs no article record: title, text and language are enough.

Which expressions are looked for:
- a language of the taxonomy: its own, and the unmarked (no `=`) names of places in other languages of its script,
  except those that need company, for it would speak another language;
- any other language, or `und`: those of every language whose script the article uses, Latin ones unstemmed; a single
  word of fewer than five letters that is no place is left out, it may be any word (Turkish *su*, water, Spanish *his*).

What counts as proof: every hit, less those inside an `unless` phrase of the topic, those inside a longer hit of the
same topic, and those that stand aside (`stance`). A topic whose distinct expressions do not weigh .5 together is not
claimed: a doubtful word needs company. `centrality` tells how the score comes about.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

from schemas.cues import CUES, NO_CUES, Cue, Cues, load_cues
from schemas.taxonomy import LANGUAGES, Expression, Taxonomy
from transforms.core.centrality import SUBJECT, Weighed, mass, score
from transforms.core.matching import Found, Matcher, Sought
from transforms.core.records import Evidence, Topic
from transforms.core.stance import SHARE, Stance, Stances, aside_pattern
from transforms.core.vocabulary import Vocabularies, Vocabulary
from transforms.core.wordforms import Words, split_words

__all__ = ["ENOUGH", "MAX_EVIDENCE", "SUBJECT", "Claim", "Proof", "Tagger", "is_lent"]

#: Hits of one topic in one field that are kept, the first ones. No real article has so many, a hostile one may.
MAX_EVIDENCE: Final = 1000

#: What the distinct expressions of a topic must weigh together for it to be claimed.
ENOUGH: Final = 0.5
_SHORT_WORD: Final = 5
_SCRIPTS: Final = {
    "arabic": re.compile(r"[\u0620-\u064a]"),
    "cyrillic": re.compile(r"[\u0400-\u04ff]"),
    "latin": re.compile(r"[A-Za-z\u00c0-\u024f]"),
}
_SCRIPT_OF: Final = dict.fromkeys(LANGUAGES, "latin") | {
    "ar": "arabic", "fa": "arabic", "ru": "cyrillic", "uk": "cyrillic",
}  # fmt: skip
_LATIN: Final = "latin"
_FIELDS: Final[tuple[Literal["title", "text"], ...]] = ("title", "text")


class Proof(NamedTuple):
    """One hit that counts, the expression that made it, and how the article stands to it."""

    evidence: Evidence
    expression: Expression
    stance: Stance


class Claim(NamedTuple):
    """A topic of an article with all that speaks for it."""

    id: str
    score: float
    proofs: tuple[Proof, ...]


class _Rule(NamedTuple):
    """An expression as the tagger uses it."""

    topic: int
    against: bool
    name: bool  #: of a place: lent to other languages
    proper: bool  #: of a place or an organisation: its words with a capital are names
    expression: Expression


class _Hit(NamedTuple):
    """Sorts as proof is read: by field and place, the longer first, then by rank."""

    field: int  #: index in _FIELDS
    start: int
    minus_end: int
    lent: bool  #: the expression is of another language than the article
    rank: int  #: of its rule: those against first, then by weight
    found: Found


class _Finder(NamedTuple):
    """What finds expressions and cues in texts of a language."""

    matcher: Matcher
    ranks: list[int]  #: of the rules, in the order of the matcher's expressions; behind them come the cues
    cues: list[Cue]
    aside: re.Pattern[str] | None


class Tagger:
    """Tags articles by one taxonomy. Picklable; automata are built when a language is first met.

    Args:
        taxonomy: the rules.
        vocabularies: shared with others who look for something in the same texts.
    """

    def __init__(self, taxonomy: Taxonomy, vocabularies: Vocabularies | None = None) -> None:
        self.taxonomy = taxonomy
        rules = [
            _Rule(number, against, topic.kind == "place", topic.kind != "theme", expression)
            for number, topic in enumerate(taxonomy.topics)
            for against, expressions in ((False, topic.expressions), (True, topic.unless))
            for expression in expressions
        ]
        self._rules = sorted(rules, key=lambda rule: (not rule.against, -rule.expression.weight))
        self._finders: dict[tuple[str, bool], _Finder] = {}
        self._vocabularies = Vocabularies(Vocabulary) if vocabularies is None else vocabularies

    def __reduce__(self) -> tuple[type["Tagger"], tuple[Taxonomy]]:
        return Tagger, (self.taxonomy,)

    def tag(self, title: str, text: str, language: str, split: Sequence[Words] = ()) -> tuple[Topic, ...]:
        """Topics by score, highest first, then by id; evidence title first, then by place in the text.

        Args:
            title: as stored.
            text: as stored.
            language: BCP 47 tag or `und`; only the part before the first hyphen counts.
            split: the words of title and text, where they are known.
        """
        return tuple(
            Topic(id=claim.id, score=claim.score, evidence=tuple([proof.evidence for proof in claim.proofs]))
            for claim in self.claims(title, text, language, split)
        )

    def claims(self, title: str, text: str, language: str, split: Sequence[Words] = ()) -> list[Claim]:
        """As `tag`, with the expression behind each evidence and the article's stance to it."""
        spoken = language.partition("-")[0].lower()
        known = spoken in _SCRIPT_OF
        fields = split or (split_words(title), split_words(text))
        hits: dict[int, list[_Hit]] = defaultdict(list)
        cues: list[tuple[Cue, Found]] = []
        aside = None
        for used in [spoken] if known else _languages_in(f"{title}\n{text}"):
            finder = self._finder(used, known=known)
            aside = finder.aside
            for found in finder.matcher.find(*fields):
                if found.rule >= len(finder.ranks):
                    cues.append((finder.cues[found.rule - len(finder.ranks)], found))
                    continue
                rank = finder.ranks[found.rule]
                topic, _, name, _, expression = self._rules[rank]
                if known or name or not _is_short(expression):
                    lent = expression.language != used
                    hits[topic].append(_Hit(found.field, found.start, -found.end, lent, rank, found))
        return self._judged(hits, fields, cues, aside) if hits else []

    def _judged(
        self,
        hits: dict[int, list[_Hit]],
        fields: Sequence[Words],
        cues: Iterable[tuple[Cue, Found]],
        aside: re.Pattern[str] | None,
    ) -> list[Claim]:
        """The topics that are claimed, by score."""
        latest = max((year for words in fields for _, year in words.years), default=0)
        stances = [
            Stances(words, [cued for cued in cues if cued[1].field == field], aside, latest)
            for field, words in enumerate(fields)
        ]
        weighed: list[tuple[float, int, list[tuple[_Hit, Stance]]]] = []
        for topic, found in hits.items():
            deniable = self.taxonomy.topics[topic].kind == "theme"
            proof: list[tuple[_Hit, Stance]] = [
                (hit, stance)
                for hit in self._proof(found)
                if (stance := stances[hit.field].of(hit.found, deniable=deniable)) != "aside"
            ]
            distinct = {(told := self._rules[hit.rank].expression).text: told.weight for hit, _ in proof}
            if sum(distinct.values()) >= ENOUGH:
                counted = [
                    Weighed(not hit.field, hit.found.word, self._rules[hit.rank].expression.weight * SHARE[stance])
                    for hit, stance in proof
                ]
                headless, words = not fields[0].surfaces, len(fields[1].surfaces)
                weighed.append((mass(counted, distinct=len(distinct), words=words, headless=headless), topic, proof))
        greatest = max((own for own, _, _ in weighed), default=0.0)
        claims = [self._claim(topic, score(own, greatest), proof, fields) for own, topic, proof in weighed]
        return sorted(claims, key=lambda claim: (-claim.score, claim.id))

    def _claim(self, topic: int, central: float, proof: list[tuple[_Hit, Stance]], fields: Sequence[Words]) -> Claim:
        proofs = []
        for hit, stance in proof:
            expression = self._rules[hit.rank].expression
            start, end = hit.start, -hit.minus_end
            evidence = Evidence(
                field=_FIELDS[hit.field],
                start=start,
                end=end,
                surface=fields[hit.field].text[start:end],
                language=expression.language,
            )
            proofs.append(Proof(evidence, expression, stance))
        return Claim(self.taxonomy.topics[topic].id, central, tuple(proofs))

    def _finder(self, language: str, *, known: bool) -> _Finder:
        if (language, known) not in self._finders:
            spoken = [one for one in LANGUAGES if _SCRIPT_OF[one] == _LATIN] if language == _LATIN else [language]
            own = [rank for rank, rule in enumerate(self._rules) if rule.expression.language in spoken]
            lent = [
                rank for rank, rule in enumerate(self._rules) if is_lent(rule.expression, language, place=rule.name)
            ]
            ranks = own + lent
            rules = [self._rules[rank] for rank in ranks]
            sought = [Sought(rule.expression, 2 * rule.topic + rule.against, rule.proper) for rule in rules]
            told: Cues = load_cues().get(language, NO_CUES) if known else NO_CUES
            cued = [(cue, expression) for cue in CUES for expression in getattr(told, cue)]
            sought += [Sought(expression, -1 - number) for number, (_, expression) in enumerate(cued)]
            self._finders[language, known] = _Finder(
                Matcher(
                    language,
                    sought,
                    numbers=told.numbers,
                    inflected=known,
                    vocabulary=self._vocabularies[language, known],
                ),
                ranks,
                [cue for cue, _ in cued],
                aside_pattern(told.aside),
            )
        return self._finders[language, known]

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


def _languages_in(content: str) -> list[str]:
    """The languages that a text may be of by its letters; all that are written in Latin ones are taken as one."""
    scripts = {script for script, letter in _SCRIPTS.items() if letter.search(content)}
    others = [language for language in LANGUAGES if _SCRIPT_OF[language] in scripts - {_LATIN}]
    return [_LATIN, *others] if _LATIN in scripts else others


def is_lent(expression: Expression, language: str, *, place: bool) -> bool:
    """Whether an expression, of a place or not, is looked for in texts of another language than its own."""
    if not place or expression.language == language or _SCRIPT_OF[expression.language] != _SCRIPT_OF.get(language):
        return False
    return "=" not in expression.text and expression.company is None


def _is_short(expression: Expression) -> bool:
    return " " not in expression.text and len(expression.text.lstrip("=")) < _SHORT_WORD
