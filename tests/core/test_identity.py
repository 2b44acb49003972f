import pytest

from transforms.core.identity import article_id, content_hash, delivery_id, version_of
from transforms.core.records import Item, Reason, Rejected, Stage

ADDRESS = "https://example.org/news/1"


def item(**fields):
    return Item(
        **{"origin": "in/a.txt", "source_kind": "text", "title": "Bridge opens", "text": "It opened.", **fields}
    )


def known_by(given, *, canonical="", speaks=()):
    return article_id(given, speaks_for=lambda provider: provider in speaks, canonical=canonical)


def test_names_are_pinned():
    wire = item(source_kind="wire", provider="NBW", item_id="urn:nbw:42")
    assert known_by(wire, speaks=("NBW",)) == ("a109ebb0a8819ea2b6fbf17cc95ad6ad3a", "provider")
    assert known_by(item(), canonical=ADDRESS) == ("a19495b58a15deb55adcf6d7c5e8c5dc39", "url")
    assert known_by(item()) == ("a1db8a7e4fb832edee2f280a01e4ac9c64", "content")
    assert version_of("Bridge opens", "It opened.") == "v118c32f47d7b04f3ae9a015b75170a866"
    assert content_hash("It opened.") == "c15e5b74c986a7e21125a1af77e38f6a35"
    refused = Rejected(stage=Stage.OPEN, reason=Reason.EMPTY, detail="no bytes", origin="in/b.txt")
    assert delivery_id(refused) == "r1e0d682732e01a6423fe0442394b3c30a"


@pytest.mark.parametrize(
    ("fields", "canonical", "speaks", "evidence"),
    [
        ({"source_kind": "wire", "provider": "NBW", "item_id": "42"}, ADDRESS, ("NBW",), "provider"),
        ({"source_kind": "wire", "provider": "NBW", "item_id": "42"}, ADDRESS, (), "url"),
        ({"source_kind": "wire", "provider": "NBW", "item_id": "urn:nbw:42"}, "", (), "content"),
        ({"source_kind": "wire", "item_id": "urn:nbw:42"}, ADDRESS, (), "uri"),
        ({"item_id": "tag:example.org,2024:42"}, "", (), "uri"),
        ({"item_id": "https://example.org/items/42"}, "", (), "uri"),
        ({"item_id": "4711"}, ADDRESS, (), "url"),
        ({"item_id": "4711"}, "", (), "content"),
        ({"item_id": "urn:"}, "", (), "content"),
        ({"item_id": "note: call back"}, "", (), "content"),
        ({"source_kind": "page", "item_id": "urn:nbw:42"}, ADDRESS, (), "url"),
        ({"source_kind": "feed", "item_id": "urn:nbw:42", "feed_url": "https://a.test/f"}, ADDRESS, (), "url"),
        ({"source_kind": "feed", "item_id": "42", "feed_url": "https://a.test/f"}, "", (), "guid"),
        ({"source_kind": "feed", "item_id": "42"}, "", (), "content"),
        ({}, "", (), "content"),
    ],
)
def test_the_best_evidence_names_the_article(fields, canonical, speaks, evidence):
    assert known_by(item(**fields), canonical=canonical, speaks=speaks)[1] == evidence


def test_an_item_is_the_same_whoever_may_speak_for_its_agency_and_whatever_it_says():
    one = item(source_kind="wire", provider="NBW", item_id="42", title="First", text="One.", url="https://a.test/1")
    other = item(source_kind="wire", provider="nbw", item_id=" 42 ", title="Second", text="Two.", origin="elsewhere")
    assert known_by(one, speaks=("NBW", "nbw")) == known_by(other, speaks=("NBW", "nbw"), canonical=ADDRESS)


def test_the_same_id_of_another_agency_or_feed_is_another_article():
    names = [
        known_by(item(source_kind="wire", provider="NBW", item_id="42"), speaks=("NBW", "OPA"))[0],
        known_by(item(source_kind="wire", provider="OPA", item_id="42"), speaks=("NBW", "OPA"))[0],
        known_by(item(source_kind="feed", feed_url="https://a.test/f", item_id="42"))[0],
        known_by(item(source_kind="feed", feed_url="https://b.test/f", item_id="42"))[0],
    ]
    assert len(set(names)) == 4


def test_a_claimed_id_cannot_take_the_name_of_an_authorised_one():
    genuine, _ = known_by(item(source_kind="wire", provider="NBW", item_id="urn:nbw:42"), speaks=("NBW",))
    for forged in (
        item(source_kind="wire", provider="NBW", item_id="urn:nbw:42"),
        item(source_kind="wire", item_id="urn:nbw:42"),
        item(source_kind="feed", feed_url="NBW", item_id="urn:nbw:42"),
    ):
        assert known_by(forged)[0] != genuine


def test_fields_cannot_run_into_one_another():
    one = item(source_kind="feed", feed_url="https://a.test/f", item_id="42")
    other = item(source_kind="feed", feed_url="https://a.test/f4", item_id="2")
    assert known_by(one)[0] != known_by(other)[0]
    assert version_of("Bridge opens", "Today.") != version_of("Bridge", "opens Today.")


def test_bare_text_is_known_by_what_it_says():
    assert known_by(item(title="BRIDGE  opens", origin="other.txt")) == known_by(item())
    assert known_by(item(text="It opened late.")) != known_by(item())


def test_a_version_is_what_an_editor_would_call_a_change():
    assert version_of("“Bridge” opens", "It  opened.") == version_of('"Bridge" opens', "It opened.")
    assert version_of("Bridge opens", "12 came.") != version_of("Bridge opens", "21 came.")
    assert version_of("Bridge opens", "12 came.") != version_of("Bridge closes", "12 came.")


def test_a_refusal_is_the_same_when_it_happens_again():
    first = Rejected(
        stage=Stage.PARSE, reason=Reason.NOT_JSON, detail="at 17", origin="a.jsonl#3", excerpt="{", raw_address="raw/1"
    )
    again = Rejected(
        stage=Stage.PARSE, reason=Reason.NOT_JSON, detail="at 18", origin="a.jsonl#3", excerpt="{", raw_address="raw/2"
    )
    elsewhere = Rejected(stage=Stage.PARSE, reason=Reason.NOT_JSON, detail="at 17", origin="a.jsonl#4", excerpt="{")
    worse = Rejected(stage=Stage.PARSE, reason=Reason.BAD_RECORD, detail="at 17", origin="a.jsonl#3", excerpt="{")
    assert delivery_id(first) == delivery_id(again)
    assert len({delivery_id(first), delivery_id(elsewhere), delivery_id(worse)}) == 3


def test_text_that_cannot_be_encoded_has_a_name():
    assert known_by(item(title="\ud800", text="\ud800"))[1] == "content"
    delivery_id(Rejected(stage=Stage.OPEN, reason=Reason.MISSING, detail="", origin="caf\udce9.txt"))
