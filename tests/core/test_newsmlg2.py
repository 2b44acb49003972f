"""NewsML-G2: what counts where an item says things more than once, or not at all. Fields: tests/data/wires."""

from datetime import UTC, datetime

import pytest

from schemas.rules import load_rules
from transforms.core.errors import Refused
from transforms.core.newsmlg2 import read_newsmlg2
from transforms.core.records import Dateline, Item, Reason, Subject
from transforms.core.settle import settle
from transforms.core.tagging import Tagging

TEXT = "<inlineData>The ferry sailed.</inlineData>"


def read(
    *, attributes='guid="urn:newsml:np.example:20260301:1"', meta="", about="<headline>Ferry</headline>", content=TEXT
):
    document = (
        f"<newsItem {attributes}><itemMeta>{meta}</itemMeta><contentMeta>{about}</contentMeta>"
        f"<contentSet>{content}</contentSet></newsItem>"
    )
    (found,) = read_newsmlg2(document.encode(), origin="w.xml")
    return found


@pytest.mark.parametrize(
    ("provider", "guid", "expected"),
    [
        ('<provider qcode="nprov:NP"><name>Nordpress</name></provider>', "urn:newsml:other.example:1:2", "NP"),
        ('<provider literal="NP"/>', "x", "NP"),
        ("<provider><name>Nordpress</name></provider>", "urn:newsml:np.example:1:2", "Nordpress"),
        ('<provider uri="https://www.np.example/about"/>', "urn:newsml:feed.np.example:1:2", "feed.np.example"),
        ('<provider uri="https://www.np.example/about"/>', "4711", "np.example"),
        ("", "tag:np.example,2026:4711", "np.example"),
        ("", "4711", ""),
    ],
)
def test_the_provider_is_what_stays_the_same(provider, guid, expected):
    assert read(attributes=f'guid="{guid}"', meta=provider).provider == expected


@pytest.mark.parametrize(
    ("meta", "status", "embargoed"),
    [
        ("", "usable", ""),
        ('<pubStatus qcode="stat:usable"/>', "usable", ""),
        ('<pubStatus qcode="own:Canceled"/>', "canceled", ""),
        ('<pubStatus uri="http://cv.iptc.org/newscodes/pubstatusg2/withheld"/>', "withheld", ""),
        ('<pubStatus qcode="stat:embargoed"/>', "usable", "embargoed without a date"),
        ("<embargoed/>", "usable", "embargoed without a date"),
        ("<embargoed> 2026-03-02T00:00:00Z </embargoed>", "usable", "2026-03-02T00:00:00Z"),
        ("<embargoed>after the speech</embargoed>", "usable", "after the speech"),
    ],
)
def test_status_and_embargo(meta, status, embargoed):
    found = read(meta=meta)
    assert (found.pubstatus, found.embargoed) == (status, embargoed)


def test_a_status_nobody_knows_is_refused():
    found = read(meta='<pubStatus qcode="stat:maybe"/>')
    assert found.reason is Reason.BAD_RECORD
    assert "maybe" in found.detail


@pytest.mark.parametrize(
    ("meta", "about", "expected"),
    [
        ('<signal qcode="sig:update"/><signal qcode="np:advisory"/>', "", True),
        ('<role uri="http://cv.np.example/roles/not-for-publication"/>', "", True),
        ("", '<genre qcode="genre:Advisory"/>', True),
        ('<signal qcode="sig:update"/>', '<genre qcode="genre:Feature"/>', False),
    ],
)
def test_signals_that_an_item_is_not_for_publication(meta, about, expected):
    assert read(meta=meta, about=f"<headline>Diary</headline>{about}").not_for_publication is expected


@pytest.mark.parametrize(
    ("headlines", "title"),
    [
        ('<headline role="h:short">Short</headline><headline>Main</headline>', "Main"),
        ('<headline role="h:short">Short</headline><headline role="h:main">Main</headline>', "Main"),
        ('<headline role="h:short">Short</headline>', "Short"),
        ('<headline xml:lang="de">Fähre</headline><headline xml:lang="en-GB">Ferry</headline>', "Ferry"),
        ('<headline xml:lang="de">Fähre</headline>', "Fähre"),
        ("<headline> </headline>", "The ferry sailed"),
    ],
)
def test_of_several_headlines_the_main_one_in_the_items_language_counts(headlines, title):
    assert read(attributes='guid="x" xml:lang="en-US"', about=headlines).title == title


@pytest.mark.parametrize("above", ["UPDATE 2-Ferry sails", "FERRY SAILS", "UPDATE 2-FERRY SAILS"])
def test_the_headline_is_no_text_with_its_mark_or_without(above):
    found = read(
        about="<headline>UPDATE 2-Ferry sails</headline>", content=f"<inlineData>{above}\n\nIt is full.</inlineData>"
    )
    assert found.text == "It is full."


