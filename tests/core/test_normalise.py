import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.normalise import body_key, nfc, words

HOSTILE = [
    pytest.param("a" + "\u0301\u0316" * 250_000, id="half a million combining marks"),
    pytest.param("1," * 500_000, id="one endless number"),
    pytest.param("\ud800" * 1_000_000, id="lone surrogates"),
    pytest.param("—" * 1_000_000, id="dashes"),
    pytest.param("'" * 1_000_000, id="apostrophes"),
    pytest.param("東" * 1_000_000, id="one endless run of a script without spaces"),
    pytest.param("\r\n" * 500_000, id="line ends"),
    pytest.param("x" * 1_000_000, id="one endless word"),
]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("e\u0301", "é"),
        ("one\r\ntwo\rthree\u2028four\x85five", "one\ntwo\nthree\nfour\nfive"),
        ("one\u2029two", "one\n\ntwo"),
        ("a\u00a0b\u202fc\u3000d\te", "a b c d e"),
        ("ze\u00adro\u200b wi\ufeffdth", "zero width"),
        ("a\x00b\x07c\x1bd", "abcd"),
        ("\ud83d\ude00", "\U0001f600"),
        ("a\ud83db", "a\ufffdb"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("abc\u202edef", "abcdef"),
    ],
)
def test_stored_form(text, stored):
    assert nfc(text) == stored


@given(st.text(st.characters()))
def test_stored_form_is_stable_and_can_be_encoded(text):
    once = nfc(text)
    once.encode("utf-8")
    assert nfc(once) == once


@given(st.text(st.characters()))
def test_keys_and_words_rest_on_the_stored_form(text):
    assert body_key(text) == body_key(nfc(text))
    assert words(text) == words(nfc(text))
    assert body_key(text) == " ".join(body_key(text).split())
    assert all(words(text))


def test_thirty_marks_in_a_row_are_kept_and_no_more():
    assert nfc("a" + "\u0316" * 30) == "a" + "\u0316" * 30
    assert nfc("a" + "\u0316" * 31 + "b") == "a" + "\u0316" * 30 + "b"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("The Army’s “push”", 'the army\'s "push"'),
        ("north—south", "north-south"),
        ("a  b\n\nc", "A B C"),
        ("ｗｉｄｅ ﬁgure", "wide figure"),
        ("مُحَمَّد", "محمد"),
        ("إدلـــب", "إدلب"),
        ("٢٥ قتيلا", "25 قتيلا"),
        ("می\u200cخواهم", "میخواهم"),
        ("straße", "STRASSE"),
        ("co\u00adoperation", "cooperation"),
    ],
)
def test_an_editor_would_call_these_the_same(a, b):
    assert body_key(a) == body_key(b)


@pytest.mark.parametrize(
    ("a", "b"), [("12 killed", "21 killed"), ("$1.5", "$15"), ("He left.", "He left?"), ("résumé", "resume")]
)
def test_an_editor_would_call_these_a_change(a, b):
    assert body_key(a) != body_key(b)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("— … !", []),
        ("Syria's army, 1,200 men (3.5%)", ["syrias", "army", "1200", "men", "3.5"]),
        ("1.200.500 Euro, 3,5 Prozent", ["1200500", "euro", "3.5", "prozent"]),
        ("İdlib'de Erdoğan", ["idlibde", "erdogan"]),
        ("kış KIŞ kis", ["kis", "kis", "kis"]),
        ("مُحَمَّد إدلـب أكد ١٢", ["محمد", "ادلب", "اكد", "12"]),
        ("Ёлка й", ["елка", "и"]),
        ("東京都で", ["東京", "京都", "都で"]),
        ("停", ["停"]),
        ("ไทย ok", ["ไท", "ทย", "ok"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("서울 시민", ["서울", "시민"]),
        ("NATO在華盛頓2024年", ["nato", "在華", "華盛", "盛頓", "2024", "年"]),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", [nfc, body_key, words])
def test_cost_is_linear_whatever_the_text(form, text):
    start = time.process_time()
    form(text)
    assert time.process_time() - start < 8
