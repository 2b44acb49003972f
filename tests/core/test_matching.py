import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.taxonomy import Expression
from transforms.core.matching import Matcher
from transforms.core.wordforms import Forms, fold, split_words


def matcher(language, *texts):
    return Matcher(language, [Expression(text=text, language=language) for text in texts], list(range(len(texts))))


def found(language, expression, text):
    return [text[hit.start : hit.end] for hit in matcher(language, expression).find(text)]


@pytest.mark.parametrize(
    ("language", "expression", "text", "expected"),
    [
        ("en", "humanitarian corridor", "Humanitarian  Corridors", ["Humanitarian  Corridors"]),
        ("en", "humanitarian corridor", "humanitarian\ncorridor", ["humanitarian\ncorridor"]),
        ("en", "humanitarian corridor", "humanitarian\n\ncorridor", []),
        ("en", "humanitarian corridor", "humanitarian. Corridor", []),
        ("en", "humanitarian corridor", "humanitarian, corridor", []),
        ("en", "humanitarian corridor", "“humanitarian” corridor", ["humanitarian” corridor"]),
        (
            "en",
            "cease-fire",
            "ceasefire cease-fire cease fire cease‑fires",
            ["ceasefire", "cease-fire", "cease fire", "cease‑fires"],
        ),
        ("en", "=U.N.", "the U.N. and the UN but un and u.n.", ["U.N", "UN"]),
        ("en", "=UN", "THE UN SAID", []),
        ("en", "=Hama", "Hama, HAMA, Hama's, Hamas, hama", ["Hama", "HAMA", "Hama"]),
        ("en", "=IDPs", "IDPs and idps", ["IDPs"]),
        (
            "en",
            "(open|secure) a corridor",
            "open a corridor, secured a corridor, close a corridor",
            ["open a corridor", "secured a corridor"],
        ),
        ("en", "aid", "aids raid plaid AID", ["aids", "AID"]),
        ("fr", "aide d'urgence", "l'aide d’urgence", ["aide d’urgence"]),
        ("fr", "réfugié", "réfugiées, RÉFUGIÉS, re\u0301fugie\u0301", ["réfugiées", "RÉFUGIÉS", "re\u0301fugie\u0301"]),
        ("de", "Waffenstillstand", "Waffenstillstände", ["Waffenstillstände"]),
        ("de", "Aleppo", "Aleppos Altstadt", ["Aleppos"]),
        ("es", "Siria", "Siria, Siri, SIRIA", ["Siria", "SIRIA"]),
        ("en", "Idlib", "Idlibs IDLIB Idlibi", ["Idlibs", "IDLIB"]),
        ("ru", "перемирие", "о перемирии, перемирием", ["перемирии", "перемирием"]),
        ("ru", "обстрел", "обстре\u0301лы", ["обстре\u0301лы"]),
        ("ru", "осаждённый", "осажденного", ["осажденного"]),
        (
            "tr",
            "ateşkes",
            "ateşkesin ateşkesten ATEŞKES ateşkesler ateşkesli",
            ["ateşkesin", "ateşkesten", "ATEŞKES", "ateşkesler"],
        ),
        ("tr", "çocuk", "çocuğu çocuklarının çocukça çocuksuz", ["çocuğu", "çocuklarının", "çocukça"]),
        ("tr", "İdlib", "İDLİB Idlib ıdlib idlib'deki İdlibli", ["İDLİB", "Idlib", "ıdlib", "idlib"]),
        ("tr", "=Şam", "Şam'ın Sam ŞAM şam", ["Şam", "ŞAM"]),
        ("ar", "هدنة", "والهدنة للهدنة هدنه الهدنةُ هدنتهم", ["والهدنة", "للهدنة", "هدنه", "الهدنةُ"]),
        ("ar", "ممر إنساني", "الممر الإنساني", ["الممر الإنساني"]),
        ("ar", "لاجئين", "للاجئين واللاجئين لاجئيهم", ["للاجئين", "واللاجئين"]),
        ("ar", "قوات", "قواتها وقواتهم", ["قواتها", "وقواتهم"]),
        ("ar", "=الرقة", "بالرقة للرقة رقة", ["بالرقة", "للرقة"]),
        ("ar", "ألغام", "الألغام ألغاما الغام", ["الألغام", "الغام"]),
    ],
)
def test_forms(language, expression, text, expected):
    assert found(language, expression, text) == expected


def test_nested_and_overlapping_expressions_are_all_found():
    text = "air strike on camp"
    hits = matcher("en", "air strike", "strike on camp", "strike", "camp").find(text)
    assert sorted(text[h.start : h.end] for h in hits) == ["air strike", "camp", "strike", "strike on camp"]


def test_word_number_counts_words_of_the_field():
    (hit,) = matcher("en", "corridor").find("one-two 'three' corridor")
    assert hit.word == 3


def test_one_owner_is_found_once_and_two_owners_twice():
    told = [Expression(text="truce", language="en"), Expression(text="truces", language="en")]
    assert [h.rule for h in Matcher("en", told, [7, 7]).find("truce")] == [0]
    assert sorted(h.rule for h in Matcher("en", told, [7, 8]).find("truce")) == [0, 1]


def test_shouted_text_does_not_make_acronyms_of_words():
    assert found("en", "=IS fighters", "WHAT IS FIGHTERS") == []
    assert found("en", "=Turkey", "TURKEY ATTACKS") == ["TURKEY"]


def test_remembered_words_are_bounded(monkeypatch):
    monkeypatch.setattr("transforms.core.wordforms._REMEMBERED", 100)
    forms = Forms("en")
    for number in range(1000):
        assert forms[f"w{number}"] == f"w{number} "
        assert len(forms) <= 100


def test_text_of_an_unknown_language_is_not_stemmed():
    told = [Expression(text="periodista", language="es"), Expression(text="corredor humanitario", language="es")]
    unsure = Matcher("es", told, [0, 1], inflected=False)
    text = "un periodo, periodistas, corredores, corredor humanitario"
    assert [text[h.start : h.end] for h in unsure.find(text)] == ["periodistas", "corredor humanitario"]


def test_no_expressions_find_nothing():
    assert list(matcher("en").find("anything")) == []


@given(st.text(max_size=80))
def test_words_slice_out_of_the_text(text):
    words = split_words(text)
    spans = [words.span(number, number) for number in range(len(words.surfaces))]
    assert [text[start:end] for start, end in spans] == words.surfaces
    assert all(words.surfaces)
    assert words.edges == sorted(words.edges)


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once_and_leaves_no_space(text):
    for word in split_words(text).surfaces:
        once = fold(word)
        assert fold(once) == once
        assert not any(letter.isspace() for letter in once)


@given(st.text(max_size=40), st.sampled_from(["en", "ar", "tr", "ru", "fr", "de", "es"]))
def test_offsets_are_code_points_behind_any_prefix(prefix, language):
    word = {"ar": "هدنة", "ru": "перемирие"}.get(language, "Idlib")
    text = f"{prefix} / {word} / 🙂"
    hits = [(h.start, text[h.start : h.end]) for h in matcher(language, word).find(text)]
    assert (len(prefix) + 3, word) in hits
