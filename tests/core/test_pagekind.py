"""What kind of page it is: each kind in several languages, and articles that look a little like it."""

import pytest

from transforms.core.errors import Refused
from transforms.core.page import read_page
from transforms.core.records import Reason

SENTENCES = {
    "en": (
        "The ferry to Brume left the harbour with forty people on board, the first since the storm",
        "Ferry leaves again",
    ),
    "de": (
        "Die Fähre nach Brume hat den Hafen mit vierzig Menschen an Bord verlassen, die erste seit dem Sturm",
        "Fähre legt ab",
    ),
    "ru": (
        "Паром в Брюм вышел из гавани с сорока пассажирами на борту, впервые после недавнего шторма",
        "Паром снова ходит",
    ),
    "ar": (
        "غادرت العبارة المتجهة إلى بروم الميناء وعلى متنها أربعون راكبا وهي الأولى منذ العاصفة الأخيرة",
        "العبارة تبحر من جديد",
    ),
    "ja": (
        "暴風雨のあと初めて、四十人の乗客を乗せたブリューム行きの連絡船が港を出た。町長によればけが人はいない。" * 2,
        "連絡船が再び出港した朝",
    ),
}
LANGUAGES = pytest.mark.parametrize("language", SENTENCES)


def page(main, *, language="en", head="", title="The Lantern", body=""):
    return (
        f"<html lang={language}><head><title>{title}</title>{head}</head><body{body}><header><nav><a href=/>Home</a>"
        f"<a href=/sea>Sea</a><a href=/land>Land</a></nav></header>{main}<footer>The Lantern, Brume</footer></body>"
    )


def kind_of(html, url="https://lantern.example/2025/12/05/ferry"):
    try:
        read_page(html.encode(), origin="page", url=url)
    except Refused as refused:
        return refused.reason
    return None


def teasers(language, count=12, link="<h3><a href=/s/{n}>{title} {n}</a></h3><p>{text} {n}.</p>"):
    text, title = SENTENCES[language]
    return "".join(f"<div class=card>{link.format(n=n, title=title, text=text)}</div>" for n in range(count))


def article(language, paragraphs=4):
    text, title = SENTENCES[language]
    return f"<article><h1>{title}</h1>{''.join(f'<p>{text} {n}, {text}.</p>' for n in range(paragraphs))}</article>"


@LANGUAGES
def test_a_front_page_and_a_section_are_no_articles(language):
    lists = page(f"<main><h1>Top</h1>{teasers(language)}</main>", language=language)
    bare = page(
        "<ul>" + teasers(language, 20, "<li><a href=/s/{n}>{title}: {title} {n}</a></li>") + "</ul>", language=language
    )

    assert kind_of(lists, "https://lantern.example/") is Reason.FRONT_PAGE
    assert kind_of(lists, "https://lantern.example/world/") is Reason.SECTION_PAGE
    assert kind_of(bare, "https://lantern.example/") is Reason.FRONT_PAGE
    assert kind_of(lists, "") is Reason.SECTION_PAGE
    assert (
        kind_of(lists.replace("</head>", "<link rel=canonical href=https://lantern.example/></head>"), "")
        is Reason.FRONT_PAGE
    )


def test_a_front_page_that_describes_several_articles_is_none():
    described = ",".join(f'{{"@type": "NewsArticle", "headline": "Story {n}"}}' for n in range(5))
    head = f'<script type="application/ld+json">[{described}]</script>'
    list_of_many = page(f"<main>{teasers('en')}</main>", head=head)
    said = '<meta property="og:type" content="article">'

    assert kind_of(list_of_many, "https://lantern.example/") is Reason.FRONT_PAGE
    assert kind_of(list_of_many, "https://lantern.example/world/") is Reason.SECTION_PAGE
    assert kind_of(page(f"<main>{teasers('en')}</main>", head=said), "https://lantern.example/") is Reason.FRONT_PAGE


@LANGUAGES
def test_an_article_among_many_teasers_is_one(language):
    assert (
        kind_of(page(f"<main>{article(language)}<section>{teasers(language, 30)}</section></main>", language=language))
        is None
    )


def test_a_list_whose_items_are_whole_stories_is_kept():
    whole = "<h2><a href=/s/{n}>{title} {n}</a></h2>" + "<p>{text}, {text}, {text} {n}.</p>" * 4
    assert kind_of(page(f"<main>{teasers('en', 8, whole)}</main>")) is None


