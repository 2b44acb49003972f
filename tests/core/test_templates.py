import pytest

from transforms.core.align import align
from transforms.core.normalise import words
from transforms.core.specifics import Specifics, Worded, is_another_form
from transforms.core.templates import has_other_specifics, is_another_filling

NOTICE = """The {line} line between {start} and {end} will be closed on {day} from {hour} to {other_hour} for repairs to
the {place} viaduct, the operator said. Replacement buses will run every {every} minutes from {stop}. Tickets remain
valid. Passengers are advised to allow {late} minutes more."""
NOTICES = (
    NOTICE.format(
        line="Westbank",
        start="Oxley",
        end="Marrow Hill",
        day="Sunday",
        hour="0515",
        other_hour="0940",
        place="Cutler",
        every=12,
        stop="Queen Square",
        late=25,
    ),
    NOTICE.format(
        line="Harbour",
        start="Quayside",
        end="Tallow End",
        day="Thursday",
        hour="2230",
        other_hour="0100",
        place="Bishopsgate",
        every=20,
        stop="Dock Road",
        late=40,
    ),
)
TAIL = """The war began nine years ago after soldiers fired on a crowd that was asking for bread. Four rounds of talks
by lake and mountain have failed, the last of them in spring. Aid workers say every second child in the north has never
been to school, and that the winter will be harder than the last one."""


def judged(one, other):
    a, b = sorted((one, other), key=lambda text: (len(text), text))
    a_words, b_words = words(a), words(b)
    return is_another_filling(align(a_words, b_words), Worded(a, a_words), Worded(b, b_words))


def test_two_fillings_of_a_notice_have_nothing_specific_in_common():
    assert judged(*NOTICES)


def test_the_same_notice_reworded_in_each_sentence_has_all_its_specifics():
    reworded = (
        NOTICES[0]
        .replace("will be closed", "is to be shut")
        .replace("Replacement", "Relief")
        .replace("remain", "stay")
        .replace("advised", "asked")
    )
    assert not judged(NOTICES[0], reworded)


@pytest.mark.parametrize("corrected", [{"12 minutes": "15 minutes"}, {"12 minutes": "15 minutes", "0515": "0545"}])
def test_a_corrected_figure_or_two_make_no_other_filling(corrected):
    text = NOTICES[0]
    for old, new in corrected.items():
        text = text.replace(old, new)
    assert text != NOTICES[0]
    assert not judged(NOTICES[0], text)


def test_other_openings_over_the_same_background_are_other_stories():
    one = "Shells hit a mill in the village of Karuna on Monday and killed the miller, a member of the council said. "
    other = (
        "Shells hit a bridge in the town of Belasar on Friday and killed two herders, a member of the council said. "
    )
    assert judged(one + TAIL, other + TAIL)
    updated = one.replace("the miller", "the miller, Ilan Vostok, and his two sons")
    assert not judged(one + TAIL, updated + TAIL)


def test_an_opening_with_the_same_names_in_other_forms_is_the_same():
    one = "Пожар начался ночью на складе в городе Каменске, сообщил начальник части Илья Громов. "
    other = "О пожаре на складе города Каменска рассказал утром глава штаба, знакомый Ильи Громова. "
    background = """Склад построили двадцать лет назад на месте старой мельницы, и с тех пор он горел дважды, оба раза
    из-за проводки. Соседи много раз просили перенести его за реку, но денег на переезд в казне так и не нашли."""
    assert not judged(one + background, other + background)


def test_without_capitals_rewording_is_no_template_and_other_figures_are():
    text = """أعلنت البلدية أن ورشة ترميم القلعة ستبدأ في شهر {} وتستمر {} شهرا بكلفة {} مليون دينار، وأن عدد العمال
    سيبلغ {} عاملا. وطلبت من السكان سلوك الطريق الجنوبي خلال هذه المدة، وقالت إن الأسواق ستبقى مفتوحة في
    أيام الأعياد."""
    one = text.format(3, 14, 22, 80)
    assert judged(one, text.format(9, 31, 57, 140))
    reworded = one
    for old, new in {
        "أعلنت": "ذكرت",
        "ستبدأ": "تنطلق",
        "وتستمر": "وتدوم",
        "وطلبت": "ورجت",
        "سلوك": "استخدام",
        "المدة": "الفترة",
        "وقالت": "وأضافت",
        "مفتوحة": "عاملة",
    }.items():
        assert old in reworded
        reworded = reworded.replace(old, new)
    assert not judged(one, reworded)


def test_without_spaces_a_passage_is_counted_in_characters():
    text = (
        "{}，国家海洋台说，{}附近海域出现{}米高的海浪，{}艘渔船回港避风，轮渡停航{}小时。"
        "请沿海居民注意安全，不要到堤上观看海浪。"
    )
    assert judged(text.format("5月2日", "白沙岛", 3.5, 46, 12), text.format("11月19日", "望江口", 6.2, 130, 30))


def test_short_texts_are_told_by_anything_specific():
    def differs(one, other):
        a_words, b_words = words(one), words(other)
        return has_other_specifics(align(a_words, b_words), Worded(one, a_words), Worded(other, b_words))

    text = "The bank in Corvo set its rate at 4 percent on Monday after a long meeting."
    assert differs(text, text.replace("4 percent", "5 percent"))
    assert differs(text, text.replace("Corvo", "Ilmen"))
    assert not differs(text, text.replace("long", "late"))


def test_names_of_a_language_that_writes_nouns_with_capitals_count_less():
    german = "Der Bürgermeister hat dem Rat am Abend den Plan für die Brücke und das Bad am Fluss gezeigt."
    english = "The mayor showed the council the plan for the bridge and the baths of Arden in the evening."
    weights = [
        Specifics.of(Worded(text, words(text)), Worded(text, words(text))).name_weight for text in (german, english)
    ]
    assert weights[0] < weights[1] == 1


@pytest.mark.parametrize(
    ("word", "other", "same"),
    [
        ("wed", "wednesday", True),
        ("демина", "демин", True),
        ("karsten", "karstens", True),
        ("alaska", "alabama", False),
        ("an", "anna", False),
        ("1200", "120", False),
    ],
)
def test_forms_of_a_name(word, other, same):
    assert is_another_form(word, [other]) is same
