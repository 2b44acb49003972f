# ruff: noqa: E501, PT017  # records stand on one line; a refusal is one of two right answers
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.errors import Refused
from transforms.core.jsonlines import read_json, read_line, read_lines
from transforms.core.records import Dateline, Item, Reason, Rejected, Stage, Subject

SHORT = {
    "id": "nordwire-17",
    "url": "https://wire.example/17",
    "title": "Ferry sails again",
    "text": "The ferry sailed again.\n\nIt was full.",
    "published": "2018-09-14T10:00:00Z",
    "provider": "Nordwire",
}
NINJS = {
    "uri": "urn:nordwire:17",
    "url": "https://wire.example/17",
    "headline": "Ferry sails again",
    "body_text": "Ferry sails again\n\nThe ferry sailed again.\n\nIt was full.",
    "firstcreated": "2018-09-14T10:00:00+02:00",
    "versioncreated": "2018-09-14T11:30:00+02:00",
    "version": "3",
    "pubstatus": "usable",
    "embargoed": "2018-09-14T12:00:00Z",
    "language": "en-GB",
    "source": "Nordwire",
    "byline": "By Ann Sommer and Jon Beer",
    "urgency": 4,
    "slugline": "FERRY-STORM",
    "ednote": "Adds quote",
    "genre": [{"name": "Current"}],
    "subject": [{"code": "16000000", "scheme": "subj", "name": "Unrest"}, {"name": "Weather"}],
    "usageterms": "Not in print",
    "copyrightnotice": "Nordwire 2018",
    "expires": "2020-01-01",
    "keywords": ["ferry", "storm"],
    "located": "NORSAND, Sweden",
}


def read(record):
    return read_line(json.dumps(record).encode(), origin="wire.jsonl#1", raw_address="wire.jsonl@0+9")


def refusal(line):
    with pytest.raises(Refused) as refused:
        read_line(line if isinstance(line, bytes) else json.dumps(line).encode(), origin="x#1")
    return refused.value.stage, refused.value.reason, refused.value.detail


def test_the_short_names():
    item = read(SHORT)
    assert (item.item_id, item.url, item.title, item.text) == (
        "nordwire-17", "https://wire.example/17", "Ferry sails again", "The ferry sailed again.\n\nIt was full.",
    )  # fmt: skip
    assert item.published.at == datetime(2018, 9, 14, 10, tzinfo=UTC)
    assert item.published.taken_from == "wire published"
    assert (item.source, item.provider, item.source_kind, item.text_from) == ("Nordwire", "Nordwire", "wire", "wire")
    assert (item.origin, item.raw_address, item.pubstatus) == ("wire.jsonl#1", "wire.jsonl@0+9", "usable")


def test_every_key_of_ninjs_arrives():
    item = read(NINJS)
    assert item.text == "The ferry sailed again.\n\nIt was full."
    assert item.published.at == datetime(2018, 9, 14, 8, tzinfo=UTC)
    assert item.updated_at == datetime(2018, 9, 14, 9, 30, tzinfo=UTC)
    assert (item.item_id, item.source_version, item.embargoed) == ("urn:nordwire:17", 3, "2018-09-14T12:00:00Z")
    assert (item.language_hint, item.byline, item.authors) == ("en-GB", NINJS["byline"], ("Ann Sommer", "Jon Beer"))
    assert (item.urgency, item.slugline, item.ednote, item.genre) == (4, "FERRY-STORM", "Adds quote", "Current")
    assert item.subjects == (Subject(code="16000000", scheme="subj", name="Unrest"), Subject(code="", name="Weather"))
    assert (item.usage_terms, item.rights) == ("Not in print", "Nordwire 2018")
    assert item.expires_at == datetime(2020, 1, 1, tzinfo=UTC)
    assert item.publisher_tags == ("ferry", "storm")
    assert item.dateline == Dateline(place="NORSAND, Sweden")


def test_ninjs_3_arrays_and_camel_case():
    item = read(
        {
            "uri": "urn:x:1",
            "pubStatus": "stat:usable",
            "versionCreated": "2023-10-04T08:16:21+02:00",
            "copyrightHolder": "Nordwire",
            "by": "Nordwire",
            "headlines": [{"role": "short", "value": "Ferry"}, {"role": "main", "value": "Ferry sails &amp; arrives"}],
            "bodies": [
                {"role": "html", "contentType": "text/html", "value": "<p>One</p>"},
                {"role": "text", "contentType": "text/plain", "value": "One\nTwo"},
            ],
            "descriptions": [{"role": "caption", "value": "A ferry"}, {"role": "summary", "value": "It sailed."}],
            "subjects": [{"uri": "http://cv.example/subj/1", "name": "Transport"}],
            "genres": [{"literal": "CUR", "name": "Current"}],
        }
    )
    assert (item.title, item.text, item.lead) == ("Ferry sails & arrives", "One\n\nTwo", "It sailed.")
    assert (item.provider, item.genre, item.authors) == ("Nordwire", "Current", ())
    assert item.subjects == (Subject(code="http://cv.example/subj/1", name="Transport"),)
    assert item.published.at == item.updated_at == datetime(2023, 10, 4, 6, 16, 21, tzinfo=UTC)


