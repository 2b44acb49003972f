"""The feed list: a TOML file that names the feeds and drop folders, and how the network is used.

    [network]                       # once: manners and bounds
    contact = "desk@example.org"

    [defaults]                      # once: for every feed that does not say otherwise
    interval = "15m"

    [[feeds]]
    url = "https://news.example.org/feed"
    full_text = "never"

    [[folders]]
    path = "drop/agency"

Durations are numbers of seconds or texts such as "15m". Paths are relative to the folder of the list. Unknown keys are
faults: a setting that is misspelt would silently not count.
"""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pipeline.feedkeys import FEED, FEED_DEFAULTS, FOLDER, NETWORK, Keys, Wrong, feed_key, shown
from transforms.core.polling import FeedSettings, NetworkSettings

#: Above this a list is something else.
_MAX_LIST_BYTES: Final = 20_000_000
_MAX_FAULTS: Final = 20  #: so many are told at once
_HEADER: Final = re.compile(r"[ \t]*\[\[?[ \t]*[\"']?(?P<name>\w+)[\"']?[ \t]*\]\]?[ \t]*(?:#.*)?")
_TABLES: Final = ("network", "defaults", "feeds", "folders")
_NO_FEED: Final = FeedSettings(url="")


class FeedListError(Exception):
    """A feed list cannot be used: each fault is one line that names the file, the place and what to write instead."""

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(self.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSettings:
    """A drop folder of the list."""

    path: Path  #: absolute; need not exist
    settle_s: float = 10.0  #: a file that has not changed for so long is whole
    move_to: Path | None = None  #: where handled files go; None: they stay


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedList:
    """What is to be asked and watched, in the order of the file."""

    feeds: tuple[FeedSettings, ...] = ()
    folders: tuple[FolderSettings, ...] = ()
    network: NetworkSettings = field(default_factory=NetworkSettings)
    defaults: FeedSettings = _NO_FEED  #: what a feed is that says nothing of itself


def read_list(path: Path) -> FeedList:
    """Read a feed list.

    Raises:
        FeedListError: it is missing, no TOML, or has faults; all of them at once.
    """
    return parse_list(read_text(path), path)


def read_text(path: Path) -> str:
    """The text of a feed list.

    Raises:
        FeedListError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_LIST_BYTES + 1)
    except FileNotFoundError:
        hint = "newsbeam feeds add https://example.org/feed"
        raise FeedListError(f"{path}: there is no such feed list; make one by: {hint}") from None
    except OSError as error:
        raise FeedListError(f"{path}: {error.strerror}") from None
    if len(data) > _MAX_LIST_BYTES:
        raise FeedListError(f"{path}: larger than {_MAX_LIST_BYTES:,} bytes, which no feed list is")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FeedListError(f"{path}, line {line}: not UTF-8; save the file as UTF-8") from None


def parse_list(text: str, path: Path) -> FeedList:
    """The settings that a list's text holds; `path` names it in messages, and is what its paths are relative to.

    Raises:
        FeedListError: the text is no TOML, or has faults.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said, _, place = str(error).partition(" (at line ")
        line = place.partition(",")[0]
        where = f"{path}, line {line}" if line.isdigit() else f"{path}, at its end"
        said = said[:1].lower() + said[1:].removesuffix(" (at end of document)")
        raise FeedListError(f"{where}: not TOML: {said}") from None
    except RecursionError:
        raise FeedListError(f"{path}: not a feed list: nested too deeply") from None
    return _Reading(document, text, path).result()


class _Reading:
    """One reading of a list; collects its faults."""

    def __init__(self, document: dict[str, Any], text: str, path: Path) -> None:
        self._document, self._path = document, path
        self._lines = text.splitlines()
        self._faults: list[str] = []

    def result(self) -> FeedList:
        for name in self._document:
            if name not in _TABLES:
                hint = " (settings of feeds go into [[feeds]] or [defaults])" if name in FEED else ""
                self._fault(name, None, name, f"unknown table or key {shown(name)}{_meant(name, _TABLES)}{hint}")
        network = NetworkSettings(**self._single("network", NETWORK))
        defaults = self._single("defaults", FEED_DEFAULTS)
        feeds = [(number, FeedSettings(**defaults | found)) for number, found in self._several("feeds", FEED, "url")]
        folders = [(number, self._folder(found)) for number, found in self._several("folders", FOLDER, "path")]
        self._find_repeated("feeds", "url", [(number, feed.url, feed_key(feed.url)) for number, feed in feeds])
        self._find_repeated("folders", "path", [(number, str(each.path), str(each.path)) for number, each in folders])
        for number, each in folders:
            if each.move_to == each.path:
                self._fault("folders", number, "move_to", "move_to: is the folder itself; write another one")
        if self._faults:
            more = len(self._faults) - _MAX_FAULTS
            rest = (f"{self._path}: {more} more faults",) if more > 0 else ()
            raise FeedListError(*self._faults[:_MAX_FAULTS], *rest)
        return FeedList(
            feeds=tuple(feed for _, feed in feeds),
            folders=tuple(each for _, each in folders),
            network=network,
            defaults=FeedSettings(url="", **defaults),
        )

    def _folder(self, found: Mapping[str, Any]) -> FolderSettings:
        base = self._path.absolute().parent
        paths = {key: base / found[key] for key in ("path", "move_to") if key in found}
        return FolderSettings(**{**found, **paths})

    def _single(self, name: str, keys: Keys) -> dict[str, Any]:
        table = self._document.get(name, {})
        if isinstance(table, dict):
            return self._settings(table, keys, name, None)
        self._fault(name, None, name, f"{name} is not one table; write [{name}]")
        return {}

    def _several(self, name: str, keys: Keys, needed: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """The settings of each table that is whole, with its number in the list."""
        tables = self._document.get(name, [])
        if not isinstance(tables, list):
            self._fault(name, None, name, f"{name} is not a list of tables; write [[{name}]] before each")
            return
        for number, table in enumerate(tables, 1):
            if not isinstance(table, dict):
                self._fault(name, number, name, f"{shown(table)} is not a table; write [[{name}]] and {needed} = …")
                continue
            found = self._settings(table, keys, name, number)
            if needed not in table:
                self._fault(name, number, "", f'{needed} is missing; write {needed} = "…"')
            if needed in found:
                yield number, found

    def _settings(self, table: Mapping[str, Any], keys: Keys, name: str, number: int | None) -> dict[str, Any]:
        found = {}
        for key, value in table.items():
            if key not in keys:
                self._fault(name, number, key, f"unknown key {shown(key)}{_meant(key, keys)}")
                continue
            setting, convert = keys[key]
            try:
                found[setting] = convert(value)
            except Wrong as wrong:
                self._fault(name, number, key, f"{key}: {wrong}")
        return found

    def _find_repeated(self, name: str, key: str, found: list[tuple[int, str, str]]) -> None:
        first: dict[str, int] = {}
        for number, said, identity in found:
            if identity in first:
                what = (
                    f"{shown(said)} is the same as number {first[identity]}{self._line_of(name, first[identity], key)}"
                )
                self._fault(name, number, key, f"{what}; take one of them out")
            first.setdefault(identity, number)

    def _fault(self, name: str, number: int | None, key: str, said: str) -> None:
        what = f" ({name.removesuffix('s')} {number})" if number is not None else f" ([{name}])" * (name in _TABLES)
        self._faults.append(f"{self._path}{self._line_of(name, number, key)}{what}: {said}")

    def _line_of(self, name: str, number: int | None, key: str) -> str:
        """Where a key of a table stands, else where the table begins; empty where that cannot be told."""
        headers = [index for index, line in enumerate(self._lines) if _named(line) == name]
        table = self._document.get(name)
        known = len(headers) == (len(table) if isinstance(table, list) else 1)
        start = headers[(number or 1) - 1] if known else -1
        written = re.compile(rf"[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*[=.]")
        for index in range(start + 1, len(self._lines)):
            if key and written.match(self._lines[index]) and (known or number is None):
                return f", line {index + 1}"
            if _named(self._lines[index]):
                break
        return f", line {start + 1}" if known else ""


def _named(line: str) -> str:
    """The table that a line opens; empty: none."""
    found = _HEADER.fullmatch(line)
    return found["name"] if found else ""


def _meant(name: str, known: Keys | tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(known)}"
