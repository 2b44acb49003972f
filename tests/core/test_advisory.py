"""What is for editors only is told from embargoes and from stories about publishing."""

import pytest

from transforms.core.advisory import for_editors_only, is_advisory_code, may_be_quoted
from transforms.core.records import Item


@pytest.mark.parametrize(
    "note",
    [
        "ADVISORY: not for publication.",
        "Not intended for publication",
        "For editors' information only; pictures follow at 1400 GMT",
        "Nicht zur Veröffentlichung bestimmt",
        "Ne pas publier",
        "No destinado a la publicación",
        "Не для печати",
        "Yayımlanmak için değildir",
        "غير مخصص للنشر",
        "Not for publication before noon was an error: this is not for publication.",
    ],
)
def test_note_for_editors_only(note):
    assert for_editors_only(note)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "Not for publication before 18:00 GMT",
        "Not for public release until 12noon on Friday",
        "Nicht zur Veröffentlichung vor 18 Uhr",
        "Not for publication in Japan",
        "Not for use outside the United States",
        "Adds quotes from the publisher",
        "x" * 2_000 + " not for publication",
    ],
)
def test_other_notes(note):
    assert not for_editors_only(note)


@pytest.mark.parametrize("code", ["sig:advisory", "Advisory", "http://cv.example.com/signal/not-for-publication"])
def test_codes_of_advisories(code):
    assert is_advisory_code(code)


@pytest.mark.parametrize("code", ["", "sig:update", "news", "advisory:update", "ninat:text"])
def test_other_codes(code):
    assert not is_advisory_code(code)


def test_words_that_are_to_be_held_are_not_quoted():
    quoted = {"origin": "in/a.jsonl#1", "source_kind": "wire", "provider": "NPB"}
    assert may_be_quoted(Item(**quoted))
    for said in (
        {"embargoed": "noon"},
        {"not_for_publication": True},
        {"ednote": "Not for publication"},
        {"pubstatus": "withheld"},
    ):
        assert not may_be_quoted(Item(**quoted, **said))
