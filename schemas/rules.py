"""The rules by which articles are tagged: the taxonomy and the gazetteer, and the version of both together."""

from dataclasses import dataclass
from pathlib import Path

from schemas.gazetteer import Gazetteer, load_gazetteer
from schemas.taxonomy import Taxonomy, load_taxonomy


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Rules, checked."""

    taxonomy: Taxonomy
    gazetteer: Gazetteer

    @property
    def version(self) -> str:
        """That of the taxonomy, a slash, and that of the gazetteer: what `taxonomy_version` says in the tables."""
        return f"{self.taxonomy.version}/{self.gazetteer.version}"


def load_rules(topics: Path | None = None, gazetteer: Path | None = None, *, trusted: bool = False) -> Rules:
    """Read and check both files; without a path, those that come with the program.

    Args:
        topics: the taxonomy.
        gazetteer: the places.
        trusted: somebody has just checked them.

    Raises:
        TaxonomyError, GazetteerError: a file cannot be used; a line that names it and what is wrong.
    """
    return Rules(taxonomy=load_taxonomy(topics, trusted=trusted), gazetteer=load_gazetteer(gazetteer, trusted=trusted))
