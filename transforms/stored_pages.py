"""Stored pages that still hold what is known as furniture since: compared with new ones, both cleaned alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from transforms.core.deliveries import Head, StoredVersion
from transforms.core.furniture import compared_version
from transforms.profiles import read_profiles
from transforms.stored_texts import StoredKey, read_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPages:
    """Pages of an output folder, and what is known of their hosts."""

    out: str
    profiles: str  #: file of `transforms.profiles`

    def recognised(self, heads: Sequence[Head], stored: Mapping[str, tuple[StoredVersion, ...]]) -> Iterator[Head]:
        """The heads in their order, each with the version that its article is stored as.

        That is another than its own where the stored text differs only by furniture of its host. Texts are read only of
        versions that were stored before that was known, and shown; of several the one that was stored last counts.
        """
        asked = {number: _older(head, stored.get(head.article_id, ())) for number, head in enumerate(heads)}
        keys = {_key(heads[number], version) for number, versions in asked.items() for version in versions}
        texts = read_texts(Path(self.out), sorted(keys)) if keys else {}
        profiles = read_profiles(self.profiles) if keys else {}
        for number, head in enumerate(heads):
            same = [
                version
                for version in asked[number]
                if (text := texts.get((head.article_id, version.version))) is not None
                and compared_version(text.title, text.text, profiles[head.host], site=head.source) == head.compared
            ]
            last = max(same, key=lambda version: (version.load_id, version.version), default=None)
            yield head if last is None else replace(head, version=last.version)


def _older(head: Head, stored: tuple[StoredVersion, ...]) -> list[StoredVersion]:
    """The versions that may be the head's text and furniture."""
    if not head.compared or any(version.version == head.version for version in stored):
        return []
    return [
        version
        for version in stored
        if version.load_id <= head.cleaned_since and version.text_from == "page" and version.stored_in != "held"
    ]


def _key(head: Head, version: StoredVersion) -> StoredKey:
    return StoredKey(
        stored_in=version.stored_in, date=version.date, article_id=head.article_id, version=version.version
    )
