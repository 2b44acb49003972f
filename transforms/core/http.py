"""What HTTP says, in values: addresses that may be asked, dates, waiting times, what a status means.

Does no I/O and knows no clock. RFC 9110 (semantics), RFC 9111 (caching), RFC 3986 (addresses). Headers are pairs of
name and value as they were received, in their order; bytes beyond ASCII stand as Latin-1 and can so be sent back.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import AddressValueError, IPv6Address
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

import idna

from transforms.core.addresses import MAX_LENGTH
from transforms.core.polling import Outcome

#: Header fields: name and value.
Headers = tuple[tuple[str, str], ...]

#: RFC 9111 1.2.2: what a number of seconds above it counts as.
MAX_DELTA_S: Final = 2**31

_OUTCOMES: Final = {
    401: Outcome.FORBIDDEN,
    403: Outcome.FORBIDDEN,
    404: Outcome.MISSING,
    410: Outcome.GONE,
    429: Outcome.LIMITED,
    451: Outcome.FORBIDDEN,
    206: Outcome.BROKEN,
    301: Outcome.REDIRECTED,
    302: Outcome.REDIRECTED,
    303: Outcome.REDIRECTED,
    304: Outcome.NOT_MODIFIED,
    307: Outcome.REDIRECTED,
    308: Outcome.REDIRECTED,
}
#: Ports below this belong to other services; a web server below it is on 80 or 443.
_FIRST_FREE_PORT: Final = 1024
_WEB_PORTS: Final = {"http": 80, "https": 443}
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")
_HOST: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-)){0,126}")
#: What WHATWG's URL standard leaves as it is in a path and in a query, besides letters and digits.
_PATH_SAFE: Final = "!$%&'()*+,-./:;=@[]_|~"
_QUERY_SAFE: Final = "!$%&()*+,-./:;=?@[\\]^_`{|}~"
_DAY_FIRST: Final = re.compile(
    r"(?:[A-Za-z]{3,9},? +)?(?P<day>\d{1,2})[ -](?P<month>[A-Za-z]{3})[ -](?P<year>\d{4}|\d{2})"
    r" +(?P<clock>\d{1,2}:\d{2}:\d{2})(?: +(?i:GMT|UTC|Z|[+-]0000))?"
)  # IMF-fixdate and the date of RFC 850
_ASCTIME: Final = re.compile(
    r"[A-Za-z]{3} +(?P<month>[A-Za-z]{3}) +(?P<day>\d{1,2}) +(?P<clock>\d{1,2}:\d{2}:\d{2}) +(?P<year>\d{4})"
)
_MONTH_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS: Final = {month: number for number, month in enumerate(_MONTH_NAMES, start=1)}
_DIGITS: Final = re.compile(r"[0-9]+")


class BadAddress(ValueError):
    """An address that may not be asked; says why."""


def askable(url: str) -> str:
    """The address as it is asked: ASCII, host in lower case, no fragment, no default port, at least `/` as its path.

    Nothing else is normalised: what a server named is what it is asked for. Whether the host is public is not known
    before its name is resolved, and is checked there.

    Raises:
        BadAddress: not http or https, credentials in it, a host or a port that cannot be one, too long.

    >>> askable("HTTP://Bücher.example:80/a b?q=é#top")
    'http://xn--bcher-kva.example/a%20b?q=%C3%A9'
    """
    url = url.strip()
    if len(url) > MAX_LENGTH:
        raise BadAddress(f"longer than {MAX_LENGTH} characters")
    if _CONTROLS.search(url):
        raise BadAddress("control characters in the address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadAddress(str(error)) from error
    scheme = parts.scheme
    if scheme not in _WEB_PORTS:
        raise BadAddress(f"not http or https: {scheme[:20]}:" if scheme else "not an absolute address")
    if "@" in parts.netloc:
        raise BadAddress("credentials in the address")
    host = _host(parts.hostname or "")
    if port is not None and port < _FIRST_FREE_PORT and port not in _WEB_PORTS.values():
        raise BadAddress(f"port {port} is not one of the web")
    netloc = host if port in {None, _WEB_PORTS[scheme]} else f"{host}:{port}"
    path = quote(parts.path.replace("\\", "/"), safe=_PATH_SAFE, errors="replace") or "/"
    query = quote(parts.query, safe=_QUERY_SAFE, errors="replace")
    asked = f"{scheme}://{netloc}{path}{'?' if query else ''}{query}"
    if len(asked) > MAX_LENGTH:
        raise BadAddress(f"longer than {MAX_LENGTH} characters")
    return asked


def _host(host: str) -> str:
    if ":" in host:
        if "%" in host:  # a zone: of this machine's links
            raise BadAddress("not a host name: an address with a zone")
        try:
            return f"[{IPv6Address(host)}]"
        except AddressValueError as error:
            raise BadAddress(f"not an address of a host: {error}") from error
    host = host.removesuffix(".")
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise BadAddress(f"not a host name: {error}") from error
    if len(name) > 253 or not _HOST.fullmatch(name):  # RFC 1035 2.3.4, without the dot at its end
        raise BadAddress(f"not a host name: {name[:80]!r}" if name else "no host")
    return name


def host_of(url: str) -> str:
    """The host of an address that may be asked, without port; IPv6 without brackets.

    >>> host_of("http://[::1]:8080/"), host_of("https://a.example/x")
    ('::1', 'a.example')
    """
    return urlsplit(url).hostname or ""


def origin_of(url: str) -> str:
    """Scheme, host and port of an address that may be asked: whom one robots.txt speaks for (RFC 9309 2.3).

    >>> origin_of("https://a.example:8443/x?y")
    'https://a.example:8443'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def redirect_target(url: str, location: str) -> str:
    """Where a Location leads, resolved against the address it was an answer to (RFC 9110 10.2.2), fit to be asked.

    A fragment is dropped. Bytes beyond ASCII, which servers send although they may not, are UTF-8 where they can be.

    Raises:
        BadAddress: none, or none that may be asked.
    """
    location = location.strip()
    if not location:
        raise BadAddress("no Location")
    if len(location) > MAX_LENGTH:
        raise BadAddress(f"Location longer than {MAX_LENGTH} characters")
    if _CONTROLS.search(location):
        raise BadAddress("control characters in the Location")
    with suppress(UnicodeError):  # else it is Latin-1
        location = location.encode("latin-1").decode("utf-8")
    try:
        return askable(urljoin(url, location))
    except BadAddress:
        raise
    except ValueError as error:
        raise BadAddress(f"Location is no address: {error}") from error


