import pytest

from schemas.yamlfile import NotReadable, read, read_checked


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


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a: 1\nb: !!omap [c: 1]\n", "line 2: not YAML as it should be: only words may have tags"),
        ("!!map [a]", "line 1: not YAML as it should be: only words may have tags"),
        ("!!str {=: a}", "line 1: not YAML as it should be: only words may have tags"),
        ("a: {=: 5}", "line 1: not YAML as it should be: a key must be a word"),
        ("a: 1\nversion: 2026-02-30\n", "line 2: not YAML as it should be: '2026-02-30' is no timestamp"),
        ("!!int x", "line 1: not YAML as it should be: 'x' is no int"),
        ("!!bool x", "line 1: not YAML as it should be: 'x' is no bool"),
        ("!!timestamp x", "line 1: not YAML as it should be: 'x' is no timestamp"),
        ("a: 1\nb: !!map x", "line 2: not YAML as it should be: expected a mapping node, but found scalar"),
        ("!!set x", "line 1: not YAML as it should be: expected a mapping node, but found scalar"),
    ],
)
def test_what_is_not_what_it_says_is_refused_in_one_line(content, told):
    with pytest.raises(NotReadable) as refused:
        read(content.encode())
    assert str(refused.value) == told


@pytest.mark.parametrize("content", ["- 1\n- &a [*a]\n", "a: &a x\nb: *a\n", "a: &a x\n*a : b\n"])
def test_an_alias_is_refused_in_a_file_that_was_not_checked_after_all(content):
    for reader in (read, read_checked):
        with pytest.raises(NotReadable, match=r"\Aline 2: not YAML as it should be: aliases are not allowed\Z"):
            reader(content.encode())
