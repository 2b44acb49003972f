"""What class names tell of their elements."""

import pytest
from lxml import html

from transforms.core.pagemarks import marks_of, names_of


@pytest.mark.parametrize(
    ("markup", "marks"),
    [
        ('<div class="article-body"></div>', set()),
        ('<div class="c-Related-Posts"></div>', {"related"}),
        ('<div class="read_more"></div>', {"related"}),
        ('<div class="moretta"></div>', set()),
        ('<div class="ad"></div>', {"advert"}),
        ('<div class="lead"></div>', set()),
        ('<div class="article-header"></div>', set()),
        ('<div class="lista-comentarios"></div>', {"comment"}),
        ('<div id="social-sharing" class="box"></div>', {"share"}),
        ('<div role="contentinfo"></div>', {"foot"}),
        ("<nav></nav>", {"nav"}),
        ('<footer class="newsletter-signup"></footer>', {"footer", "letter"}),
        ('<span itemprop="author"></span>', {"author"}),
    ],
)
def test_names_and_tags_mark(markup, marks):
    assert _marks(markup) == [marks]


def test_elements_are_marked_each_by_its_own_names():
    written = [
        "<p class='read'></p>",
        "<p class='more\tnext'></p>",
        "<p></p>",
        "<aside id='\x1fad up'></aside>",
        "<p class='İ-ad'></p>",
    ]

    assert _marks(*written) == [set(), {"related"}, set(), {"aside", "advert"}, {"advert"}]


def test_many_elements_are_marked_each_by_its_own_names():
    names = ["", "menu", "", "ad"] * 1_250

    assert marks_of(["p"] * 5_000, names) == [set(), {"menu"}, set(), {"advert"}] * 1_250


def test_a_word_does_not_stretch_over_two_names():
    assert _marks("<p class='next post'></p>", "<p class='next-post'></p>") == [set(), {"related"}]


def _marks(*markup):
    elements = [html.fragment_fromstring(each) for each in markup]
    return marks_of([element.tag for element in elements], [*map(names_of, elements)])


def test_names_without_end_are_cut():
    element = html.fragment_fromstring(f'<div class="{"x " * 200_000}footer"></div>')

    assert marks_of(["div"], [names_of(element)]) == [set()]
