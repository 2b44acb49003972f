"""What `newsbeam explain` has to tell of an article. Words of what may not be shown are in none of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from transforms.core.difference import Difference
from transforms.core.syndication import Origin, Outlet


class State(StrEnum):
    """Whether a version, or an article, may be shown, and why not."""

    SHOWN = "shown"
    KILLED = "killed"
    RECALLED = "recalled"  #: a copy that credits an agency, which killed the item it is a copy of
    WITHHELD = "withheld"
    EMBARGOED = "embargoed"
    HELD = "held"  #: for editors only, or under an embargo that tells no time
    LEFT_OUT = "left_out"  #: a richer text of the article is known
    PURGED = "purged"
    UNKNOWN = "unknown"  #: no text is stored


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionTold:
    """A version of the article."""

    version: str
    number: int | None  #: its place among those that may be shown; None: it is none of them
    state: State
    source_version: int | None
    at: datetime  #: when the source changed it, else when it was first seen
    embargoed_until: datetime | None
    text_from: str
    stored_in: str
    title: str  #: empty where it may not be shown
    note: str  #: the note to editors; the same
    difference: Difference | None  #: from the version before; None: there is none that may be shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the article was seen, and as what."""

    at: datetime
    source: str
    origin: str
    url: str
    version: str
    number: int | None  #: of the version


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Another article of the story."""

    state: State
    url: str
    title: str  #: empty where it may not be shown
    outlet: Outlet  #: what it copied of what, and what it changed
    copied_source: str
    copied_number: int | None  #: of the version it was compared with


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """A notice about the article, or about the one that it is a copy of."""

    article_id: str
    kind: str
    provider: str
    item_id: str
    source_version: int | None
    at: datetime | None
    seen_at: datetime
    notice: str  #: what it says; empty where it quotes the headline


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """A topic and the words that earned it, the most frequent first."""

    topic: str
    score: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The whole story."""

    article_id: str
    state: State
    title: str  #: of the current version; empty where it may not be shown
    source: str
    url: str
    item_id: str
    language: str
    published_at: datetime | None
    versions: tuple[VersionTold, ...]  #: those that may be shown by number, then the others
    origin: Origin | None  #: None where the article may not be shown
    origin_source: str
    copies: tuple[Copy, ...]
    recalls: tuple[Recalled, ...]
    places: tuple[Place, ...]
    topics: tuple[Earned, ...]