@pytest.mark.parametrize("key", ["body_html", "html", "body_xhtml", "text"])
def test_html_becomes_paragraphs(key):
    record = {"id": "1", "title": "Ferry", key: "<p>One &amp; a half.</p><script>alert(1)</script><p>Two.</p>"}
    assert read(record).text == "One & a half.\n\nTwo."


def test_plain_text_comes_before_html():
    assert read({"title": "T", "body_text": "plain", "body_html": "<p>rich</p>"}).text == "plain"
    assert read({"title": "T", "body_text": " ", "body_html": "<p>rich</p>"}).text == "rich"


def test_a_description_stands_in_and_says_so():
    item = read({"title": "T", "description_text": "What happened."})
    assert (item.text, item.text_from, item.lead) == ("What happened.", "summary", "")


def test_a_title_is_made_of_the_first_sentence():
    assert read({"id": "1", "text": "BERLIN (dpa) - It rained. It rained long."}).title == "It rained"


@pytest.mark.parametrize("status", ["canceled", "cancelled", "withheld", "stat:canceled"])
def test_a_recall_needs_no_text(status):
    item = read({"uri": "urn:x:1", "pubstatus": status, "provider": "Nordwire"})
    assert (item.pubstatus, item.text, item.title) == ("withheld" if status == "withheld" else "canceled", "", "")


def test_a_status_that_is_not_known_is_no_licence_to_print():
    stage, reason, detail = refusal({**SHORT, "pubstatus": "icm:secret"})
    assert (stage, reason) == (Stage.PARSE, Reason.BAD_RECORD)
    assert "pubstatus" in detail


@pytest.mark.parametrize(
    ("said", "kept"), [(None, ""), (False, ""), ("", ""), (True, "true"), ("soon", "soon"), (1536926400, "1536926400")]
)
def test_an_embargo_is_kept_as_written(said, kept):
    assert read({**SHORT, "embargoed": said}).embargoed == kept


@pytest.mark.parametrize(
    ("said", "version"), [(2, 2), ("2", 2), (2.0, 2), ("v2", None), ("", None), (None, None), ("2.1", None)]
)
def test_versions(said, version):
    assert read({**SHORT, "version": said}).source_version == version


def test_numbers_serve_as_ids_and_dates():
    item = read({**SHORT, "id": 42, "published": 1536919200})
    assert (item.item_id, item.published.at) == ("42", datetime(2018, 9, 14, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("title", ["x"]), ("title", 5), ("text", {"a": 1}), ("url", 7), ("id", [1]), ("version", True), ("version", {}),
        ("published", []), ("language", 1), ("pubstatus", 1), ("embargoed", []), ("urgency", [1]), ("subject", [[1]]),
        ("provider", 3), ("byline", {}), ("version", 2**70), ("keywords", [5]), ("headlines", [{"value": 4}]),
    ],
)  # fmt: skip
def test_a_key_of_the_wrong_type_is_named(key, value):
    record = {key_: said for key_, said in SHORT.items() if not (key == "headlines" and key_ == "title")}
    stage, reason, detail = refusal({**record, key: value})
    assert (stage, reason) == (Stage.PARSE, Reason.BAD_RECORD)
    assert key in detail


@pytest.mark.parametrize("value", [[], "text", 5, None, True])
def test_only_an_object_is_a_record(value):
    assert refusal(value)[:2] == (Stage.PARSE, Reason.BAD_RECORD)


def test_an_object_of_another_kind_is_no_record():
    assert refusal({"price": 5})[:2] == (Stage.PARSE, Reason.BAD_RECORD)
    assert refusal({})[:2] == (Stage.PARSE, Reason.BAD_RECORD)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"id": "1"}, Reason.NO_TITLE),
        ({"id": "1", "title": " ", "text": "\n"}, Reason.NO_TITLE),
        ({"id": "1", "title": "T"}, Reason.NO_TEXT),
        ({"id": "1", "title": "T", "text": "T"}, Reason.NO_TEXT),
        ({"id": "1", "title": "T", "text": "..."}, Reason.NO_TEXT),
        ({"id": "1", "title": "T", "type": "picture", "description_text": "A ferry"}, Reason.NO_TEXT),
    ],
)
def test_records_without_a_body(record, reason):
    assert refusal(record)[:2] == (Stage.EXTRACT, reason)


