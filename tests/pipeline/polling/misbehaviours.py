"""What servers do to feed readers, and what a good client does about it.

Each case has a host of its own, `{name}.localhost`, and says what that host does with a request, what comes of asking
it for `/feed`, and which requests it gets for that. The table in docs/misbehaviours.md is made of this list:

    python tests/pipeline/polling/misbehaviours.py > docs/misbehaviours.md
"""

import asyncio
import gzip
import hashlib
import itertools
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import brotli
import zstandard

from transforms.core.polling import Outcome

FEED = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>Harbour Gazette</title>'
    b"<item><title>Ferry returns to the northern line</title><link>https://gazette.example/ferry</link>"
    b"<description>The ferry sails again from Monday.</description></item></channel></rss>\n"
)
ETAG = '"v1"'
MODIFIED = "Sun, 01 Mar 2026 08:00:00 GMT"
NO_HTTP = "no HTTP answer"
KNOWN = MappingProxyType({"etag": ETAG, "last_modified": MODIFIED})
#: Small waits for what would otherwise take long.
HASTY = MappingProxyType({"timeout_s": 0.6, "total_s": 60.0})
SHORT = MappingProxyType({"timeout_s": 60.0, "total_s": 0.6})


@dataclass(frozen=True, kw_only=True)
class Misbehaviour:
    """One of them. Placeholders in addresses: {port}, {tls_port}, {closed} (a port where nothing listens)."""

    name: str
    server: str  # what it does, for the table
    client: str  # what Newsbeam does, for the table
    app: Callable[..., Awaitable[None]]
    outcome: Outcome
    sent: Sequence[str] = ("/feed",)  # what the server was asked for, retries included
    says: str = ""  # stands in the final request's detail
    ask: Mapping[str, object] = field(default_factory=dict)
    again: Outcome | None = None  # what comes of asking for /again afterwards
    again_body: bytes | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    url: str = "http://{name}.localhost:{port}/feed"
    facts: Mapping[str, object] = field(default_factory=dict)  # attributes of the final request
    body: bytes | None = None  # unpacked
    headers: Mapping[str, str | None] = field(default_factory=dict)  # that the last request carried, or did not
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)  # what the resolver knows


MISBEHAVIOURS: list[Misbehaviour] = []


def case(name, server, client, **expected):
    """Add the case whose server the decorated function is."""

    def add(app):
        MISBEHAVIOURS.append(Misbehaviour(name=name, server=server, client=client, app=app, **expected))
        return app

    return add


def says(status, headers=(), body=b"", **how):
    """A server that always answers the same."""

    async def app(visit):
        await visit.reply(status, headers, body, **how)

    return app


def sends(data, then="close"):
    """A server that always sends the same bytes."""

    async def app(visit):
        await visit.raw(data)
        if then == "close":
            visit.close()
        elif then == "wait":
            await visit.wait_for_the_other()

    return app


def packed(body, coding, **how):
    """A server whose body has a content coding, or says so."""
    return says(200, [("Content-Encoding", coding), ("Content-Type", "application/rss+xml")], body, **how)


def leads(*targets):
    """A server of which each path leads to the next of some targets, given as (path, Location); others are the feed."""
    steps = dict(targets)

    async def app(visit):
        if visit.target in steps:
            location = steps[visit.target].format(port=visit.server.port, tls_port=visit.server.tls_port)
            await visit.reply(302, [("Location", location)])
        else:
            await visit.reply(body=FEED)

    return app


def add(name, server, client, app, outcome, **expected):
    """Add a case whose server is made by one of the functions above."""
    case(name, server, client, outcome=outcome, **expected)(app)


# --- redirects ------------------------------------------------------------------------------------------------------

add(
    "redirect-loop",
    "`/feed` leads to `/other`, which leads back to `/feed`",
    "follows each address once, then reports the loop",
    leads(("/feed", "/other"), ("/other", "/feed")),
    Outcome.BAD_REDIRECT,
    sent=("/feed", "/other"),
    says="loop",
)


@case(
    "redirect-chain",
    "each redirect leads to one more, for ever",
    "follows five, then gives up",
    outcome=Outcome.BAD_REDIRECT,
    sent=("/feed", "/1", "/2", "/3", "/4", "/5"),
    says="more than 5 redirects",
)
async def _chain(visit):
    number = visit.target.strip("/")
    await visit.reply(302, [("Location", f"/{int(number) + 1 if number.isdigit() else 1}")])


add(
    "redirect-wants-a-cookie",
    "leads back to the same address until a cookie comes back",
    "keeps no cookies: a loop, reported at once",
    says(302, [("Location", "/feed"), ("Set-Cookie", "seen=1")]),
    Outcome.BAD_REDIRECT,
    says="loop",
    headers={"Cookie": None},
)
add(
    "redirect-without-location",
    "302 without Location",
    "reports that it leads nowhere",
    says(302),
    Outcome.BAD_REDIRECT,
    says="no Location",
)
for scheme, location in (
    ("file", "file:///etc/passwd"),
    ("ftp", "ftp://files.example/feed"),
    ("javascript", "javascript:alert(1)"),
    ("data", "data:text/xml,<rss/>"),
):
    add(
        f"redirect-to-{scheme}",
        f"redirects to `{scheme}:`",
        "follows http and https only; opens nothing",
        says(302, [("Location", location)]),
        Outcome.BAD_REDIRECT,
        says=f"not http or https: {scheme}:",
    )
