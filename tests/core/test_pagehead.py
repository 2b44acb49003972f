"""What a page says of itself: golden pairs of heads and what is taken from them."""

import json
from pathlib import Path

import pytest
from lxml import html

from transforms.core.pagehead import read_head

PAGES = Path(__file__).parent.parent / "data" / "pages"
URL = "https://www.lantern.example/2025/12/05/ferry"


def head_of(head="", body="<h1>Ferry leaves again</h1>", language="en", url=URL):
    return read_head(
        html.document_fromstring(f"<html lang={language}><head>{head}</head><body>{body}</body></html>"), url=url
    )


ADA = {"@type": "Person", "name": "Ada Byron"}
LANTERN = {"@type": "Organization", "name": "The Lantern"}
SITE = '<meta property="og:site_name" content="{}">'


def ld(**said):
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle"} | said)}</script>'


@pytest.mark.parametrize(
    ("head", "body", "title", "where"),
    [
        ("<title>Ferry leaves again | The Lantern</title>", "", "Ferry leaves again", "title"),
        ("<title>The Lantern - Ferry leaves again</title>", "", "Ferry leaves again", "title"),
        ("<title>Ferry leaves again_Lantern</title>", "", "Ferry leaves again", "title"),
        ('<meta property="og:title" content="Ferry: what we know">', "", "Ferry: what we know", "meta og:title"),
        ('<meta property="og:title" content="Why a ferry leaves">', "<h1>A ferry leaves</h1>", "A ferry leaves", "h1"),
        ("<title>Ferry leaves again</title>", "<h1>The Lantern</h1>", "Ferry leaves again", "title"),
        ("<title>Ferry leaves again</title>", "<h1>Subscribe now</h1><h1>Ferry leaves</h1>", "Ferry leaves", "h1"),
        ("<title>Паром снова ходит — Фонарь</title>", "<h1>Паром снова ходит</h1>", "Паром снова ходит", "h1"),
        ("<title>渡轮重新启航_灯塔新闻网</title>", "<h1>渡轮重新启航</h1>", "渡轮重新启航", "h1"),
        ("<title>العبارة تبحر | المنارة</title>", "<h1>العبارة تبحر</h1>", "العبارة تبحر", "h1"),
    ],
)  # fmt: skip
def test_the_title_is_the_headline_without_the_site(head, body, title, where):
    found = head_of(SITE.format("The Lantern") + head, body)
    assert (found.title, found.title_from) == (title, where)


@pytest.mark.parametrize(
    ("head", "body", "authors", "where"),
    [
        (ld(author=[ADA, {"name": "Eva Roth"}]), "", ("Ada Byron", "Eva Roth"), "json-ld author"),
        ('<meta name="author" content="Ada Byron, The Lantern">', "", ("Ada Byron",), "meta author"),
        (ld(author=LANTERN), '<p class="byline">By Ada Byron</p>', ("Ada Byron",), "byline"),
        ('<meta name="author" content="https://s.example/a">', "<a rel=author>Ada Byron</a>", ("Ada Byron",), "byline"),
        ("", '<h1>Ferry</h1><div><a href="/authors/ada">Ada Byron</a></div>', ("Ada Byron",), "link to an author"),
        ("", "<h1>Ferry again</h1><p>Von Karl Weber</p>", ("Karl Weber",), "text by the headline"),
        ("", '<h1>Ferry</h1><div class=comment><span class="comment-author">Troll</span></div>', (), ""),
        (ld(author=ADA) + SITE.format("Ada Byron"), "", ("Ada Byron",), "json-ld author"),  # her own site
    ],
)  # fmt: skip
def test_authors_are_the_people_that_the_best_evidence_names(head, body, authors, where):
    found = head_of(head + SITE.format("The Lantern"), body)
    assert found.authors == authors
    assert not authors or found.bylines[0].taken_from == where


def test_the_rest_is_taken_from_where_it_is_said():
    found = head_of(
        '<link rel=canonical href="/ferry"><meta property="og:image" content="/ferry.jpg">'
        '<meta property="article:section" content="Sea"><meta name="keywords" content="ferry, storm,Ferry">'
        '<meta property="og:locale" content="en_GB">' + ld(publisher={"name": "The Lantern"}),
        language='""',
    )

    assert found.canonical_url == "https://www.lantern.example/ferry"
    assert found.image_url == "https://www.lantern.example/ferry.jpg"
    assert (found.section, found.site, found.language) == ("Sea", "The Lantern", "en-GB")
    assert found.tags == ("ferry", "storm", "Sea")


def test_the_section_may_stand_in_json_ld():
    assert head_of(ld(articleSection=["Sea", "Land"])).section == "Sea"


@pytest.mark.parametrize("language", ["ar", "de", "fa", "ja"])
def test_golden_pages(language, read):
    item = read((PAGES / f"{language}.html").read_text(encoding="utf-8"))

    assert {
        "title": item.title,
        "authors": list(item.authors),
        "published": item.published.at.isoformat(),
        "precision": item.published.precision,
        "published_from": item.published.taken_from,
        "section": item.section,
        "source": item.source,
        "language": item.language_hint,
        "access": item.access,
    } == json.loads((PAGES / f"{language}.expected.json").read_text(encoding="utf-8"))
