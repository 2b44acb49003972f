"""Which blocks of a page are its article's."""

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from transforms.core.pageblocks import read_blocks
from transforms.core.pageregion import article_blocks

SENTENCES = [
    f"The {number}. boat left the harbour of Brume in the morning, and the gulls went with it." for number in range(40)
]
A, B, C, D, E = SENTENCES[:5]
TEASER = "The council of Lower Fell has put off the vote on the new bridge until the autumn."


def chosen(body, *kept):
    page = read_blocks(html.document_fromstring(f"<body>{body}</body>").find("body"))
    return [block.text for block in article_blocks(page, "\n".join(kept))]


def paragraphs(*texts):
    return "".join(f"<p>{text}</p>" for text in texts)


def test_what_the_engine_missed_in_a_second_container_comes_back():
    parts = f"<div class=part>{paragraphs(A)}</div><div class=part>{paragraphs(B, C, D)}</div>"

    assert chosen(f"<main>{parts}</main><p>Terms apply.</p>", A) == [A, B, C, D]


def test_lists_headings_and_tables_between_paragraphs_stay():
    body = (
        f"<article><p>{A}</p><h2>Fares</h2><ul><li>Adults: 4</li><li>Children: free</li></ul>"
        f"<table><tr><td>Noon</td><td>full</td></tr></table><p>{B}</p><h3>Read on</h3></article>"
    )

    assert chosen(body, A, B) == [A, "Fares", "Adults: 4", "Children: free", "Noon | full", B]


def test_links_between_paragraphs_do_not():
    body = (
        f"<article><p>{A}</p><p><a href=/x>{TEASER}</a></p><ul><li><a href=/y>More boats</a></ul><p>{B}</p></article>"
    )

    assert chosen(body, A, B) == [A, B]


def test_a_kept_paragraph_that_points_elsewhere_goes_and_a_linked_sentence_stays():
    pointer, sentence = "Read also: <a href=/x>Lower Fell puts off the vote on its bridge</a>", f"<a href=/y>{C}</a>"
    body = f"<article><p>{A}</p><p>{pointer}</p><p>{B}</p><p>{sentence}</p><p>{D}</p></article>"

    assert chosen(body, A, "Read also: Lower Fell puts off the vote on its bridge", B, C, D) == [A, B, C, D]


def test_text_outside_the_region_goes_even_if_the_engine_kept_it():
    body = f"<div><p>{TEASER}</p></div><article>{paragraphs(A, B, C, D, E)}</article>"

    assert chosen(body, TEASER, A, B, C, D, E) == [A, B, C, D, E]


def test_furniture_goes_even_if_the_engine_kept_it_unless_its_mark_is_weak():
    for name, stays in (("footer-note", False), ("newsletter", False), ("share-bar", False), ("media-text", True)):
        inserted = f"<div class={name}><p>{TEASER}</p></div>"
        body = f"<article>{paragraphs(*SENTENCES[:8])}{inserted}{paragraphs(*SENTENCES[8:12])}</article>"

        assert (TEASER in chosen(body, *SENTENCES[:12], TEASER)) is stays, name


def test_a_mark_over_the_article_itself_counts_for_nothing():
    body = f"<div class='widget social'>{paragraphs(*SENTENCES[:8])}</div>"

    assert chosen(body, *SENTENCES[:8]) == SENTENCES[:8]
    assert chosen(body) == SENTENCES[:8]


def test_comments_may_be_longer_than_the_article():
    comments = "".join(f"<div class=comment>{paragraphs(text)}</div>" for text in SENTENCES[6:])

    assert chosen(f"<article>{paragraphs(*SENTENCES[:6])}{comments}</article>", *SENTENCES[:6]) == SENTENCES[:6]


def test_a_second_copy_for_small_screens_is_none():
    assert chosen(f"<div>{paragraphs(A, B, C)}</div><div>{paragraphs(A, B, C)}</div>", A, B, C) == [A, B, C]


def test_short_paragraphs_of_scripts_without_spaces_are_running_text():
    first, second = "昨日の朝、四十人を乗せた船が港を出た。", "嵐の後では初めての出港だった。"

    assert chosen(f"<article>{paragraphs(first, second)}</article><p>利用規約</p>") == [first, second]


def test_nothing_comes_of_nothing():
    assert chosen("") == []
    assert chosen("<p>Menu</p>", "elsewhere") == []


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.sampled_from(("p", "div", "li", "h2", "footer")), st.sampled_from(SENTENCES)), max_size=12),
    st.lists(st.sampled_from(SENTENCES), max_size=5),
)
def test_it_is_a_part_of_the_page_in_its_order(blocks, kept):
    body = "".join(f"<{tag}>{text}</{tag}>" for tag, text in blocks)
    left = iter(text for _, text in blocks)

    assert all(text in left for text in chosen(body, *kept))