def test_an_article_of_linked_headings_is_one():
    """Ten products, each heading leads to a shop."""
    text, _ = SENTENCES["en"]
    items = "".join(
        f"<h2><a href=https://shop.example/{n}>The boat number {n}</a></h2><p>{text} {n}.</p>" for n in range(10)
    )
    assert kind_of(page(f"<main><h1>Ten boats</h1>{items}</main>")) is None


@pytest.mark.parametrize(
    "title",
    [
        "404", "Error 404 – The Lantern", "Page not found", "Seite nicht gefunden", "Page introuvable",
        "Página no encontrada", "Страница не найдена", "الصفحة غير موجودة", "ページが見つかりません", "页面不存在",
        "Sayfa bulunamadı",
    ],
)  # fmt: skip
def test_an_error_that_was_answered_as_a_success_is_told(title):
    text = "The page that you were looking for is not here any more, or it never was. Try the search, or begin again."
    assert kind_of(page(f"<main><h1>{title}</h1><p>{text}</p></main>", title=title)) is Reason.ERROR_PAGE


def test_an_error_is_told_by_its_class_where_its_title_says_nothing():
    text = "Whatever was here, the tide has taken it. The harbour master will look for it when the fog has lifted."
    assert (
        kind_of(page(f"<main><h1>Oh dear</h1><p>{text}</p></main>", body=' class="error404 wide"')) is Reason.ERROR_PAGE
    )


@pytest.mark.parametrize(
    "title", ["Route 404 opens after ten years", "Car number 404 not found after flood, owner says"]
)
def test_an_article_with_the_number_in_its_title_is_one(title):
    assert kind_of(page(article("en", 12).replace("Ferry leaves again", title), title=title)) is None


def test_a_short_article_with_the_number_among_many_words_is_one():
    title = "The road number 404 between Brume and the harbour opens again today"
    assert kind_of(page(article("en", 2).replace("Ferry leaves again", title), title=title)) is None


@LANGUAGES
def test_a_login_is_told_by_its_form(language):
    text, title = SENTENCES[language]
    form = (
        f"<form action=/login><p>{text}</p><input name=mail><input type=password name=word><button>OK</button></form>"
    )

    assert (
        kind_of(page(f"<main><h1>{title}</h1>{form}</main>", language=language), "https://l.example/login?next=x")
        is Reason.LOGIN_PAGE
    )
    assert kind_of(page(f"<main>{article(language, 8)}</main>{form}", language=language)) is None


@LANGUAGES
def test_a_wall_of_cookies_is_told_and_a_banner_is_none(language):
    text, title = SENTENCES[language]
    wall = f"<div id=cookie-consent><h2>{title}</h2>{f'<p>{text}.</p>' * 4}<button>OK</button></div>"

    assert kind_of(page(wall, language=language)) is Reason.CONSENT_PAGE
    assert kind_of(page(wall + article(language), language=language)) is None
    assert kind_of(page(wall * 3 + article(language, 3), language=language)) is None


@LANGUAGES
def test_an_offer_to_subscribe_is_no_article_and_a_lead_before_it_is_one(language):
    text, title = SENTENCES[language]
    offer = f"<div class=paywall-offer><h2>{title}</h2><p>{text}</p><p>{text}</p><a href=/subscribe>OK</a></div>"
    said = '{"@type": "NewsArticle", "headline": "x", "isAccessibleForFree": false}'
    sold = f'<script type="application/ld+json">{said}</script>'

    assert kind_of(page(f"<main><h1>{title}</h1>{offer}</main>", language=language)) is Reason.PAYWALLED
    assert kind_of(page(f"<main><h1>{title}</h1>{offer}</main>", language=language, head=sold)) is Reason.PAYWALLED
    lead = page(f"<main>{article(language, 2)}{offer}</main>", language=language, head=sold)
    assert read_page(lead.encode(), origin="page").access == "lead"


@pytest.mark.parametrize(
    ("said", "access"),
    [
        ('"isAccessibleForFree": true', "free"),
        ('"isAccessibleForFree": "True"', "free"),
        ('"isAccessibleForFree": "http://schema.org/False", "wordCount": "2000"', "lead"),
        ('"isAccessibleForFree": false, "wordCount": 200', "paid"),
        ('"isAccessibleForFree": false, "hasPart": {"isAccessibleForFree": false, "cssSelector": ".sold"}', "paid"),
        (
            '"isAccessibleForFree": false, "hasPart": [{"isAccessibleForFree": "False", "cssSelector": ".not-here"}]',
            "lead",
        ),
        ('"wordCount": 2000', ""),
    ],
)
def test_who_may_read_it_is_what_the_publisher_says(said, access):
    head = f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Ferry", {said}}}</script>'
    html = page(f"<main><div class=sold>{article('en', 6)}</div></main>", head=head)
    assert read_page(html.encode(), origin="page").access == access


