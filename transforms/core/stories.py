"""Clusters of copies: which articles tell one story, and which of them stands for it.

Does no I/O. A pure function of the articles and the verified links, whatever order either comes in. Members are taken
in order of evidence, the earliest first; each joins the earliest representative that it is linked to and else becomes
one itself. So every member was verified against its representative, and no chain makes a story of two.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An article that may belong to a story."""

    article_id: str
    evidence_at: datetime  #: when it was published, else first seen


def cluster(members: Iterable[Member], links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the representative of each article, itself where it stands alone or stands for others.

    An article that is given more than once (its versions) counts from its earliest evidence. Links to articles that are
    not among the members, and of an article to itself, count for nothing. Linear in members and links but for a sort.
    """
    earliest: dict[str, datetime] = {}
    for member in members:
        known = earliest.get(member.article_id)
        if known is None or member.evidence_at < known:
            earliest[member.article_id] = member.evidence_at
    order = {name: place for place, name in enumerate(sorted(earliest, key=lambda name: (earliest[name], name)))}
    linked: defaultdict[str, set[str]] = defaultdict(set)
    for a, b in links:
        if a != b and a in order and b in order:
            linked[a].add(b)
            linked[b].add(a)
    representative: dict[str, str] = {}
    for name in order:
        standing = (other for other in linked[name] if representative.get(other) == other)
        representative[name] = min(standing, key=order.__getitem__, default=name)
    return representative
