"""Where a story of several outlets came from, and what each of them made of it.

Does no I/O. A pure function of the versions of a cluster's articles and of its links, whatever order they come in.

The origin is the agency that others credit: the one that most articles of another source name, in the dateline or in a
field of their own; what a source says of itself is no credit, for every outlet with a feed of items calls itself their
provider. Where nobody credits another, an article whose source is a known news agency is the origin. Where there is
none either, it is the article with the earliest evidence.

Every other article is compared with the version of the origin's that it agrees with most: who copied a story before it
was corrected is told as that. Shares come from the links; what has no link of its own (of n identical texts not each
was compared with each) is verified here. An article that agrees with no version of the origin's is compared with those
that it is linked to.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from transforms.core.agencies import is_agency
from transforms.core.deliveries import Link
from transforms.core.difference import Difference, difference
from transforms.core.records import Match
from transforms.core.verify import Text, swapped, verify

#: A version of an article.
_Key: TypeAlias = tuple[str, str]
_Matches: TypeAlias = Mapping[tuple[_Key, _Key], Match]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A version of an article of the cluster."""

    article_id: str
    version: str
    number: int  #: its place among the versions of its article
    source: str
    credits: tuple[str, ...]  #: agencies it names, itself perhaps; empty ones count for nothing
    title: str
    text: str
    content_hash: str
    evidence_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the story came from, and how that is known."""

    agency: str  #: as it is written; empty: none
    article_id: str  #: the agency's own, else the earliest that credits it, else the earliest
    is_own: bool  #: whether that article is the agency's own
    reason: str  #: one line for a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """What another article made of the story, in its last version."""

    article_id: str
    version: str
    source: str
    copied_id: str = (
        ""  #: the article it is compared with, the origin's where the two agree; empty: it agrees with none
    )
    copied_version: str = ""
    copied: float = 0.0  #: share of its own words that stand there, in order
    taken: float = 0.0  #: share of the words there that it has, in order
    changes: tuple[str, ...] = ()  #: as links tell them
    difference: Difference | None = None  #: from what it copied; None: it changed nothing, or copied nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Syndication:
    """A story and its outlets."""

    origin: Origin
    outlets: tuple[Outlet, ...]  #: by evidence, the earliest first; without the origin's article


def syndicate(tellings: Iterable[Telling], links: Iterable[Link]) -> Syndication:
    """Tell origin and outlets of a cluster.

    Args:
        tellings: every version of every article of it, at least one.
        links: verified pairs among them; others count for nothing.

    Costs one alignment for each outlet and version of the origin that no link joins.
    """
    articles: defaultdict[str, list[Telling]] = defaultdict(list)
    for telling in tellings:
        articles[telling.article_id].append(telling)
    ordered = sorted(
        (sorted(versions, key=lambda each: each.number) for versions in articles.values()),
        key=lambda versions: (min(each.evidence_at for each in versions), versions[0].article_id),
    )
    origin = _origin(ordered)
    base = next(versions for versions in ordered if versions[0].article_id == origin.article_id)
    everything = [telling for versions in ordered for telling in versions]
    known = _matches(links)
    return Syndication(
        origin=origin,
        outlets=tuple(_outlet(versions[-1], base, everything, known) for versions in ordered if versions is not base),
    )


def _origin(ordered: Sequence[Sequence[Telling]]) -> Origin:
    """The origin of articles in order of evidence."""
    written: dict[str, str] = {}
    crediting: defaultdict[str, list[str]] = defaultdict(list)
    for versions in ordered:
        named = {_folded(name): name for each in versions for name in each.credits if name}
        for key in sorted(named.keys() - {_folded(each.source) for each in versions}):
            written.setdefault(key, named[key])
            crediting[key].append(versions[0].article_id)
    if crediting:
        agency = max(crediting, key=lambda key: len(crediting[key]))  # of equals the first to be credited
        return _credited(written[agency], crediting[agency], ordered)
    for versions in ordered:
        if is_agency(versions[0].source):
            source, name = versions[0].source, versions[0].article_id
            return Origin(agency=source, article_id=name, is_own=True, reason=f"{source} is a news agency")
    first = ordered[0][0].article_id
    if len(ordered) == 1:
        return Origin(agency="", article_id=first, is_own=False, reason="no other article tells it")
    return Origin(
        agency="", article_id=first, is_own=False, reason="no agency is credited; its evidence is the earliest"
    )


def _credited(agency: str, crediting: Sequence[str], ordered: Sequence[Sequence[Telling]]) -> Origin:
    own = [versions[0] for versions in ordered if _folded(versions[0].source) == _folded(agency)]
    others = len(ordered) - len(own)
    credit = f"credited by {len(crediting)} of {others} other{'s' * (others > 1)}"
    if own:
        written = own[0].source
        return Origin(agency=written, article_id=own[0].article_id, is_own=True, reason=f"its own item; {credit}")
    credit = f"credited by {len(crediting)} of {len(ordered)}"
    return Origin(agency=agency, article_id=crediting[0], is_own=False, reason=f"{credit}; its own item is not here")


def _matches(links: Iterable[Link]) -> _Matches:
    """What is known of pairs, both ways."""
    known: dict[tuple[_Key, _Key], Match] = {}
    for link in links:
        a, b = (link.a_article_id, link.a_version), (link.b_article_id, link.b_version)
        known[a, b] = Match(
            jaccard=link.jaccard,
            containment_a=link.containment_a,
            containment_b=link.containment_b,
            changes=link.changes,
        )
        known[b, a] = swapped(known[a, b])
    return known


def _outlet(told: Telling, base: Sequence[Telling], everything: Iterable[Telling], known: _Matches) -> Outlet:
    agreeing = [
        (other, match) for other in base if (match := _match(other, told, known) or verify(*_texts(other, told)))
    ]
    if not agreeing:
        others = (other for other in everything if other.article_id != told.article_id)
        agreeing = [(other, match) for other in others if (match := _match(other, told, known))]
    outlet = Outlet(article_id=told.article_id, version=told.version, source=told.source)
    if not agreeing:
        return outlet
    other, match = max(agreeing, key=lambda pair: pair[1].containment_a + pair[1].containment_b)
    return replace(
        outlet,
        copied_id=other.article_id,
        copied_version=other.version,
        copied=match.containment_b,
        taken=match.containment_a,
        changes=match.changes,
        difference=difference(*_texts(other, told)),
    )


def _match(one: Telling, other: Telling, known: _Matches) -> Match | None:
    """How two texts agree, as a link says it; identical ones as they do."""
    match = known.get(((one.article_id, one.version), (other.article_id, other.version)))
    return verify(*_texts(one, other)) if match is None and one.content_hash == other.content_hash else match


def _texts(one: Telling, other: Telling) -> tuple[Text, Text]:
    return Text(title=one.title, text=one.text), Text(title=other.title, text=other.text)


def _folded(name: str) -> str:
    return "".join(name.casefold().replace(".", "").split())
