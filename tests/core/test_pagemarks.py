"""What class names tell of their elements."""

import pytest
from lxml import html

from transforms.core.pagemarks import marks_of


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
    assert marks_of(html.fragment_fromstring(markup)) == marks


def test_names_without_end_are_cut():
    element = html.fragment_fromstring(f'<div class="{"x " * 200_000}footer"></div>')

    assert marks_of(element) == set()
