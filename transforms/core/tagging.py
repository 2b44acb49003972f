"""What the rules of editors say of a text: its topics and the places it names, and by which rules.

Does no I/O. Whoever stores an article and whoever tags a stored one again asks here, so both get the same.
"""

from dataclasses import dataclass

from schemas.rules import Rules
from transforms.core.places import PlaceFinder
from transforms.core.records import Dateline, NamedPlace, Topic
from transforms.core.topics import Tagger
from transforms.core.vocabulary import Vocabularies, Vocabulary
from transforms.core.wordforms import split_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """The columns of an article that follow from its words and the rules, and from nothing else."""

    topics: tuple[Topic, ...]
    topic_ids: tuple[str, ...]
    places: tuple[NamedPlace, ...]
    taxonomy_version: str


class Tagging:
    """Tags texts by one set of rules. Picklable."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        vocabularies = Vocabularies(Vocabulary)
        self._tagger = Tagger(rules.taxonomy, vocabularies)
        self._places = PlaceFinder(rules.gazetteer, vocabularies)
        self.version = rules.version

    def __reduce__(self) -> tuple[type["Tagging"], tuple[Rules]]:
        return Tagging, (self._rules,)

    def tag(self, title: str, text: str, language: str, dateline: Dateline | None = None) -> Tags:
        """What the rules say of an article, each value as it is stored.

        Args:
            title: as stored.
            text: as stored.
            language: BCP 47 tag or `und`.
            dateline: which is no part of the text.
        """
        split = split_words(title), split_words(text)
        topics = self._tagger.tag(title, text, language, split)
        return Tags(
            topics=topics,
            topic_ids=tuple(topic.id for topic in topics),
            places=self._places.find(title, text, language, dateline, split),
            taxonomy_version=self.version,
        )
