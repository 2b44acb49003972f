import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.expressions import Company, Expression
from transforms.core.matching import Matcher, Sought
from transforms.core.wordforms import fold, split_words


def matcher(language, *texts):
    return Matcher(language, [Sought(Expression(text=t, language=language), n) for n, t in enumerate(texts)])


def found(language, expression, text):
    return [
        text[hit.start : hit.end] for hit in sorted(matcher(language, expression).find(text), key=lambda h: h.start)
    ]


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
        ("tr", "su", "sular suda sucuk", ["sular", "suda"]),
        ("tr", "çocuk", "çocuğu çocuklarının çocukça çocuksuz", ["çocuğu", "çocuklarının", "çocukça"]),
        ("tr", "İdlib", "İDLİB Idlib ıdlib idlib'deki İdlibli", ["İDLİB", "Idlib", "ıdlib", "idlib"]),
        ("tr", "=Şam", "Şam'ın Sam ŞAM şam", ["Şam", "ŞAM"]),
        ("ar", "هدنة", "والهدنة للهدنة هدنه الهدنةُ هدنتهم", ["والهدنة", "للهدنة", "هدنه", "الهدنةُ", "هدنتهم"]),
        ("ar", "ممر إنساني", "الممر الإنساني", ["الممر الإنساني"]),
        ("ar", "لاجئين", "للاجئين واللاجئين لاجئيهم", ["للاجئين", "واللاجئين"]),
        ("ar", "قوات", "قواتها وقواتهم", ["قواتها", "وقواتهم"]),
        ("ar", "=الرقة", "بالرقة للرقة رقة", ["بالرقة", "للرقة"]),
        ("ar", "ألغام", "الألغام ألغاما الغام", ["الألغام", "ألغاما", "الغام"]),
    ],
)
def test_forms(language, expression, text, expected):
    assert found(language, expression, text) == expected


@pytest.mark.parametrize(
    ("language", "expression", "text", "expected"),
    [
        # gaps
        ("en", "open … safe passage", "opened a new safe passage", ["opened a new safe passage"]),
        ("en", "open … safe passage", "open one two three four safe passage", []),
        (
            "en",
            "open …4 safe passage",
            "open one two three four safe passage",
            ["open one two three four safe passage"],
        ),
        ("en", "open … safe passage", "open safe passage", ["open safe passage"]),
        ("en", "open … safe passage", "They open it. Safe passage is denied.", []),
        ("en", "open … safe passage", "They open, reluctantly, safe passage", ["open, reluctantly, safe passage"]),
        ("en", "a … b … c", "a x b y c", ["a x b y c"]),
        ("en", "hit … (school|clinic)", "hit hit a school or a clinic", ["hit a school"]),
        # numbers
        ("en", "<number> civilians", "12 civilians, ١٢ civilians, x civilians", ["12 civilians", "١٢ civilians"]),
        ("en", "<number> (wounded|dead)", "12th dead, 9 wounded", ["9 wounded"]),
        # parts of words
        ("de", "Luftangriff~", "Luftangriffswelle, Luftangriffe, Luft", ["Luftangriffswelle", "Luftangriffe"]),
        ("de", "~angriff", "Raketenangriffe und Luftangriff, angreifen", ["Raketenangriffe", "Luftangriff"]),
        ("de", "schwerer ~angriff", "schwere Raketenangriffe", ["schwere Raketenangriffe"]),
        ("tr", "bombala~", "bombaladı bombalandılar bomba", ["bombaladı", "bombalandılar"]),
        # compounds of Turkish, whose head takes an ending of its own
        ("tr", "hava saldırısı", "hava saldırıları hava saldırısında", ["hava saldırıları", "hava saldırısında"]),
        ("tr", "esir takası", "esir takasının; esir takas", ["esir takasının", "esir takas"]),
        ("tr", "çocuk kampı", "çocuk kamplarında", ["çocuk kamplarında"]),
        # Italian, Persian, Ukrainian
        ("it", "corridoio umanitario", "dei corridoi umanitari", ["corridoi umanitari"]),
        ("it", "Siria", "Siria, siriani, Siri", ["Siria"]),
        ("fa", "آتش\u200cبس", "آتش بس و آتش‌بس‌ها و آتشبس", ["آتش بس", "آتش‌بس‌ها", "آتشبس"]),
        ("fa", "پناهنده", "پناهندگان پناهنده‌ای پناهنده‌ها پناه", ["پناهندگان", "پناهنده‌ای", "پناهنده‌ها"]),
        ("fa", "بچه", "بچگان بچه‌ها بچ", ["بچگان", "بچه‌ها"]),
        ("fa", "کریدور انسانی", "کریدورهای انسانی، کریدور های انسانی", ["کریدورهای انسانی", "کریدور های انسانی"]),
        ("uk", "перемир'я", "перемирʼя, перемир’ям, перемир'ї", ["перемирʼя", "перемир’ям", "перемир'ї"]),
        ("uk", "гуманітарний коридор", "гуманітарних коридорів", ["гуманітарних коридорів"]),
        ("uk", "біженець", "біженцям, біженців", ["біженцям", "біженців"]),
    ],
)
def test_syntax_and_forms(language, expression, text, expected):
    assert found(language, expression, text) == expected