@pytest.mark.parametrize(
    "line",
    [b"{", b'{"a":', b"not json", b'{"title": "x" "text": "y"}', b'{"a": 1}}', b"'a'", b"", b'{"a": ' + b"9" * 5000 + b"}",
     b"[" * 1_000_000, b'{"a":' * 100_000],
    ids=["brace", "half", "words", "comma", "twice", "quote", "empty", "digits", "deep-array", "deep-object"],
)  # fmt: skip
def test_what_is_no_json_says_so(line):
    assert refusal(line)[:2] == (Stage.PARSE, Reason.NOT_JSON)


@pytest.mark.parametrize(
    "line",
    [
        b'\xef\xbb\xbf{"title": "T", "text": "Body"}',
        b'\x1e{"title": "T", "text": "Body"}\r\n',
        b'{"title": "T", "text": "Body", "urgency": NaN, "score": Infinity, "x": 1e999}',
        b'{"title": "old", "title": "T", "text": "Body"}',
        b'{"title": "T\\u0000", "text": "Bo\\ud800dy"}',
        b'{"title": "T", "text": "Bo\tdy"}'.replace(b"\t", b"\\u200e").replace(b"\\u200e", b""),
        '{"title": "T", "text": "Body"}'.encode("utf-16"),
    ],
    ids=["bom", "sequence", "nan", "repeated", "surrogate", "plain", "utf-16"],
)
def test_odd_json_is_read(line):
    item = read_line(line, origin="x#1")
    assert (item.title, item.text) == ("T", "Body")
    item.text.encode("utf-8")


def test_legacy_bytes_are_decoded():
    line = json.dumps(
        {"title": "Паром", "text": "Паром снова вышел в море, сообщили в порту города."}, ensure_ascii=False
    )
    assert read_line(line.encode("cp1251"), origin="x#1").title == "Паром"


def test_a_document_with_an_object_or_an_array():
    (alone,) = read_json(json.dumps(SHORT, indent=2).encode(), "a.json")
    assert (alone.origin, alone.title) == ("a.json", "Ferry sails again")
    first, second, third = read_json(json.dumps([SHORT, {"id": "x", "title": "T"}, SHORT]).encode(), "a.json")
    assert (first.origin, third.origin) == ("a.json#1", "a.json#3")
    assert isinstance(second, Rejected)
    assert (second.origin, second.reason, second.title) == ("a.json#2", Reason.NO_TEXT, "T")
    assert list(read_json(b"[]", "a.json")) == []


def test_lines_keep_their_numbers_and_a_bad_one_costs_itself():
    good = json.dumps(SHORT).encode()
    found = list(read_lines(good + b"\r\n\n{bad\n" + good, "a.jsonl"))
    assert [each.origin for each in found] == ["a.jsonl#1", "a.jsonl#3", "a.jsonl#4"]
    assert [type(each) for each in found] == [Item, Rejected, Item]
    assert (found[1].reason, found[1].excerpt) == (Reason.NOT_JSON, "{bad")


def test_lines_in_utf16():
    data = (json.dumps(SHORT) + "\n" + json.dumps(SHORT)).encode("utf-16")
    assert [each.title for each in read_lines(data, "a")] == ["Ferry sails again"] * 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from([*NINJS, *SHORT, "headlines", "bodies", "descriptions", "authors", "type", "infosource", "by"])


@given(st.dictionaries(KEYS, JSON, max_size=6))
def test_any_record_is_an_item_or_a_refusal(record):
    try:
        item = read(record)
    except Refused as refused:
        assert refused.detail
    else:
        assert item.pubstatus != "usable" or (item.title and item.text)
        f"{item}".encode()


@given(st.binary(max_size=300))
def test_any_line_is_an_item_or_a_refusal(line):
    try:
        read_line(line, origin="x#1")
    except Refused as refused:
        assert refused.detail


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_an_embargo_that_is_no_number_is_one_that_cannot_be_read(number):
    line = f'{{"title": "T", "text": "Body", "eMbargoed": {number}, "x": [{number}, {{"y": {number}}}]}}'
    assert read_line(line.encode(), origin="o").embargoed == "not a number"