add(
    "redirect-with-credentials",
    "redirects to an address with a user and a password in it",
    "does not send credentials that a server chose",
    says(302, [("Location", "http://user:secret@redirect-with-credentials.localhost/")]),
    Outcome.BAD_REDIRECT,
    says="credentials",
)
add(
    "redirect-to-a-mail-port",
    "redirects to port 25",
    "does not talk to services that are no web servers",
    says(302, [("Location", "http://redirect-to-a-mail-port.localhost:25/")]),
    Outcome.BAD_REDIRECT,
    says="port 25",
)
add(
    "redirect-to-a-private-address",
    "redirects to 192.168.0.1",
    "refuses addresses that are not public; connects to nothing",
    says(302, [("Location", "http://192.168.0.1/admin")]),
    Outcome.BAD_ADDRESS,
    says="not a public address",
    settings={"allow_private": False},
    url="http://redirect-to-a-private-address.public.test:{port}/feed",
    names={"redirect-to-a-private-address.public.test": ("127.0.0.1",)},
)
add(
    "redirect-to-a-private-name",
    "redirects to a name that resolves to 10.0.0.7",
    "checks the address behind the name, not the name",
    says(302, [("Location", "http://intranet.test/feed")]),
    Outcome.BAD_ADDRESS,
    says="not a public address: 10.0.0.7",
    settings={"allow_private": False},
    url="http://redirect-to-a-private-name.public.test:{port}/feed",
    names={"redirect-to-a-private-name.public.test": ("127.0.0.1",), "intranet.test": ("10.0.0.7", "fd00::7")},
)
add(
    "redirect-to-metadata",
    "redirects to 169.254.169.254 written as an IPv6 address",
    "looks for IPv4 addresses inside IPv6 ones",
    says(302, [("Location", "http://[::ffff:169.254.169.254]/latest/")]),
    Outcome.BAD_ADDRESS,
    says="not a public address",
    settings={"allow_private": False},
    url="http://redirect-to-metadata.public.test:{port}/feed",
    names={"redirect-to-metadata.public.test": ("127.0.0.1",)},
)
for status, meaning in ((301, "for good"), (302, "for now"), (303, "see other"), (307, "for now"), (308, "for good")):

    @case(
        f"redirect-{status}",
        f"{status}: moved {meaning}" if status != 303 else "303: see another address",
        "follows, each hop a request of its own; the address of the list changes only when 301 or 308 repeat",
        outcome=Outcome.FETCHED,
        sent=("/feed", "/new"),
        body=FEED,
    )
    async def _moved(visit, status=status):
        if visit.target == "/feed":
            await visit.reply(status, [("Location", "/new#top")], b"<a href=/new>moved</a>")
        else:
            await visit.reply(body=FEED)


@case(
    "redirect-not-ascii",
    "a Location in raw UTF-8, with a blank in it",
    "escapes it as browsers do",
    outcome=Outcome.FETCHED,
    sent=("/feed", "/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8%20a"),
    body=FEED,
)
async def _not_ascii(visit):
    if visit.target == "/feed":
        await visit.raw("HTTP/1.1 302 Found\r\nLocation: /новости a\r\nContent-Length: 0\r\n\r\n".encode())
    else:
        await visit.reply(body=FEED)


add(
    "redirect-relative",
    "a Location relative to the address (`../x?y`)",
    "resolves it (RFC 9110 10.2.2)",
    leads(("/feed", "../x?y=1")),
    Outcome.FETCHED,
    sent=("/feed", "/x?y=1"),
    body=FEED,
)


@case(
    "redirect-with-an-endless-body",
    "302 with a body that never ends",
    "follows after 256 KiB of it, on a new connection",
    outcome=Outcome.FETCHED,
    sent=("/feed", "/new"),
    body=FEED,
)
async def _endless_redirect(visit):
    if visit.target == "/new":
        await visit.reply(body=FEED)
        return
    await visit.raw(b"HTTP/1.1 302 Found\r\nLocation: /new\r\n\r\n")
    while True:
        await visit.raw(b"x" * 65_536)


add(
    "redirect-to-another-host",
    "redirects to another host",
    "the user's own headers stay with the feed's host",
    leads(("/feed", "http://elsewhere.localhost:{port}/feed2")),
    Outcome.FETCHED,
    ask={"headers": (("Authorization", "Bearer secret"),)},
    body=b"elsewhere",
)
add(
    "redirect-to-plain-http",
    "redirects from https to http on the same host",
    "follows without the user's own headers",
    leads(("/feed", "http://redirect-to-plain-http.localhost:{port}/open")),
    Outcome.FETCHED,
    sent=("/feed", "/open"),
    url="https://{name}.localhost:{tls_port}/feed",
    ask={"headers": (("Authorization", "Bearer secret"),)},
    headers={"Authorization": None},
    body=FEED,
)
add(
    "redirect-300",
    "300: several choices, none preferred",
    "does not choose; reports it",
    says(300, body=b"<a href=/1>1</a>"),
    Outcome.BAD_REDIRECT,
    says="300",
)

# --- conditional requests -------------------------------------------------------------------------------------------

add(
    "not-modified",
    "304 when asked with what is known",
    "sends both validators verbatim; costs no body",
    says(304, [("ETag", ETAG)]),
    Outcome.NOT_MODIFIED,
    ask=KNOWN,
    headers={"If-None-Match": ETAG, "If-Modified-Since": MODIFIED},
)
add(
    "not-modified-unasked",
    "304 to a request that knew nothing",
    "there is nothing to be unmodified: broken, asked again in full",
    says(304),
    Outcome.BROKEN,
    says="304 although nothing was said to be known",
    headers={"If-None-Match": None, "If-Modified-Since": None},
)
add(
    "not-modified-with-a-new-etag",
    "304 with another ETag than the one that was sent",
    "remembers the new one (RFC 9111 4.3.4)",
    says(304, [("ETag", '"v2"'), ("Cache-Control", "max-age=60")]),
    Outcome.NOT_MODIFIED,
    ask=KNOWN,
    facts={"sent_etag": ETAG, "etag": '"v2"', "cache_control": "max-age=60"},
)


