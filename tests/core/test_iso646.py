# ruff: noqa: E501  # one message, one line
"""Letters in seven bits are read where they show; ASCII stays what it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.iso646 import national_letters


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Hilfe f}r alle: Sp{ter k|nnen gro~e [mter mehr. F}r ]lzen", "Hilfe für alle: Später können große Ämter mehr. Für Ülzen"),
        ("La mer {tait l@, apr}s le d{luge; le maire a {t{ l@", "La mer était là, après le déluge; le maire a été là"),
        ("El a|o pasado los ni|os espa|oles y esta ma|ana", "El año pasado los niños españoles y esta mañana"),
        ("B}ten {r tillbaka f|r alla p} |n, n{r stormen {r |ver", "Båten är tillbaka för alla på ön, när stormen är över"),
        ("B}ten er tilbake p} |ya, ogs} n}r det bl}ser, f|r kvelden", "Båten er tilbake på øya, også når det blåser, før kvelden"),
    ],
    ids=["de", "fr", "es", "sv", "no"],
)  # fmt: skip
def test_the_variant_shows(written, meant):
    assert written.translate(national_letters(written)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "The ferry sailed [sic] at {noon} | or later ~ they said.",
        "f}r",
        "x{i}|y{j}|z and so on for{each} of the f}r sp{ter k|nnen words { } | ~ { } |",
        "Results: Norsand|12|3, Halmo|11|4, Ek|10|5",
        "",
    ],
)
def test_ascii_stays(text):
    assert national_letters(text) == {}


@given(st.text(alphabet="abc {|}~[]\\@für", max_size=200))
def test_it_never_raises(text):
    assert len(text.translate(national_letters(text))) == len(text)
