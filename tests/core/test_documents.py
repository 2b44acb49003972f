# ruff: noqa: E501  # documents stand on one line
import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.core.documents import read_document
from transforms.core.pieces import Limits
from transforms.core.records import Item, Reason, Rejected, Stage

TEXT = "Ferry sails again\n\nThe ferry sailed again on Tuesday.\n\nIt was full."
PAGE = (
    "<!doctype html><html lang=en><head><title>Ferry sails again</title></head><body><article><h1>Ferry sails again</h1>"
    + "".join(
        f"<p>The ferry number {n} sailed again on Tuesday after four days of storm, the harbour said.</p>"
        for n in range(6)
    )
    + "</article></body></html>"
)
RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Nordwire</title><link>https://wire.example/</link>'
    "<item><title>Ferry</title><link>https://wire.example/1</link><description>The ferry sailed again.</description></item>"
    "<item><title>Storm</title><link>https://wire.example/2</link><description>The storm is over.</description></item>"
    "</channel></rss>"
)
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Nordwire",
        "items": [{"id": "1", "url": "https://wire.example/1", "title": "Ferry", "content_text": "The ferry sailed."}],
    }
)


def read(data, **options):
    return list(read_document(data, origin="in/wire.xyz", raw_address="in/wire.xyz", **options))


def test_text_is_text_in_any_encoding():
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"):
        (item,) = read(TEXT.encode(encoding))
        assert (item.title, item.text.count("\n\n"), item.source_kind) == ("Ferry sails again", 1, "text")
        assert (item.origin, item.raw_address) == ("in/wire.xyz", "in/wire.xyz")


def test_a_page_is_a_page_whatever_it_is_called():
    (item,) = read(PAGE.encode(), url="https://site.example/1")
    assert (item.source_kind, item.title, item.url) == ("page", "Ferry sails again", "https://site.example/1")
    assert "ferry number 3 sailed" in item.text


@pytest.mark.parametrize("data", [RSS.encode(), RSS.encode("utf-16"), JSON_FEED.encode()])
def test_feeds_give_their_entries(data):
    items = read(data)
    assert [item.source_kind for item in items] == ["feed"] * len(items)
    assert items[0].title == "Ferry"
    assert len({item.origin for item in items}) == len(items)


def test_json_and_json_lines():
    record = {"id": "1", "title": "Ferry", "text": "It sailed."}
    assert [item.origin for item in read(json.dumps(record, indent=1).encode())] == ["in/wire.xyz"]
    assert [item.origin for item in read((json.dumps(record) + "\n").encode() * 3)] == [
        f"in/wire.xyz#{n}" for n in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("data", "stage", "reason", "detail"),
    [
        (b"", Stage.OPEN, Reason.EMPTY, "no bytes"),
        (b" \n" * 50_000, Stage.OPEN, Reason.EMPTY, "nothing but white space"),
        (b"%PDF-1.7\n", Stage.OPEN, Reason.BINARY, "a PDF file"),
        (bytes(range(256)), Stage.OPEN, Reason.BINARY, "not text"),
        (b"PK\x03\x04abc", Stage.OPEN, Reason.UNSUPPORTED, "zip inside a document"),
        (b'<?xml version="1.0"?><stylesheet/>', Stage.OPEN, Reason.UNSUPPORTED, "XSLT"),
        (b"[1, 2", Stage.EXTRACT, Reason.NO_TEXT, "a headline without a text"),
        (b'{"a": ', Stage.PARSE, Reason.NOT_JSON, None),
        (b"A headline alone", Stage.EXTRACT, Reason.NO_TEXT, None),
        ("Заголовок\n\nТекст новости о погоде".encode("ascii", "replace") * 3, Stage.DECODE, Reason.UNDECODABLE, None),
    ],
)
def test_refusals_come_as_rows(data, stage, reason, detail):
    (found,) = read(data, url="https://site.example/1")
    assert (found.stage, found.reason, found.origin, found.url) == (
        stage,
        reason,
        "in/wire.xyz",
        "https://site.example/1",
    )
    assert found.raw_address == "in/wire.xyz"
    assert detail is None or found.detail == detail


def test_a_refused_text_shows_how_it_begins():
    (found,) = read(b"A  headline \t alone")
    assert found.excerpt == "A headline alone"
    (found,) = read(b"%PDF-1.7 secret")
    assert found.excerpt == ""


def test_a_document_above_the_limit():
    (found,) = read(TEXT.encode() * 100, limits=Limits(max_item_bytes=1000))
    assert (found.reason, found.stage) == (Reason.TOO_LARGE, Stage.OPEN)


def test_white_space_before_a_page_does_not_hide_it():
    (item,) = read(b" \r\n" * 50_000 + PAGE.encode())
    assert item.source_kind == "page"


def test_text_and_json_do_not_pay_for_pages_and_feeds():
    program = (
        "import sys; from transforms.core.documents import read_document;"
        "list(read_document(b'Title here\\n\\nBody text.', origin='x'));"
        'list(read_document(b\'{"title": "a", "text": "b c"}\', origin=\'x\'));'
        "print(sorted({'trafilatura', 'feedparser', 'apache_beam', 'warcio'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


@settings(deadline=None)
@given(st.binary(max_size=400).filter(lambda data: b"<" not in data))
def test_any_bytes_give_rows(data):
    for found in read(data):
        assert isinstance(found, Item | Rejected)
