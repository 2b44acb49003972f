import copy
import gc

import pytest

from schemas.expressions import Expression
from schemas.rules import load_rules
from transforms.core.matching import Matcher, Sought
from transforms.core.places import PlaceFinder
from transforms.core.tagging import Tagging
from transforms.core.topics import Tagger
from transforms.core.vocabulary import Vocabulary
from transforms.core.wordforms import Words, split_words

RULES = load_rules()
TEXTS = {
    "en": "A truce in Idlib. Aid trucks reached Aleppo, Syria, after five civilians were killed near Turkey's border.",
    "ar": "هدنة في إدلب ومقتل خمسة مدنيين بحلب قرب الحدود التركية",
    "fa": "آتش‌بس در ادلب، غیرنظامی ها در حلب کشته شدند",
    "ru": "Перемирие в Идлибе. В Алеппо погибли пять мирных жителей.",
    "und": "Idlib Алеппо حلب",
}


def matcher(word, vocabulary):
    return Matcher("en", [Sought(Expression(text=word, language="en"), 0)], vocabulary=vocabulary)


def surfaces(found, words):
    return [words.text[hit.start : hit.end] for hit in found]


def living_words():
    """How many texts the process holds the words of."""
    gc.collect()
    return sum(type(one) is Words for one in gc.get_objects())


@pytest.mark.parametrize("language", TEXTS)
def test_topics_and_places_looked_up_together_are_those_looked_up_alone(language):
    tagging, text = Tagging(RULES), TEXTS[language]
    alone = Tagger(RULES.taxonomy).tag("", text, language), PlaceFinder(RULES.gazetteer).find("", text, language)
    assert all(alone)
    for tags in (tagging.tag("", text, language), tagging.tag("", text, language)):
        assert (tags.topics, tags.places) == alone


def test_who_comes_later_reads_a_text_that_others_have_read(monkeypatch):
    monkeypatch.setattr("transforms.core.vocabulary._REMEMBERED", 4)  # so that half of the words are older ones
    vocabulary = Vocabulary()
    truce, words = matcher("truce", vocabulary), split_words("A truce and aid")
    assert surfaces(truce.find(words), words) == ["truce"]
    aid = matcher("aid", vocabulary)
    assert surfaces(aid.find(words), words) == ["aid"]
    assert surfaces(truce.find(words), words) == ["truce"]


def test_words_that_were_forgotten_are_looked_up_again(monkeypatch):
    monkeypatch.setattr("transforms.core.vocabulary._REMEMBERED", 10)
    vocabulary = Vocabulary()
    both = matcher("truce", vocabulary), matcher("aid", vocabulary)
    words = split_words(" ".join([*(f"x{n} truce y{n}" for n in range(9)), "aid"]))
    assert [surfaces(one.find(words), words) for one in both] == [["truce"] * 9, ["aid"]]


def test_a_text_is_held_no_longer_than_by_who_asked():
    tagging, vocabulary = Tagging(RULES), Vocabulary()
    both = matcher("truce", vocabulary), matcher("aid", vocabulary)
    before = living_words()
    words = split_words(TEXTS["en"])
    assert [surfaces(one.find(words), words) for one in both] == [["truce"], ["Aid"]]
    tagging.tag("", words.text, "en")
    assert living_words() == before + 1
    del words
    assert living_words() == before


def test_a_tagging_travels():
    tagging = Tagging(RULES)
    tags = tagging.tag("", TEXTS["en"], "en")
    assert copy.deepcopy(tagging).tag("", TEXTS["en"], "en") == tags
