"""What a delivery is known by: names of articles, versions, texts and refusals.

Contains no policy beyond the order of evidence below, and does no I/O. A name is a letter for its kind, a digit for the
version of this module's arithmetic, and 32 hexadecimal digits of BLAKE2b over length-prefixed fields: the same in every
process, on every platform. It is stored, so whatever changes a name needs a new digit.

An article is known by the best of:

1. `provider`: agency and item id, where the source may speak for that agency. The same for every source that may.
2. `uri`: an item id that is unique in the world (`urn:`, `tag:`, `http:` and the like), of a record that names no
   agency. Ids of an agency that the source may not speak for count for nothing: who may not give a version may not
   collide with one either.
3. `url`: the canonical address. For pages and feed entries it comes before any id: their ids are local or forged too
   easily.
4. `guid`: the id of a feed entry without a link, within its feed.
5. `content`: title and text. All that is left for bare text, and for a local id ("4711") that comes without agency,
   feed and address: two files may both hold an item 1. What is known by its content has no versions: each change makes
   another article.
"""

import re
from collections.abc import Callable
from hashlib import blake2b
from typing import Literal

from transforms.core.normalise import body_key, nfc
from transforms.core.records import Item, Rejected

#: What an article is known by.
KnownBy = Literal["provider", "uri", "url", "guid", "content"]

_VERSION = "1"
_HEX_BYTES = 16
_URI = re.compile(
    r"(?:urn:[a-z0-9][a-z0-9-]{1,31}:|tag:[^,\s]{1,255},[0-9]|(?:https?|ftp|doi|info|oid|ni)://?|doi:|info:)\S",
    re.IGNORECASE,
)


def article_id(item: Item, *, speaks_for: Callable[[str], bool], canonical: str) -> tuple[str, KnownBy]:
    """Return what the article of a delivery is known by, and which evidence that came from.

    Args:
        item: the delivery.
        speaks_for: whether the item's source may speak for a provider; asked at most once.
        canonical: the canonical address of the item, empty if it has none that may name an article.
    """
    own_id = item.item_id.strip()
    if own_id and item.provider and speaks_for(item.provider):
        return _name("a", "provider", body_key(item.provider), own_id), "provider"
    addressed = item.source_kind in ("page", "feed")
    if own_id and not item.provider and not addressed and _URI.match(own_id) is not None:
        return _name("a", "uri", own_id), "uri"
    if canonical:
        return _name("a", "url", canonical), "url"
    if own_id and item.source_kind == "feed" and item.feed_url:
        return _name("a", "guid", item.feed_url, own_id), "guid"
    return _name("a", "content", body_key(item.title), body_key(item.text)), "content"


def version_of(title: str, text: str) -> str:
    """Return the name of a version: title and body, what no editor would call a change aside."""
    return _name("v", body_key(title), body_key(text))


def content_hash(text: str) -> str:
    """Return the name of a normalised body: equal for texts that differ in nothing an editor would call a change."""
    return _name("c", body_key(text))


def delivery_id(rejected: Rejected) -> str:
    """Return the name of a refusal: the same delivery refused again at the same stage for the same reason has it too.

    Detail, source and the stored bytes' address are aside: they may tell of one attempt.
    """
    return _name("r", rejected.origin, rejected.stage, rejected.reason, rejected.url, rejected.title, rejected.excerpt)


def _name(kind: str, *fields: str) -> str:
    """A name over fields that cannot run into one another."""
    digest = blake2b(digest_size=_HEX_BYTES)
    for field in fields:
        data = nfc(field).encode()
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return kind + _VERSION + digest.hexdigest()
