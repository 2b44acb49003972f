import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.sniff import Kind, sniff

RSS = '<rss version="2.0"><channel><title>Nachrichten</title></channel></rss>'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title></feed>'


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"", Kind.EMPTY),
        (b" \r\n\t \n", Kind.EMPTY),
        (b"\xef\xbb\xbf\n", Kind.EMPTY),
        (b"Truce holds in the north\n\nGuns fell silent.", Kind.TEXT),
        (b"Prices rose by <5 % & fell <again> later", Kind.TEXT),
        (b"[Update] Troops moved north", Kind.TEXT),
        (b"{sic} said the minister", Kind.TEXT),
        (b"\x01zczc\x02\n" + b"Text of an old transmission, long enough to forgive its controls. " * 3, Kind.TEXT),
        (b"<!DOCTYPE html><html><body><p>x", Kind.HTML),
        (b"\n\n<!-- made by hand -->\n<HTML lang=de>", Kind.HTML),
        (b"<p>Only a fragment</p>", Kind.HTML),
        (b"Warning: include() failed\n<!doctype html><title>x</title>", Kind.HTML),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C"><html xmlns="http://www.w3.org/1999/xhtml">', Kind.HTML),
        (RSS.encode(), Kind.FEED),
        (ATOM.encode(), Kind.FEED),
        (b'<?xml version="1.0"?><!-- <html> --><!DOCTYPE rss [<!ENTITY a "b">]>\n' + RSS.encode(), Kind.FEED),
        (b"PHP Notice: undefined index\n" + RSS.encode(), Kind.FEED),
        (b'<rdf:RDF xmlns="http://purl.org/rss/1.0/"><channel>', Kind.FEED),
        (b'<atom:feed xmlns:atom="http://www.w3.org/2005/Atom">', Kind.FEED),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', Kind.JSON_FEED),
        (b'{"title": "x", "items": [{"id": "1"}]}', Kind.JSON_FEED),
        (b'{\n  "uri": "a",\n  "headline": "b"\n}', Kind.JSON),
        (b'[\n {"uri": "a"}\n]', Kind.JSON),
        (b"[[[[[[", Kind.JSON),
        (b'{"uri": "a"}\n{"uri": "b"}\n', Kind.JSON_LINES),
        (b'not an object\n{"uri": "a"}\n{"uri": "b"}\n', Kind.JSON_LINES),
        (b'{"uri": "a", "headline\n{"uri": "b"}\n{"uri": "c"}\n', Kind.JSON_LINES),
        (b'{"text": "' + b"x" * 70_000, Kind.JSON_LINES),
        (b"WARC/1.1\r\nWARC-Type: warcinfo\r\n", Kind.WARC),
        (b"PK\x03\x04rest", Kind.ZIP),
        (b"\x1f\x8b\x08\x00", Kind.GZIP),
        (b"\x28\xb5\x2f\xfd\x24", Kind.ZSTD),
        (b"BZh91AY&SY", Kind.BZIP2),
        (b"BZh is a postcode of no town\n\nText", Kind.TEXT),
    ],
)
def test_what_bytes_are(head, form):
    assert sniff(head).form is form


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "cp037"])
@pytest.mark.parametrize("markup", ['<?xml version="1.0"?>' + RSS, '<?xml version="1.0"?>' + ATOM])
def test_a_feed_in_any_encoding_is_a_feed(markup, encoding):
    assert sniff(markup.encode(encoding)).form is Kind.FEED


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Армия вошла в город. Жители покидают дома, сообщили в пятницу.", "cp1251"),
        ("Армия вошла в город. Жители покидают дома, сообщили в пятницу.", "koi8-r"),
        ("دخل الجيش المدينة صباح الجمعة وفر السكان", "cp1256"),
        ("Türk askerleri İdlib'e girdi, şehirde çatışma çıktı", "cp1254"),
        ("政府軍が金曜日に北部の町に入った。", "shift_jis"),
        ("政府军周五进入北部城镇。居民离开家园。", "gb18030"),
        ("Армия вошла в город.", "utf-16-le"),
        ("دخل الجيش المدينة صباح الجمعة", "utf-16-be"),
        ("Plain English, wide.", "utf-16-le"),
        ("政府军周五进入北部城镇。\n居民离开家园。\n", "utf-16-be"),
    ],
)
def test_legacy_and_wide_text_is_text(text, encoding):
    assert sniff(text.encode(encoding)).form is Kind.TEXT


