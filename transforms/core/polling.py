"""What the parts of polling say to each other: feeds as they are configured, requests as they went.

Does no I/O and knows no clock. Times are timezone-aware UTC; durations are seconds unless the name says otherwise.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

#: Whether the page of an entry is fetched: where the entry carries only a summary, never, for every entry.
FullText = Literal["auto", "never", "always"]
#: What an address was asked for.
Purpose = Literal["feed", "page", "robots", "discovery"]


class Outcome(StrEnum):
    """What came of a request: exactly one of these, whatever the server did."""

    FETCHED = "fetched"  #: a success with a body
    SAME = "same"  #: a success whose body is, byte for byte, the last one
    NOT_MODIFIED = "not_modified"  #: 304
    REDIRECTED = "redirected"  #: 301, 302, 303, 307, 308; the next hop is a request of its own
    MISSING = "missing"  #: 404
    GONE = "gone"  #: 410
    FORBIDDEN = "forbidden"  #: 401, 403, 451
    LIMITED = "limited"  #: 429
    REFUSED = "refused"  #: any other 4xx
    SERVER_ERROR = "server_error"  #: 5xx
    BAD_REDIRECT = "bad_redirect"  #: a loop, too many hops, no or no usable Location
    BAD_ADDRESS = "bad_address"  #: not http(s), not public, not an address at all
    UNRESOLVED = "unresolved"  #: no such host, or its resolver fails
    UNREACHABLE = "unreachable"  #: no connection
    INSECURE = "insecure"  #: TLS or the certificate is wrong
    TIMED_OUT = "timed_out"  #: no answer, or not the whole, in the time allowed
    BROKEN = "broken"  #: not HTTP, or cut in the middle
    TOO_LARGE = "too_large"  #: above the bound, packed or unpacked
    DISALLOWED = "disallowed"  #: robots.txt says no; nothing was sent
    ABANDONED = "abandoned"  #: this program died before it knew


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """One feed of the list."""

    url: str
    source: str = ""  #: the outlet; empty: the feed's own title
    interval_s: int = 0  #: asked no more often than this; 0: the default
    language: str = ""  #: BCP 47, of its articles; empty: as the feed says
    full_text: FullText = "auto"
    ignore_http_cache: bool = False  #: never ask conditionally, and do not believe max-age
    headers: tuple[tuple[str, str], ...] = ()  #: sent with each request for the feed, and to its own host only


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """Manners and bounds, the same for every address."""

    contact: str = ""  #: an address or a page where a publisher finds the operator; part of the User-Agent
    pause_s: float = 1.0  #: between the end of a request to a host and the next one
    timeout_s: float = 30.0  #: to connect, and between two parts of an answer
    total_s: float = 120.0  #: for a whole answer
    max_bytes: int = 20_000_000  #: of a body, packed or unpacked
    max_redirects: int = 5
    hosts_at_once: int = 16
    pages_per_round: int = 500  #: at most this many article pages are fetched in one round
    allow_private: bool = False  #: let addresses be asked that are not public, and hosts below .localhost


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request and what came of it: a row of `requests/`, and a line of a round's journal."""

    request_id: str
    purpose: Purpose
    url: str
    host: str
    feed_url: str  #: the feed for which it was asked, as it stands in the list; empty: none
    started_at: datetime
    outcome: Outcome
    detail: str = ""  #: one line for a person
    method: str = "GET"
    status: int | None = None
    http_version: str = ""
    bytes: int = 0  #: of the body as received
    duration_ms: int = 0
    wait_ms: int = 0  #: waited before sending, for manners
    sent_etag: str = ""
    sent_last_modified: str = ""
    etag: str = ""  #: verbatim
    last_modified: str = ""  #: verbatim
    cache_control: str = ""
    age_s: int = 0
    expires_at: datetime | None = None
    retry_after_s: int | None = None  #: from the end of the answer
    location: str = ""  #: where a redirect leads, resolved against url
    content_type: str = ""
    body_hash: str = ""  #: BLAKE2b of the unpacked body
    robots: str = ""  #: what robots.txt said: allowed, disallowed, unavailable; empty: not asked
    raw_address: str = ""  #: where the response lies: `raw/…warc.gz@offset+length`, relative to the output folder
    first_url: str = ""  #: the address that redirects led from; url itself where there were none
    next_at: datetime | None = None  #: when its feed is asked again; known when the round is over


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHints:
    """What a feed document says about when to ask again."""

    ttl_s: int = 0  #: RSS ttl
    update_period_s: int = 0  #: sy:updatePeriod divided by sy:updateFrequency
    skip_hours: tuple[int, ...] = ()  #: UTC
    skip_days: tuple[int, ...] = ()  #: 0: Monday


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedEntry:
    """An entry of a feed as far as polling cares."""

    key: str  #: names the entry within its feed and its state: changes when title, text, date or address do
    article_id: str
    url: str  #: where its page is, as the entry says
    title: str
    has_text: bool  #: its own text is the whole article, not a summary
    published_at: datetime | None
    item: bytes = b""  #: of an entry with an address: all that it says, as JSON of an Item; goes with its page


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSurvey:
    """A feed document as far as polling cares. `fault` empty: it is a feed."""

    fault: str = ""  #: why it is none, one line for a person: a page, a login, empty, hostile
    title: str = ""
    form: str = ""  #: "rss", "atom", "rdf", "json", "sitemap"
    hints: FeedHints = FeedHints()
    entries: tuple[SurveyedEntry, ...] = ()
    unreadable: int = 0  #: entries that were refused
