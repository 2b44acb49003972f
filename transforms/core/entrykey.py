"""What an entry of a feed is remembered by: its article, and the state that it was in. Does no I/O."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import msgspec

#: Names the form of keys; those of another form are keys of entries that nobody knows.
_FORM: Final = "k2"
_ARTICLE: Final = slice(0, len(_FORM) + 16)


def entry_key(article_id: str, state: Sequence[str]) -> str:
    """A name of an entry within its feed, and of its state.

    >>> entry_key("a1", ["Ferry runs"])[:18] == entry_key("a1", ["Ferry sails"])[:18]
    True
    """
    article = blake2b(article_id.encode(), digest_size=8).hexdigest()
    return f"{_FORM}{article}{blake2b(msgspec.json.encode(state), digest_size=16).hexdigest()}"


def article_of(key: str) -> str:
    """What the keys of all states of one article begin with."""
    return key[_ARTICLE]