@pytest.mark.parametrize(
    ("head", "detail"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\n\n%PDF-1.4\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "PNG"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG"),
        (b"GIF89a\x01\0", "GIF"),
        (b"\0\0\0\x18ftypmp42", "MP4"),
        (b"\x7fELF\x02\x01", "ELF"),
        (b"7z\xbc\xaf\x27\x1c\0", "7z"),
        (b"\xfd7zXZ\0", "xz"),
        (b"a.txt" + b"\0" * 252 + b"ustar\0", "tar"),
        (b"Rar!\x1a\x07\x01\0", "rar"),
        (b"SQLite format 3\0", "SQLite"),
        (b"PAR1\x15\x04\x15", "Parquet"),
        (b"{\\rtf1\\ansi", "RTF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Microsoft Office (doc, xls, ppt)"),
        (bytes(range(256)) * 4, ""),
    ],
)
def test_binary_formats_are_named(head, detail):
    assert (sniff(head).form, sniff(head).detail) == (Kind.BINARY, detail)


@pytest.mark.parametrize(
    "text", [b"PARIS, 3 mars (AFP) - Le", b"PAR1 is a name", b"MZ is short for a town " * 5, b"BM 123"]
)
def test_letters_that_begin_a_binary_format_do_not_make_a_text_one(text):
    assert sniff(text).form is Kind.TEXT


@pytest.mark.parametrize(
    ("root", "detail"),
    [
        ("xs:schema", "XML Schema (XSD)"),
        ('opml version="2.0"', "OPML"),
        ("svg", "SVG"),
        ("urlset", "sitemap"),
        ("inventory", "XML <inventory>"),
    ],
)
def test_other_xml_is_named_by_its_root(root, detail):
    head = f'<?xml version="1.0"?>\n<{root}>\n<body>text</body></{root.split()[0]}>'.encode()
    assert (sniff(head).form, sniff(head).detail) == (Kind.XML, detail)


@pytest.mark.parametrize(
    ("root", "kind"),
    [
        ('newsItem xmlns="http://iptc.org/std/nar/2006-10-01/"', Kind.NEWSML_G2),
        ("nar:newsMessage", Kind.NEWSML_G2),
        ("packageItem", Kind.NEWSML_G2),
        ("knowledgeItem", Kind.NEWSML_G2),
        ('NewsML Version="1.2"', Kind.NEWSML_1),
        ("nitf", Kind.NITF),
    ],
)
def test_agency_xml_is_told_by_its_root_whatever_it_holds(root, kind):
    head = f'<!DOCTYPE {root.split()[0]} SYSTEM "x.dtd">\n<{root}><p><html><rss version="2.0"/></html></p>'.encode()
    assert sniff(head).form is kind


def test_an_inline_svg_does_not_make_a_page_an_image():
    assert sniff(b"<!doctype html><html><body><svg><path/></svg></body></html>").form is Kind.HTML


@given(st.binary(max_size=3000))
def test_nothing_makes_it_raise(head):
    assert isinstance(sniff(head).form, Kind)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("unit", [b"<!--", b"<feed ", b"<!a[", b"{", b"[", b'{"', b"< ", b"<?", b"\n{", b"<a:", b"\0 "])
def test_hostile_repetition_costs_no_time(unit):
    assert isinstance(sniff(unit * (1_000_000 // len(unit))).form, Kind)
