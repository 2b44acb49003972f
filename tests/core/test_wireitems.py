"""Where the items of agency XML begin and end, and what damage costs."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.core.documents import read_document
from transforms.core.errors import Refused
from transforms.core.records import Item, Reason, Rejected, Stage
from transforms.core.wireitems import MAX_ITEMS, Part, parts

WIRES = Path(__file__).resolve().parents[1] / "data" / "wires"
MARKS = [b"<", b"]]>", b"<![CDATA[", b"<!--", b"</newsItem>", b'"']
HOSTILE = [
    "<newsItem>",
    "<newsItem ",
    "<newsItem a='",
    '<newsItem a="',
    "</newsItem>",
    "<newsItem/>",
    "<newsItem><p>",
    "<!--",
    "<![CDATA[",
]
FIXTURES = [path.read_bytes() for path in sorted(WIRES.glob("*.xml"))]


def item(number, inner=""):
    return (
        f'<newsItem guid="urn:newsml:np.example:20260301:{number}"><itemMeta><provider qcode="p:NP"/></itemMeta>'
        f"<contentMeta><headline>Title {number}</headline></contentMeta>"
        f"<contentSet><inlineData>Text {number}.</inlineData></contentSet>{inner}</newsItem>"
    )


def message(*items, end="</itemSet></newsMessage>"):
    return ("<newsMessage><itemSet>" + "".join(items) + end).encode()


def read(data):
    return list(read_document(data, origin="w.xml", raw_address="w.xml"))


def told(found):
    """Titles of items, reasons of refusals."""
    return [each.title if isinstance(each, Item) else each.reason for each in found]


def test_each_item_of_a_message_is_a_delivery_with_its_own_origin():
    found = read(message(item(1), item(2), item(3)))
    assert [each.origin for each in found] == ["w.xml#1", "w.xml#2", "w.xml#3"]
    assert [each.text for each in found] == ["Text 1.", "Text 2.", "Text 3."]
    assert {each.raw_address for each in found} == {"w.xml"}


def test_an_item_alone_has_the_origin_of_its_document():
    (found,) = read(b'<?xml version="1.0"?>' + item(1).encode())
    assert (found.origin, found.title) == ("w.xml", "Title 1")


def test_prefixes_of_the_whole_document_do_not_matter_to_an_item():
    prefixed = item(1).replace("<", "<nar:").replace("<nar:/", "</nar:")
    data = f'<nar:newsMessage xmlns:nar="http://iptc.org/std/nar/2006-10-01/">{prefixed}</nar:newsMessage>'
    assert told(read(data.encode())) == ["Title 1"]


@pytest.mark.parametrize(
    "damage",
    [
        "<p>a < b</p>",
        "<b>never closed",
        '<a href="x></a>',
        "<a b='1' b='2'/>",
        "</contentSet>",
        "&#0;",
        "<d>" * 300 + "</d>" * 300,
    ],
)
def test_damaged_markup_costs_the_item_it_is_in(damage):
    """Nothing of the item is believed: its embargo may have been lost."""
    found = read(message(item(1), item(2, damage), item(3)))
    assert told(found) == ["Title 1", Reason.CORRUPT, "Title 3"]
    assert (found[1].stage, found[1].origin, found[1].title, found[1].excerpt) == (Stage.PARSE, "w.xml#2", "", "")
    assert "not well-formed in its line 1" in found[1].detail


@pytest.mark.parametrize(
    ("end", "detail"),
    [
        (item(3)[:-40], "item 3 is never closed"),
        (item(3)[:60], "item 3 is never closed"),
        ("<newsItem", "item 3 is never closed"),
        (item(3)[: -len("</newsItem>")] + "</itemSet></newsMessage>", "item 3 is never closed"),
        ("", "<newsMessage> is never closed"),
        ("</itemSet></newsMess", "<newsMessage> is never closed"),
    ],
)
def test_a_document_that_ends_too_early_gives_what_stands_before_and_says_so(end, detail):
    found = read(message(item(1), item(2), end=end if end != "<newsItem" else "<newsItem "))
    assert told(found) == ["Title 1", "Title 2", Reason.TRUNCATED]
    assert (found[2].detail, found[2].origin) == (detail, "w.xml")


def test_an_item_without_end_hides_no_other():
    broken = item(2).removesuffix("</newsItem>")
    assert told(read(message(item(1), broken, item(3)))) == ["Title 1", "Title 3", Reason.TRUNCATED]


def test_what_stands_in_comments_and_cdata_is_no_item():
    hidden = f"<!-- {item(7)} <newsItem -->" + "<note><![CDATA[<newsItem><newsItem>]]></note>"
    assert told(read(message(hidden, item(1, "<![CDATA[</newsItem>]]>"), "<newsItemRef/>"))) == ["Title 1"]


def test_an_item_in_another_is_its_own_delivery_and_no_part_of_the_other():
    outer = item(1, "<x/>" + item(2) + "<y/>" + item(3))
    found = read(message(outer))
    assert [(each.origin, each.text) for each in found] == [
        ("w.xml#2", "Text 2."),
        ("w.xml#3", "Text 3."),
        ("w.xml#1", "Text 1."),
    ]
    (*_, own) = parts(message(outer).decode(), frozenset({"newsItem"}))
    assert own == Part(number=1, markup=item(1, "<x/><y/>"))


def test_a_package_holds_an_item_that_is_never_closed():
    found = list(parts("<m><packageItem><newsItem></packageItem></m>", frozenset({"newsItem", "packageItem"})))
    assert found == [Part(number=2, markup=""), Part(number=1, markup="<packageItem>")]


def test_empty_elements_and_angles_in_attributes():
    text = """<m><newsItem a="1>2" b='"'/><newsItem a="/">x</newsItem ></m>"""
    found = list(parts(text, frozenset({"newsItem"})))
    assert [part.markup for part in found] == ["""<newsItem a="1>2" b='"'/>""", '<newsItem a="/">x</newsItem >']


def test_a_message_without_items_says_so():
    for data in (message(), b"<newsMessage/>", b"<NewsML></NewsML>"):
        (found,) = read(data)
        assert (found.reason, found.detail) == (Reason.NO_TEXT, "a message without items")


def test_more_items_than_a_document_may_hold():
    found = list(parts("<m>" + "<newsItem/>" * (MAX_ITEMS + 5) + "</m>", frozenset({"newsItem"})))
    assert len(found) == MAX_ITEMS + 1
    assert isinstance(found[-1], Refused)
    assert found[-1].reason is Reason.TOO_LARGE


def test_entities_are_resolved_where_they_are_harmless_and_refused_where_they_are_not():
    harmless = (
        b'<!DOCTYPE newsItem [<!ENTITY agency "Nordpress">]>' + item(1).replace("Text", "&agency;&nbsp;R&D").encode()
    )
    assert read(harmless)[0].text == "Nordpress R&D 1."
    for definition in (b'<!ENTITY x SYSTEM "file:///etc/passwd">', b'<!ENTITY a "&b;">'):
        (found,) = read(b"<!DOCTYPE newsItem [" + definition + b"]>" + item(1).encode())
        assert (found.reason, found.excerpt) == (Reason.HOSTILE_MARKUP, "")


@settings(deadline=None)  # what is imported late costs the first example
@given(st.sampled_from(FIXTURES), st.data())
def test_any_damage_gives_items_and_refusals(document, data):
    """Cut out, put in, or both: nothing is raised, and every answer has something to say."""
    start = data.draw(st.integers(0, len(document)))
    end = data.draw(st.integers(start, min(len(document), start + 300)))
    put = data.draw(
        st.binary(max_size=20) | st.sampled_from([b"<", b"]]>", b"<![CDATA[", b"<!--", b"</newsItem>", b'"'])
    )
    for found in read_document(document[:start] + put + document[end:], origin="w.xml"):
        assert isinstance(found, Item | Rejected)
        if isinstance(found, Item):
            assert found.pubstatus != "usable" or (found.title and found.text)
        else:
            assert found.detail


@settings(deadline=None)
@given(st.sampled_from(FIXTURES), st.floats(0, 1))
def test_a_document_cut_short_gives_the_whole_items_before_the_cut(document, share):
    """Cut after its root's first tag, it gives no item the whole does not give."""
    whole = {each.origin: each for each in read(document) if isinstance(each, Item)}
    cut = [each for each in read(document[: int(len(document) * share)]) if isinstance(each, Item)]
    assert all(whole.get(each.origin) == each for each in cut if each.source_kind == "wire")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_repetition_costs_no_time(unit):
    text = "<newsMessage>" + unit * (600_000 // len(unit))
    assert sum(1 for _ in parts(text, frozenset({"newsItem", "packageItem"}))) <= MAX_ITEMS + 1
