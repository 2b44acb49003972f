"""The records that travel: what a reader found, what is stored, what was refused.

Does no I/O. Times are timezone-aware UTC; texts are NFC; paragraphs are separated by one blank line.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

#: Where the text of an article was taken from, poorest first. Like is compared with like.
TextFrom = Literal["title", "summary", "content", "page", "wire", "file"]
#: page: an HTML page; feed: an entry of a feed; wire: a structured item of an agency; text: bare text.
SourceKind = Literal["text", "page", "feed", "wire"]
#: day and finer are facts; "none" means no date was found.
Precision = Literal["none", "year", "month", "day", "minute", "second"]
#: Who may read an article, as its publisher says: everybody, or who pays, in whole or no more than its beginning.
Access = Literal["", "free", "paid", "lead"]
#: The IPTC publishing status of an item.
PubStatus = Literal["usable", "withheld", "canceled"]


class Stage(StrEnum):
    """Where a delivery was refused."""

    RETRIEVE = "retrieve"  #: asking for it on the network
    OPEN = "open"  #: finding, opening, unpacking
    DECODE = "decode"  #: bytes to characters
    PARSE = "parse"  #: characters to a document of its format
    EXTRACT = "extract"  #: a document to title and text
    IDENTIFY = "identify"  #: who may say this, and what it is known by


class Reason(StrEnum):
    """Why a delivery was refused: a closed list, each value says what is wrong."""

    MISSING = "missing"  #: no such file
    UNREADABLE = "unreadable"  #: permissions, an I/O error, not a regular file
    DISAPPEARED = "disappeared"  #: was there when listed, gone or changed when read
    SYMLINK_LOOP = "symlink_loop"
    EMPTY = "empty"  #: no bytes, or nothing but white space
    BINARY = "binary"  #: not text of any kind; detail names the format where it is known
    UNSUPPORTED = "unsupported"  #: a known format that is not read; detail names it
    TOO_LARGE = "too_large"  #: above the configured limit
    TRUNCATED = "truncated"  #: ends in the middle
    CORRUPT = "corrupt"  #: a container that cannot be unpacked
    BOMB = "bomb"  #: unpacks to far more than its size allows
    ENCRYPTED = "encrypted"
    UNDECODABLE = "undecodable"  #: decodes to garbage in every encoding tried
    HOSTILE_MARKUP = "hostile_markup"  #: entity definitions and the like
    NOT_JSON = "not_json"
    BAD_RECORD = "bad_record"  #: JSON, but not a record of ours: not an object, a key of the wrong type
    NOT_A_FEED = "not_a_feed"
    HTTP_ERROR = "http_error"  #: a response that is not a success
    UNREACHABLE = "unreachable"  #: no such host, no connection, no answer in time, or none that can be read
    DISALLOWED = "disallowed"  #: robots.txt keeps it from us
    INSECURE = "insecure"  #: TLS or the certificate is wrong
    BAD_ADDRESS = "bad_address"  #: an address that is not asked: not of the web, or not public
    BAD_REDIRECT = "bad_redirect"  #: a loop, too many hops, or one that leads nowhere
    NO_TITLE = "no_title"
    NO_TEXT = "no_text"  #: no body
    FRONT_PAGE = "front_page"  #: the front page of a site, not an article
    SECTION_PAGE = "section_page"  #: a list of stories, none of them whole
    ERROR_PAGE = "error_page"  #: tells that there is no such page, though it was answered as if there were
    LOGIN_PAGE = "login_page"  #: asks who one is
    CONSENT_PAGE = "consent_page"  #: asks for consent to cookies in the place of the article
    PAYWALLED = "paywalled"  #: an offer to subscribe, with no more than a line of the article
    VIDEO_PAGE = "video_page"  #: a video with a caption
    TIMED_OUT = "timed_out"  #: took longer than an item may
    OUT_OF_MEMORY = "out_of_memory"  #: took more memory than an item may
    CRASHED = "crashed"  #: killed the interpreter that read it
    NOT_AUTHORISED = "not_authorised"  #: its source may not say this
    PURGED = "purged"  #: purged for the law: nothing of it is taken in again


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A subject as the provider codes it."""

    code: str
    scheme: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """`GROSSETO, Italy (AP) —`: place "GROSSETO, Italy", agency "AP"."""

    place: str
    agency: str = ""
    date: str = ""  #: as written


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Words that earned a topic: `getattr(article, field)[start:end] == surface`, in code points of the NFC text."""

    field: Literal["title", "text"]
    start: int
    end: int
    surface: str
    language: str  #: of the expression that matched


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A claim with proof. Score: how central, 0-1."""

    id: str
    score: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """A place an article names."""

    name: str
    country: str
    latitude: float
    longitude: float
    role: Literal["dateline", "subject"]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A date with its evidence."""

    at: datetime | None = None
    precision: Precision = "none"
    raw: str = ""  #: as written
    taken_from: str = ""  #: e.g. "meta article:published_time", "rss pubDate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One delivery as a reader found it, before anything is concluded from it. Empty string: not said."""

    origin: str  #: where it was read: `path`, `path#line`, `path!member`, `path#entry`; polled: the address asked
    source_kind: SourceKind
    source: str = ""  #: the outlet: site name, feed title, provider; empty: unknown
    title: str = ""
    text: str = ""
    text_from: TextFrom = "file"
    extractor: str = ""  #: what made the text, with its version
    headings: tuple[str, ...] = ()  #: paragraphs of a page's text that it marks as headings
    lead: str = ""
    authors: tuple[str, ...] = ()
    byline: str = ""  #: as written
    feed_url: str = ""
    url: str = ""  #: the address as delivered
    canonical_url: str = ""  #: what the document itself says its address is; a claim
    item_id: str = ""  #: the provider's or the feed's id
    provider: str = ""  #: agency that gave item_id
    source_version: int | None = None
    published: Dated = Dated()
    dated_also: tuple[Dated, ...] = ()  #: other evidence of when it was published, the best first
    updated_at: datetime | None = None
    pubstatus: PubStatus = "usable"
    embargoed: str = ""  #: as written; not empty: not to be shown before
    not_for_publication: bool = False  #: for editors only, as advisories are; recalls nothing
    language_hint: str = ""  #: BCP 47, as the document says
    source_language: str = ""  #: BCP 47, as the user's list or the feed says of all that comes from there
    dateline: Dateline | None = None
    agency: str = ""
    urgency: int | None = None
    slugline: str = ""
    ednote: str = ""
    genre: str = ""
    subjects: tuple[Subject, ...] = ()
    usage_terms: str = ""
    rights: str = ""
    expires_at: datetime | None = None
    image_url: str = ""
    publisher_tags: tuple[str, ...] = ()
    section: str = ""  #: of the outlet, as it calls it
    access: Access = ""
    raw_address: str = ""  #: where the bytes lie: `path`, `path@offset+length`
    seen_at: datetime | None = None  #: when it was received; None: when the batch runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A delivery that could not be used, or a part of a container that could not be read."""

    stage: Stage
    reason: Reason
    detail: str  #: one line for a person
    origin: str
    source: str = ""
    title: str = ""  #: as far as it was known
    url: str = ""
    excerpt: str = ""  #: the first characters, at most 200
    raw_address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One version of a story.

    Column for column a row of `articles/`, less `load_id` and `date`, which publishing knows.
    """

    article_id: str
    version: str
    source_version: int | None
    title: str
    text: str
    lead: str
    authors: tuple[str, ...]
    byline: str
    source: str
    source_kind: SourceKind
    feed_url: str
    url: str
    url_original: str
    origin: str
    item_id: str
    published_at: datetime | None
    published_precision: Precision
    published_raw: str
    published_from: str
    updated_at: datetime | None
    first_seen_at: datetime
    language: str
    language_confidence: float
    dateline: Dateline | None
    agency: str
    urgency: int | None
    slugline: str
    ednote: str
    genre: str
    subjects: tuple[Subject, ...]
    usage_terms: str
    rights: str
    expires_at: datetime | None
    embargoed_until: datetime | None
    topics: tuple[Topic, ...]
    topic_ids: tuple[str, ...]
    places: tuple[NamedPlace, ...]
    publisher_tags: tuple[str, ...]
    image_url: str
    section: str
    access: Access
    word_count: int
    content_hash: str
    text_from: TextFrom
    extractor: str
    taxonomy_version: str
    raw_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What finds copies of a text without the text."""

    scheme: str  #: names the algorithm and its parameters; other schemes are not comparable
    content_hash: str  #: of the normalised body
    signature: bytes  #: hashes of 16 MinHash bands, 8 bytes each; empty where the text is too short
    anchors: tuple[int, ...]  #: sampled hashes of word runs, ascending, below 2**63; what finds cut copies
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A verified pair of texts, a the smaller key."""

    jaccard: float  #: of word 3-shingles
    containment_a: float  #: share of a's words that stand in b, in order
    containment_b: float
    #: what was changed: "title", "dateline", "cut", "extended", "wording", "numbers"
    changes: tuple[str, ...] = field(default=())
