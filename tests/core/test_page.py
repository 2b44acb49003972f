"""Pages: golden pairs, encodings, the cascade, and markup that means harm."""

import json
import logging
import time
from pathlib import Path

import pytest

from transforms.core import pagetext
from transforms.core.errors import Refused
from transforms.core.page import read_page, warm
from transforms.core.records import Reason, Stage

DATA = Path(__file__).parent.parent / "data" / "pages"
ARTICLE = (DATA / "article.html").read_text(encoding="utf-8")
BODY = (
    "The ferry to Brume left the harbour on Tuesday with forty people on board, the first since the storm.",
    "Its captain said that the waves had fallen in the night, while the wind stayed strong until the dawn.",
    "The next one leaves at noon. Tickets are sold in the hall of the station, where people have queued since Monday.",
    "Nobody was hurt in the storm, the mayor said, but eleven boats were thrown on the rocks and will be scrapped.",
)


def html_of(*paragraphs, head="", title="Ferry leaves again"):
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    article = f"<article><h1>{title}</h1>{body}</article>"
    return f"<html lang=en><head><title>{title}</title>{head}</head><body>{article}</body></html>"


def read(html, **more):
    return read_page(html.encode() if isinstance(html, str) else html, origin="page.html", **more)


@pytest.mark.parametrize("name", ["article", "plain"])
def test_golden(name):
    expected = json.loads((DATA / f"{name}.expected.json").read_text(encoding="utf-8"))
    html = (DATA / f"{name}.html").read_text(encoding="utf-8")

    item = read(
        html.encode("windows-1251" if name == "plain" else "utf-8"),
        url="https://lantern.example/2024/03/05/bridge?x=1"[: 24 if name == "plain" else None],
    )

    paragraphs = item.text.split("\n\n")
    date = item.published.at
    assert {
        "title": item.title,
        "paragraphs": len(paragraphs),
        "starts": item.text[: len(expected["starts"])],
        "ends": item.text[-len(expected["ends"]) :],
        "authors": list(item.authors),
        "published": expected["published"] if name == "plain" else date.isoformat(),
        "published_from": expected["published_from"] if name == "plain" else item.published.taken_from,
        "updated": item.updated_at and item.updated_at.isoformat(),
        "canonical_url": item.canonical_url,
        "image_url": item.image_url,
        "language": item.language_hint,
        "source": item.source,
        "tags": list(item.publisher_tags),
    } == expected
    assert (item.source_kind, item.text_from, item.origin) == ("page", "page", "page.html")
    assert item.extractor.startswith("trafilatura/")


def test_a_headline_at_the_top_is_no_body():
    item = read(html_of("Ferry leaves again", *BODY))

    assert item.title == "Ferry leaves again"
    assert item.text == "\n\n".join(BODY)


def test_the_last_paragraphs_that_tell_of_the_author_are_no_body():
    by = '<meta name="author" content="Ada Quill">'
    bio = "Ada Quill has reported on harbours and the sea for twenty years, and lives in Brume with two cats."

    assert read(html_of(*BODY, bio, head=by)).text == "\n\n".join(BODY)
    assert read(html_of(bio, *BODY, head=by)).text == "\n\n".join((bio, *BODY))
    assert bio in read(html_of(*BODY, bio)).text


def test_the_same_page_always_gives_the_same_item():
    assert read(ARTICLE) == read(ARTICLE)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252", "iso-8859-15"])
def test_encodings_by_mark_or_label(encoding):
    bodies = [body.replace("storm", "tempête déchaînée") for body in BODY]
    label = f'<meta charset="{encoding}">' if encoding in {"windows-1252", "iso-8859-15"} else ""

    item = read(html_of(*bodies, head=label, title="Départ").encode(encoding))

    assert item.title == "Départ"
    assert item.text == "\n\n".join(bodies)


def test_the_declared_encoding_goes_before_the_label():
    html = html_of(*(body + " Шторм утих." for body in BODY), head='<meta charset="windows-1252">')

    assert read(html.encode("koi8-r"), declared="koi8-r").text.endswith("Шторм утих.")


def test_a_relative_claim_is_resolved_and_a_front_page_is_none():
    head = '<link rel="canonical" href="/"><meta property="og:url" content="https://example.com/story">'

    assert read(html_of(*BODY, head=head), url="https://example.com/a/b").canonical_url == "https://example.com/story"
    assert (
        read(html_of(*BODY, head='<link rel=canonical href="../c">'), url="https://example.com/a/b").canonical_url
        == "https://example.com/c"
    )
    assert read(html_of(*BODY, head='<link rel=canonical href="/c">')).canonical_url == ""


@pytest.mark.parametrize(
    ("head", "taken_from"),
    [
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2024-03-05"}</script>',
            "json-ld datePublished",
        ),
        ('<meta name="dc.date.issued" content="5 March 2024">', "meta dc.date.issued"),
        ('<meta itemprop="datePublished" content="2024-03-05">', "meta datepublished"),
    ],
)
def test_dates_come_with_their_evidence(head, taken_from):
    item = read(html_of(*BODY, head=head))

    assert (item.published.at.date().isoformat(), item.published.precision, item.published.taken_from) == (
        "2024-03-05",
        "day",
        taken_from,
    )