def outcome_of(status: int) -> Outcome:
    """What a status means; one that is not known counts as the first of its class (RFC 9110 15).

    206 and 1xx answer questions that are never asked here: BROKEN. So does a 304 to a question without validators,
    which the caller knows.

    >>> outcome_of(203), outcome_of(418), outcome_of(599)
    (<Outcome.FETCHED: 'fetched'>, <Outcome.REFUSED: 'refused'>, <Outcome.SERVER_ERROR: 'server_error'>)
    """
    if status in _OUTCOMES:
        return _OUTCOMES[status]
    by_class = {1: Outcome.BROKEN, 2: Outcome.FETCHED, 3: Outcome.BAD_REDIRECT, 4: Outcome.REFUSED}
    return by_class.get(status // 100, Outcome.SERVER_ERROR)


def field(headers: Headers, name: str) -> str:
    """All values of a list field, joined (RFC 9110 5.3); empty: none."""
    return ", ".join(_values(headers, name))


def first_field(headers: Headers, name: str) -> str:
    """The value of a field that stands once, verbatim; of several the first; empty: none."""
    return next(_values(headers, name), "")


def _values(headers: Headers, name: str) -> Iterator[str]:
    name = name.lower()
    return (value for given, value in headers if given.lower() == name)


def parse_http_date(raw: str, now: datetime) -> datetime | None:
    """A date in one of the three forms of RFC 9110 5.6.7, and in near misses of them; None: it is none.

    Args:
        raw: the value.
        now: two digits of a year mean the latest such year that is at most 50 years ahead of it.

    >>> parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", datetime(2026, 3, 1, tzinfo=UTC)).isoformat()
    '1994-11-06T08:49:37+00:00'
    """
    found = _DAY_FIRST.fullmatch(raw.strip()) or _ASCTIME.fullmatch(raw.strip())
    month = found and _MONTHS.get(found["month"].lower())
    if not found or not month:
        return None
    year = int(found["year"])
    if len(found["year"]) == 2:  # RFC 850
        year += (now.year + 50 - year) // 100 * 100
    hour, minute, second = map(int, found["clock"].split(":"))
    try:
        return datetime(year, month, int(found["day"]), hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None


def retry_after_s(raw: str, now: datetime) -> int | None:
    """Seconds from now that a Retry-After asks for, never below 0; None: none, or none that can be read.

    Args:
        raw: the value: seconds, or a date (RFC 9110 10.2.3).
        now: the time of the server, where it said it: its clock may be wrong, the difference is what it means.

    >>> retry_after_s("120", datetime(2026, 3, 1, tzinfo=UTC))
    120
    >>> retry_after_s("Sun, 01 Mar 2026 00:01:00 GMT", datetime(2026, 3, 1, tzinfo=UTC))
    60
    """
    raw = raw.strip()
    if (seconds := delta_s(raw)) is not None:
        return seconds
    until = parse_http_date(raw, now)
    return None if until is None else min(max(0, int((until - now).total_seconds())), MAX_DELTA_S)


def delta_s(raw: str) -> int | None:
    """A number of seconds as RFC 9111 1.2.2 writes it; None: it is none.

    >>> delta_s("60"), delta_s("9" * 30) == MAX_DELTA_S, delta_s("-1"), delta_s("1.5")
    (60, True, None, None)
    """
    raw = raw.strip()
    if not _DIGITS.fullmatch(raw):
        return None
    return MAX_DELTA_S if len(raw) > 10 else min(int(raw), MAX_DELTA_S)  # digits of MAX_DELTA_S


def expiry(headers: Headers, now: datetime) -> datetime | None:
    """When an answer received now expires by its Expires, by our clock (Expires minus Date); None: it does not say.

    An Expires that is no date (`0`, `-1`) means that it has expired (RFC 9111 5.3).
    """
    raw = first_field(headers, "expires")
    if not raw:
        return None
    until = parse_http_date(raw, now)
    if until is None:
        return now
    said = parse_http_date(first_field(headers, "date"), now) or now
    return now + min(max(until - said, timedelta()), timedelta(seconds=MAX_DELTA_S))


def user_agent(version: str, contact: str) -> str:
    r"""How the program names itself: product, version, and where its operator is found.

    >>> user_agent("1.2", "https://example.com/bot (desk)\r\nX: y")
    'newsbeam/1.2 (+https://example.com/bot desk X: y)'
    """
    found = " ".join(re.sub(r"[^\x21-\x7e]|[()\\]", " ", contact).split())
    return f"newsbeam/{version} (+{found})" if found else f"newsbeam/{version}"


def with_own(headers: Iterable[tuple[str, str]], own: Iterable[tuple[str, str]]) -> Headers:
    """Headers with some of them replaced or added by the user's own; names compare without case.

    >>> with_own([("Accept", "*/*"), ("User-Agent", "a")], [("user-agent", "b")])
    (('Accept', '*/*'), ('user-agent', 'b'))
    """
    own = tuple(own)
    names = {name.lower() for name, _ in own}
    return (*((name, value) for name, value in headers if name.lower() not in names), *own)
