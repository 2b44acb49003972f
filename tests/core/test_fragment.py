"""Fragments of HTML become paragraphs; nothing in them can hurt."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.fragment import looks_like_html, text_of_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("   \n ", ""),
        ("Plain words", "Plain words"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One<div>Two</div>three</div>", "One\n\nTwo\n\nthree"),
        ("One<br>two<br/><br/>three", "One\n\ntwo\n\nthree"),
        ("<p>The <b>bold</b> and the <a href='x'>linked</a>.</p>", "The bold and the linked."),
        ("<ul><li>Flour<li>Water</ul>", "Flour\n\nWater"),
        ("<blockquote><p>Said</p></blockquote>he", "Said\n\nhe"),
        ("<table><tr><th>Town</th><th>Dead</th></tr><tr><td>A</td><td>3</td></tr></table>", "Town Dead\n\nA 3"),
        ("Caf&eacute;&nbsp;&amp;&#160;bar &#x2014; &unknown;", "Café & bar — &unknown;"),
        ("<script>alert(1)</script>a<style>p{}</style>b<!-- c -->d", "abd"),
        ("<p hidden>x</p><p style='display: none'>y</p><p>z</p>", "z"),
        ("<form>search</form><p>text</p>", "text"),
        ("<p>line\nof   source</p>", "line of source"),
        ("<pre>one\ntwo</pre>", "one\n\ntwo"),
        ("e\u0301", "é"),
        ("a\x00b\x0bc", "abc"),
        ("<p>never <b>closed", "never closed"),
        ("One\n\nTwo\nstill two", "One\n\nTwo still two"),
    ],
)
def test_markup_becomes_paragraphs(html, text):
    assert text_of_html(html) == text


@pytest.mark.parametrize(
    ("text", "is_html"),
    [("<p>x", True), ("a&nbsp;b", True), ("&#8217;", True), ("</b>", True), ("1 < 2 > 0", False), ("R&D; no", False),
     ("a <3 b", False), ("", False)],
)  # fmt: skip
def test_html_is_told_from_text(text, is_html):
    assert looks_like_html(text) is is_html


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 1_000_000 + "deep",
        "<" * 1_000_000,
        "<p " + "a" * 1_000_000,
        "<p a='" + "b" * 1_000_000 + "'>x",
        "&" * 1_000_000,
        "<!--" * 250_000,
        "<![CDATA[" * 100_000,
        "<p style='" + "display " * 100_000 + "'>x",
        "<b>x" * 200_000,
    ],
    ids=["deep", "brackets", "name", "attribute", "ampersands", "comments", "cdata", "style", "bold"],
)
def test_a_megabyte_of_anything_is_read_in_seconds(hostile):
    start = time.process_time()
    text_of_html(hostile)
    looks_like_html(hostile)

    assert time.process_time() - start < 5


def test_entities_are_not_expanded_and_no_file_is_read():
    html = '<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b SYSTEM "file:///etc/passwd">]><p>&a; &b;</p>'

    text = text_of_html(html)

    assert "boom" not in text.replace('"boom"', "")
    assert "root:" not in text


@given(st.text(alphabet=st.sampled_from("<>/pbr &;#a\n\"'=!-x"), max_size=200))
def test_any_markup_is_answered_and_no_text_is_invented(html):
    text = text_of_html(html)

    assert "\n\n\n" not in text
    assert text == text.strip()