@LANGUAGES
def test_a_video_with_a_caption_is_no_article_and_an_article_with_a_video_is_one(language):
    text, title = SENTENCES[language]
    head = '<meta property="og:type" content="video.other">'
    described = '<script type="application/ld+json">{"@type": "VideoObject", "name": "Ferry"}</script>'
    player = "<video src=/ferry.mp4></video>"

    for said in (head, described):
        assert (
            kind_of(page(f"<main><h1>{title}</h1>{player}<p>{text}.</p></main>", language=language, head=said))
            is Reason.VIDEO_PAGE
        )
        assert kind_of(page(f"<main>{player}{article(language, 9)}</main>", language=language, head=said)) is None


def test_a_brief_with_a_video_that_says_it_is_an_article_is_one():
    text, title = SENTENCES["en"]
    head = '<meta property="og:type" content="article">'
    described = '<script type="application/ld+json">{"@type": "VideoObject", "name": "Ferry"}</script>'
    html = page(
        f"<main><h1>{title}</h1><video src=/ferry.mp4></video><p>{text}, and {text}.</p></main>", head=described
    )

    assert kind_of(html) is Reason.VIDEO_PAGE
    assert kind_of(html.replace("</head>", f"{head}</head>")) is None


def test_a_lead_is_marked_where_an_offer_stands_behind_it_though_no_metadata_tells():
    text, title = SENTENCES["en"]
    offer = f"<div class='paywall'><h2>{title}</h2><p>{text}.</p></div>"
    for body, access in ((article("en", 3) + offer, "lead"), (article("en", 3), ""), (article("en", 20) + offer, "")):
        html = page(f"<main>{body}</main>")
        assert read_page(html.encode(), origin="page").access == access


def test_lists_without_headings_are_lists():
    """Titles in elements that are no headings, or links around whole teasers."""
    bare = "<div class=title><a href=/s/{n}>{title}, told in {n} words</a></div><div>{text} {n}.</div>"
    wrapped = "<a href=/s/{n}><h3>{title} {n}</h3><p>{text} {n}.</p></a>"
    for link in (bare, wrapped):
        assert kind_of(page(f"<h1>Sea</h1>{teasers('en', 20, link)}")) is Reason.SECTION_PAGE


def test_reports_that_link_to_themselves_are_an_article():
    report = "<h2><a href='#{n}'>Report at {n} o’clock</a></h2><p>{text} {n}.</p><p>{text} {n}.</p>"
    assert kind_of(page(f"<h1>The storm, hour by hour</h1>{teasers('en', 12, report)}")) is None


def test_a_brief_of_a_known_day_among_teasers_is_an_article():
    text, title = SENTENCES["en"]
    brief = f"<h1>{title}</h1><time datetime=2025-12-05>Friday</time><p>{text}. {text}.</p>"
    assert kind_of(page(brief + teasers("en", 20))) is None


def test_a_page_in_one_form_and_one_with_states_in_its_class_are_articles():
    paragraphs = article("en", 3).replace("article>", "div>")
    login = "<input type=password>"

    assert kind_of(page(f"<form id=aspnet>{login}{paragraphs}</form>")) is None
    assert kind_of(page(f"<div class=modal><form>{login}</form></div>{article('en', 1)}")) is None
    assert kind_of(page(f"<div class='has-cookie-banner'>{paragraphs}</div>")) is None
    assert kind_of(page(f"<div class='article-cookies'>{paragraphs}</div>")) is None
    assert kind_of(page(f"<div class='cookie-state'><main>{paragraphs}</main></div>")) is None


def test_a_brief_that_says_that_it_is_an_article_is_one():
    text, _ = SENTENCES["en"]
    head = '<meta property="og:type" content="article"><meta property="article:published_time" content="2025-12-05">'
    assert (
        kind_of(page(f"<main><h1>Ferry leaves</h1><p>{text}, and {text}.</p></main>{teasers('en')}", head=head)) is None
    )
