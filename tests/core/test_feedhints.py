import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.feedhints import LONGEST_S, head_of, hints_of
from transforms.core.polling import FeedHints

SY = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
ITEM = "<item><title>One</title><ttl>5</ttl><link>https://s.example/1</link></item>"


def rss(inside, *, behind="", item=ITEM):
    return f'<rss version="2.0" {SY}><channel><title>Gazette</title>{inside}{item}{behind}</channel></rss>'.encode()


@pytest.mark.parametrize(
    ("inside", "hints"),
    [
        ("<ttl>60</ttl>", FeedHints(ttl_s=3600)),
        ("<ttl> 15\n</ttl>", FeedHints(ttl_s=900)),
        ("<skipHours><hour>1</hour><hour>24</hour><hour>03</hour></skipHours>", FeedHints(skip_hours=(0, 1, 3))),
        ("<skipDays><day>Sunday</day><day>saturday</day><day>Sat</day></skipDays>", FeedHints(skip_days=(5, 6))),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", FeedHints(update_period_s=3600)),
        (
            "<sy:updatePeriod>\n hourly </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            FeedHints(update_period_s=900),
        ),
        ("<sy:updateFrequency>2</sy:updateFrequency>", FeedHints(update_period_s=43_200)),
        ("<sy:updatePeriod>weekly</sy:updatePeriod>", FeedHints(update_period_s=604_800)),
    ],
)
def test_what_a_feed_wishes(inside, hints):
    assert hints_of(rss(inside)) == hints
    assert hints_of(rss("", behind=inside)) == hints  # behind the entries it means the same


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "<ttl>soon</ttl>",
        "<ttl>-5</ttl>",
        "<ttl>1.5</ttl>",
        "<ttl>٣٠</ttl>",
        "<ttl/>",
        "<image><ttl>5</ttl></image>",
        "<!-- <ttl>5</ttl> -->",
        "<description><![CDATA[<ttl>5</ttl>]]></description>",
        "<skipHours><hour>noon</hour><hour>-1</hour><hour>100</hour></skipHours>",
        "<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in range(24)) + "</skipHours>",
        "<skipDays>" + "".join(f"<day>{day}day</day>" for day in "Mon Tues Wednes Thurs Fri Satur Sun".split())
        + "</skipDays>",
        "<sy:updatePeriod>sometimes</sy:updatePeriod>",
        "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
        "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>x</sy:updateFrequency>",
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_not_said(inside):
    assert hints_of(rss(inside)) == FeedHints()


@pytest.mark.parametrize("ttl", ["99999999999999999999", "9" * 5_000])
def test_nobody_is_believed_for_longer_than_a_year(ttl):
    assert hints_of(rss(f"<ttl>{ttl}</ttl>")).ttl_s == LONGEST_S


def test_a_prefix_and_a_namespace_do_not_matter():
    atom = b"""<a:feed xmlns:a="http://www.w3.org/2005/Atom" xmlns:x="http://purl.org/rss/1.0/modules/syndication/">
        <a:title type="html">Fish &amp;amp; chips</a:title><x:updatePeriod>daily</x:updatePeriod>
        <a:entry><a:title>One</a:title></a:entry></a:feed>"""
    head = head_of(atom)
    assert (head.title, head.hints) == ("Fish & chips", FeedHints(update_period_s=86_400))


def test_in_rdf_it_stands_in_the_channel_before_the_items():
    rdf = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" {SY}>
        <channel><title>Gazette</title><sy:updatePeriod>hourly</sy:updatePeriod></channel>
        <item><title>One</title></item></rdf:RDF>""".encode()
    head = head_of(rdf)
    assert (head.title, head.hints) == ("Gazette", FeedHints(update_period_s=3600))


def test_the_title_of_an_entry_or_an_image_is_not_the_feeds():
    assert (
        head_of(b"<rss><channel><image><title>Logo</title></image>" + ITEM.encode() + b"</channel></rss>").title == ""
    )


def test_the_transport_says_the_charset():
    assert (
        head_of("<rss><channel><title>Größe</title></channel></rss>".encode("latin-1"), "iso-8859-1").title == "Größe"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><title>Sign in</title></html>",
        b'{"version": "https://jsonfeed.org/version/1.1", "ttl": 5}',
        b'<!DOCTYPE r [<!ENTITY a "&b;&b;">]><rss><channel><ttl>5</ttl></channel></rss>',
        b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]><rss><channel><ttl>&a;</ttl></channel></rss>',
    ],
)
def test_what_is_no_feed_or_hostile_wishes_nothing(data):
    assert hints_of(data) == FeedHints()


@given(st.binary(max_size=300), st.sampled_from(["<ttl>", "<skipHours><hour>", "<sy:updatePeriod>", "<title>"]))
def test_it_never_raises_and_is_always_bounded(noise, tag):
    hints = hints_of(rss("").replace(b"<title>Gazette</title>", tag.encode() + noise))
    assert 0 <= hints.ttl_s <= LONGEST_S
    assert 0 <= hints.update_period_s <= LONGEST_S
    assert set(hints.skip_hours) < set(range(24))


@pytest.mark.parametrize("unit", ["<item>", "<ttl>", "<![CDATA[", "<skipHours><hour>1</hour>", "&amp;", "<a "])
def test_hostile_repetition_costs_no_time(unit):
    hints_of(f"<rss><channel>{unit * (400_000 // len(unit))}".encode())