@case(
    "not-modified-with-a-body",
    "304 and then a body, which there cannot be",
    "takes it for no part of this answer nor of the next one",
    outcome=Outcome.NOT_MODIFIED,
    sent=("/feed", "/again"),
    ask=KNOWN,
    again=Outcome.FETCHED,
    again_body=FEED,
)
async def _body_after_304(visit):
    if visit.target == "/feed":
        await visit.raw(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 22\r\n\r\n<html>surprise</html>\n")
    else:
        await visit.reply(body=FEED)


for name, etag, what in (
    ("weak-etag", 'W/"abc"', "a weak ETag"),
    ("unquoted-etag", "abc-123", "an ETag without quotes"),
    ("odd-etag", '"a,b\\"c""d"', "an ETag with commas, quotes and backslashes in it"),
    ("gzip-etag", '"5f2c-gzip"', "an ETag that a packing proxy changed (`-gzip`)"),
    ("latin-etag", '"caf\xe9"', "an ETag beyond ASCII"),
    ("empty-etag", '""', "an empty ETag"),
):

    @case(
        name,
        what,
        "keeps it as it is and sends it back byte for byte",
        outcome=Outcome.NOT_MODIFIED,
        ask={"etag": etag},
        headers={"If-None-Match": etag},
        facts={"sent_etag": etag, "etag": etag},
    )
    async def _tagged(visit, etag=etag):
        is_known = visit.seen.header("If-None-Match") == etag
        await visit.reply(304 if is_known else 200, [("ETag", etag)], b"" if is_known else FEED)


for name, modified, what in (
    ("last-modified-in-the-future", "Fri, 01 Jan 2100 00:00:00 GMT", "a Last-Modified in the future"),
    ("last-modified-garbage", "yesterday, about noon", "a Last-Modified that is no date"),
    ("last-modified-with-offset", "Sun, 01 Mar 2026 10:00:00 +0200", "a Last-Modified in a zone of its own"),
):

    @case(
        name,
        what,
        "does not interpret it; sends it back byte for byte",
        outcome=Outcome.NOT_MODIFIED,
        ask={"last_modified": modified},
        headers={"If-Modified-Since": modified},
        facts={"last_modified": modified},
    )
    async def _modified(visit, modified=modified):
        is_known = visit.seen.header("If-Modified-Since") == modified
        await visit.reply(304 if is_known else 200, [("Last-Modified", modified)], b"" if is_known else FEED)


add(
    "ignores-validators",
    "200 with the same body and validators although both were sent",
    "knows the body by its hash and counts it as unchanged",
    says(200, [("ETag", ETAG), ("Last-Modified", MODIFIED)], FEED),
    Outcome.FETCHED,
    sent=("/feed", "/again"),
    ask=KNOWN,
    again=Outcome.FETCHED,
    facts={"body_hash": hashlib.blake2b(FEED, digest_size=16).hexdigest()},
)
add(
    "duplicate-headers",
    "ETag twice, Cache-Control in two lines",
    "of a field that stands once the first counts; lists are joined (RFC 9110 5.3)",
    says(
        200,
        [("ETag", '"one"'), ("ETag", '"two"'), ("Cache-Control", "public"), ("Cache-Control", "max-age=60")],
        FEED,
    ),
    Outcome.FETCHED,
    facts={"etag": '"one"', "cache_control": "public, max-age=60"},
)
add(
    "vary-star",
    "`Vary: *`",
    "asks in the same words each time; keeps the validators",
    says(200, [("Vary", "*"), ("ETag", ETAG)], FEED),
    Outcome.FETCHED,
    facts={"etag": ETAG},
)

# --- freshness ------------------------------------------------------------------------------------------------------

add(
    "age-above-max-age",
    "a cache on the way answers with an Age above max-age",
    "keeps both: nothing is left of its freshness",
    says(200, [("Cache-Control", "max-age=300"), ("Age", "5000")], FEED),
    Outcome.FETCHED,
    facts={"cache_control": "max-age=300", "age_s": 5000},
)
add(
    "age-garbage",
    "an Age that is no number",
    "counts it as none",
    says(200, [("Cache-Control", "max-age=300"), ("Age", "old")], FEED),
    Outcome.FETCHED,
    facts={"age_s": 0},
)
add(
    "max-age-of-a-year",
    "`Cache-Control: max-age=31536000` on a feed",
    "keeps it; the schedule believes it for a day at most",
    says(200, [("Cache-Control", "max-age=31536000")], FEED),
    Outcome.FETCHED,
    facts={"cache_control": "max-age=31536000"},
)
for value in ("0", "-1"):
    add(
        f"expires-{'zero' if value == '0' else 'minus-one'}",
        f"`Expires: {value}`",
        "means: has expired (RFC 9111 5.3)",
        says(200, [("Expires", value)], FEED),
        Outcome.FETCHED,
        facts={"expires_in_s": 0},
    )
add(
    "clock-is-wrong",
    "its clock is three years behind; Expires is an hour after its Date",
    "counts an hour from now: Expires minus Date",
    says(200, [("Date", "Wed, 01 Mar 2023 12:00:00 GMT"), ("Expires", "Wed, 01 Mar 2023 13:00:00 GMT")], FEED),
    Outcome.FETCHED,
    facts={"expires_in_s": 3600},
)

# --- limits and errors ----------------------------------------------------------------------------------------------

for name, value, waits, what in (
    ("limited-for-seconds", "120", 120, "429 with Retry-After in seconds"),
    ("limited-until-a-date", "Sun, 01 Mar 2026 12:10:00 GMT", 600, "429 with Retry-After as a date"),
    ("limited-until-an-old-date", "Sunday, 01-Mar-26 12:10:00 GMT", 600, "429 with a date as RFC 850 wrote it"),
    ("limited-for-ever", "99999999999999999999", 2**31, "429 with an absurd Retry-After"),
    ("limited-since-then", "Sun, 01 Mar 2020 12:10:00 GMT", 0, "429 with a date long ago"),
):
    add(
        name,
        what,
        "asks nothing more of that host until then, a day at most",
        says(429, [("Retry-After", value)], b"slow down"),
        Outcome.LIMITED,
        again=Outcome.LIMITED,
        sent=("/feed",) if waits else ("/feed", "/again"),
        facts={"retry_after_s": waits},
    )
for name, headers, what in (
    ("limited-without-a-time", (), "429 without Retry-After"),
    ("limited-in-words", (("Retry-After", "soon"),), "429 with a Retry-After that is neither number nor date"),
):
    add(
        name,
        what,
        "asks nothing more of that host for 15 minutes",
        says(429, headers),
        Outcome.LIMITED,
        again=Outcome.LIMITED,
        facts={"retry_after_s": None},
    )
add(
    "limited-by-a-wrong-clock",
    "429 with a Retry-After a minute after its own Date, both in 2023",
    "waits a minute: what counts is the difference",
    says(429, [("Date", "Wed, 01 Mar 2023 12:00:00 GMT"), ("Retry-After", "Wed, 01 Mar 2023 12:01:00 GMT")]),
    Outcome.LIMITED,
    again=Outcome.LIMITED,
    facts={"retry_after_s": 60},
)
add(
    "busy-with-a-time",
    "503 with Retry-After",
    "a server error; asks nothing more of that host until then",
    says(503, [("Retry-After", "3600")]),
    Outcome.SERVER_ERROR,
    again=Outcome.LIMITED,
    facts={"retry_after_s": 3600},
)
add(
    "busy-without-a-time",
    "503 without Retry-After",
    "a server error of this feed; others of the host are still asked",
    says(503),
    Outcome.SERVER_ERROR,
    again=Outcome.SERVER_ERROR,
    sent=("/feed", "/again"),
)
for status, name, outcome, what, does in (
    (404, "missing", Outcome.MISSING, "404", "asks ever more slowly"),
    (410, "gone", Outcome.GONE, "410", "stops asking, and says so"),
    (401, "wants-a-login", Outcome.FORBIDDEN, "401", "reports it; asks rarely"),
    (403, "forbidden", Outcome.FORBIDDEN, "403, as bot walls answer", "reports it; asks rarely"),
    (451, "not-for-legal-reasons", Outcome.FORBIDDEN, "451", "reports it; asks rarely"),
    (418, "unknown-4xx", Outcome.REFUSED, "a 4xx of its own", "counts it as a refusal (RFC 9110 15)"),
    (406, "not-acceptable", Outcome.REFUSED, "406", "had accepted everything; reports it"),
    (500, "server-error", Outcome.SERVER_ERROR, "500", "tries again soon, then less and less"),
    (522, "proxy-error", Outcome.SERVER_ERROR, "522, as proxies answer", "tries again soon, then less and less"),
    (999, "status-999", Outcome.SERVER_ERROR, "status 999", "counts it as a server error (RFC 9110 15)"),
):
    add(name, what, does, says(status, body=b"<html>no</html>"), outcome, says=str(status), facts={"status": status})
add(
    "error-with-a-broken-body",
    "404 whose body is cut",
    "the status says it all",
    sends(b"HTTP/1.1 404 Not Found\r\nContent-Length: 500\r\n\r\n<html>"),
    Outcome.MISSING,
    says="404",
)
add(
    "no-content",
    "204",
    "a success without a body: no feed, which is reported",
    says(204, length=False),
    Outcome.FETCHED,
    says="empty body",
    body=b"",
)
add(
    "empty",
    "200 with nothing in it",
    "no feed, which is reported",
    says(200, [("Content-Type", "application/rss+xml")]),
    Outcome.FETCHED,
    says="empty body",
    body=b"",
)
add(
    "partial",
    "206 although no range was asked for",
    "a part is not the whole: broken",
    says(206, [("Content-Range", "bytes 0-99/5000")], FEED[:100]),
    Outcome.BROKEN,
    says="206",
)
add(
    "early-hints",
    "two 103 before the answer",
    "waits for the answer",
    sends(
        b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n" * 2 + b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<rss>"
    ),
    Outcome.FETCHED,
    body=b"<rss>",
)


@case(
    "endless-hints",
    "103 for ever",
    "gives up when the time for the whole answer is over",
    outcome=Outcome.TIMED_OUT,
    says="not whole in 0.6 s",
    settings=SHORT,
)
async def _endless_hints(visit):
    while True:
        await visit.raw(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        await asyncio.sleep(0.05)


add(
    "switches-protocols",
    "101 although nothing else was offered",
    "broken; closes the connection",
    sends(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", then="wait"),
    Outcome.BROKEN,
    says=NO_HTTP,
)

# --- what is in the body --------------------------------------------------------------------------------------------

for name, body, what in (
    ("error-text", b"Database connection failed", "200 with an error message"),
    ("login-page", b"<html><form action=/login><input type=password></form></html>", "200 with a login page"),
    ("page-for-feed", b"<!doctype html><html><body>Welcome</body></html>", "200 with the front page"),
):
    add(
        name,
        what,
        "takes what came; the reader says what it is, the feed reports it and keeps its old validators",
        says(200, [("Content-Type", "text/html")], body),
        Outcome.FETCHED,
        body=body,
        facts={"content_type": "text/html"},
    )
add(
    "wrong-charset",
    "says `charset=us-ascii` of UTF-16",
    "keeps the bytes; the reader looks at them",
    says(200, [("Content-Type", "text/xml; charset=us-ascii")], "<rss>é</rss>".encode("utf-16")),
    Outcome.FETCHED,
    body="<rss>é</rss>".encode("utf-16"),
)
add(
    "no-content-type",
    "no Content-Type",
    "looks at the bytes",
    says(200, body=FEED),
    Outcome.FETCHED,
    body=FEED,
    facts={"content_type": ""},
)
add(
    "one-long-line",
    "10 MB in one line",
    "below the bound: taken",
    says(200, body=b"<rss>" + b"x" * 10_000_000),
    Outcome.FETCHED,
    facts={"bytes": 10_000_005},
)
add(
    "too-long",
    "a body above the bound",
    "stops at the bound",
    says(200, [("Transfer-Encoding", "chunked")], b"8000\r\n" + b"x" * 32_768 + b"\r\n0\r\n\r\n"),
    Outcome.TOO_LARGE,
    says="more than 20000 bytes",
    settings={"max_bytes": 20_000},
)
add(
    "too-long-by-its-own-word",
    "a Content-Length above the bound",
    "receives none of it",
    sends(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n<rss>", then="wait"),
    Outcome.TOO_LARGE,
    says="more than 20000000 bytes; 999999999999 are announced",
    facts={"bytes": 0},
)

# --- content codings ------------------------------------------------------------------------------------------------

for name, coding, body, what in (
    ("gzip", "gzip", gzip.compress(FEED), "gzip"),
    ("x-gzip", "X-GZIP", gzip.compress(FEED), "gzip by its old name"),
    ("gzip-in-two", "gzip", gzip.compress(FEED[:99]) + gzip.compress(FEED[99:]), "gzip in two members"),
    ("gzip-with-a-tail", "gzip", gzip.compress(FEED) + b"\n\ntrailing", "gzip with something behind it"),
    ("gzip-twice", "gzip, gzip", gzip.compress(gzip.compress(FEED)), "gzip in gzip, and says so"),
    ("gzip-not-packed", "gzip", FEED, "says gzip of what is not packed"),
    ("deflate", "deflate", zlib.compress(FEED), "deflate as RFC 9110 has it, with zlib's frame"),
    ("deflate-bare", "deflate", zlib.compress(FEED, wbits=-15), "deflate without a frame"),
    ("brotli", "br", brotli.compress(FEED), "brotli"),
    ("zstd", "zstd", zstandard.compress(FEED), "zstd"),
    ("identity", "identity", FEED, "`Content-Encoding: identity`"),
    ("unknown-coding", "utf-8", FEED, "a Content-Encoding that is none"),
):
    add(
        f"coding-{name}",
        what,
        "unpacks what is packed; keeps the bytes as they were received",
        packed(body, coding),
        Outcome.FETCHED,
        body=FEED,
        facts={"bytes": len(body)},
        headers={"Accept-Encoding": "gzip, deflate, br, zstd"},
    )
add(
    "coding-gzip-undeclared",
    "gzip without saying so",
    "keeps it; the reader unwraps it",
    says(200, body=gzip.compress(FEED, mtime=0)),
    Outcome.FETCHED,
    body=gzip.compress(FEED, mtime=0),
)
add(
    "coding-gzip-garbage",
    "gzip that is damaged",
    "broken",
    packed(b"\x1f\x8b\x08\x00" + b"\xff" * 200, "gzip"),
    Outcome.BROKEN,
    says="gzip",
)
add(
    "coding-gzip-cut",
    "gzip that ends in the middle, in a whole HTTP message",
    "broken: half a feed looks like deleted entries",
    packed(gzip.compress(FEED)[:-40], "gzip"),
    Outcome.BROKEN,
    says="ends in the middle",
)
add(
    "coding-brotli-garbage",
    "says brotli of what is not",
    "broken",
    packed(b"\xff\xff\xff\xff<rss>" * 9, "br"),
    Outcome.BROKEN,
    says="brotli",
)
add(
    "coding-many",
    "nine codings around each other",
    "unpacks three at most",
    packed(FEED, ", ".join(["gzip"] * 9)),
    Outcome.BROKEN,
    says="9 content codings",
)
_ZEROS = bytes(8_000_000)
for name, coding, body in (
    ("gzip", "gzip", gzip.compress(_ZEROS, 9)),
    ("brotli", "br", brotli.compress(_ZEROS, quality=5)),
    ("zstd", "zstd", zstandard.compress(_ZEROS, 3)),
    ("gzip-twice", "gzip, gzip", gzip.compress(gzip.compress(_ZEROS, 9))),
):
    add(
        f"bomb-{name}",
        f"{name.replace('-', ' ')}: a few kB that unpack to many MB",
        "stops unpacking at the bound",
        packed(body, coding),
        Outcome.TOO_LARGE,
        says="unpacks to more than 1000000 bytes",
        settings={"max_bytes": 1_000_000},
    )
del _ZEROS

# --- messages that are cut or wrong ---------------------------------------------------------------------------------


@case(
    "answers-twice",
    "sends its answer twice",
    "takes the first; the second is not taken for the answer to the next request",
    outcome=Outcome.FETCHED,
    sent=("/feed", "/again"),
    body=b"<rss>",
    again=Outcome.FETCHED,
    again_body=FEED,
)
async def _twice(visit):
    if visit.target == "/feed":
        await visit.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<rss>" * 2)
    else:
        await visit.reply(body=FEED)


@case(
    "length-too-short",
    "a Content-Length below the body's length",
    "takes what was announced; the rest is not taken for the next answer",
    outcome=Outcome.FETCHED,
    sent=("/feed", "/again"),
    body=b"<rss>",
    again=Outcome.FETCHED,
    again_body=FEED,
)
async def _short(visit):
    if visit.target == "/feed":
        await visit.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<rss></rss> and more, much more\r\n\r\n")
    else:
        await visit.reply(body=FEED)


for name, data, what, detail in (
    ("length-too-long", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<rss>", "closes before Content-Length", "cut"),
    (
        "length-garbage",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n<rss>",
        "a Content-Length in words",
        NO_HTTP,
    ),
    (
        "length-twice",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\n<rss>1234",
        "two lengths that differ",
        NO_HTTP,
    ),
    (
        "chunk-garbage",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nsize\r\n<rss>\r\n0\r\n\r\n",
        "a chunk whose size is a word",
        "cut",
    ),
    (
        "chunk-cut",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n",
        "closes before the last chunk",
        "cut after 5 bytes",
    ),
    (
        "coding-of-transfer",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n" + gzip.compress(FEED),
        "a Transfer-Encoding that nobody asked for",
        NO_HTTP,
    ),
    ("no-status-line", b"Content-Type: text/xml\r\n\r\n<rss/>", "headers without a status line", NO_HTTP),
    ("http-09", FEED, "the body and nothing else (HTTP/0.9)", NO_HTTP),
    ("other-protocol", b"SSH-2.0-OpenSSH_9.6\r\n", "another protocol", NO_HTTP),
    (
        "header-of-1-mb",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n",
        "a header of 1 MB",
        NO_HTTP,
    ),
    (
        "header-with-nul",
        b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n",
        "NUL in a header",
        NO_HTTP,
    ),
    ("header-without-colon", b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n<rss>", "a header without a colon", NO_HTTP),
    ("half-a-head", b"HTTP/1.1 200 OK\r\nContent-", "closes within the headers", NO_HTTP),
):
    add(name, what, "broken; keeps nothing of it", sends(data), Outcome.BROKEN, says=detail)
for name, data, what in (
    ("bare-newlines", b"HTTP/1.1 200 OK\nContent-Length: 5\n\n<rss>", "ends its lines with LF alone"),
    ("folded-header", b"HTTP/1.1 200 OK\r\nX: a\r\n  b\r\nContent-Length: 5\r\n\r\n<rss>", "a header over two lines"),
    ("http-10", b"HTTP/1.0 200 OK\r\n\r\n<rss>", "HTTP/1.0: the end of the connection ends the body"),
    ("no-reason", b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\n<rss>", "no words behind the status"),
    (
        "length-and-chunks",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n0\r\n\r\n",
        "both Content-Length and chunks",
    ),
):
    add(name, what, "reads it as RFC 9112 allows", sends(data), Outcome.FETCHED, body=b"<rss>")


@case(
    "headers-for-ever",
    "header after header, without end",
    "stops at 100 KB of them",
    outcome=Outcome.BROKEN,
    says=NO_HTTP,
)
async def _headers_for_ever(visit):
    await visit.raw(b"HTTP/1.1 200 OK\r\n")
    for number in itertools.count():
        await visit.raw(b"".join(b"X-%d-%d: y\r\n" % (number, more) for more in range(500)))


# --- time -----------------------------------------------------------------------------------------------------------

add(
    "silent",
    "accepts the request and says nothing",
    "gives up after the time for one part",
    sends(b"", then="wait"),
    Outcome.TIMED_OUT,
    says="silent for 0.6 s, after 0 bytes",
    settings=HASTY,
)
add(
    "stalled",
    "stops in the middle of the body",
    "gives up after the time for one part",
    sends(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<rss>", then="wait"),
    Outcome.TIMED_OUT,
    says="silent for 0.6 s, after 5 bytes of the body",
    settings=HASTY,
)


@case(
    "one-byte-at-a-time",
    "an endless body, a byte now and then",
    "gives up when the time for the whole answer is over",
    outcome=Outcome.TIMED_OUT,
    says="not whole in 0.6 s",
    settings=SHORT,
)
async def _drops(visit):
    await visit.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    while True:
        await visit.raw(b"x")
        await asyncio.sleep(0.05)


@case(
    "one-byte-of-a-head-at-a-time",
    "endless headers, a byte now and then",
    "gives up when the time for the whole answer is over",
    outcome=Outcome.TIMED_OUT,
    says="no whole head",
    settings=SHORT,
)
async def _head_drops(visit):
    while True:
        await visit.raw(b"H")
        await asyncio.sleep(0.05)


# --- connections ----------------------------------------------------------------------------------------------------


@case(
    "closes-at-once",
    "takes the request and closes",
    "unreachable; not asked twice",
    outcome=Outcome.UNREACHABLE,
    says="closed without an answer",
)
async def _closes(visit):
    visit.close()


@case(
    "resets",
    "breaks the connection off",
    "unreachable; not asked twice",
    outcome=Outcome.UNREACHABLE,
    says="closed without an answer",
)
async def _resets(visit):
    visit.reset()


add(
    "nothing-listens",
    "nothing listens on the port",
    "unreachable",
    says(200),
    Outcome.UNREACHABLE,
    sent=(),
    says="no connection",
    url="http://{name}.localhost:{closed}/feed",
)


@case(
    "closes-between-requests",
    "closes after each answer without saying so",
    "opens another connection",
    outcome=Outcome.FETCHED,
    sent=("/feed", "/again"),
    again=Outcome.FETCHED,
)
async def _closes_between(visit):
    await visit.reply(body=FEED)
    visit.close()


@case(
    "closes-on-the-next-request",
    "keeps the connection, and closes it when the next request comes",
    "sends it once more on a new connection, if nothing of an answer had come (RFC 9112 9.3.1)",
    outcome=Outcome.FETCHED,
    sent=("/feed", "/again", "/again"),
    again=Outcome.FETCHED,
)
async def _closes_on_next(visit):
    if (visit.target, visit.times) == ("/again", 1):
        visit.close()
    else:
        await visit.reply(body=FEED)


@case(
    "closes-on-every-next-request",
    "the same, each time",
    "sends it once more and no oftener",
    outcome=Outcome.FETCHED,
    sent=("/feed", "/again", "/again"),
    again=Outcome.UNREACHABLE,
)
async def _closes_on_every_next(visit):
    if visit.target == "/again":
        visit.close()
    else:
        await visit.reply(body=FEED)


# --- names and addresses --------------------------------------------------------------------------------------------

add(
    "no-such-name",
    "its name does not resolve",
    "unresolved; asked again soon",
    says(200),
    Outcome.UNRESOLVED,
    sent=(),
    says="nowhere.test",
    url="http://nowhere.test/feed",
)
add(
    "name-without-addresses",
    "its name resolves to nothing",
    "unresolved",
    says(200),
    Outcome.UNRESOLVED,
    sent=(),
    says="no address",
    url="http://bare.test/feed",
    names={"bare.test": ()},
)
add(
    "private-by-name",
    "its name resolves to 10.0.0.1",
    "refuses; connects to nothing",
    says(200),
    Outcome.BAD_ADDRESS,
    sent=(),
    says="not a public address: 10.0.0.1",
    settings={"allow_private": False},
    url="http://inside.test/feed",
    names={"inside.test": ("10.0.0.1",)},
)
add(
    "private-and-public-by-name",
    "its name resolves to a private address and to a public one",
    "connects to the public one only",
    says(200, body=FEED),
    Outcome.FETCHED,
    settings={"allow_private": False},
    url="http://private-and-public-by-name.public.test:{port}/feed",
    names={"private-and-public-by-name.public.test": ("10.0.0.1", "127.0.0.1")},
    body=FEED,
)
for name, url in (
    ("private-in-figures", "http://10.0.0.1/feed"),
    ("loopback-by-name", "http://loopback-by-name.localhost:{port}/feed"),
    ("loopback-in-ipv6", "http://[::1]:{port}/feed"),
):
    add(
        name,
        f"`{url.replace(':{port}', '')}`",
        "refuses unless private addresses are allowed",
        says(200),
        Outcome.BAD_ADDRESS,
        sent=(),
        says="not a public address",
        settings={"allow_private": False},
        url=url,
    )
add(
    "private-in-disguise",
    "`http://2130706433/`, which many resolvers take for 127.0.0.1",
    "checks what it resolved to",
    says(200),
    Outcome.BAD_ADDRESS,
    sent=(),
    says="not a public address: 127.0.0.1",
    settings={"allow_private": False},
    url="http://2130706433/feed",
    names={"2130706433": ("127.0.0.1",)},
)
add(
    "unspecified-address",
    "`http://0.0.0.0/`",
    "refuses, even where private addresses are allowed",
    says(200),
    Outcome.BAD_ADDRESS,
    sent=(),
    says="not a public address",
    url="http://0.0.0.0:{port}/feed",
)
add(
    "not-an-address",
    "an address in the list that is none",
    "says what is wrong with it; sends nothing",
    says(200),
    Outcome.BAD_ADDRESS,
    sent=(),
    says="not http or https: feed:",
    url="feed://gazette.example/rss",
)

# --- TLS ------------------------------------------------------------------------------------------------------------

for name, what, detail in (
    ("certificate-expired", "a certificate that has expired", "certificate has expired"),
    ("certificate-of-a-stranger", "a certificate that nobody vouches for", "certificate: "),
    ("certificate-of-another-name", "a certificate for another name", "certificate: Hostname mismatch"),
):
    add(
        name,
        what,
        "sends nothing; reports what is wrong",
        says(200, body=FEED),
        Outcome.INSECURE,
        sent=(),
        says=detail,
        url="https://{name}.localhost:{tls_port}/feed",
    )
add(
    "plain-http-on-https",
    "no TLS where the address says https",
    "reports it; does not fall back to http",
    says(200, body=FEED),
    Outcome.INSECURE,
    sent=(),
    says="TLS: ",
    url="https://{name}.localhost:{port}/feed",
    settings={"timeout_s": 5.0},
)
add(
    "http2",
    "HTTP/2 over TLS",
    "speaks it",
    says(200, [("ETag", ETAG)], FEED),
    Outcome.FETCHED,
    sent=("/feed", "/again"),
    again=Outcome.FETCHED,
    url="https://{name}.localhost:{tls_port}/feed",
    body=FEED,
    facts={"http_version": "HTTP/2", "etag": ETAG},
)

SECURE = MappingProxyType({"url": "https://{name}.localhost:{tls_port}/feed"})


@case(
    "http2-reset",
    "HTTP/2: resets the stream instead of answering",
    "broken",
    outcome=Outcome.BROKEN,
    says=NO_HTTP,
    **SECURE,
)
async def _http2_reset(visit):
    visit.http2.reset_stream(visit.stream, error_code=2)


@case(
    "http2-goes-away",
    "HTTP/2: says GOAWAY instead of answering",
    "broken",
    outcome=Outcome.BROKEN,
    says=NO_HTTP,
    **SECURE,
)
async def _http2_goes_away(visit):
    visit.http2.close_connection(error_code=11)


@case(
    "http2-goes-away-between",
    "HTTP/2: answers, and says GOAWAY to the next request on the connection",
    "sends it once more on a new connection",
    outcome=Outcome.FETCHED,
    sent=("/feed", "/again", "/again"),
    again=Outcome.FETCHED,
    **SECURE,
)
async def _http2_goes_away_between(visit):
    if (visit.target, visit.times) == ("/again", 1):
        visit.http2.close_connection(last_stream_id=1)
    else:
        await visit.reply(body=FEED)


@case(
    "http2-status-in-words",
    "HTTP/2: a status that is no number",
    "broken",
    outcome=Outcome.BROKEN,
    says=NO_HTTP,
    **SECURE,
)
async def _http2_status(visit):
    await visit.reply(status="fine", body=FEED)


@case(
    "http2-length-too-long",
    "HTTP/2: a Content-Length above the body's length",
    "broken",
    outcome=Outcome.BROKEN,
    says="Expected 500 bytes, received 5",
    **SECURE,
)
async def _http2_length(visit):
    await visit.reply(headers=[("content-length", "500")], body=b"<rss>")


@case(
    "http2-too-long",
    "HTTP/2: a body above the bound",
    "stops at the bound and closes the connection",
    outcome=Outcome.TOO_LARGE,
    says="more than 20000 bytes",
    sent=("/feed", "/again"),
    again=Outcome.FETCHED,
    again_body=FEED,
    settings={"max_bytes": 20_000},
    **SECURE,
)
async def _http2_too_long(visit):
    await visit.reply(body=FEED if visit.target == "/again" else b"x" * 100_000)


# --- robots.txt, for pages ------------------------------------------------------------------------------------------


def robots(answer, **how):
    """A server with a robots.txt."""

    async def app(visit):
        if visit.target == "/robots.txt":
            await answer(visit)
        else:
            await visit.reply(body=b"<html>a page</html>", **how)

    return app


PAGE = MappingProxyType({"purpose": "page"})
for name, answer, word, what, does in (
    ("missing", says(404), "allowed", "robots.txt: 404", "reads the page (RFC 9309 2.3.1.3)"),
    ("forbidden", says(403), "allowed", "robots.txt: 403", "reads the page (RFC 9309 2.3.1.3)"),
    ("empty", says(200), "allowed", "an empty robots.txt", "reads the page"),
    (
        "page",
        says(200, body=b"<!doctype html><html>Not found</html>"),
        "allowed",
        "robots.txt: 200 with a page",
        "finds no rule in it; reads the page",
    ),
    (
        "for-others",
        says(200, body=b"User-agent: newsbeamer\nDisallow: /\n\nUser-agent: news\nDisallow: /\n"),
        "allowed",
        "a robots.txt for programs with similar names",
        "compares whole names; reads the page",
    ),
    (
        "mark-and-case",
        says(200, body=b"\xef\xbb\xbfUSER-AGENT: NewsBeam/9\r\nallow: /feed\r\n\r\nUser-Agent: *\rDisallow: /\r"),
        "allowed",
        "a robots.txt with a byte order mark, odd case and line ends",
        "reads it as it was meant",
    ),
    (
        "long",
        says(200, body=b"User-agent: *\n" + b"#" * 600_000 + b"\nDisallow: /\n"),
        "allowed",
        "a robots.txt of 600 KB",
        "reads 500 KiB of it (RFC 9309 2.5)",
    ),
):
    add(
        f"robots-{name}",
        what,
        does,
        robots(answer),
        Outcome.FETCHED,
        sent=("/robots.txt", "/feed"),
        ask=PAGE,
        facts={"robots": word},
    )
for name, answer, word, what in (
    (
        "says-no",
        says(200, body=b"User-agent: *\nDisallow: /*eed$\n"),
        "disallowed",
        "robots.txt forbids the page",
    ),
    (
        "many-names",
        says(
            200, body=b"".join(b"User-agent: bot%d\n" % n for n in range(9000)) + b"User-agent: *\nDisallow: /\n" * 9000
        ),
        "disallowed",
        "a robots.txt of thousands of names and rules",
    ),
    ("fails", says(500), "unavailable", "robots.txt: 500"),
    ("closes", sends(b""), "unavailable", "no answer to robots.txt"),
):
    add(
        f"robots-{name}",
        what,
        "does not read the page" + (" until robots.txt can be had" if word == "unavailable" else ""),
        robots(answer),
        Outcome.DISALLOWED,
        sent=("/robots.txt",),
        ask=PAGE,
        says="robots.txt",
        facts={"robots": word},
    )


@case(
    "robots-elsewhere",
    "robots.txt redirects five times",
    "follows (RFC 9309 2.3.1.2)",
    outcome=Outcome.DISALLOWED,
    sent=("/robots.txt", "/r1", "/r2", "/r3", "/r4", "/r5"),
    ask=PAGE,
    settings={"max_redirects": 2},
    facts={"robots": "disallowed"},
)
async def _robots_elsewhere(visit):
    if visit.target == "/r5":
        await visit.reply(body=b"User-agent: *\nDisallow: /\n")
    else:
        number = int(visit.target[2:]) if visit.target != "/robots.txt" else 0
        await visit.reply(302, [("Location", f"/r{number + 1}")])


add(
    "robots-limited",
    "robots.txt: 429",
    "asks nothing more of that host until then; the page waits",
    robots(says(429, [("Retry-After", "60")])),
    Outcome.LIMITED,
    sent=("/robots.txt",),
    ask=PAGE,
    says="wants no requests until 2026-03-01 12:01:00",
)
add(
    "robots-for-a-feed",
    "robots.txt forbids the feed that the user gave",
    "asks for it: robots.txt is for what programs find by themselves",
    robots(says(200, body=b"User-agent: *\nDisallow: /\n")),
    Outcome.FETCHED,
    facts={"robots": ""},
)


def table():
    """The table for people."""
    lines = [
        "# What servers do, and what Newsbeam does about it",
        "",
        "Each line is a test against a real local server (`tests/pipeline/polling`), which keeps a log of its own.",
        "The outcome is what stands in `requests/`. This file is generated:",
        "",
        "    python tests/pipeline/polling/misbehaviours.py > docs/misbehaviours.md",
        "",
        "| name | what the server does | what Newsbeam does | outcome |",
        "|---|---|---|---|",
    ]
    for each in MISBEHAVIOURS:
        server, client = (text.replace("|", "\\|") for text in (each.server, each.client))
        then = f", then `{each.again}`" if each.again else ""
        lines.append(f"| {each.name} | {server} | {client} | `{each.outcome}`{then} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")  # noqa: T201  # a program here