def test_names_are_taken_in_the_items_language():
    subject = '<subject qcode="medtop:1"><name xml:lang="de">Hafen</name><name>{}</name></subject>'
    for own, name in (("port", "port"), ("", "Hafen")):
        found = read(about=f'<language tag="en"/><headline>Ferry</headline>{subject.format(own)}')
        assert found.subjects == (Subject(code="1", scheme="medtop", name=name),)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('<inlineXML contenttype="application/nitf+xml"/>' + TEXT, "The ferry sailed."),
        (
            '<inlineXML contenttype="application/xhtml+xml"><div><p>One.</p><p>Two.</p></div></inlineXML>',
            "One.\n\nTwo.",
        ),
        ("<inlineXML><p>One.</p></inlineXML>" + TEXT, "One."),
        ('<inlineData contenttype="text/html">&lt;p&gt;R&amp;amp;D&lt;/p&gt;</inlineData>', "R&D"),
        ('<inlineData contenttype="image/jpeg" encoding="enc:base64">QUJD</inlineData>' + TEXT, "The ferry sailed."),
        ('<inlineData contenttype="application/json">{}</inlineData>' + TEXT, "The ferry sailed."),
        ("<inlineData>FERRY\n\nThe ferry\nsailed.</inlineData>", "The ferry\n\nsailed."),
    ],
)
def test_the_first_content_that_is_a_text_counts(content, text):
    assert read(content=content).text == text


def test_a_summary_stands_for_a_missing_text_and_a_caption_does_not():
    about = '<headline>Ferry</headline><description role="drol:{}">The ferry at the pier.</description>'
    found = read(about=about.format("summary"), content="")
    assert (found.text, found.text_from, found.lead) == ("The ferry at the pier.", "summary", "")
    assert read(about=about.format("caption"), content="").reason is Reason.NO_TEXT


@pytest.mark.parametrize("kind", ["picture", "graphic", "video", "audio", "animation"])
def test_items_without_text_say_what_they_are(kind):
    found = read(
        meta=f'<itemClass uri="http://cv.iptc.org/newscodes/ninature/{kind}"/>',
        about="<headline>Ferry</headline><description>It sails.</description>",
        content="",
    )
    assert (found.reason, found.detail) == (Reason.UNSUPPORTED, f"a{'n' * (kind[0] == 'a')} {kind} item")
    assert found.title == "Ferry"


def test_the_dateline_that_is_printed_counts_and_the_metadata_fill_it():
    located = "<headline>Ferry</headline><dateline>BONN, 1 March (NP)</dateline>"
    printed = read(about=located, content="<inlineData>BERLIN (dpa) - The ferry sailed.</inlineData>")
    assert (printed.dateline, printed.text) == (
        Dateline(place="BERLIN", agency="dpa", date="1 March"),
        "The ferry sailed.",
    )
    assert read(about=located).dateline == Dateline(place="BONN", agency="NP", date="1 March")
    assert read(about="<headline>F</headline><located><name>Bonn</name></located>").dateline == Dateline(place="Bonn")


def test_what_nitf_inside_says_fills_and_never_replaces():
    nitf = (
        '<inlineXML><nitf><head><docdata management-status="embargoed"><urgency ed-urg="2"/>'
        '<doc-id id-string="inner" regsrc="inner"/></docdata></head>'
        "<body><body.head><hedline><hl1>Inner</hl1></hedline><byline>By Ada Byron</byline></body.head>"
        "<body.content><p>The ferry sailed.</p></body.content></body></nitf></inlineXML>"
    )
    found = read(content=nitf, meta='<provider qcode="p:NP"/>')
    assert (found.item_id, found.provider, found.title) == ("urn:newsml:np.example:20260301:1", "NP", "Ferry")
    assert (found.authors, found.urgency, found.extractor) == (("Ada Byron",), 2, "newsml-g2/1")
    assert found.embargoed == "embargoed without a date"
    assert read(content=nitf, meta="<embargoed>2026-03-05</embargoed>").embargoed == "2026-03-05"


@pytest.fixture(scope="module")
def settled():
    tagging = Tagging(load_rules())

    def settled(item, *, authorised):
        now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        return settle(item, now=now, tagging=tagging, speaks_for=lambda name: authorised and name == "NP")

    return settled


def test_a_kill_counts_from_who_may_speak_for_the_provider_only(settled):
    kill = read(meta='<provider qcode="p:NP"/><pubStatus qcode="stat:canceled"/>')
    assert isinstance(kill, Item)
    assert settled(kill, authorised=True).notice.kind == "kill"
    with pytest.raises(Refused) as refused:
        settled(kill, authorised=False)
    assert refused.value.reason is Reason.NOT_AUTHORISED


def test_a_kill_reaches_all_versions_of_its_item(settled):
    meta = '<provider qcode="p:NP"/>'
    first = settled(read(meta=meta), authorised=True).draft.article
    kill = read(meta=meta + '<pubStatus qcode="stat:canceled"/>', about="<headline>KILL</headline>", content="")
    assert settled(kill, authorised=True).notice.article_id == first.article_id


def test_a_recall_in_words_needs_no_text(settled):
    kill = read(meta='<provider qcode="p:NP"/>', about="<headline>KILL: Ferry</headline>", content="")
    assert settled(kill, authorised=True).notice.kind == "kill"
    assert read(about="<headline>Ferry</headline>", content="").reason is Reason.NO_TEXT


def test_an_advisory_is_held_without_a_recall(settled):
    diary = read(meta='<provider qcode="p:NP"/><signal qcode="sig:advisory"/>')
    found = settled(diary, authorised=True)
    assert (found.hold, found.notice) == ("advisory", None)
