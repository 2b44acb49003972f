"""The walk over a page: what is one block, what is none, and what its containers are called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from transforms.core.pageblocks import read_blocks


def texts(markup):
    return [block.text for block in read_blocks(html.document_fromstring(markup).find("body")).blocks]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>One <b>and</b>\n two</p>three<p>four", ["One and two", "three", "four"]),
        ("<p>One<br>two<br/>three</p>", ["One", "two", "three"]),
        ("<ul><li>One<li>two</ul>", ["One", "two"]),
        ("<table><tr><th>Team<th>Points<tr><td>Brume<td>3</table>", ["Team | Points", "Brume | 3"]),
        ("<table><tr><td><p>One</p><p>two</p><td>three</table>", ["One", "two", "three"]),
        ("<p>One<script>x()</script><style>p{}</style> two</p>", ["One two"]),
        ("<p>One <button>Share</button>two</p>", ["One two"]),
        ("<button>Menu<div><p>The page was never closed.</p></div>", ["Menu", "The page was never closed."]),
        ("<div>\n \t</div>", []),
    ],
)
def test_blocks(markup, expected):
    assert texts(markup) == expected


def test_links_are_counted():
    (block,) = read_blocks(html.fragment_fromstring("<p>See <a href=x>the <b>map</b></a> here</p>")).blocks

    assert (block.text, block.linked) == ("See the map here", len("themap"))


def test_containers_inherit_the_marks_of_those_around_them():
    page = read_blocks(
        html.fragment_fromstring("<div class=sidebar><div class=related><p>One</p></div><p>two</p></div>")
    )

    one, two = page.blocks
    assert page.marks[one.container] == {"side", "related"}
    assert page.marks[two.container] == {"side"}
    assert page.tags[page.parents[page.parents[one.container]]] == "div"
    assert all(parent < place for place, parent in enumerate(page.parents))


@given(st.recursive(st.text("ab ", max_size=5), lambda inner: st.lists(inner, max_size=4).map(
    lambda parts: "<div>" + "<p>".join(parts) + "</div>"), max_leaves=12))  # fmt: skip
def test_no_letter_is_lost_or_moved(markup):
    tree = html.document_fromstring(f"<body>{markup}x</body>")

    assert "".join("".join(texts(html.tostring(tree))).split()) == "".join("".join(tree.itertext()).split())
