"""NewsML 1: which component makes the text, and what stands nearest to it. Fields: tests/data/wires."""

import pytest

from transforms.core.newsml1 import read_newsml1
from transforms.core.records import Dateline, Item, Reason

NAMED = (
    "<Identification><NewsIdentifier><ProviderId>sw.example</ProviderId><DateId>20260301</DateId>"
    "<NewsItemId>1</NewsItemId>"
    '<RevisionId PreviousRevision="0" Update="N">1</RevisionId></NewsIdentifier></Identification>'
)

CHANGES = (
    '<StatusWillChange><FutureStatus FormalName="{}"/><DateAndTime>20260302T060000Z</DateAndTime></StatusWillChange>'
)


def content(text, *, mime="text/plain", language="", role="", headline=""):
    return (
        "<NewsComponent>"
        + (f'<Role FormalName="{role}"/>' if role else "")
        + (f"<NewsLines><HeadLine>{headline}</HeadLine></NewsLines>" if headline else "")
        + (f'<DescriptiveMetadata><Language FormalName="{language}"/></DescriptiveMetadata>' if language else "")
        + f'<ContentItem><MimeType FormalName="{mime}"/><DataContent>{text}</DataContent></ContentItem></NewsComponent>'
    )


def read(*components, named=NAMED, managed="", attributes="", lines="<HeadLine>Bridge</HeadLine>"):
    document = (
        f"<NewsML><NewsItem>{named}<NewsManagement>{managed}</NewsManagement><NewsComponent {attributes}>"
        f"<NewsLines>{lines}</NewsLines>{''.join(components)}</NewsComponent></NewsItem></NewsML>"
    )
    (found,) = read_newsml1(document.encode(), origin="w.xml")
    return found


def test_all_revisions_have_one_id():
    later = NAMED.replace(">1</RevisionId>", ">12</RevisionId>")
    first, second = read(content("It opened.")), read(content("It closed."), named=later)
    assert first.item_id == second.item_id == "urn:newsml:sw.example:20260301:1"
    assert (first.source_version, second.source_version) == (1, 12)


def test_an_id_that_is_not_whole_is_taken_as_it_is():
    named = NAMED.replace("<DateId>20260301</DateId>", "")
    assert read(content("It opened."), named=named).item_id == "1"


def test_the_body_is_the_text_where_one_is_named():
    found = read(content("Call us.", role="Sidebar"), content("Other."), content("It opened.", role="Body"))
    assert found.text == "It opened."


def test_all_texts_make_the_text_where_no_body_is_named():
    found = read(content("It opened."), content("Photo by A.", role="Caption"), content("Cars wait."))
    assert found.text == "It opened.\n\nCars wait."


@pytest.mark.parametrize("mime", ["text/css", "image/svg+xml", "application/pdf"])
def test_what_is_in_another_form_is_no_text(mime):
    assert read(content("p {}", mime=mime), content("It opened.")).text == "It opened."


def test_one_language_makes_the_text_and_its_component_the_headline():
    found = read(
        content("Sie ist offen.", language="de", headline="Brücke"),
        content("It opened.", language="en", headline="Bridge"),
    )
    assert (found.text, found.title, found.language_hint) == ("Sie ist offen.", "Brücke", "de")


def test_of_equivalents_one_makes_the_text():
    formats = (content("&lt;p&gt;It opened.&lt;/p&gt;", mime="text/html"), content("It opened."))
    assert read(*formats, attributes='EquivalentsList="yes"').text == "It opened."
    assert read(*formats).text == "It opened.\n\nIt opened."
    nested = f'<NewsComponent EquivalentsList="yes">{"".join(formats)}</NewsComponent>'
    assert read(nested, content("Cars wait.")).text == "It opened.\n\nCars wait."


@pytest.mark.parametrize(
    ("managed", "status", "embargoed"),
    [
        ("", "usable", ""),
        ('<Status FormalName="Usable"/>', "usable", ""),
        ('<Status FormalName="Withheld"/>', "withheld", ""),
        ('<Status FormalName="Canceled"/>', "canceled", ""),
        ('<Status FormalName="Embargoed"/>', "usable", "embargoed without a date"),
        ('<Status FormalName="Embargoed"/>' + CHANGES.format("Usable"), "usable", "20260302T060000Z"),
        ('<Status FormalName="Embargoed"/>' + CHANGES.format("Canceled"), "usable", "embargoed without a date"),
    ],
)
def test_status_and_embargo(managed, status, embargoed):
    found = read(content("It opened."), managed=managed)
    assert (found.pubstatus, found.embargoed) == (status, embargoed)


def test_a_status_nobody_knows_is_refused():
    assert read(content("It opened."), managed='<Status FormalName="Perhaps"/>').reason is Reason.BAD_RECORD


@pytest.mark.parametrize(
    "managed", ['<NewsItemType FormalName="Advisory"/>', '<Instruction FormalName="NotForPublication"/>']
)
def test_advisories(managed):
    assert read(content("Coverage plan."), managed=managed).not_for_publication
    assert not read(content("It opened."), managed='<NewsItemType FormalName="News"/>').not_for_publication


def test_notes_are_those_to_editors():
    line = '<NewsLine><NewsLineType FormalName="{}"/><NewsLineText>{}</NewsLineText></NewsLine>'
    lines = line.format("EditorNote", "Adds quote.") + line.format("Web address", "http://sw.example")
    assert read(content("It opened."), lines=lines).ednote == "Adds quote."


def test_the_dateline_of_the_text_counts_and_the_metadata_fill_it():
    lines = "<HeadLine>B</HeadLine><DateLine>{}</DateLine>"
    found = read(content("MOSTAR (AFP) - It opened."), lines=lines.format("PARIS, 1 March (AP)"))
    assert found.text == "It opened."
    assert found.dateline == Dateline(place="MOSTAR", agency="AFP", date="1 March")
    assert read(content("It opened."), lines=lines.format("MOSTAR")).dateline == Dateline(place="MOSTAR")


def test_a_headline_that_stands_as_content_is_the_title():
    found = read(
        content("&lt;p&gt;Bridge &lt;b&gt;opens&lt;/b&gt;&lt;/p&gt;", role="HeadLine"), content("It did."), lines=""
    )
    assert (found.title, found.text) == ("Bridge opens", "It did.")


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ('<ContentItem Href="a.jpg"><MimeType FormalName="image/jpeg"/></ContentItem>', "a picture item"),
        ('<ContentItem Href="a.mp4"><MediaType FormalName="Video"/></ContentItem>', "a video item"),
        ('<NewsItemRef NewsItem="urn:a"/><NewsItemRef NewsItem="urn:b"/>', "a package of 2 references"),
    ],
)
def test_items_without_text_say_what_they_are(item, told):
    found = read(f"<NewsComponent>{item}</NewsComponent>")
    assert (found.reason, found.detail) == (Reason.UNSUPPORTED, told)


def test_a_news_item_in_another_is_its_own_delivery():
    named = NAMED.replace(">1</NewsItemId>", ">2</NewsItemId>")
    inner = f"<NewsItem>{named}<NewsComponent>{content('Inner.')}</NewsComponent></NewsItem>"
    document = f"<NewsML><NewsItem>{NAMED}<NewsComponent>{inner}{content('Outer.')}</NewsComponent></NewsItem></NewsML>"
    found = list(read_newsml1(document.encode(), origin="w.xml"))
    assert all(isinstance(each, Item) for each in found)
    assert [(each.item_id[-1], each.text, each.origin) for each in found] == [
        ("2", "Inner.", "w.xml#2"),
        ("1", "Outer.", "w.xml#1"),
    ]
