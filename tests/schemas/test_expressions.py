import pytest

from schemas.expressions import Piece, faults, filled, pieces


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("truce", (Piece(("truce",)),)),
        ("(a|) b  (c|d)", (Piece(("a b c", "a b d", "b c", "b d")),)),
        ("open … safe …5 (passage|road)", (Piece(("open",)), Piece(("safe",), 3), Piece(("passage", "road"), 5))),
        ("open...safe", (Piece(("open",)), Piece(("safe",), 3))),
        ("<number> civilians", (Piece(("<number> civilians",)),)),
    ],
)
def test_pieces(text, expected):
    assert pieces(text) == expected


def test_slots_are_filled_where_the_list_is_known():
    assert filled("<a> and <number> <b>", {"a": ["x", "y z"]}) == "(x|y z) and <number> <b>"


@pytest.mark.parametrize("text", ["~angriff", "Luftangriff~", "=Hama", "<number> (dead|hurt) … here"])
def test_what_is_right(text):
    assert list(faults(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("big ~angriff", "~ stands before the first"),
        ("Luft~ angriff", "~ stands before the first"),
        ("=Luftangriff~", "~ stands before the first"),
        ("ab~", "3 letters at least"),
        ("(a|b", "brackets do not match"),
        ("a|b", "brackets do not match"),
        ("a > b", "brackets do not match"),
        ("((a))", "brackets do not match"),
        ("… a", "words on both sides"),
        ("a …0 b", "1 to 12 words"),
        ("a …99999999999999999999999 b", "1 to 12 words"),
        ("(a|b)" * 9, "more than 300 spellings"),
        ("(a|b|c|d|e|f|g|h|i|j)" * 60, "more than 300 spellings"),
        ("- … -", "no word at all"),
    ],
)
def test_what_is_wrong(text, expected):
    (problem,) = faults(text)
    assert expected in problem
    assert problem.startswith(repr(text))
