"""What is taken off a page before the engine reads it."""

import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree
from lxml.html import document_fromstring
from trafilatura.settings import MANUALLY_CLEANED

from transforms.core.pagetrim import _DROPPED, _DROPPED_WITHOUT_TABLE, trimmed


def _body(html: str) -> str:
    tree = trimmed(document_fromstring(f"<html><head><title>t</title></head><body>{html}</body></html>"))
    return etree.tostring(tree, encoding="unicode", method="html")


@pytest.mark.parametrize(
    ("given", "left"),
    [
        pytest.param("<p>a</p><nav><p>b</p></nav>c", "<p>a</p>c", id="text-behind-stays"),
        pytest.param("d<footer>b</footer>c", "dc", id="at-the-top"),
        pytest.param("<aside><aside>b</aside></aside><p>a</p><aside>c</aside>", "<p>a</p>", id="one-in-another"),
        pytest.param("<figure><p>b</p></figure>c", "c", id="figure"),
        pytest.param(
            "<figure><table><tr><td>b</td></tr></table></figure>",
            "<figure><table><tr><td>b</td></tr></table></figure>",
            id="figure-with-a-table",
        ),
        pytest.param("<div><div> <span></span></div> x</div>", "<div>  x</div>", id="emptied-from-within"),
        pytest.param(
            "<table><tr><td></td><td>b</td></tr></table>",
            "<table><tr><td></td><td>b</td></tr></table>",
            id="empty-cells-stay",
        ),
        pytest.param("<p>a<br>b</p>", "<p>a<br>b</p>", id="breaks-stay"),
        pytest.param("<form><p>a</p><input></form>", "<form><p>a</p></form>", id="form-stays"),
        pytest.param("<template><p>a</p></template>", "<template><p>a</p></template>", id="template-stays"),
        pytest.param("<nothing>a</nothing>", "<nothing>a</nothing>", id="a-name-like-ours"),
        pytest.param("<p>a<b> </b>b<i><b>\n</b></i>c</p>", "<p>a b c</p>", id="space-between-words-stays"),
        pytest.param("<p>a <img> b <b></b> c</p>", "<p>a  b  c</p>", id="text-between-what-goes"),
    ],
)
def test_trimmed_to(given: str, left: str) -> None:
    assert _body(given) == f"<html><body>{left}</body></html>"


def test_only_what_the_engine_drops_by_tag_is_taken_off() -> None:
    assert set(MANUALLY_CLEANED) >= {*_DROPPED, *_DROPPED_WITHOUT_TABLE}


def test_the_page_is_left_as_it_is() -> None:
    tree = document_fromstring("<html><body><nav>b</nav><p>a</p></body></html>")
    before = etree.tostring(tree)
    trimmed(tree)
    assert etree.tostring(tree) == before


_STATUS = Path("/proc/self/status")
#: Prints by how much the memory of a process grows at most while it trims a paragraph of words and images.
_GROWTH = """
from pathlib import Path
from lxml.html import document_fromstring
from transforms.core.pagetrim import trimmed

def most():  # of this program: what getrusage tells is the peak of the process that started it, if that is higher
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))

tree = document_fromstring("<p>" + "<img src=a>word " * 15_000)
before = most()
assert len(trimmed(tree).text_content()) == 15_000 * len("word ")
print(most() / before)
"""


@pytest.mark.skipif(
    not _STATUS.exists() or "VmHWM:" not in _STATUS.read_text(),
    reason="only Linux tells the peak of a program by itself",
)
def test_text_behind_many_elements_is_not_copied_for_each() -> None:
    ran = subprocess.run([sys.executable, "-c", _GROWTH], capture_output=True, text=True, check=True)
    assert float(ran.stdout) < 3
