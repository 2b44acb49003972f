"""Where a site's feeds are: asks the site, politely and not often, until one of its guesses is a feed.

The order is: the address itself; what its page names; the places where feeds usually lie; the sitemaps that robots.txt
names. Feeds of comments, and guesses behind the first that is right, are told and not asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urljoin

from pipeline.feedvisit import Visited, Visitor
from transforms.core.discover import FoundFeed, common_places, find_feeds, news_sitemaps, refresh_target
from transforms.core.feedcheck import Examined
from transforms.core.polling import Outcome
from transforms.core.sitemap import child_sitemaps
from transforms.core.sniff import HEAD_BYTES, Kind, sniff

#: Of the feeds that a page names, so many are tried until one is a feed.
_MOST_NAMED: Final = 6
#: Of the sitemaps that an index or robots.txt names.
_MOST_SITEMAPS: Final = 4
#: Who answers like this is not asked again.
_ENOUGH: Final = frozenset(
    {Outcome.LIMITED, Outcome.UNRESOLVED, Outcome.UNREACHABLE, Outcome.INSECURE, Outcome.TIMED_OUT, Outcome.BAD_ADDRESS}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of looking. `fault` not empty: there is no feed."""

    url: str = ""  #: of a feed that was asked for, and is one
    examined: Examined = field(default_factory=Examined)
    others: tuple[FoundFeed, ...] = ()  #: also named there; not asked for
    fault: str = ""


async def find_feed(visitor: Visitor, url: str, *, told: Callable[[str], None] = lambda _: None) -> Found:
    """Find the feed that an address means: its own, or the best of its site.

    Args:
        visitor: who asks.
        url: of a feed, or of any page of a site.
        told: called with each address before it is asked.
    """
    told(url)
    first = await visitor.ask(url)
    if not first.ok:
        return Found(fault=first.said)
    search = _Search(visitor, told, asked={url, first.final.url})
    if found := search.looked(first):
        return found
    if target := refresh_target(first.body, first.final.url, first.charset):
        told(target)
        sent_on = await visitor.ask(target)
        if sent_on.ok:
            first = sent_on
            if found := search.looked(first):
                return found
    return await search.around(first)


class _Search:
    """One search; asks no address twice, and no site that does not want to be asked."""

    def __init__(self, visitor: Visitor, told: Callable[[str], None], asked: set[str]) -> None:
        self._visitor, self._told, self._asked = visitor, told, asked
        self._enough = False

    def looked(self, visited: Visited) -> Found | None:
        """The feed that came, if it is one."""
        examined = self._visitor.examine(visited)
        return None if examined.fault else Found(url=visited.settled_url, examined=examined)

    async def around(self, page: Visited) -> Found:
        """What the site of a page has."""
        base, charset = page.final.url, page.charset
        sitemaps = _news_first([child.url for child in child_sitemaps(page.body, url=base)])
        if sitemaps:
            children = [FoundFeed(url=url, form="sitemap", how="robots") for url in sitemaps]
            return await self._first(children, _MOST_SITEMAPS) or Found(fault="a sitemap index without news sitemaps")
        is_page = sniff(page.body.lstrip()[:HEAD_BYTES]).form is Kind.HTML
        named = find_feeds(page.body, base, charset) if is_page else ()
        if found := await self._first(named, _MOST_NAMED):
            return found
        places = [FoundFeed(url=url, how="place") for url in common_places(base)]
        if found := await self._first(places, len(places)):
            return replace(found, others=())
        if not self._enough and (found := await self._from_robots(base)):
            return found
        what = self._visitor.examine(page).fault
        tried = f"; {len(self._asked) - 1} other places tried" if len(self._asked) > 1 else ""
        return Found(fault=f"no feed found: {what}{tried}", others=tuple(named))

    async def _from_robots(self, base: str) -> Found | None:
        robots = await self._ask(urljoin(base, "/robots.txt"))
        sitemaps = news_sitemaps(robots.body, robots.final.url) if robots and robots.ok else ()
        return await self._first(sitemaps, _MOST_SITEMAPS, is_index_read=True)

    async def _first(self, guesses: Sequence[FoundFeed], most: int, *, is_index_read: bool = False) -> Found | None:
        """The first guess that is a feed, with the guesses behind it."""
        for number, guess in enumerate(guesses[:most], 1):
            visited = await self._ask(guess.url)
            if visited is None or not visited.ok:
                continue
            if found := self.looked(visited):
                title = found.examined.title or guess.title
                rest = tuple(each for each in guesses[number:] if each.url not in self._asked)
                return replace(found, examined=replace(found.examined, title=title), others=rest)
            children = child_sitemaps(visited.body, url=visited.final.url) if is_index_read else ()
            news = [child.url for child in children if "news" in child.url.lower()]
            within = [FoundFeed(url=url, form="sitemap", how="robots") for url in news]
            if within and (found := await self._first(within, _MOST_SITEMAPS)):
                return found
        return None

    async def _ask(self, url: str) -> Visited | None:
        if self._enough or url in self._asked:
            return None
        self._asked.add(url)
        self._told(url)
        visited = await self._visitor.ask(url)
        self._enough = visited.final.outcome in _ENOUGH
        return visited


def _news_first(urls: Sequence[str]) -> list[str]:
    return sorted(urls, key=lambda url: "news" not in url.lower())
