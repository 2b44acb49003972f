"""Clusters of copies: which articles tell one story, and which of them stands for it.

Does no I/O. A pure function of the articles and the verified links, whatever order either comes in. Members are taken
in order of evidence, the earliest first; each joins the earliest representative that it is linked to and else becomes
one itself. So every member was verified against its representative, and no chain makes a story of two.

Links are between texts, named by the hash of their normalised bodies: what was verified of one text holds for every
article that has the same one. So of n identical texts it is enough to have compared each with one of the others.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A version of an article that may belong to a story."""

    article_id: str
    content_hash: str
    evidence_at: datetime  #: when it was published, else first seen


def cluster(members: Iterable[Member], links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the representative of each article, itself where it stands alone or stands for others.

    An article of several versions counts from its earliest evidence, and is linked by any of its texts.

    Args:
        members: versions, in any order, any number of times.
        links: pairs of content hashes that were verified; of a hash with itself where identical texts are copies (of
            very short ones they are not). Hashes that no member has count for nothing.

    Linear in members and links but for a sort.
    """
    earliest: dict[str, datetime] = {}
    texts: defaultdict[str, set[str]] = defaultdict(set)
    for member in members:
        known = earliest.get(member.article_id)
        if known is None or member.evidence_at < known:
            earliest[member.article_id] = member.evidence_at
        texts[member.article_id].add(member.content_hash)
    linked: defaultdict[str, set[str]] = defaultdict(set)
    for a, b in links:
        linked[a].add(b)
        linked[b].add(a)
    order = {name: place for place, name in enumerate(sorted(earliest, key=lambda name: (earliest[name], name)))}
    standing: dict[str, str] = {}  # the earliest representative that has a text
    representative: dict[str, str] = {}
    for name in order:
        found = {standing[other] for text in texts[name] for other in linked.get(text, ()) if other in standing}
        representative[name] = min(found, key=order.__getitem__, default=name)
        if representative[name] == name:
            for text in texts[name]:
                standing.setdefault(text, name)
    return representative
