# ruff: noqa: E501  # one message, one line
"""Headers and texts of IPTC 7901 as they are found."""

import pytest

from transforms.core.textwire import read_textwire


def read(
    header="nwe0012 3 i 9  npb 0041",
    text="Ferry sails =\n\nIt sailed again.\n",
    slug="Norsand/ferry/",
    sent="031945 GMT Mar 26",
):
    data = f"\x01{header}\n{slug}\n\x02{text}\x03\n{sent}\n\x04".encode()
    (item,) = read_textwire(data, origin="f")
    return item


@pytest.mark.parametrize(
    ("header", "provider", "item_id", "version"),
    [
        ("nwe0012 3 i 9  npb 0041", "npb", "2026-03-03/nwe/npb 41", None),
        ("nwe0012 3 i 9 npb-0041", "npb", "2026-03-03/nwe/npb 41", None),
        ("NWE12 3 i", "NWE", "2026-03-03/nwe12", None),
        ("nwe 0012 3 pl 0009", "nwe", "2026-03-03/nwe12", None),
        ("bnk014 4 pl 171 vvvvb NPK 260301-89-00065#2", "NPK", "260301-89-00065", 2),
        ("bnk014 4 pl 171 NPK 260301-89-00065", "NPK", "260301-89-00065", None),
        ("FRS0123 4 I 0345 FRA /NPF-AB12", "NPF", "2026-03-03/frs123", None),
    ],
)
def test_who_sent_what(header, provider, item_id, version):
    item = read(header)
    assert (item.provider, item.item_id, item.source_version) == (provider, item_id, version)
    assert (item.title, item.text, item.slugline) == ("Ferry sails", "It sailed again.", "Norsand/ferry/")


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        ("031945 GMT Mar 26", "2026-03-03T19:45:00+00:00"),
        ("031945 Mar 2026", "2026-03-03T19:45:00+00:00"),
        ("032045 MEZ Mär 26", "2026-03-03T19:45:00+00:00"),
        ("031945 Mrz 26", "2026-03-03T19:45:00+00:00"),
        ("030045 MSK мар 26", "2026-03-02T21:45:00+00:00"),
    ],
)
def test_when_it_was_sent(sent, at):
    item = read(sent=sent)
    assert (item.published.at.isoformat(), item.published.raw, item.updated_at) == (at, sent, item.published.at)
    inside = read(text=f"Ferry sails =\n\nIt sailed again.\n\n{sent}\n", sent="")
    assert (inside.published.at.isoformat(), inside.text) == (at, "It sailed again.")


@pytest.mark.parametrize("sent", ["", "991945 GMT Mar 26", "311945 GMT Feb 26", "it sailed in Mar 26"])
def test_what_is_no_time_is_none(sent):
    item = read(sent=sent)
    assert (item.published.at, item.item_id) == (None, "")


def test_a_headline_with_what_stands_around_it():
    item = read(
        text="1ST LEAD\n(With map)\nFerry sails again\nafter storm\nBy Jo Roe and Ann Sommer =\n\nHalmo (npb) - It sailed.\n"
    )
    assert (item.title, item.ednote) == ("Ferry sails again after storm", "1ST LEAD\n(With map)")
    assert (item.byline, item.authors) == ("By Jo Roe and Ann Sommer", ("Jo Roe", "Ann Sommer"))
    assert item.text == "Halmo (npb) - It sailed."


def test_lines_are_put_together_at_the_width_of_the_wire():
    text = (
        "Ferry sails =\n\nHalmo (npb) - The ferry to the island of Norsand sailed again on\nTuesday, the harbour office said.\n\n"
        "Boats:\n- Ek, which carries milk and flour and lorries to the islands\n- Zo\n"
    )
    assert read(text=text).text.split("\n\n") == [
        "Halmo (npb) - The ferry to the island of Norsand sailed again on Tuesday, the harbour office said.",
        "Boats:", "- Ek, which carries milk and flour and lorries to the islands", "- Zo",
    ]  # fmt: skip


def test_columns_are_not_put_together():
    text = "Results =\n\n" + "".join(
        f"{place}. Rowers of the island number {place}      12:0{place}.3   {place} points\n" for place in (1, 2, 3, 4)
    )
    assert len(read(text=text).text.split("\n\n")) == 4


def test_a_recall_is_of_the_items_it_names_of_its_own_service_and_day():
    text = "HOLD HOLD HOLD =\n\nPlease hold items npb 0039 and opa 12, nwe0012 and npb 40.\n"
    data = f"\x01nwe0015 1 i 9 npb 0044\n\x02{text}\x03\n031945 GMT Mar 26\n\x04".encode()
    found = list(read_textwire(data, origin="f"))
    assert [(item.item_id, item.pubstatus, item.text) for item in found] == [
        ("2026-03-03/nwe/npb 39", "withheld", ""),
        ("2026-03-03/nwe/npb 40", "withheld", ""),
    ]


def test_a_recall_of_an_item_with_an_id_that_versions_share_is_of_itself():
    item = read("bnk014 1 pl 9 NPK 260301-89-00065#3", text="MELDUNG ZURÜCKGEZOGEN =\n\nSie war falsch.\n")
    assert (item.item_id, item.pubstatus, item.source_version) == ("260301-89-00065", "canceled", None)
