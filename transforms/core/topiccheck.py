"""What a taxonomy that can be read still gets wrong: rules that match nothing, say nothing new, speak for two topics.

Does no I/O. Each expression is put to the test on itself, in each of its spellings and with the company it wants: what
the tagger would find there tells what is wrong with it.

- unreachable: it does not find itself (a comma between its words, company that it wants and forbids, ...), or lies
  inside an `unless` of its own topic;
- shadowed: another expression of its topic finds the same words in every spelling and weighs no less;
- ambiguous: an expression of another topic finds the same words; both are sure (weight .5 or more), neither asks for
  company, and neither topic is part of the other;
- idle: an `unless` inside which no expression of its topic can stand; not asked where some of these have gaps or
  company, for what they need is not there;
- silent: the expressions of a topic in a language do not weigh .5 together.
"""

from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Final, Literal, NamedTuple

from schemas.cues import NO_CUES, load_cues
from schemas.expressions import NUMBER, Expression, pieces
from schemas.taxonomy import LANGUAGES, Taxonomy, TopicRule
from transforms.core.matching import Found, Matcher, Sought
from transforms.core.topics import ENOUGH, is_lent

Kind = Literal["unreachable", "shadowed", "ambiguous", "idle", "silent"]
#: Where a node of the taxonomy stands: keys and indexes from the top.
Path = tuple[str | int, ...]

_MANY_SAMPLES: Final = 300
#: Expressions of a theme below which a language is thin, and the share of what the topic's best language has.
_FEW: Final = 3
_SMALL_SHARE: Final = 0.25


class Finding(NamedTuple):
    """One thing that is wrong."""

    path: Path
    kind: Kind
    message: str


class Coverage(NamedTuple):
    """How well a topic is told in each language."""

    topic: str
    counts: dict[str, int]  #: language -> expressions, in the order of LANGUAGES
    thin: frozenset[str]  #: languages that need work
    unlabelled: frozenset[str]  #: languages without a label


class _Rule(NamedTuple):
    topic: int
    group: Literal["expressions", "unless"]
    number: int  #: among those of its language
    expression: Expression

    @property
    def path(self) -> Path:
        return ("topics", self.topic, self.group, self.expression.language, self.number)


def check_taxonomy(taxonomy: Taxonomy) -> list[Finding]:
    """All findings, in the order of the file."""
    found = [finding for language in LANGUAGES for finding in _check_language(taxonomy, language)]
    return sorted(found, key=lambda finding: [str(step).zfill(6) for step in finding.path])


def coverage(taxonomy: Taxonomy) -> list[Coverage]:
    """How well each topic is told in each language that the taxonomy uses, in the order of the file."""
    used = {one.language for topic in taxonomy.topics for one in topic.expressions}
    return [_covered(topic, [language for language in LANGUAGES if language in used]) for topic in taxonomy.topics]


def _covered(topic: TopicRule, languages: Sequence[str]) -> Coverage:
    counts = {language: sum(one.language == language for one in topic.expressions) for language in languages}
    enough = max(_FEW, max(counts.values()) * _SMALL_SHARE) if topic.kind == "theme" else 1
    labelled = {language for language, _ in topic.labels}
    return Coverage(
        topic.id,
        counts,
        frozenset(language for language, count in counts.items() if count < enough),
        frozenset(languages) - labelled,
    )


def _check_language(taxonomy: Taxonomy, language: str) -> Iterator[Finding]:
    rules = list(_rules(taxonomy, language))
    lent = [
        _Rule(place, "expressions", -1, expression)
        for place, topic in enumerate(taxonomy.topics)
        for expression in topic.expressions
        if is_lent(expression, language, place=topic.kind == "place")
    ]
    both = rules + lent
    sought = [
        Sought(rule.expression, number, taxonomy.topics[rule.topic].kind != "theme") for number, rule in enumerate(both)
    ]
    matcher = Matcher(language, sought, numbers=load_cues().get(language, NO_CUES).numbers)
    lineage = _lineage(taxonomy)
    doubtful = {rule.topic for rule in both if rule.expression.company is not None or len(rule.expression.pieces()) > 1}
    for number, rule in enumerate(rules):
        samples = list(islice(_samples(rule.expression), _MANY_SAMPLES))
        tested = [(sample, length, matcher.find(sample)) for sample, length in samples]
        if rule.group == "unless":
            yield from _unless_findings(rule, number, tested, both, sure=rule.topic not in doubtful)
        else:
            yield from _expression_findings(rule, number, tested, both, lineage)
    yield from _silent(taxonomy, language)


def _rules(taxonomy: Taxonomy, language: str) -> Iterator[_Rule]:
    for place, topic in enumerate(taxonomy.topics):
        groups: tuple[tuple[Literal["expressions", "unless"], Sequence[Expression]], ...] = (
            ("expressions", topic.expressions),
            ("unless", topic.unless),
        )
        for group, expressions in groups:
            own = (expression for expression in expressions if expression.language == language)
            yield from (_Rule(place, group, number, expression) for number, expression in enumerate(own))


_Tested = list[tuple[str, int, list[Found]]]


