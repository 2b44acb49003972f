"""Changes to a feed list that leave every other line, comment and blank of the file as its owner wrote it.

A change is made to the text, read back, and written only if the list then says exactly what it should: whole or not at
all, with the file's permissions. Two changes at the same time wait for each other.
"""

import fcntl
import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import tomlkit

from pipeline.durable import UNFINISHED, sync_folder
from pipeline.durations import said_duration
from pipeline.feedkeys import address_fault, feed_key
from pipeline.feedlist import FeedListError, parse_list, read_text
from transforms.core.polling import FeedSettings

#: What stands above the first feed of a list that is made here.
_HEADING: Final = '# Feeds that newsbeam asks; a setting per line, times such as "15m" or "1h".\n'
_HEADER: Final = re.compile(r"[ \t]*\[")
_FEED_HEADER: Final = re.compile(r"[ \t]*\[\[[ \t]*(?:feeds|\"feeds\"|'feeds')[ \t]*\]\]")
_PART_OF_FEED: Final = re.compile(r"[ \t]*\[\[?[ \t]*(?:feeds|\"feeds\"|'feeds')[ \t]*\.")
_SILENT: Final = re.compile(r"[ \t]*(?:#.*)?[\r\n]*")


def add_feed(path: Path, settings: FeedSettings) -> bool:
    """Add a feed at the end of a list, which is made if there is none; whether it was not there already.

    Raises:
        FeedListError: the list has faults, or the settings are none a list may hold.
        OSError: it cannot be written.
    """
    return bool(add_feeds(path, (settings,)))


def add_feeds(path: Path, feeds: Sequence[FeedSettings]) -> tuple[FeedSettings, ...]:
    """Add feeds at the end of a list, in one write; those that were not there already (compared as the list does).

    An interval of 0 and an empty language are the list's defaults.

    Raises:
        FeedListError: the list has faults, or the settings of a feed are none a list may hold; nothing is written.
        OSError: it cannot be written.
    """
    with _held(path) as target:
        text = read_text(target) if target.exists() else _HEADING
        current = parse_list(text, path)
        known = {feed_key(feed.url) for feed in current.feeds}
        new = []
        for feed in feeds:
            if fault := address_fault(feed.url):
                raise FeedListError(fault)
            if (key := feed_key(feed.url)) not in known:
                known.add(key)
                new.append(feed)
        if new:
            changed = _with_feeds(text, [_as_table(feed, current.defaults) for feed in new])
            parse_list(changed, path)
            _write(target, changed)
    return tuple(new)


def remove_feed(path: Path, url: str) -> str:
    """Take a feed out of a list; its address as it stood there, empty if it did not. Its comments stay.

    Raises:
        FeedListError: the list is missing or has faults.
        OSError: it cannot be written.
    """
    with _held(path) as target:
        text = read_text(target)
        feeds = parse_list(text, path).feeds
        exact = [index for index, feed in enumerate(feeds) if feed.url == url]
        same = [index for index, feed in enumerate(feeds) if feed_key(feed.url) == feed_key(url)]
        index = next(iter(exact or same), None)
        if index is None:
            return ""
        changed = _without_feed(text, index)
        parse_list(changed, path)
        _write(target, changed)
        return feeds[index].url


def _as_table(feed: FeedSettings, defaults: FeedSettings) -> dict[str, Any]:
    """What a list has to say of a feed: nothing that it would be without."""
    table: dict[str, Any] = {"url": feed.url}
    if feed.source:
        table["source"] = feed.source
    if feed.interval_s:
        table["interval"] = said_duration(feed.interval_s)
    if feed.language:
        table["language"] = feed.language
    if feed.full_text != defaults.full_text:
        table["full_text"] = feed.full_text
    if feed.ignore_http_cache:
        table["ignore_http_cache"] = True
    if feed.headers:
        table["headers"] = dict(feed.headers)
    return table


def _with_feeds(text: str, tables: Sequence[dict[str, Any]]) -> str:
    """The list with these feeds at its end."""
    said = tomllib.loads(text)
    wanted = {**said, "feeds": [*said.get("feeds", []), *tables]}
    added = [tomlkit.dumps({"feeds": [table]}) for table in tables]
    changed = "\n".join([*([text.removesuffix("\n") + "\n"] if text else []), *added])
    if _says(changed, wanted):
        return changed
    document = tomlkit.parse(text)  # the feeds are written as one array
    feeds = document.setdefault("feeds", tomlkit.array())
    for table in tables:
        inline = tomlkit.inline_table()
        inline.update(table)
        feeds.append(inline)
    return _proven(tomlkit.dumps(document), wanted)


def _without_feed(text: str, index: int) -> str:
    """The list without one of its feeds; blank lines and comments around it stay."""
    said = tomllib.loads(text)
    wanted = {**said, "feeds": [table for number, table in enumerate(said["feeds"]) if number != index]}
    if not wanted["feeds"]:
        del wanted["feeds"]
    lines = text.splitlines(keepends=True)
    headers = [number for number, line in enumerate(lines) if _FEED_HEADER.match(line)]
    if len(headers) == len(said["feeds"]):
        start = headers[index]
        end = start + 1
        while end < len(lines) and not (_HEADER.match(lines[end]) and not _PART_OF_FEED.match(lines[end])):
            end += 1
        while _SILENT.fullmatch(lines[end - 1]):
            end -= 1
        kept = lines[:start] + lines[end:]
        if 0 < start < len(kept) and not kept[start - 1].strip() and not kept[start].strip():
            del kept[start]  # of the blank lines before and after it, one
        if _says("".join(kept), wanted):
            return "".join(kept)
    document = tomlkit.parse(text)
    del document["feeds"][index]
    if not document["feeds"]:
        del document["feeds"]
    return _proven(tomlkit.dumps(document), wanted)


def _says(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _proven(text: str, wanted: dict[str, Any]) -> str:
    if not _says(text, wanted):
        raise FeedListError("this list is written in a way that cannot be changed from here; edit it by hand")
    return text


@contextmanager
def _held(path: Path) -> Iterator[Path]:
    """The file itself, behind any link; nobody else changes lists of its folder meanwhile."""
    target = path.resolve()
    try:
        descriptor = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise FeedListError(f"{path}: its folder cannot be used: {error.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield target
    finally:
        os.close(descriptor)


def _write(target: Path, text: str) -> None:
    """Write the file whole or not at all, and flush it; it may hold passwords, so its permissions stay."""
    mode = target.stat().st_mode & 0o777 if target.exists() else None
    draft = target.with_name(target.name + UNFINISHED)
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666 if mode is None else 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text.encode("utf-8"))
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
    sync_folder(target.parent)
