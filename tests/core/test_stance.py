import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.cues import load_cues
from schemas.expressions import Expression
from schemas.taxonomy import LANGUAGES, Taxonomy, TopicRule
from transforms.core.topics import Tagger

WORDS = {
    "en": "truce", "ar": "هدنة", "tr": "ateşkes", "ru": "перемирие", "fr": "trêve", "de": "Waffenruhe", "es": "tregua",
    "it": "tregua", "fa": "آتش‌بس", "uk": "перемир'я",
}  # fmt: skip
TRUCE = TopicRule(
    id="truce",
    kind="theme",
    labels=(("en", "Truce"),),
    definition="A truce.",
    expressions=tuple(Expression(text=word, language=language) for language, word in WORDS.items()),
)
PLACE = TopicRule(
    id="idlib", kind="place", labels=(), definition="", expressions=(Expression(text="Idlib", language="en"),)
)
TAGGER = Tagger(Taxonomy(version="t", topics=(TRUCE, PLACE)))


def stances(text, language="en", topic="truce", title=""):
    claims = {claim.id: claim for claim in TAGGER.claims(title, text, language)}
    return [proof.stance for proof in claims[topic].proofs] if topic in claims else []


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "There is no truce.", "denied"),
        ("en", "There is no sign of a long truce.", ""),
        ("en", "Talks ended without a truce.", "denied"),
        ("en", "They didn't observe the truce.", "denied"),
        ("en", "No, the truce holds.", ""),
        ("en", "They said no. Truce talks go on.", ""),
        ("en", "A truce is unlikely.", "denied"),
        ("ar", "انتهت المحادثات دون هدنة", "denied"),
        ("tr", "Cephede ateşkes yok.", "denied"),
        ("ru", "Никакого выхода без перемирия.", "denied"),
        ("fr", "Il n'y a pas de trêve.", "denied"),
        ("de", "Es gibt keine Waffenruhe.", "denied"),
        ("es", "Terminó sin tregua.", "denied"),
        ("it", "Finisce senza tregua.", "denied"),
        ("fa", "بدون آتش‌بس", "denied"),
        ("uk", "Без перемир'я", "denied"),
        ("en", "The 2016 truce failed.", "past"),
        ("en", "The truce of 2016 failed.", "past"),
        ("en", "The truce announced in 2016 failed, that of 2018 held.", "past"),
        ("en", "The truce announced here in 2016 failed.", ""),
        ("en", "The truce, 5 February 2018, failed.", ""),
        ("en", "A truce was agreed two years ago.", "past"),
        ("en", "It was two years ago. The truce holds.", ""),
        ("ar", "الهدنة قبل سنوات", "past"),
        ("ru", "Перемирие десять лет назад", "past"),
        ("de", "Die Waffenruhe vor zehn Jahren", "past"),
        ("en", "He said: “We will keep the truce as long as they do.”", "quoted"),
        ("en", 'The so-called "truce" holds.', ""),
        ("en", 'He said: "We will keep the truce as long as they do."', "quoted"),
        ("en", 'He said: “We will keep the truce as long as they do."', ""),
        ("fr", "« Nous respectons la trêve tant que », dit-il.", "quoted"),
        ("en", "The truce holds.", ""),
    ],
)
def test_stance(language, text, expected):
    assert stances(text, language) == [expected]


@pytest.mark.parametrize(
    ("language", "opening"),
    [
        ("en", "Read also:"),
        ("en", "Related:"),
        ("ar", "اقرأ أيضاً:"),
        ("tr", "İlgili haberler:"),
        ("ru", "Читайте также:"),
        ("fr", "À lire aussi :"),
        ("de", "Lesen Sie auch:"),
        ("es", "Lea también:"),
        ("it", "Leggi anche:"),
        ("fa", "بیشتر بخوانید:"),
        ("uk", "Читайте також:"),
    ],
)
def test_lines_that_point_elsewhere_prove_nothing(language, opening):
    word = WORDS[language]
    assert stances(f"x.\n{opening} {word}\n{word}", language) == [""]
    assert stances(f"{word}\n\n{opening}\n\n{word}\n{word} {word}", language) == [""]
    long = " ".join(["x"] * 30)
    assert stances(f"{opening}\n{word}\n{long} {word}", language) == [""]


@pytest.mark.parametrize("text", ["Related truce efforts go on.", "Relatedly: a truce", "We read also of a truce."])
def test_words_of_an_article_are_not_taken_for_such_lines(text):
    assert stances(text) == [""]


def test_a_place_is_not_denied_and_may_be_past():
    assert stances("There is no Idlib.", topic="idlib") == [""]
    assert stances("In Idlib, two years ago", topic="idlib") == ["past"]


def test_stance_lowers_the_score_and_keeps_the_evidence():
    (plain,) = TAGGER.tag("", "There is a truce.", "en")
    for text in (
        "There is no truce.",
        "There was a truce in 2016 and not in 2018.",
        "“There is a truce for us all now.”",
    ):
        (topic,) = TAGGER.tag("", text, "en")
        assert topic.score < plain.score
        assert [proof.surface for proof in topic.evidence] == ["truce"]


def test_cues_are_there_for_every_language():
    cues = load_cues()
    assert set(cues) == set(LANGUAGES)
    for told in cues.values():
        assert all(map(len, (told.not_before, told.not_after, told.past, told.aside)))
        assert len(told.numbers) >= 20
        assert all(isinstance(word, str) for word in told.numbers + told.aside)
        assert all(isinstance(one.text, str) for one in told.not_before + told.not_after + told.past)


@given(
    st.lists(st.sampled_from(["no", "truce", "2016", "Read also:", "\n", "“", "”", ".", ", ", "x" * 30]), max_size=40)
)
def test_any_mixture_has_a_stance_for_each_hit(parts):
    text = " ".join(parts)
    found = stances(text)
    assert set(found) <= {"", "denied", "past", "quoted"}
    assert len(found) <= parts.count("truce")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit", ["no truce ", "2016 truce ", "“truce ", '"', "Read also:\n", ". ", "\n \n", "Related "]
)
def test_hostile_text_is_read_in_linear_time(unit):
    TAGGER.tag("", unit * 50_000, "en")
