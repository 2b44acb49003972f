"""What travels through the graph in place of a text: small heads that say where the draft lies.

Does no I/O. Texts stay on disk as drafts; only ids, keys and references are shuffled.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from transforms.core.records import Article, Fingerprint, Rejected, SourceKind, TextFrom

#: Why an article may not be shown; empty: it may. An advisory is for editors only, and recalls nothing.
Hold = Literal["", "embargo", "withheld", "advisory"]
NoticeKind = Literal["kill", "withhold"]
#: What an earlier load may hold: a notice, or that the article was purged.
RecallKind = Literal["kill", "withhold", "purge"]
StoredIn = Literal["articles", "copies", "held"]

#: How rich the evidence of a text is. A poorer text never replaces a richer one; equals are compared.
RICHNESS: dict[TextFrom, int] = {"title": 0, "summary": 1, "content": 2, "page": 3, "wire": 3, "file": 3}


class Outcome(StrEnum):
    """What came of a delivery: exactly one of these."""

    NEW = "new"
    NEW_VERSION = "new_version"
    COPY = "copy"
    UNCHANGED = "unchanged"
    REPEATED = "repeated"  #: a second time in the same batch
    HELD = "held"
    RECALL = "recall"  #: a kill or withhold notice
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An article and its fingerprint, as a worker writes them to disk."""

    article: Article
    fingerprint: Fingerprint
    blocks: tuple[int, ...] = ()  #: of a page: what is noted for its host's profile


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Ref:
    """Where a draft lies."""

    path: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """All of an article that decides what becomes of it, and where its draft lies."""

    article_id: str
    version: str
    text_from: TextFrom
    content_hash: str
    words: int
    date: date  #: of the partition, if this is the article's first row
    evidence_at: datetime  #: published, else seen
    seen_at: datetime  #: when it was delivered
    source_version: int | None
    updated_at: datetime | None
    origin: str
    url: str
    source: str
    source_kind: SourceKind
    hold: Hold
    language: str
    topic_ids: tuple[str, ...]
    keys: tuple[int, ...]  #: of the fingerprint
    ref: Ref
    agency: str = ""  #: that it credits
    number: int = 0  #: of the delivery in its piece: tells apart what a feed holds, for all of it has one origin
    host: str = ""  #: of a page
    is_noted: bool = False  #: its draft holds blocks for the profile of its host
    compared: str = ""  #: the version of its text without all that was ever furniture of its host; empty: nothing was
    cleaned_since: int = 0  #: pages that this load and earlier ones stored may hold furniture that is known now


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A kill or withhold, as delivered. Covers every version of the item."""

    notice_id: str
    article_id: str
    provider: str
    item_id: str
    kind: NoticeKind
    source_version: int | None
    text: str
    at: datetime | None
    seen_at: datetime  #: when it was delivered
    origin: str
    source: str
    raw_address: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Recall:
    """What an earlier load holds of a notice."""

    notice_id: str
    kind: RecallKind
    source_version: int | None
    at: datetime | None
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one delivery gave: a rejection, or a head, or a notice; a withheld text gives head and notice."""

    head: Head | None = None
    notice: Notice | None = None
    rejected: Rejected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """A version that is stored already."""

    version: str
    stored_in: StoredIn
    date: date
    text_from: TextFrom  #: the richest that it was seen with
    source_version: int | None
    updated_at: datetime | None
    first_at: datetime | None = field(default=None, compare=False)  #: when it was first seen
    load_id: int = field(default=0, compare=False)  #: that stored it


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What an article was when it was seen at an origin."""

    version: str
    source_version: int | None
    updated_at: datetime | None
    seen_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A head, and what is known of its article from earlier loads."""

    head: Head
    stored: tuple[StoredVersion, ...] = ()
    seen: Place | None = None  #: at the head's own origin, at the latest when the head was
    covered: bool = False  #: by a recall of an earlier load: it may not be shown
    settled: bool = False  #: read again, and what is stored of its article is as rich: it changes nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAt:
    """A text that may be a copy of another: which, when, and where it can be read."""

    article_id: str
    version: str
    content_hash: str
    words: int
    evidence_at: datetime | None  #: None: stored, so before any of the batch
    placed: Literal["", "articles", "copies", "held"]  #: where its article is or must go; empty: to be decided
    ref: Ref | None  #: the draft; None: stored
    date: date  #: of the partition, if stored
    is_stored: bool  #: in whatever table, maybe by an earlier delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two texts of different articles, worth comparing; a is the smaller (article_id, version)."""

    a: TextAt
    b: TextAt


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A verified pair; a is the smaller (article_id, version)."""

    a_article_id: str
    a_version: str
    b_article_id: str
    b_version: str
    jaccard: float
    containment_a: float
    containment_b: float
    changes: tuple[str, ...]
    a_content_hash: str = ""
    b_content_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedPair:
    """A link with the texts it joins."""

    pair: Pair
    link: Link
    is_stored: bool  #: the link is, too
