"""NITF: embargoes, recalls of other documents, bylines, tables. Fields: tests/data/wires."""

import pytest

from transforms.core.nitf import read_nitf
from transforms.core.records import Dateline, Item, Reason

ISSUED = '<doc-id id-string="2" regsrc="PCN"/><date.issue norm="20260226T080000Z"/>'


def read(*, docdata="<docdata/>", head="", body_head="<hedline><hl1>Fair</hl1></hedline>", body="<p>It began.</p>"):
    document = (
        f"<nitf><head>{head}{docdata}</head><body><body.head>{body_head}</body.head>"
        f"<body.content>{body}</body.content></body></nitf>"
    )
    return list(read_nitf(document.encode(), origin="w.xml"))


@pytest.mark.parametrize(
    ("status", "release", "embargoed"),
    [
        ("usable", "", ""),
        ("usable", "20260226T080000Z", ""),  # when it was issued
        ("usable", "20260227T060000Z", "20260227T060000Z"),
        ("embargoed", "20260227T060000Z", "20260227T060000Z"),
        ("embargoed", "", "embargoed without a date"),
        ("usable", "tomorrow", "tomorrow"),
    ],
)
def test_embargo(status, release, embargoed):
    released = f'<date.release norm="{release}"/>' if release else ""
    (found,) = read(docdata=f'<docdata management-status="{status}">{ISSUED}{released}</docdata>')
    assert (found.embargoed, found.pubstatus) == (embargoed, "usable")


@pytest.mark.parametrize(
    ("status", "recalled"), [("canceled", "canceled"), ("withheld", "withheld"), ("embargoed", "withheld")]
)
def test_a_document_may_recall_another_and_be_read_itself(status, recalled):
    own, recall = read(
        docdata=f'<docdata management-doc-idref="1" management-idref-status="{status}">{ISSUED}</docdata>'
    )
    assert (own.item_id, own.pubstatus, own.text) == ("2", "usable", "It began.")
    assert (recall.item_id, recall.pubstatus, recall.text, recall.provider) == ("1", recalled, "", "PCN")
    assert (own.origin, recall.origin) == ("w.xml", "w.xml#recall")
    assert recall.updated_at == own.published.at


def test_a_document_that_only_recalls_another_is_that_recall():
    (found,) = read(docdata=f'<docdata management-status="canceled" management-doc-idref="1">{ISSUED}</docdata>')
    assert (found.item_id, found.pubstatus, found.text) == ("1", "canceled", "")
    (found,) = read(
        docdata=f'<docdata management-doc-idref="1" management-idref-status="canceled">{ISSUED}</docdata>', body=""
    )
    assert (found.item_id, found.pubstatus) == ("1", "canceled")


def test_a_document_without_reference_recalls_itself():
    (found,) = read(docdata=f'<docdata management-status="canceled">{ISSUED}</docdata>', body="")
    assert (found.item_id, found.pubstatus) == ("2", "canceled")


def test_an_update_of_another_document_recalls_nothing():
    (found,) = read(docdata=f'<docdata management-status="usable" management-doc-idref="1">{ISSUED}</docdata>')
    assert (found.item_id, found.pubstatus) == ("2", "usable")


@pytest.mark.parametrize("field", ["management-status", "management-idref-status"])
def test_a_status_nobody_knows_is_refused(field):
    (found,) = read(docdata=f'<docdata management-doc-idref="1" {field}="maybe">{ISSUED}</docdata>')
    assert found.reason is Reason.BAD_RECORD


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<tobject tobject.type="ADVISORY"/>', True),
        ('<tobject><tobject.property tobject.property.type="advisory"/></tobject>', True),
        ('<tobject tobject.type="news"/>', False),
        ("", False),
    ],
)
def test_advisories(head, expected):
    (found,) = read(head=head)
    assert found.not_for_publication is expected


@pytest.mark.parametrize(
    ("byline", "written", "authors"),
    [
        ("By Ada Byron", "By Ada Byron", ("Ada Byron",)),
        ("By <person>Ada Byron</person><byttl>Staff</byttl>", "By Ada Byron, Staff", ("Ada Byron",)),
        ("By Ada Byron, <byttl>Staff Reporter</byttl>", "By Ada Byron, Staff Reporter", ("Ada Byron",)),
        ("<byttl>Sports Network</byttl>", "Sports Network", ()),
    ],
)
def test_bylines(byline, written, authors):
    (found,) = read(body_head=f"<hedline><hl1>Fair</hl1></hedline><byline>{byline}</byline>")
    assert (found.byline, found.authors) == (written, authors)


@pytest.mark.parametrize(
    ("dateline", "expected"),
    [
        (
            "<location>DRY CREEK</location> <story.date>Feb. 26</story.date>",
            Dateline(place="DRY CREEK", date="Feb. 26"),
        ),
        ("DRY CREEK, Kan. (PCN) --", Dateline(place="DRY CREEK, Kan", agency="PCN")),
        ("Dry Creek", Dateline(place="Dry Creek")),
        ("", None),
    ],
)
def test_datelines(dateline, expected):
    (found,) = read(body_head=f"<hedline><hl1>Fair</hl1></hedline><dateline>{dateline}</dateline>")
    assert found.dateline == expected


def test_rows_of_tables_and_points_of_lists_are_lines():
    (found,) = read(
        body="<p>It began.</p><nitf-table><nitf-table-metadata><nitf-table-summary><p>no</p></nitf-table-summary>"
        "</nitf-table-metadata><table><tr><td>Pigs</td><td>12</td></tr><tr><td>Cows</td><td>9</td></tr></table>"
        "</nitf-table><dl><dt>Gate</dt><dd>opens at 9</dd></dl>"
        "<block><byline>By A</byline><bq><p>Fine.</p><credit>Judge</credit></bq></block>"
    )
    assert found.text.split("\n\n") == ["It began.", "Pigs 12", "Cows 9", "Gate", "opens at 9", "Fine.", "Judge"]


def test_a_document_without_head_is_read_and_one_without_text_is_not():
    (found,) = read_nitf(
        b"<nitf><body><body.content><p>Fair begins. It is late.</p></body.content></body></nitf>", origin="w"
    )
    assert isinstance(found, Item)
    assert (found.title, found.item_id, found.provider) == ("Fair begins", "", "")
    (found,) = read(body="")
    assert (found.reason, found.title) == (Reason.NO_TEXT, "Fair")
    (found,) = read_nitf(b"<nitf/>", origin="w")
    assert found.reason is Reason.NO_TITLE
