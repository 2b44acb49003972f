import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.verify import MAX_WORDS, Text, verify

LEAD = (
    "A crowded ferry ran aground off the island of Torvey on Monday, killing at least 12 people, the coastguard said."
)
DETAILS = """Another 30 passengers were taken to hospital in Port Allen, 40 kilometres away, most with broken bones.
The Saint Brannoc had left the mainland at 0715 with 214 people aboard when it struck a reef in thick fog.
"We heard a terrible grinding and then the lights went out," said Moira Kell, a nurse who was travelling with her son.
Fishermen from the villages of Dunmarrow and Skail reached the wreck first and took people off in small boats.
The transport ministry grounded the ferry's two sister ships and opened an inquiry to be led by Admiral Piers Harcourt.
The Saint Brannoc was built in 1987 and passed its last inspection in March, according to the register of shipping."""
BODY = f"{LEAD} {DETAILS}"

QUAKE = """{town} felt an earthquake of magnitude {size} on {day}, the geological service said. It struck at {hour} at a
depth of {depth} kilometres, some {away} kilometres from {city}, and was felt as far as {other}. There were no
immediate reports of casualties or damage. The region lies on a fault and is hit by tremors regularly."""
RATES = """Официальный курс доллара на {day} установлен на уровне {dollar} рубля, что на {step} копеек отличается от
предыдущего показателя. Курс евро составил {euro} рубля, индекс биржи закрылся на отметке {index} пункта,
прибавив {gain} процента. Участники рынка ждут публикации данных об инфляции и решения по ставке."""
SHELLING = """قتل {killed} مدنيين وأصيب {hurt} آخرون في قصف استهدف بلدة {town} يوم {day} بحسب ما أفاد الدفاع
المدني، وقالت فرق الإنقاذ إن القصف طال أيضا بلدة {other} وأدى إلى تدمير {houses} منازل، ونقل
المصابون إلى مستشفى {city} لتلقي العلاج، وأضافت الفرق أن عمليات البحث استمرت {hours} ساعات.
وتشهد المنطقة تصعيدا منذ أسابيع."""

TEMPLATES = {
    "earthquakes": (
        QUAKE.format(
            town="Harwick", size="4.1", day="Monday", hour="0312", depth=12, away=85, city="Sandmouth", other="Kirby"
        ),
        QUAKE.format(
            town="Ollerton",
            size="5.6",
            day="Friday",
            hour="1947",
            depth=31,
            away=140,
            city="Brayfield",
            other="Tarnley",
        ),
    ),
    "the same town, other figures": (
        QUAKE.format(
            town="Harwick", size="4.1", day="Monday", hour="0312", depth=12, away=85, city="Sandmouth", other="Kirby"
        ),
        QUAKE.format(
            town="Harwick", size="3.8", day="Monday", hour="1105", depth=9, away=60, city="Sandmouth", other="Kirby"
        ),
    ),
    "exchange rates": (
        RATES.format(day="вторник", dollar="91,2043", step=14, euro="98,7711", index="3204,55", gain="0,8"),
        RATES.format(day="четверг", dollar="92,6610", step=31, euro="99,0352", index="3178,02", gain="1,3"),
    ),
    "shelling": (
        SHELLING.format(
            killed=3, hurt=11, town="النخيل", day="الاثنين", other="الزهراء", houses=4, city="السهل", hours=6
        ),
        SHELLING.format(
            killed=7, hurt=25, town="الكرامة", day="الخميس", other="تل العين", houses=9, city="باب الريح", hours=2
        ),
    ),
}
BACKGROUND = (
    " The service has recorded more than 2,300 tremors since 1998, the strongest of magnitude 6.4. Building codes were"
    " tightened in 2003 after the Marlow disaster, in which 41 people died."
)


def match(a, b, title_a="Ferry runs aground", title_b="Ferry runs aground"):
    return verify(Text(title=title_a, text=a), Text(title=title_b, text=b))


def test_an_identical_text_is_a_copy_without_changes():
    found = match(BODY, BODY.replace("\n", " "))
    assert (found.jaccard, found.containment_a, found.containment_b, found.changes) == (1, 1, 1, ())


def test_a_re_headed_copy():
    assert match(BODY, BODY, title_b="Twelve die on ferry").changes == ("title",)


def test_a_re_datelined_copy():
    found = match("PORT ALLEN (NBW) - " + BODY, "Torvey, 3 June (OPA) — " + BODY)
    assert found.changes == ("dateline",)


def test_a_cut_copy_and_an_extended_one():
    cut = " ".join(BODY.split()[:60])
    found = match(BODY, cut)
    assert found.changes == ("cut",)
    assert found.containment_b == 1
    assert found.containment_a == pytest.approx(60 / len(BODY.split()), abs=0.02)
    assert match(cut, BODY).changes == ("extended",)


def test_a_lightly_edited_copy():
    edited = BODY.replace("a terrible grinding", "an awful grinding").replace("in thick fog", "in dense fog")
    assert match(BODY, edited).changes == ("wording",)


def test_a_rewritten_lead_over_the_same_report():
    found = match(
        BODY, "Rescuers searched the waters off Torvey through the night for survivors of a wreck. " + DETAILS
    )
    assert found is not None


def test_moved_paragraphs():
    lines = DETAILS.split("\n")
    assert match(BODY, " ".join([LEAD, lines[0], *lines[3:], *lines[1:3]])) is not None


def test_one_figure_never_decides():
    assert match(BODY, BODY.replace("12 people", "21 people")).changes == ("numbers",)


