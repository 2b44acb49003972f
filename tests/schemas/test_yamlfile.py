import pytest

from schemas.yamlfile import read, read_checked


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('version: "1"\nweight: .5\nwithin: 8\n', {"version": "1", "weight": 0.5, "within": 8}),
        ("- 8\n- '8'\n- !!str 8\n- !!int '8'\n- ! 8\n", [8, "8", "8", 8, 8]),
        ("[yes, 'no', ~, null, 1e3, 1.0e+3, on]", [True, "no", None, None, "1e3", 1000.0, True]),
        ("a: {b: [c, {d: e}], f: []}\ng: {}\n", {"a": {"b": ["c", {"d": "e"}], "f": []}, "g": {}}),
        ("a: |\n  one\n  two\nb: >-\n  one\n  two\n", {"a": "one\ntwo\n", "b": "one two"}),
        ('\ufeff# a comment\n- آتش‌بس\n- "a\\u00e9"\n', ["آتش‌بس", "aé"]),
        ("one word", "one word"),
        ("a:\n", {"a": None}),
        ("# nothing\n", None),
    ],
)
def test_a_checked_file_says_what_it_said_when_it_was_checked(content, expected):
    assert read(content.encode()) == expected
    again = read_checked(content.encode())
    assert again == expected
    assert repr(again) == repr(expected)  # 1 is no True, and no 1.0