def _expression_findings(
    rule: _Rule, number: int, tested: _Tested, rules: list[_Rule], lineage: dict[int, set[int]]
) -> Iterator[Finding]:
    text = rule.expression.text
    twins: list[set[int]] = []
    for sample, length, found in tested:
        if not any(hit.rule == number for hit in found):
            yield Finding(rule.path, "unreachable", f"{text!r} does not find {sample!r}{_reason(rule.expression)}")
            return
        around = [hit for hit in found if hit.start == 0 and hit.end >= length]
        for hit in around:
            other = rules[hit.rule]
            if other.group == "unless" and other.topic == rule.topic:
                message = f"{text!r} lies inside {other.expression.text!r}, which is an unless of its own topic"
                yield Finding(rule.path, "unreachable", message)
                return
        twins.append({hit.rule for hit in around if hit.end == length and hit.rule != number})
    for twin in sorted(set.intersection(*twins) if twins else ()):
        other = rules[twin]
        if other.group == "unless" or other.number < 0:
            continue
        if other.topic == rule.topic:
            if _outdone(rule, other, first=twin < number):
                yield Finding(rule.path, "shadowed", f"{text!r} adds nothing to {other.expression.text!r}")
                return
        elif _rival(rule.expression, other.expression) and twin < number and other.topic not in lineage[rule.topic]:
            place = f"topics[{other.topic}].{other.group}.{other.expression.language}[{other.number}]"
            message = f"{text!r} speaks for another topic too, as {other.expression.text!r} at {place}"
            yield Finding(rule.path, "ambiguous", message)


def _unless_findings(rule: _Rule, number: int, tested: _Tested, rules: list[_Rule], *, sure: bool) -> Iterator[Finding]:
    text = rule.expression.text
    useful = False
    for sample, _, found in tested:
        own = [hit for hit in found if hit.rule == number]
        if not own:
            yield Finding(rule.path, "unreachable", f"{text!r} does not find {sample!r}{_reason(rule.expression)}")
            return
        useful |= any(
            rules[hit.rule].group == "expressions"
            and rules[hit.rule].topic == rule.topic
            and own[0].start <= hit.start
            and hit.end <= own[0].end
            for hit in found
        )
    if sure and not useful:
        yield Finding(rule.path, "idle", f"no expression of the topic can stand inside {text!r}")


def _silent(taxonomy: Taxonomy, language: str) -> Iterator[Finding]:
    for place, topic in enumerate(taxonomy.topics):
        weights = {one.text: one.weight for one in topic.expressions if one.language == language}
        if weights and sum(weights.values()) < ENOUGH:
            message = (
                f"the expressions weigh {sum(weights.values()):.2g} together, less than {ENOUGH}: they claim nothing"
            )
            yield Finding(("topics", place, "expressions", language), "silent", message)


def _outdone(rule: _Rule, other: _Rule, *, first: bool) -> bool:
    """Whether an expression adds nothing to another that finds the same; of two that are alike, the later."""
    mine, theirs = rule.expression, other.expression
    if theirs.company is not None and theirs.company != mine.company:
        return False
    alike = mine.weight == theirs.weight and mine.company == theirs.company
    return first if alike and len(mine.pieces()) == len(theirs.pieces()) else theirs.weight >= mine.weight


def _rival(mine: Expression, theirs: Expression) -> bool:
    sure = min(mine.weight, theirs.weight) >= ENOUGH
    return sure and mine.company is None and theirs.company is None


def _reason(expression: Expression) -> str:
    company = expression.company
    if company is None:
        return ""
    return ", though the company it wants is there" if company.wanted else ", which is company that it forbids"


def _lineage(taxonomy: Taxonomy) -> dict[int, set[int]]:
    """Per topic those above and below it."""
    number = {topic.id: place for place, topic in enumerate(taxonomy.topics)}
    related: dict[int, set[int]] = {place: set() for place in number.values()}
    for place, topic in enumerate(taxonomy.topics):
        above = topic.parent
        while above:
            related[place].add(number[above])
            related[number[above]].add(place)
            above = taxonomy.topics[number[above]].parent
    return related


def _samples(expression: Expression) -> Iterator[tuple[str, int]]:
    """Texts that an expression should be found in, and how many characters of each are its words."""
    company = expression.company
    crowd = f", {_plain(pieces(company.wanted[0])[0].spellings[0])}" if company and company.wanted else ""
    crowd += ", x"  # so that no text is of capitals only, in which acronyms prove nothing
    parts = expression.pieces()
    for spelling in product(*(piece.spellings for piece in parts)):
        words = _plain(" ".join(f"{'x ' * part.gap}{words}" for part, words in zip(parts, spelling, strict=True)))
        yield words + crowd, len(words.rstrip(".!?'\"’"))


def _plain(spelling: str) -> str:
    """A spelling as it would stand in a text."""
    chunks = spelling.replace(NUMBER, "7").split()
    whole = (f"{chunk.rstrip('~')}xq" if chunk.endswith("~") else chunk for chunk in chunks)
    return " ".join(f"Xq{chunk[1:].lower()}" if chunk[0] == "~" else chunk.removeprefix("=") for chunk in whole)
