"""What may stand in a feed list: every key, how its value is read, and what is told when it is wrong. Does no I/O."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from pipeline.durations import EXAMPLES, duration_s, said_duration
from transforms.core.addresses import MAX_LENGTH, canonical_address
from transforms.core.polling import FullText

#: How long a value of the list is in a message.
_SHOWN: Final = 80
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")  # RFC 9110, 5.6.2: token
_HEADER_VALUE: Final = re.compile(r"[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?")
_NOT_IN_ADDRESSES: Final = re.compile(r"[\x00-\x20\x7f<>\"\\]")
_LINE: Final = re.compile(r"[^\x00-\x1f\x7f\x85\u2028\u2029]*")
_CONTACT: Final = re.compile(r"[\x20-\x27\x2a-\x5b\x5d-\x7e]{0,200}")  # what a comment of a User-Agent may hold
#: What the client sends by itself, or what would undo its manners.
_OWN_HEADERS: Final = frozenset({
    "accept-encoding", "connection", "content-length", "expect", "host", "if-match", "if-modified-since",
    "if-none-match", "if-range", "if-unmodified-since", "keep-alive", "proxy-authorization", "proxy-connection",
    "range", "te", "trailer", "transfer-encoding", "upgrade",
})  # fmt: skip
_FULL_TEXT: Final[Mapping[Any, FullText]] = {
    "auto": "auto", "never": "never", "always": "always", True: "auto", False: "never",
}  # fmt: skip


class Wrong(Exception):
    """What is wrong with a value, and what to write instead."""


#: The name of a setting, and what makes it of the value that the list holds.
Keys = Mapping[str, tuple[str, Callable[[Any], Any]]]


def shown(value: object) -> str:
    """A value in a message, cut where it is long."""
    said = repr(value)
    return said if len(said) <= _SHOWN else said[: _SHOWN - 1] + "…"


def feed_key(url: str) -> str:
    """What two addresses of one feed have in common: canonical form, and every parameter that may choose a feed.

    >>> feed_key("http://www.example.org/feed/?utm_source=x") == feed_key("https://example.org/feed")
    True
    >>> feed_key("https://example.org/search?rss=sport") == feed_key("https://example.org/search?rss=world")
    False
    """
    parameters = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    chosen = sorted(f"{name}={value}" for name, value in parameters if not name.startswith("utm_"))
    return "\n".join((canonical_address(url), *chosen))


def address_fault(url: str) -> str:
    """Why an address cannot be a feed's, and what to write instead; empty: it can. Passwords are not repeated.

    >>> address_fault("news.example.org/feed")
    "'news.example.org/feed' has no scheme; write https://news.example.org/feed"
    """
    if len(url) > MAX_LENGTH:
        return f"is longer than {MAX_LENGTH} characters"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return f"{shown(url)} is no address; write one such as https://example.org/feed"
    if parts.username is not None or parts.password is not None:
        return "the address holds a user name or password; write it without, and headers = {Authorization = '…'}"
    if found := _NOT_IN_ADDRESSES.search(url):
        return f"{shown(url)} holds the character {found[0]!r}; write it as %{ord(found[0]):02X}"
    if parts.scheme == "feed":
        rest = url[len("feed:") :].removeprefix("//")
        return f"{shown(url)} begins with feed:; write {rest if rest.startswith('http') else 'https://' + rest}"
    if not parts.scheme or "." in parts.scheme or parts.path[:1].isdigit():
        return f"{shown(url)} has no scheme; write https://{url.lstrip('/') or 'example.org/feed'}"
    if parts.scheme not in {"http", "https"}:
        return f"{shown(url)} is not of the web; write an http or https address"
    if not host or port == 0 or not canonical_address(url):
        return f"{shown(url)} names no host that can be asked; write one such as https://example.org/feed"
    return ""


def _address(value: Any) -> str:  # noqa: ANN401  # TOML gives what was written
    url = _line(value)
    if fault := address_fault(url):
        raise Wrong(fault)
    return url


def _line(value: Any) -> str:  # noqa: ANN401  # the same
    if not isinstance(value, str) or not _LINE.fullmatch(value):
        raise Wrong(f"{shown(value)} is not a text of one line; write it in quotation marks")
    return value.strip()


def _contact(value: Any) -> str:  # noqa: ANN401  # the same
    contact = _line(value)
    if not _CONTACT.fullmatch(contact):
        raise Wrong(f"{shown(value)} cannot stand in a User-Agent; write a mail or web address in ASCII")
    return contact


def _language(value: Any) -> str:  # noqa: ANN401  # the same
    language = _line(value)
    if language and not _LANGUAGE.fullmatch(language):
        raise Wrong(f'{shown(value)} is no language tag; write one such as "en" or "pt-BR"')
    return language


def _full_text(value: Any) -> FullText:  # noqa: ANN401  # the same
    if isinstance(value, str | bool) and value in _FULL_TEXT:
        return _FULL_TEXT[value]
    raise Wrong(f'{shown(value)} is none of "auto", "never", "always", true, false')


def _flag(value: Any) -> bool:  # noqa: ANN401  # the same
    if isinstance(value, bool):
        return value
    raise Wrong(f"{shown(value)} is neither true nor false; write one of these, without quotation marks")


def _duration(low: float, high: float) -> Callable[[Any], float]:
    def convert(value: Any) -> float:  # noqa: ANN401  # the same
        try:
            seconds = duration_s(value)
        except ValueError:
            raise Wrong(f"{shown(value)} is no duration; write {EXAMPLES}") from None
        if not low <= seconds <= high:
            raise Wrong(f"{shown(value)} is not from {said_duration(low)} to {said_duration(high)}")
        return seconds

    return convert


def _interval(value: Any) -> int:  # noqa: ANN401  # the same
    return round(_duration(1, 366 * 86_400)(value))


def _count(low: int, high: int) -> Callable[[Any], int]:
    def convert(value: Any) -> int:  # noqa: ANN401  # the same
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Wrong(f"{shown(value)} is not a whole number from {low:,} to {high:,}")
        return value

    return convert


def _headers(value: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401  # the same
    if not isinstance(value, dict):
        raise Wrong('is not a table; write it such as {Authorization = "Bearer …"}')
    for name, content in value.items():
        if not _HEADER_NAME.fullmatch(name):
            raise Wrong(f"{shown(name)} is not the name of a header")
        if name.lower() == "user-agent":
            raise Wrong("User-Agent says who is asking; write contact in [network] instead")
        if name.lower() in _OWN_HEADERS:
            raise Wrong(f"{name} is sent as the request needs it; take it out")
        if not isinstance(content, str) or not _HEADER_VALUE.fullmatch(content):
            raise Wrong(f"the value of {name} is not one line of ASCII in quotation marks")
    if len({name.lower() for name in value}) < len(value):
        raise Wrong("names a header twice")
    return tuple(value.items())


def _path(value: Any) -> Path:  # noqa: ANN401  # the same
    text = _line(value)
    if not text:
        raise Wrong("is empty; write the path of a folder")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise Wrong(f"{shown(value)} names a user that this machine does not have") from None


FEED_DEFAULTS: Final[Keys] = {
    "interval": ("interval_s", _interval),
    "language": ("language", _language),
    "full_text": ("full_text", _full_text),
}
FEED: Final[Keys] = {
    **FEED_DEFAULTS,
    "url": ("url", _address),
    "source": ("source", _line),
    "ignore_http_cache": ("ignore_http_cache", _flag),
    "headers": ("headers", _headers),
}
FOLDER: Final[Keys] = {
    "path": ("path", _path),
    "settle": ("settle_s", _duration(0, 86_400)),
    "move_to": ("move_to", _path),
}
NETWORK: Final[Keys] = {
    "contact": ("contact", _contact),
    "pause": ("pause_s", _duration(0, 3_600)),
    "timeout": ("timeout_s", _duration(0.1, 3_600)),
    "total": ("total_s", _duration(0.1, 86_400)),
    "max_bytes": ("max_bytes", _count(1_000, 1_000_000_000)),
    "max_redirects": ("max_redirects", _count(0, 20)),
    "hosts_at_once": ("hosts_at_once", _count(1, 256)),
    "pages_per_round": ("pages_per_round", _count(0, 1_000_000)),
    "allow_private": ("allow_private", _flag),
}
