"""Which files may speak for which provider: give ids and versions of its items, and recall them.

Does no I/O. Files speak for the providers that they name, unless the user has said for a provider whose word counts;
then it is only that of the places named. Feeds and pages speak for nobody.
"""

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from transforms.core.normalise import body_key
from transforms.core.pieces import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Speakers:
    """The places whose word counts for a provider."""

    provider: str
    places: tuple[str, ...]  #: files and folders, absolute and without `..`; none: nobody's does


def bound(piece: Piece, speakers: Iterable[Speakers], path: str) -> Piece:
    """The piece with the providers that it may not speak for.

    Args:
        piece: of a file.
        speakers: at most one for each provider.
        path: the file that it is of, absolute; for a member of an archive the archive.

    >>> lws = Speakers(provider="LWS", places=("/drop/lws",))
    >>> bound(Piece(origin="a.xml", path="/drop/lws/a.xml"), [lws], "/drop/lws/a.xml").mute
    ()
    >>> bound(Piece(origin="a.xml", path="/drop/lwsx/a.xml"), [lws], "/drop/lwsx/a.xml").mute
    ('lws',)
    """
    mute = tuple(body_key(each.provider) for each in speakers if not any(_is_in(path, place) for place in each.places))
    return replace(piece, mute=mute) if mute else piece


def may_speak(provider: str, *, source_kind: str, mute: Collection[str]) -> bool:
    """Whether what a piece holds may speak for a provider."""
    return source_kind in ("wire", "text") and body_key(provider) not in mute


def _is_in(path: str, place: str) -> bool:
    return path == place or path.startswith(place.rstrip(os.sep) + os.sep)