@pytest.mark.parametrize(
    ("language", "name", "text", "expected"),
    [
        ("ru", "Хама", "в Хаме, Хамой, ХАМУ, хам и хама", ["Хаме", "Хамой", "ХАМУ"]),
        ("ru", "Идлиб", "Идлибом, Идлибе; идлибский", ["Идлибом", "Идлибе"]),
        ("ru", "Алеппо", "Алеппо, Алепп", ["Алеппо"]),
        ("ru", "Восточная Гута", "в Восточной Гуте", ["Восточной Гуте"]),
        ("ru", "Иран", "Ирана, иранский, Иранские", ["Ирана"]),
        ("uk", "Київ", "у Києві, Київ, київський", ["Києві", "Київ"]),
        ("uk", "Харків", "Харкова, Харковом", ["Харкова", "Харковом"]),
        ("de", "Iran", "Irans Iran iranische", ["Irans", "Iran"]),
        ("de", "Vereinte Nationen", "der Vereinten Nationen, vereinter Nation", ["Vereinten Nationen"]),
        ("de", "syrische Armee", "der syrischen Armee", ["syrischen Armee"]),
        ("tr", "Halep", "Halepe Halep halep Halepli halepe", ["Halepe", "Halep", "halep"]),
        ("ar", "إيران", "بإيران وإيران إيراني إيرانيين", ["بإيران", "وإيران"]),
        ("ar", "العراق", "بالعراق للعراق عراقيين", ["بالعراق", "للعراق"]),
        ("fa", "ایران", "ایران ایرانی ایرانیان", ["ایران"]),
        ("fa", "سوریه", "سوریه‌ی سوریه سوریه‌ای", ["سوریه‌ی", "سوریه"]),
        ("en", "Iran", "Iran Iranian Iran's", ["Iran", "Iran"]),
        ("it", "Iran", "Iran iraniano", ["Iran"]),
    ],
)
def test_names_are_not_the_adjectives_made_from_them(language, name, text, expected):
    named = Matcher(language, [Sought(Expression(text=name, language=language), 0, name=True)])
    assert [text[hit.start : hit.end] for hit in sorted(named.find(text), key=lambda h: h.start)] == expected


@pytest.mark.parametrize(
    ("company", "text", "expected"),
    [
        (Company(wanted=("aid",)), "A corridor for aids. The corridor.", [2]),
        (Company(wanted=("aid",)), "Aid came. The corridor.", []),
        (Company(wanted=("aid", "food")), "The food corridor", [9]),
        (Company(wanted=("aid",), within="text"), "The corridor. It is open.\n\nAid came.", [4]),
        (Company(wanted=("aid",), within=2), "aid by this corridor", [12]),
        (Company(wanted=("aid",), within=2), "aid by this new corridor", []),
        (Company(wanted=("aid",), within=2), "corridor of new aid", [0]),
        (Company(wanted=("aid",), within=2), "corridor. Aid", []),
        (Company(barred=("military",)), "A military corridor. A corridor.", [23]),
        (Company(barred=("military corridor",)), "A military corridor", []),
        (Company(barred=("military",), within="text"), "A corridor. The military.", []),
        (Company(wanted=("aid",), barred=("military",)), "aid corridor", [4]),
        (Company(wanted=("aid",), barred=("military",)), "military aid corridor", []),
    ],
)
def test_company(company, text, expected):
    corridor = Matcher("en", [Sought(Expression(text="corridor", language="en", company=company), 0)])
    assert [hit.start for hit in corridor.find(text)] == expected


def test_company_in_the_whole_article_may_stand_in_the_title():
    told = Expression(text="corridor", language="en", company=Company(wanted=("aid",), within="text"))
    (hit,) = Matcher("en", [Sought(told, 0)]).find("Aid", "A corridor")
    assert (hit.field, hit.start) == (1, 2)
    assert Matcher("en", [Sought(told, 0)]).find("None", "A corridor") == []