def test_a_copy_of_an_updated_story():
    updated = (
        BODY.replace("12 people", "21 people").replace("Another 30", "Another 45").replace("on Monday", "on Tuesday")
    )
    found = match(
        BODY, updated + " Divers recovered nine more bodies overnight and the search goes on, the coastguard said late."
    )
    assert found.changes == ("extended", "numbers", "wording")


def test_an_update_that_changes_every_figure_of_the_lead():
    old = "At least 12 people died, 30 were hurt and 5 were missing when a ferry ran aground off Torvey. " + DETAILS
    new = "At least 21 people died, 45 were hurt and 3 were missing when a ferry ran aground off Torvey. " + DETAILS
    assert match(old, new).changes == ("numbers",)


@pytest.mark.parametrize("pair", TEMPLATES.values(), ids=TEMPLATES)
@pytest.mark.parametrize("ending", ["", BACKGROUND], ids=["bare", "with background"])
def test_a_template_filled_again_is_another_story(pair, ending):
    one, other = (text + ending for text in pair)
    assert match(one, other) is None
    assert match(one, one.replace("immediate reports", "early reports") + " More follows.") is not None


def test_a_shared_ending_makes_no_copy():
    background = " ".join(DETAILS.split()[:78])
    one = " ".join(f"one{number}" for number in range(42))
    other = " ".join(f"other{number}" for number in range(42))
    assert match(f"{one} {background}", f"{other} {background}") is None
    assert match(f"{background} {one}", f"{background} {other}") is not None


def test_other_stories_are_none():
    assert match(BODY, TEMPLATES["earthquakes"][0]) is None
    assert match(BODY, "") is None
    assert match("", "") is None


class TestShortTexts:
    TEXT = (
        "Police in Harwick closed the old bridge on Friday after a lorry hit a pillar, and asked drivers to go around."
    )

    def test_the_same_words_under_related_headlines(self):
        assert match(self.TEXT, self.TEXT, "Lorry hits bridge", "Bridge closed after crash") is not None
        assert match(self.TEXT, self.TEXT, "Lorry hits bridge", "") is not None

    def test_a_notice_in_the_place_of_the_text_makes_no_copies(self):
        notice = "This article is for subscribers only. Log in or take out a trial to read on, it takes a minute."
        assert match(notice, notice, "Lorry hits bridge", "Council budget passes") is None

    def test_another_name_or_figure_is_another_story(self):
        assert match(self.TEXT, self.TEXT.replace("Harwick", "Kirby")) is None
        assert match(self.TEXT + " It is 40 years old.", self.TEXT + " It is 90 years old.") is None

    def test_a_word_of_no_weight_may_differ(self):
        assert match(self.TEXT, self.TEXT.replace("asked", "told")) is not None


def test_scripts_without_spaces():
    body = (
        "渡轮周一在托维岛附近搁浅，造成至少12人死亡，海岸警卫队表示，另有30名乘客被送往四十公里外的医院。渔民最先赶到。"
    )
    assert match(body, "【本报讯】" + body[:50]) is not None
    assert (
        match(
            body,
            "市议会周二通过了新一年的预算，将为学校和医院增加拨款，反对派批评该预算没有照顾到郊区居民的需要。",
        )
        is None
    )


wordy = st.lists(st.sampled_from([*BODY.split()[:60], "21", "Kirby", "Monday", "12"]), max_size=80).map(" ".join)


@given(wordy, wordy, st.sampled_from(["", "Ferry", "Bridge"]), st.sampled_from(["", "Ferry"]), st.integers(0, 60))
def test_swapping_the_texts_swaps_the_verdict(one, other, title_a, title_b, kept):
    for a_text, b_text in (
        (one, other),
        (one, " ".join(one.split()[:kept]) + " " + other),
        (BODY, BODY[: kept * 9] + other),
    ):
        a, b = Text(title=title_a, text=a_text), Text(title=title_b, text=b_text)
        there, back = verify(a, b), verify(b, a)
        if there is None:
            assert back is None
            continue
        assert back.jaccard == there.jaccard
        assert (back.containment_a, back.containment_b) == (there.containment_b, there.containment_a)
        swap = {"cut": "extended", "extended": "cut"}
        assert sorted(swap.get(change, change) for change in there.changes) == list(back.changes)


@given(wordy)
def test_a_text_is_a_copy_of_itself_with_shares_between_nothing_and_all(text):
    found = match(text, text)
    assert (found is None) == (not text)
    other = match(text, text + " " + BODY)
    assert other is None or (0 <= other.jaccard <= 1 and 0 < other.containment_b <= other.containment_a <= 1)


@pytest.mark.parametrize(
    "text",
    [
        "a " * 5_000_000,
        "a" * 10_000_000,
        "1,2 " * 2_000_000,
        "東京都" * 2_000_000,
        "A b " * 2_000_000,
        "a" + "\u0301\u0316" * 200_000,
    ],
    ids=["one word", "no space", "figures", "no spaces", "names", "marks"],
)
def test_work_is_bounded(text):
    start = time.process_time()
    assert verify(Text(title=text, text=text), Text(title="", text=text + " x")) is not None
    verify(Text(title="", text=text), Text(title="", text=BODY * 2_000))
    assert time.process_time() - start < 3


def test_of_long_texts_the_beginning_counts():
    long = " ".join(f"word{number}" for number in range(MAX_WORDS))
    assert match(long + " one ending", long + " another end").jaccard == 1