def test_the_address_and_the_text_have_dates_too():
    by_address = read(html_of(*BODY), url="https://example.com/2024/03/05/ferry")
    by_text = read(html_of(*BODY).replace("</h1>", '</h1><time class="date">March 5, 2024</time>'))

    for item, where in ((by_address, "address"), (by_text, "text by the headline")):
        assert (item.published.at.date().isoformat(), item.published.taken_from) == ("2024-03-05", where)


@pytest.mark.parametrize(
    "script",
    ["{", '{"@type": "NewsArticle", "author": [[[]]], "image": 7, "publisher": [1]}', "[" * 200_000, '{"a":' * 50_000,
     "null",
     '{"@type": ["NewsArticle", 7], "author": {"@id": "#x"}, "headline": {"@value": 5}}', '{"a": ' + "9" * 10_000 + "}",
     '"' + "\\u0041" * 300_000 + '"'],
)  # fmt: skip
def test_malformed_json_ld_is_not_there(script):
    item = read(html_of(*BODY, head=f'<script type="application/ld+json">{script}</script>'))

    assert (item.title, item.authors) == ("Ferry leaves again", ())


def test_a_text_that_only_json_ld_carries_is_read():
    body = json.dumps({"@type": "Article", "headline": "Ferry", "articleBody": "\n".join(BODY * 3)})

    item = read(
        f'<html><head><script type="application/ld+json">{body}</script></head><body><div id="app"></div></body></html>'
    )

    assert BODY[0] in item.text
    assert item.title == "Ferry"


def test_the_full_sequence_runs_where_little_was_kept(monkeypatch):
    settings = []
    kept = pagetext._kept
    monkeypatch.setattr(pagetext, "_kept", lambda tree, options: settings.append(options.focus) or kept(tree, options))

    read(html_of(*BODY))
    read(html_of(*BODY[:2]))

    assert settings == ["precision", "precision", "balanced"]


def test_what_is_short_for_the_engine_is_measured_by_the_script():
    told = (
        "港の委員会は火曜日、冬の嵐と修理を経て、島へ向かう渡し船が再び出港すると発表した。次の便は正午に出る予定である。",
        "切符は駅の広間で売られており、月曜日から長い行列ができていると係員が話している。二隻目の船も来月には加わる。",
        "市長によると、嵐でけがをした人はいなかったが、十一隻の小舟が岩に打ち上げられ、廃船になる見込みだという。",
        "島の学校では、船が止まっていた三週間、教師が無線で授業を続け、子どもたちは家で課題に取り組んだ。",
    )
    lines = [f"<p>{line}</p>" for line in told]
    lines[:0] = ["<div class='a1'>この記事は12分で読めます</div>"]
    lines[2:2] = ["<div class='a2'>広告</div>"]
    html = f"<title>渡し船</title><div class='content'><h1>渡し船</h1>{''.join(lines)}</div>"
    assert read(html).text == "\n\n".join(told)
    assert len("".join(told)) < pagetext._PRECISE.min_extracted_size


@pytest.mark.parametrize(
    "html",
    ["<html><body></body></html>", "<html><body><nav><a href=/>Home</a></nav></body></html>", "<p>", "<html>",
     "<!-- x -->",
     '<html><body><div id="root"></div><script>app()</script></body></html>'],
)  # fmt: skip
def test_a_page_without_an_article_is_refused(html):
    with pytest.raises(Refused) as refused:
        read(html)

    assert (refused.value.stage, refused.value.reason) == (Stage.EXTRACT, Reason.NO_TEXT)


def test_styling_that_is_never_closed_is_read_to_the_end():
    item = read(html_of(*BODY[:3], "<font color=red>" * 400, BODY[3]))

    assert item.text.endswith(BODY[3])


def test_elements_a_million_deep_are_refused():
    with pytest.raises(Refused) as refused:
        read("<html><body>" + "<div>" * 1_000_000 + BODY[0])

    assert refused.value.reason is Reason.HOSTILE_MARKUP


@pytest.mark.parametrize(
    "hostile",
    ["<p " + "a" * 2_000_000 + ">", "<p class='" + "byline " * 200_000 + "'>x</p>", "<" * 500_000, "&" * 500_000,
     "<!--" * 200_000,
     "<meta name=author content='" + "," * 500_000 + "'>", "<title>" + " - " * 300_000 + "</title>",
     "<p>" + "\x00\x0b\ufffe" * 100_000,
     "<b>x</b>" * 5_000],
    ids=["attribute", "class", "brackets", "ampersands", "comments", "author", "title", "controls", "bold"],
)  # fmt: skip
def test_hostile_markup_is_answered_in_seconds(hostile):
    start = time.process_time()
    try:
        item = read(html_of(*BODY, hostile))
    except Refused as refused:
        assert refused.reason in {Reason.NO_TEXT, Reason.HOSTILE_MARKUP, Reason.UNDECODABLE}  # noqa: PT017  either answer is right
    else:
        assert item.title

    assert time.process_time() - start < 20


def test_entities_of_a_page_open_no_file():
    html = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + html_of(*BODY, "&x; " * 20)

    assert "root:" not in read(html).text


def test_nothing_is_told_on_standard_error(caplog):
    with caplog.at_level(logging.WARNING), pytest.raises(Refused):
        read("<html><body><p>x</p></body></html>")

    assert caplog.records == []


def test_warming_up_reads_a_page():
    warm()
