"""What HTTP says, in values."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.http import (
    MAX_DELTA_S,
    BadAddress,
    askable,
    delta_s,
    expiry,
    field,
    first_field,
    host_of,
    origin_of,
    outcome_of,
    parse_http_date,
    redirect_target,
    retry_after_s,
    user_agent,
)
from transforms.core.polling import Outcome

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("http://a.example", "http://a.example/"),
        ("  https://A.Example:443/x#y ", "https://a.example/x"),
        ("http://a.example:80?q", "http://a.example/?q"),
        ("https://a.example:8443/", "https://a.example:8443/"),
        ("http://a.example./feed", "http://a.example/feed"),
        ("http://новости.рф/лента?а=б", "http://xn--b1amnebsh.xn--p1ai/%D0%BB%D0%B5%D0%BD%D1%82%D0%B0?%D0%B0=%D0%B1"),
        ("http://a.example/a%20b%zz/../c", "http://a.example/a%20b%zz/../c"),
        ("http://a.example/a\\b", "http://a.example/a/b"),
        ("http://a.example/?a=b|c&d=[e]", "http://a.example/?a=b|c&d=[e]"),
        ('http://a.example/"<x>"?"<y>"', "http://a.example/%22%3Cx%3E%22?%22%3Cy%3E%22"),
        ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080/"),
        ("http://under_score.example/", "http://under_score.example/"),
    ],
)
def test_askable(given, asked):
    assert askable(given) == asked
    assert askable(asked) == asked


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", "not an absolute address"),
        ("a.example/feed", "not an absolute address"),
        ("//a.example/feed", "not an absolute address"),
        ("file:///etc/passwd", "not http or https: file:"),
        ("gopher://a.example/", "not http or https: gopher:"),
        ("http:///feed", "no host"),
        ("http://user@a.example/", "credentials"),
        ("http://user:pass@a.example/", "credentials"),
        ("http://a.example:0/", "port 0"),
        ("http://a.example:22/", "port 22"),
        ("http://a.example:65536/", "Port out of range"),
        ("http://a.example:x/", "Port could not be cast"),
        ("http://a b.example/", "not a host name"),
        ("http://a..example/", "not a host name"),
        ("http://-a.example/", "not a host name"),
        ("http://a%2eexample/", "not a host name"),
        ("http://" + "a" * 64 + ".example/", "not a host name"),
        ("http://" + "a." * 130 + "example/", "not a host name"),
        ("http://[::1/", "Invalid IPv6"),
        ("http://[fe80::1%25eth0]/", "zone"),
        ("http://a.example/\r\nX: y", "control characters"),
        ("http://a.example/\x00", "control characters"),
        ("http://a.example/" + "x" * 4096, "longer than 4096"),
        ("http://a.example/" + "é" * 2000, "longer than 4096"),
        ("http://xn--a\u0301.example/", "not a host name"),
    ],
)
def test_not_askable(given, why):
    with pytest.raises(BadAddress, match=why):
        askable(given)


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_askable_is_plain(host, path):
    try:
        asked = askable(f"http://{host}/{path}")
    except BadAddress:
        return
    assert asked.isascii()
    assert asked.isprintable()
    assert " " not in asked
    assert "#" not in asked
    assert "@" not in asked.split("/")[2]
    assert askable(asked) == asked


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b#c", "https://a.example/b"),
        ("b", "https://a.example/x/b"),
        ("?q=1", "https://a.example/x/feed?q=1"),
        ("//b.example/c", "https://b.example/c"),
        ("http://b.example", "http://b.example/"),
        ("  /b  ", "https://a.example/b"),
        ("/\xd0\xb6", "https://a.example/%D0%B6"),  # UTF-8, as it comes out of the headers
        ("/\xe9", "https://a.example/%C3%A9"),  # Latin-1
        ("../../..", "https://a.example/"),
    ],
)
def test_redirect_target(location, target):
    assert redirect_target("https://a.example/x/feed", location) == target


@pytest.mark.parametrize("location", ["", "  ", "mailto:a@b.example", "http://", "http://[", "x" * 5000, "/a\nb"])
def test_redirects_that_lead_nowhere(location):
    with pytest.raises(BadAddress):
        redirect_target("https://a.example/", location)


def test_hosts_and_origins():
    assert host_of("https://a.example:8443/x") == "a.example"
    assert origin_of("https://[::1]:8443/x") == "https://[::1]:8443"


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sun Nov  6 08:49:37 1994", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Saturday, 06-Nov-76 08:49:37 GMT", datetime(2076, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sunday, 06-Nov-77 08:49:37 GMT", datetime(1977, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("sun, 6 nov 1994 8:49:37 utc", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("06 Nov 1994 08:49:37 +0000", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sat, 31 Dec 2016 23:59:60 GMT", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("Sun, 06 Nov 1994 08:49:37 +0200", None),
        ("Sun, 31 Feb 2026 08:49:37 GMT", None),
        ("Sun, 06 Foo 1994 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994", None),
        ("1994-11-06T08:49:37Z", None),
        ("0", None),
        ("", None),
    ],
)
def test_http_dates(raw, read):
    assert parse_http_date(raw, NOW) == read


@given(st.datetimes(datetime(1990, 1, 1), datetime(2070, 1, 1)))  # noqa: DTZ001  # hypothesis takes naive bounds
def test_all_three_forms_of_a_date_say_the_same(moment):
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    forms = ("%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y")
    assert {parse_http_date(moment.strftime(form), NOW) for form in forms} == {moment}


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("9" * 40, MAX_DELTA_S),
        ("Sun, 01 Mar 2026 12:02:00 GMT", 120),
        ("Sun, 01 Mar 2026 11:02:00 GMT", 0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", MAX_DELTA_S),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after(raw, seconds):
    assert retry_after_s(raw, NOW) == seconds


@given(st.integers(min_value=0))
def test_numbers_of_seconds_are_bounded(number):
    assert delta_s(str(number)) == min(number, MAX_DELTA_S)


@pytest.mark.parametrize(
    ("headers", "in_s"),
    [
        ([], None),
        ([("Expires", "")], None),
        ([("Expires", "Sun, 01 Mar 2026 13:00:00 GMT")], 3600),
        ([("Expires", "Sun, 01 Mar 2026 11:00:00 GMT")], 0),
        ([("expires", "0")], 0),
        ([("Expires", "-1")], 0),
        ([("Expires", "Wed, 01 Mar 2023 13:00:00 GMT"), ("Date", "Wed, 01 Mar 2023 12:00:00 GMT")], 3600),
        ([("Expires", "Sun, 01 Mar 2026 13:00:00 GMT"), ("Date", "today")], 3600),
        ([("Expires", "Fri, 31 Dec 9999 23:59:59 GMT")], MAX_DELTA_S),
    ],
)
def test_expiry(headers, in_s):
    until = expiry(tuple(headers), NOW)
    assert until == (None if in_s is None else NOW + timedelta(seconds=in_s))


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [
        ((200, 201, 203, 204, 226, 299), Outcome.FETCHED),
        ((301, 302, 303, 307, 308), Outcome.REDIRECTED),
        ((300, 305, 306, 399), Outcome.BAD_REDIRECT),
        ((304,), Outcome.NOT_MODIFIED),
        ((101, 206), Outcome.BROKEN),
        ((401, 403, 451), Outcome.FORBIDDEN),
        ((404,), Outcome.MISSING),
        ((410,), Outcome.GONE),
        ((429,), Outcome.LIMITED),
        ((400, 402, 406, 418, 499), Outcome.REFUSED),
        ((500, 503, 599, 600, 999), Outcome.SERVER_ERROR),
    ],
)
def test_outcomes(statuses, outcome):
    assert {outcome_of(status) for status in statuses} == {outcome}


def test_fields():
    headers = (("ETag", '"a"'), ("etag", '"b"'), ("Cache-Control", "public"), ("cache-control", "max-age=1"))
    assert first_field(headers, "ETAG") == '"a"'
    assert field(headers, "Cache-Control") == "public, max-age=1"
    assert (first_field(headers, "Age"), field(headers, "Age")) == ("", "")


@pytest.mark.parametrize(
    ("contact", "name"),
    [
        ("", "newsbeam/1.0"),
        ("desk@gazette.example", "newsbeam/1.0 (+desk@gazette.example)"),
        ("https://gazette.example/bot", "newsbeam/1.0 (+https://gazette.example/bot)"),
        ("a)\r\nHost: b", "newsbeam/1.0 (+a Host: b)"),
        ("é", "newsbeam/1.0"),
    ],
)
def test_user_agent(contact, name):
    assert user_agent("1.0", contact) == name