def test_number_is_found_also_where_it_is_looked_for_as_a_word():
    told = [Expression(text=text, language="en") for text in ("<number> dead", "two", "Resolution 2254")]
    numbers = Matcher("en", [Sought(one, n) for n, one in enumerate(told)], numbers=("two", "ten"))
    text = "two dead, ten dead, 2254 dead, some dead"
    assert [text[h.start : h.end] for h in numbers.find(text) if h.rule == 0] == ["two dead", "ten dead", "2254 dead"]


def test_word_that_meets_several_expressions_serves_them_all():
    told = ["=Hamas", "Hama", "hamas", "Ham~", "~mas", "~hamas"]
    hits = matcher("en", *told).find("Hamas")
    assert sorted(hit.rule for hit in hits) == [0, 1, 2, 3, 4, 5]
    assert sorted(hit.rule for hit in matcher("en", *told).find("Hamasmas")) == [3, 4]


@pytest.mark.timeout(20)
def test_crowd_of_company_is_read_in_linear_time():
    told = Expression(text="a … b … a", language="en", company=Company(wanted=("c",), barred=("d",), within=3))
    assert Matcher("en", [Sought(told, 0)]).find("a b " * 100_000) == []


def test_nested_and_overlapping_expressions_are_all_found():
    text = "air strike on camp"
    hits = matcher("en", "air strike", "strike on camp", "strike", "camp").find(text)
    assert sorted(text[h.start : h.end] for h in hits) == ["air strike", "camp", "strike", "strike on camp"]


def test_word_number_counts_words_of_the_field():
    (hit,) = matcher("en", "corridor").find("one-two 'three' corridor")
    assert hit.word == 3


def test_one_owner_is_found_once_and_two_owners_twice():
    told = [Expression(text="truce", language="en"), Expression(text="truces", language="en")]
    assert [h.rule for h in Matcher("en", [Sought(one, 7) for one in told]).find("truce")] == [0]
    both = Matcher("en", [Sought(told[0], 7), Sought(told[1], 8)])
    assert sorted(h.rule for h in both.find("truce")) == [0, 1]


def test_shouted_text_does_not_make_acronyms_of_words():
    assert found("en", "=IS fighters", "WHAT IS FIGHTERS") == []
    assert found("en", "=Turkey", "TURKEY ATTACKS") == ["TURKEY"]


def test_remembered_words_are_bounded(monkeypatch):
    monkeypatch.setattr("transforms.core.vocabulary._REMEMBERED", 100)
    truce = matcher("en", "truce")
    for number in range(10):
        text = " ".join(f"w{number}x{n}" for n in range(90))
        assert len(truce.find(f"{text} truce")) == 1
        assert len(truce._vocabulary) + len(truce._vocabulary._older) <= 100


def test_text_of_an_unknown_language_is_not_stemmed():
    told = [Expression(text="periodista", language="es"), Expression(text="corredor humanitario", language="es")]
    unsure = Matcher("es", [Sought(one, n) for n, one in enumerate(told)], inflected=False)
    text = "un periodo, periodistas, corredores, corredor humanitario"
    assert [text[h.start : h.end] for h in unsure.find(text)] == ["periodistas", "corredor humanitario"]


@pytest.mark.parametrize("language", ["ar", "fa", "tr", "uk", "en"])
@pytest.mark.parametrize("empty", ["ـ", "=ـ", "ـ بيت", "(ـ|باب) بيت"])
def test_a_word_of_lengthening_strokes_only_hides_no_other(language, empty):
    text = "كتاب ـ بيت"
    numbers = {hit.rule for hit in matcher(language, empty, "كتاب").find(text)}
    assert 1 in numbers


def test_no_expressions_find_nothing():
    assert list(matcher("en").find("anything")) == []


@given(st.text(max_size=80))
def test_words_slice_out_of_the_text(text):
    words = split_words(text)
    spans = [words.span(number, number) for number in range(len(words.surfaces))]
    assert [text[start:end] for start, end in spans] == words.surfaces
    assert all(words.surfaces)
    assert words.ends == sorted(words.ends)


@given(st.text(st.sampled_from("aZ9_é²\xadß’'яєЖґİışابـ،ًی\u0301\u200d🙂 .-\n")))
def test_words_are_runs_of_letters_and_figures_whatever_set_of_characters_holds_the_text(text):
    marks = "\xad\u0301\u064b\u200d"
    runs = re.findall(rf"[^\W_](?:[^\W_]|[{marks}]|['’](?=[яє]))*", text)
    assert split_words(text).surfaces == runs


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
