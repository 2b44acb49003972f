"""What changed between two versions: as an editor would say it, and nothing an editor would not."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.core.difference import Difference, difference
from transforms.core.normalise import body_key
from transforms.core.verify import Text

FIRST = """At least 12 people were killed when the lower gate of the dam gave way on Saturday, the civil defence said.

Some 3,400 families were moved to schools on higher ground, and 40% of the wheat was lost.

"We heard it before we saw it," said Nadia Qasr, who keeps the sluice book.

The gate was last inspected in 2019."""


def told(before, after, title="Gate of dam gives way", new_title=None):
    found = difference(Text(title=title, text=before), Text(title=new_title or title, text=after))
    return found and found.line()


def test_a_corrected_toll_is_told_with_what_was_counted():
    assert told(FIRST, FIRST.replace("12 people", "21 people")) == "12 → 21 people"


def test_figures_stand_with_the_words_around_and_their_places():
    after = FIRST.replace("3,400", "3,900").replace("40%", "55%").replace("2019", "2020")
    found = difference(Text(title="T", text=FIRST), Text(title="T", text=after))
    assert [(f.before.text, f.after.text, f.lead, f.tail) for f in found.figures] == [
        ("3,400", "3,900", "", " families"),
        ("40%", "55%", "", " of"),
        ("2019", "2020", "in ", ""),
    ]
    assert not found.wording
    for figure in found.figures:
        assert FIRST[figure.before.start : figure.before.end] == figure.before.text
        assert after[figure.after.start : figure.after.end] == figure.after.text


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("قتل ١٢ شخصا في إدلب.", "قتل ٢١ شخصا في إدلب.", "١٢ → ٢١ شخصا"),
        ("قتل 12 شخصا في إدلب.", "قتل ٢١ شخصا في إدلب.", "12 → ٢١ شخصا"),
        ("बाढ़ में १२ लोग मारे गए।", "बाढ़ में २१ लोग मारे गए।", "१२ → २१ लोग"),
        ("洪水で12人死亡、30人が負傷。", "洪水で21人死亡、30人が負傷。", "12 → 21人"),
        ("It cost $3.5 million.", "It cost $4 million.", "$3.5 → $4 million"),
        ("It cost $4 million.", "It cost €4 million.", "$4 → €4 million"),
        ("killed on the 19th day", "killed on the 20th day", "19 → 20th"),
    ],
    ids=["Arabic-Indic", "across scripts", "Devanagari", "without spaces", "money", "currency", "ordinal"],
)
def test_figures_of_any_script(before, after, line):
    assert told(before, after) == line


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("“Ceasefire”  holds — OCHA", '"CEASEFIRE" holds - OCHA'),
        ("قُتِلَ ١٢ شخصًا", "قتل 12 شخصا".replace("شخصا", "شخصًا")),
        ("One paragraph here.\n\nAnd another there.", "One paragraph here. And another there."),
        (FIRST, FIRST.replace("\n\n", "\n")),
    ],
    ids=["quotes and dashes", "vowel signs and digits", "joined", "all joined"],
)
def test_what_no_editor_calls_a_change_is_no_difference(before, after):
    assert told(before, after) is None
    assert told(after, before) is None


def test_a_paragraph_that_was_split_hides_nothing_and_is_nothing():
    after = FIRST.replace("on higher ground, and", "on higher ground,\n\nand").replace("40%", "55%")
    assert told(FIRST, after) == "40% → 55% of"


def test_paragraphs_added_and_removed():
    parts = FIRST.split("\n\n")
    fresh = ["The minister of water will visit the valley tomorrow.", "Rain is forecast until Tuesday evening."]
    after = "\n\n".join([*parts[:2], *fresh, parts[3]])
    found = difference(Text(title="T", text=FIRST), Text(title="T", text=after))
    assert [part.text for part in found.added] == fresh
    assert [part.text for part in found.removed] == [parts[2]]
    assert found.line() == "2 paragraphs added; 1 paragraph removed"


def test_a_paragraph_that_moved_is_moved_and_no_other():
    one, two, three, four = FIRST.split("\n\n")
    found = difference(Text(title="T", text=FIRST), Text(title="T", text="\n\n".join([two, three, four, one])))
    assert [part.text for part in found.moved] == [one]
    assert found.line() == "1 paragraph moved"


def test_a_paragraph_that_moved_and_was_corrected_is_both():
    one, two, three, four = FIRST.split("\n\n")
    after = "\n\n".join([two, three, four, one.replace("12", "21")])
    assert told(FIRST, after) == "12 → 21 people; 1 paragraph moved"


def test_wording_is_told_where_it_is_short():
    assert told(FIRST, FIRST.replace("gave way", "burst")) == "wording: gave way → burst"
    twice = FIRST.replace("gave way", "burst").replace("sluice", "lock")
    assert told(FIRST, twice) == "wording in 2 places"
    assert told(FIRST, FIRST.replace("on Saturday", "")) == "wording: on Saturday → nothing"


def test_a_figure_that_came_is_wording_and_replaces_none():
    after = FIRST.replace("12 people were killed", "12 people were killed and 5 hurt")
    assert told(FIRST, after) == "wording: nothing → and 5 hurt"


def test_punctuation_is_a_difference_where_nothing_else_is():
    assert told(FIRST, FIRST.replace("on Saturday,", "on Saturday;")) == "wording: , → ;"


def test_title_and_its_figures():
    assert told(FIRST, FIRST, title="Dam: 12 killed", new_title="Dam: 21 killed") == "title; 12 → 21 killed"
    after = FIRST.replace("12 people", "21 people")
    assert told(FIRST, after, title="Dam: 12 killed", new_title="21 killed at dam") == "title; 12 → 21 people"


def test_the_line_stays_short():
    before, after = (
        " ".join(f"In village {place} they counted {place + least} sheep." for place in range(1, 9))
        for least in (100, 150)
    )
    assert told(before, after) == "101 → 151 sheep; 102 → 152 sheep; 103 → 153 sheep; 5 more figures"


def test_huge_texts_are_compared_within_bounds():
    """What stays is not aligned; of what is edited a bounded part is. Unbounded alignment would need gigabytes."""
    paragraphs = [f"Line {number} of the ledger says {number * 7} sacks and no more." for number in range(15_000)]
    before = "\n\n".join(paragraphs)
    assert told(before, before.replace("says 700 sacks", "says 701 sacks")) == "700 → 701 sacks"
    other = "\n\n".join(f"Quite another page, {number}." for number in range(15_000))
    assert told(before, other).endswith("15000 paragraphs removed")
    assert told("word " * 200_000, "other " * 200_000) == "1 paragraph added; 1 paragraph removed"


_WORDS = st.sampled_from(
    ["12", "21", "1,200", "killed", "Idlib", "the", "إدلب", "١٢", "人", ",", ".", "—", "“a”", "e\u0301", "é"]
)
_PARAGRAPHS = st.lists(st.lists(_WORDS, max_size=8).map(" ".join), max_size=5)
_TEXTS = _PARAGRAPHS.map("\n\n".join) | _PARAGRAPHS.map("\n".join) | st.text(max_size=40)


@given(before=_TEXTS, after=_TEXTS, title=_TEXTS, new_title=_TEXTS)
@example(before="***\n\na", after="---\n\na", title="", new_title="")
def test_there_is_a_difference_where_the_version_is_another(before, after, title, new_title):
    found = difference(Text(title=title, text=before), Text(title=new_title, text=after))
    same = body_key(before) == body_key(after) and body_key(title) == body_key(new_title)
    assert (found is None) == same
    if found is not None:
        assert found != Difference()
        assert found.line()


@given(before=_PARAGRAPHS.map("\n\n".join), after=_PARAGRAPHS.map("\n\n".join))
def test_excerpts_are_where_they_say(before, after):
    found = difference(Text(title="T", text=before), Text(title="T", text=after))
    if found is None:
        return
    for excerpt in (*found.added, *found.moved, *(each.after for each in (*found.figures, *found.wording))):
        assert after[excerpt.start : excerpt.end] == excerpt.text
    for excerpt in (*found.removed, *(each.before for each in (*found.figures, *found.wording))):
        assert before[excerpt.start : excerpt.end] == excerpt.text
