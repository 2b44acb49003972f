# ruff: noqa: SIM905  # a list of words
"""The places an article names: which place a name means, whether the story was filed there or tells of it, how often.

Does no I/O. Names are found as those of the topics' places are, in the forms that the language gives them (`matching`),
in one more pass over words that are split already. In scripts that have capitals a place has one: *turkey* and *nice*
are none.

What a name means, if it may mean several places or something else, is decided once for the whole article, by the
company of the places in it that are sure, its anchors:

- beside it: "Tripoli, Libya", "Paris, Texas", "Libya's Tripoli" decide alone;
- in it: an anchor of the same country weighs 1; one of another country up to .5, the less the further it is (half at
  300 km). A sense is taken from .5 on, and if it has half as much again as the next;
- without: a sense is taken for granted if it is a country and the others are its towns (Kuwait), or if twenty times as
  many people live there as in any other (Paris in France); only what stands beside it, or two towns or regions within
  500 km of another sense and no company of the usual one, says otherwise;
- else it is left out. So is a name that may be an ordinary word (*?* in the gazetteer: al-Bab is "the door", حمص are
  chickpeas too) and has no company, and one that may be a person's (*@*: Jordan) and stands behind a given name
  anywhere in the article. Phrases that name something else (*!*: Washington Post) are no places.

The longer name counts: South Sudan is not Sudan.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from schemas.expressions import Expression
from schemas.gazetteer import Gazetteer, GazetteerPlace, PlaceName
from schemas.taxonomy import LANGUAGES
from transforms.core.matching import Matcher, Sought
from transforms.core.records import Dateline, NamedPlace
from transforms.core.vocabulary import Vocabularies, Vocabulary
from transforms.core.wordforms import Words, split_words

#: Places of one article that are told, the most frequent ones.
MAX_PLACES: Final = 100

_ENOUGH: Final = 0.5
_CLEARLY: Final = 1.5
_LARGER: Final = 20
_AMONG: Final = 2
_AMONG_KM: Final = 500.0
_NEARBY_KM: Final = 600.0
_NEARBY: Final = 0.5
_EARTH_KM: Final = 6_371.0

_ARABIC: Final = frozenset({"ar", "fa"})
_CYRILLIC: Final = frozenset({"ru", "uk"})
#: By script: the languages of ours that use it, and the one as which texts of others are read.
_SCRIPTS: Final[Mapping[str, tuple[frozenset[str], str, re.Pattern[str]]]] = {
    "arabic": (_ARABIC, "ar", re.compile(r"[\u0620-\u064a]")),
    "cyrillic": (_CYRILLIC, "ru", re.compile(r"[\u0400-\u04ff]")),
    "latin": (frozenset(LANGUAGES) - _ARABIC - _CYRILLIC, "en", re.compile(r"[A-Za-z\u00c0-\u024f]")),
}
_SCRIPT_OF: Final = {language: script for script, (languages, _, _) in _SCRIPTS.items() for language in languages}
#: What stands between a place and its country: Tripoli, Libya; Tripoli (Libya); Libya's Tripoli.
_BESIDE: Final = re.compile(r",? ?\(?|، ?|['’]s ")
#: Numbers of the fields; that of the title is 0. Headlines have too many capitals to tell people by them.
_TEXT: Final = 1
_DATELINE: Final = 2
#: Words that begin sentences, behind which a name is no family name.
_OPENING: Final = frozenset(
    "a an the in on at of to by for from with near inside outside across and but as if when while since after before "
    "like unlike both neither even until via north south east west northern southern eastern western central upper "
    "lower new old greater king queen prince princess en de du le la les il lo el los las al del della nella da von "
    "aus nach für mit und y e et à dans pour sur según desde".split()
)  # fmt: skip


class _Hit(NamedTuple):
    """Sorts in the order of the text, the longer first."""

    field: int
    start: int
    minus_end: int
    rule: int
    word: int


class _Rule(NamedTuple):
    place: int  #: its number in the gazetteer
    name: PlaceName


@dataclass(slots=True)
class _Group:
    """A name, or several that may mean the same places, wherever it stands in the article."""

    senses: tuple[int, ...]  #: numbers of places
    doubtful: bool = False  #: wherever it stands it may be an ordinary word
    personal: bool = False  #: it may be a person's, and stands beside a given name
    counts: list[int] = field(default_factory=lambda: [0, 0, 0])  #: by field
    beside: set[str] = field(default_factory=set)  #: countries of places that stand beside it


class PlaceFinder:
    """Finds the places of one gazetteer. Picklable; automata are built when a language is first met.

    Args:
        gazetteer: the places.
        vocabularies: shared with others who look for something in the same texts.
    """

    def __init__(self, gazetteer: Gazetteer, vocabularies: Vocabularies | None = None) -> None:
        self.gazetteer = gazetteer
        self._places = gazetteer.places
        self._rules = [_Rule(number, name) for number, place in enumerate(self._places) for name in place.names]
        self._spoken = {rule.name.language for rule in self._rules}
        self._matchers: dict[tuple[str, bool], tuple[Matcher, list[int]]] = {}
        self._vocabularies = Vocabularies(Vocabulary) if vocabularies is None else vocabularies

    def __reduce__(self) -> tuple[type["PlaceFinder"], tuple[Gazetteer]]:
        return PlaceFinder, (self.gazetteer,)

    def find(
        self, title: str, text: str, language: str, dateline: Dateline | None = None, split: Sequence[Words] = ()
    ) -> tuple[NamedPlace, ...]:
        """The places, those of the dateline first, then by how often they are named, then by name.

        A place of the dateline that is named in title or text, too, stands twice, once in each role.

        Args:
            title: as stored.
            text: as stored.
            language: BCP 47 tag or `und`.
            dateline: which is no part of the text.
            split: the words of title and text, where they are known.
        """
        fields = [*(split or (split_words(title), split_words(text)))]
        if dateline is not None and dateline.place:
            fields.append(split_words(dateline.place))
        hits = self._outermost(self._hits(fields, language.partition("-")[0].lower()))
        if not hits:
            return ()
        groups = self._grouped(hits, fields)
        return self._told(groups, self._meant(groups))

    def _hits(self, fields: Sequence[Words], spoken: str) -> Iterator[_Hit]:
        known = spoken in _SCRIPT_OF
        if known and spoken not in self._spoken:  # as in a dump, whose names are told by their script only
            spoken = _SCRIPTS[_SCRIPT_OF[spoken]][1]
        for language in (spoken,) if known else _read_as(fields):
            matcher, rules = self._matcher(language, known=known)
            for found in matcher.find(*fields):
                yield _Hit(found.field, found.start, -found.end, rules[found.rule], found.word)

    def _matcher(self, language: str, *, known: bool) -> tuple[Matcher, list[int]]:
        """What finds names in texts of a language, or of any other of its script, and the rule of each expression."""
        if (language, known) not in self._matchers:
            own = [number for number, rule in enumerate(self._rules) if rule.name.language == language]
            has_own = {self._rules[number].place for number in own} if known else set()
            chosen = own + [
                number
                for number, rule in enumerate(self._rules)
                if _is_lent(rule.name, language, known=known)
                and (rule.name.language == "en" or rule.place not in has_own)
            ]
            sought = [
                Sought(
                    Expression(text=rule.name.text, language=rule.name.language),
                    owner=2 * rule.place + (rule.name.says == "other"),
                    name=True,
                )
                for rule in (self._rules[number] for number in chosen)
            ]
            matcher = Matcher(language, sought, inflected=known, vocabulary=self._vocabularies[language, known])
            self._matchers[language, known] = matcher, chosen
        return self._matchers[language, known]

    def _outermost(self, hits: Iterable[_Hit]) -> list[_Hit]:
        """The hits of places that stand in no longer hit, in the order of the text; several may be at one place."""
        kept: list[_Hit] = []
        covered, last = (-1, -1), (-1, -1, -1)
        for hit in sorted(hits):
            here = hit[:3]
            if here != last and (hit.field, -hit.minus_end) <= covered:
                continue
            covered, last = max(covered, (hit.field, -hit.minus_end)), here
            kept.append(hit)
        return [hit for hit in kept if self._rules[hit.rule].name.says != "other"]

    def _grouped(self, hits: Sequence[_Hit], fields: Sequence[Words]) -> list[_Group]:
        at: dict[tuple[int, int, int], list[_Hit]] = {}
        for hit in hits:
            at.setdefault(hit[:3], []).append(hit)
        groups: dict[tuple[int, ...], _Group] = {}
        before: tuple[_Hit, _Group] | None = None
        for (number, start, minus_end), same in at.items():
            surface = fields[number].text[start:-minus_end]
            if not _has_capital(surface):
                continue
            says = {self._rules[hit.rule].name.says for hit in same}
            senses = tuple(sorted({self._rules[hit.rule].place for hit in same}))
            group = groups.setdefault(senses, _Group(senses, doubtful=True))
            group.counts[number] += 1
            group.doubtful = group.doubtful and says == {"doubtful"} and number != _DATELINE
            group.personal = group.personal or (
                "person" in says and number == _TEXT and _is_called(fields[number], same[0].word)
            )
            if before is not None and before[0].field == number:
                between = fields[number].text[-before[0].minus_end : start]
                if _BESIDE.fullmatch(between):
                    group.beside |= self._countries(before[1])
                    before[1].beside |= self._countries(group)
            before = same[0], group
        return list(groups.values())

    def _countries(self, group: _Group) -> set[str]:
        return {self._places[sense].country for sense in group.senses}

    def _meant(self, groups: Sequence[_Group]) -> list[int | None]:
        """The place that each group means; None: nobody can tell, or none."""
        sure = [len(group.senses) == 1 and not group.doubtful and not group.personal for group in groups]
        anchors = [self._places[group.senses[0]] for group, is_sure in zip(groups, sure, strict=True) if is_sure]
        return [
            group.senses[0] if is_sure else self._decided(group, anchors)
            for group, is_sure in zip(groups, sure, strict=True)
        ]

    def _decided(self, group: _Group, anchors: Sequence[GazetteerPlace]) -> int | None:
        beside = [sense for sense in group.senses if self._places[sense].country in group.beside]
        if len(beside) == 1 and len(self._countries(group)) > 1:
            return beside[0]
        company = {sense: self._company(self._places[sense], anchors) for sense in group.senses}
        best, *others = sorted(group.senses, key=lambda sense: (-company[sense], sense))
        next_best = company[others[0]] if others else 0.0
        usual = self._usual(group.senses)
        if usual is not None and (group.doubtful or group.personal) and company[usual] < _ENOUGH:
            return None
        if usual is not None:
            return best if not company[usual] and self._is_among(self._places[best], anchors) else usual
        return best if company[best] >= _ENOUGH and company[best] >= _CLEARLY * next_best else None

    def _usual(self, senses: Sequence[int]) -> int | None:
        """The sense that is taken for granted, if there is one."""
        places = {sense: self._places[sense] for sense in senses}
        for sense, place in places.items():
            others = [other for number, other in places.items() if number != sense]
            if all(_is_part(other, place) or _is_smaller(other, place) for other in others):
                return sense
        return None

    @staticmethod
    def _is_among(place: GazetteerPlace, anchors: Iterable[GazetteerPlace]) -> bool:
        """Whether towns or regions of its neighbourhood are named."""
        near = [
            anchor
            for anchor in anchors
            if anchor.country == place.country and anchor.kind != "country" and _distance_km(place, anchor) < _AMONG_KM
        ]
        return len(near) >= _AMONG

    @staticmethod
    def _company(place: GazetteerPlace, anchors: Iterable[GazetteerPlace]) -> float:
        """How much the places that are sure speak for one."""
        weight = 0.0
        for anchor in anchors:
            if anchor.country == place.country:
                weight += 1.0
            else:
                weight += _NEARBY * max(0.0, 1 - _distance_km(place, anchor) / _NEARBY_KM)
        return weight

    def _told(self, groups: Sequence[_Group], meant: Sequence[int | None]) -> tuple[NamedPlace, ...]:
        counts: Counter[tuple[int, Literal["dateline", "subject"]]] = Counter()
        for group, sense in zip(groups, meant, strict=True):
            if sense is not None:
                counts[sense, "dateline"] += group.counts[_DATELINE]
                counts[sense, "subject"] += sum(group.counts[:_DATELINE])
        counts = +counts
        filed = {sense for sense, role in counts if role == "dateline"}
        named = [(self._places[sense], role, count) for (sense, role), count in counts.items()]
        told = sorted(named, key=lambda one: (one[1], -one[2], one[0].name, one[0].country, one[0].kind))
        # "GROSSETO, Italy": the country says where the town is, and is none of its own.
        towns = {self._places[sense].country for sense in filed if self._places[sense].kind == "city"}
        return tuple(
            NamedPlace(
                name=place.name,
                country=place.country,
                latitude=place.latitude,
                longitude=place.longitude,
                role=role,
                count=count,
            )
            for place, role, count in told
            if role == "subject" or place.kind == "city" or place.country not in towns
        )[:MAX_PLACES]


def _read_as(fields: Iterable[Words]) -> Iterator[str]:
    """The languages as which texts of a language that is not ours are read: one for each script."""
    for _, language, letter in _SCRIPTS.values():
        if any(letter.search(words.text) for words in fields):
            yield language


def _is_lent(name: PlaceName, language: str, *, known: bool) -> bool:
    """Whether a name serves texts of another language, too; of Latin languages that are ours only English names do."""
    if name.language == language or _SCRIPT_OF[name.language] != _SCRIPT_OF[language] or "=" in name.text:
        return False
    return name.language == "en" or not known or _SCRIPT_OF[language] != "latin"


def _has_capital(surface: str) -> bool:
    """Whether a name is written like one; scripts without capitals always do."""
    return surface != surface.lower() or surface == surface.upper()


def _is_called(words: Words, number: int) -> bool:
    """Whether a word stands behind a given name, or before a family name: behind or before a word with a capital."""
    if number and _is_apart(words, number - 1):
        first = words.surfaces[number - 1]
        return len(first) > 1 and first[0].isupper() and not first.isupper() and first.lower() not in _OPENING
    return False


def _is_apart(words: Words, number: int) -> bool:
    """Whether only a space stands between a word and the next."""
    return words.start(number + 1) - words.ends[number] == 1


def _is_part(place: GazetteerPlace, whole: GazetteerPlace) -> bool:
    return place.country == whole.country and (whole.kind, place.kind) in (
        ("country", "city"),
        ("country", "region"),
        ("city", "region"),
    )


def _is_smaller(place: GazetteerPlace, other: GazetteerPlace) -> bool:
    return other.population >= _LARGER * max(place.population, 1)


def _distance_km(one: GazetteerPlace, other: GazetteerPlace) -> float:
    """Along the great circle."""
    north, south = math.radians(one.latitude), math.radians(other.latitude)
    turn = math.radians(other.longitude - one.longitude)
    height = math.sin((south - north) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(turn / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, height)))
