# ruff: noqa: E501  # one message, one line
"""Headers and texts of ANPA 1312 as they are found."""

import pytest

from transforms.core.conventions import with_conventions
from transforms.core.textwire import read_textwire

BODY = "^BC-Ferry,20<\n^Ferry sails again<\n\t   HALMO (NP) _ It sailed.<\n"


def read(first="a0456\x1fasian", second="r i\x13\x11 BC-Ferry 03-01 0020", text=BODY, stamp="NP-WF-03-01-26 1945GMT<"):
    data = f"\x16\x16\x01{first}\n{second}\n\x02{text}\x03\n{stamp}\n\x04".encode()
    (item,) = read_textwire(data, origin="f")
    return item


@pytest.mark.parametrize(
    ("first", "item_id"),
    [
        ("a0456\x1fasian", "2026-03-01/a456"),
        ("A0456", "2026-03-01/a456"),
        ("a0456NPX\x1fcpst-", "2026-03-01/a456"),
        ("0456\x1f-----", "2026-03-01/456"),
    ],
)
def test_what_it_is_known_by(first, item_id):
    item = read(first)
    assert (item.provider, item.item_id, item.title) == ("NP", item_id, "Ferry sails again")


@pytest.mark.parametrize(("letter", "urgency"), list(zip("fburdaz", (1, 2, 3, 5, 6, 8, 8), strict=True)))
def test_priorities(letter, urgency):
    assert read(second=f"{letter} i\x13\x11 BC-Ferry 03-01 0020").urgency == urgency


@pytest.mark.parametrize(
    "second",
    [
        "r i\x13\x11 BC-Ferry 03-01 0020",
        "r i BC-Ferry 03-01",
        "r i\x13\x11 BC-Ferry",
        "r i\x13\x11 BC-Ferry 2ndLd a0412,0413 03-01 0020",
        "r i\x14\x11",
    ],
)
def test_headers_as_they_are_found(second):
    item = read(second=second)
    assert (item.title, item.slugline, item.subjects[0].code) == ("Ferry sails again", "BC-Ferry", "i")


def test_the_version_goes_from_the_slugline_into_the_note():
    item = with_conventions(read(text=BODY.replace("BC-Ferry,20", "BC-Ferry, 3rd Ld-Writethru,20")))
    assert (item.slugline, item.ednote, item.source_version) == ("BC-Ferry", "3rd Ld-Writethru", None)


def test_a_keyword_that_the_text_does_not_repeat_comes_from_the_header():
    item = read(second="r i\x13\x11 BC-Ferry 1stLd a0412 03-01 0020", text="^Ferry sails again<\n\tIt sailed.<\n")
    assert (item.slugline, item.title) == ("BC-Ferry, 1stLd", "Ferry sails again")


@pytest.mark.parametrize(
    ("version", "stamp", "embargoed"),
    [
        ("Adv05", "NP-WF-03-01-26 1945GMT<", "2026-03-05"),
        ("Adv01", "NP-WF-03-01-26 1945GMT<", "2026-03-01"),
        ("Adv31", "NP-WF-04-02-26 1945GMT<", "2026-05-31"),
        ("Adv02", "NP-WF-12-28-25 1945GMT<", "2026-01-02"),
        ("Adv05", "", "Adv05"),
        ("Adv77", "NP-WF-03-01-26 1945GMT<", "Adv77"),
        ("Advice", "NP-WF-03-01-26 1945GMT<", ""),
    ],
)
def test_an_advance_is_under_embargo(version, stamp, embargoed):
    assert read(second=f"r i\x13\x11 BC-Ferry {version} 03-01 0020", stamp=stamp).embargoed == embargoed


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("NP-WF-03-01-26 1945GMT<", "2026-03-01T19:45:00+00:00"),
        ("NP-NY-03-01-26 1445EST", "2026-03-01T19:45:00+00:00"),
        ("16:35ET 31-10-25<", "2025-10-31T16:35:00+00:00"),
        ("16:35 GMT 10-31-25", "2025-10-31T16:35:00+00:00"),
    ],
)
def test_when_it_was_sent(stamp, at):
    assert read(stamp=stamp).published.at.isoformat() == at
    inside = read(text=f"{BODY}\n\t   {stamp}\n", stamp="")
    assert (inside.published.at.isoformat(), inside.text) == (at, "HALMO (NP) — It sailed.")


def test_a_date_that_may_be_either_gives_no_id():
    item = read(stamp="16:35ET 03-04-25<")
    assert (item.item_id, item.updated_at) == ("", None)


def test_signs_of_typesetters():
    item = read(
        text="^BC-Ferry,20<\n^Ferry `sails'<\n\t   ``It's\x10over,'' he said _ twice _ on\nSunday.@<\n\t___<\n\tno_break.<\n"
    )
    assert item.text == "“It's over,” he said — twice — on Sunday.\n\nno_break."


def test_a_kill_is_of_the_item_it_refers_to():
    text = "^BC-Ferry, KILL,20<\n^BULLETIN KILL<\n\t   The ferry has not sailed.<\n"
    item = read("a0470", "b i\x13\x11 BC-Ferry Kill a0456 03-01 0020", text)
    assert (item.pubstatus, item.item_id, item.text) == ("canceled", "2026-03-01/a456", "")
