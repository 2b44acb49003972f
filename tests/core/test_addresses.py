"""Addresses: every variant of one is one; a page speaks only for its own domain."""

import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.addresses import canonical_address, is_front_page, registrable_domain, trusted_canonical

STORY = "https://example.com/world/story-7"


@pytest.mark.parametrize(
    "variant",
    [
        STORY,
        "http://example.com/world/story-7",
        "HTTPS://WWW.Example.COM:443/world/story-7/",
        "http://example.com:80/world/story-7#comments",
        "https://m.example.com/world/story-7",
        "https://mobile.example.com/world/story-7",
        "https://amp.example.com/world/story-7",
        "https://www.example.com/world/story-7/amp",
        "https://www.example.com/world/story-7/amp/",
        "https://www.example.com/amp/world/story-7",
        "https://www.example.com/world/story-7?amp=1",
        "https://www.example.com/world/story-7?amp",
        "https://www.example.com/world/story-7?outputType=amp",
        "https://example.com/world/story-7?utm_source=a&utm_medium=b&fbclid=c&gclid=d",
        "https://example.com/world/story-7?at_medium=RSS&ns_mchannel=x&cmpid=y&ito=1&smid=tw&ref=home&mc_cid=z",
        "https://example.com/world/story-7?source=rss",
        "https://example.com/world/story-7/index.html",
        "https://example.com/world/./x/../story-7",
        "https://example.com/w%6Frld/story-7",
        "https://reader:secret@example.com/world/story-7",
        "https://www.google.com/amp/s/www.example.com/world/story-7",
        "https://example-com.cdn.ampproject.org/c/s/www.example.com/world/story-7?usqp=mq331",
        "  https://example.com/world/story-7\n",
    ],
)
def test_variants_of_one_address_are_one(variant):
    assert canonical_address(variant) == STORY


@pytest.mark.parametrize(
    "other",
    [
        "https://example.com/world/story-8",
        "https://example.com/world/story-7?page=2",
        "https://example.com/world/story-7?source=42",
        "https://example.com:8443/world/story-7",
        "https://blog.example.com/world/story-7",
        "https://example.com/World/Story-7",
    ],
)
def test_what_leads_elsewhere_stays_apart(other):
    assert canonical_address(other) not in {STORY, ""}


@pytest.mark.parametrize(
    "text",
    ["", "story", "mailto:a@example.com", "ftp://example.com/x", "//example.com/x", "javascript:alert(1)", "http://",
     "https://exa mple.com/", "https://example.com:port/", "https://[::1/", "https://[v]/", "urn:newsml:x",
     "https://" + "a" * 10_000],
)  # fmt: skip
def test_what_is_no_web_address_is_empty(text):
    assert canonical_address(text) == ""
    assert registrable_domain(text) == ""
    assert not is_front_page(text)


def test_parameters_are_sorted_and_escapes_normal():
    assert (
        canonical_address("https://example.com/ä b?z=1&b=%c3%a9&a=x/y")
        == "https://example.com/%C3%A4%20b?a=x/y&b=%C3%A9&z=1"
    )


def test_hosts_in_any_script_are_ascii():
    assert canonical_address("http://Пример.испытание/а") == "https://xn--e1afmkfd.xn--80akhbyknj4f/%D0%B0"


def test_a_label_of_the_registrable_domain_is_no_variant():
    assert canonical_address("https://m.com/x") == "https://m.com/x"


urls = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(
        [
            "example.com",
            "www.m.example.co.uk",
            "bücher.de",
            "[::1]",
            "192.0.2.1",
            "google.com",
            "a.cdn.ampproject.org",
            "localhost",
        ]
    ),
    st.sampled_from(["", ":80", ":8080"]),
    st.text(alphabet="/.aé%2fF?amp=&#index.htmls ", max_size=40).map(lambda path: "/" + path),
    st.text(max_size=10),
)


@given(urls)
def test_the_canonical_form_is_its_own(url):
    once = canonical_address(url)

    assert canonical_address(once) == once


@given(st.text(max_size=200))
def test_any_text_is_answered(text):
    assert canonical_address(canonical_address(text)) == canonical_address(text)


def test_hostile_addresses_cost_nothing():
    start = time.process_time()
    for hostile in (
        "https://a.b/" + "/amp" * 1000,
        "https://a.b/" + "%2e%2e/" * 500,
        "https://" + "www." * 1000,
        "https://a.b/?" + "&" * 4000,
    ):
        canonical_address(hostile)

    assert time.process_time() - start < 1


def test_no_network_is_asked_for_domains(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)

    assert registrable_domain("https://a.b.example.co.uk/x") == "example.co.uk"
    assert registrable_domain("https://one.blogspot.com/") == "one.blogspot.com"
    assert registrable_domain("https://192.0.2.1/x") == "192.0.2.1"
    assert registrable_domain("https://localhost/x") == "localhost"


@pytest.mark.parametrize(
    ("url", "front"),
    [
        ("https://example.com", True),
        ("http://www.example.com/index.php?utm_source=x", True),
        ("https://example.com/en-gb/", True),
        ("https://example.com/news", False),
        ("https://example.com/?p=1", False),
    ],
)
def test_front_pages(url, front):
    assert is_front_page(url) is front


@pytest.mark.parametrize(
    ("claimed", "fetched", "trusted"),
    [
        ("https://example.com/story", "https://m.example.com/story?utm_source=x", "https://example.com/story"),
        ("https://news.example.co.uk/story", "https://example.co.uk/s", "https://news.example.co.uk/story"),
        ("https://other.org/story", "https://example.com/s", "https://example.com/s"),
        ("https://b.blogspot.com/story", "https://a.blogspot.com/s", "https://a.blogspot.com/s"),
        ("https://example.com/", "https://example.com/s", "https://example.com/s"),
        ("not an address", "https://example.com/s", "https://example.com/s"),
        ("https://example.com/story", "", "https://example.com/story"),
        ("https://example.com/", "", ""),
        ("", "", ""),
    ],
)
def test_a_page_speaks_only_for_its_own_domain(claimed, fetched, trusted):
    assert trusted_canonical(claimed, fetched) == trusted
