# ruff: noqa: E501  # texts in other scripts read better on few lines
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.furniture import (
    ACTIVE,
    END,
    MOST,
    NOTHING,
    QUOTED,
    SCHEME,
    SURE,
    TOP,
    WINDOW,
    HostProfile,
    Page,
    blocks_of,
    compared_version,
    host_of,
    is_noted,
    learn,
    note_blocks,
    without_furniture,
)
from transforms.core.normalise import nfc

NAMES = "Marrin Oskel Belda Thornwick Garrowdale Fennport Halvorn Brennan Kessen Tolsdorf Weidlich Ohmrath".split()
NOUNS = "harbour council bridge railway clinic bakery reservoir orchard theatre market archive stadium".split()
VERBS = "rejected approved postponed inspected repaired financed abandoned criticised defended".split()
NEWSLETTER = "Sign up for our morning newsletter and never miss the stories that count."
ABOUT = (
    "We are an independent newsroom that is owned by its readers. We publish without fear or favour, and depend on small "
    "monthly donations from people like you to keep our reporting free."
)


def story(seed, paragraphs=5):
    """Title and paragraphs of an article of its own, which names its subject again and again."""
    rng = random.Random(seed)
    subject, town, person = (
        f"{rng.choice(NOUNS)}{seed}",
        f"{rng.choice(NAMES)}{seed}stead",
        f"{rng.choice(NAMES)}{seed}",
    )
    subject, town, person = (_spelt(word) for word in (subject, town, person))
    return f"{subject} {town}", [
        f"{person} of {town} {rng.choice(VERBS)} the {subject} on day {rng.randint(1, 99)}, and the {rng.choice(NOUNS)} "
        f"there was {rng.choice(VERBS)} for {rng.randint(2, 99)} years, said {rng.choice(NAMES)} to the {rng.choice(NOUNS)}."
        for _ in range(paragraphs)
    ]


def _spelt(word):
    """Figures are no letters, and words are told by their beginnings: put them in front, as letters."""
    figures = "".join(filter(str.isdigit, word))
    return "".join(chr(ord("a") + int(figure)) for figure in figures) + word.rstrip("0123456789")


def noted(number, title, lines, headings=(), site=""):
    blocks = blocks_of("\n\n".join(lines))
    return Page(article_id=f"a{number}", blocks=note_blocks(title, blocks, site=site, headings=headings))


def profile_of(*pages, known=NOTHING):
    return HostProfile(furniture=learn(known.furniture, pages), changed=1, pages=len(pages))


def cleaned(title, lines, profile):
    return without_furniture(title, blocks_of("\n\n".join(lines)), profile).split("\n\n")


def with_furniture(lines, reader):
    """A page: a byline and a counter, a newsletter line in the midst, a box about the outlet at its end."""
    return ["By our staff", f"{reader} min read", *lines[:2], NEWSLETTER, *lines[2:], "Follow us", ABOUT]


@pytest.fixture
def two():
    return [noted(number, *_page(number)) for number in (1, 2)]


def _page(number):
    title, lines = story(number)
    return title, with_furniture(lines, 3 + number)


def test_what_two_articles_share_is_taken_off_the_third(two):
    title, lines = story(3)
    assert cleaned(title, with_furniture(lines, 9), profile_of(*two)) == lines


def test_of_one_article_nothing_is_known(two):
    title, lines = story(3)
    page = with_furniture(lines, 9)
    assert cleaned(title, page, profile_of(two[0])) == page
    again = Page(article_id=two[0].article_id, blocks=two[0].blocks)
    assert cleaned(title, page, profile_of(two[0], again)) == page


def test_one_story_at_two_addresses_tells_nothing():
    title, lines = story(1)
    same = [noted("x", title, with_furniture(lines, 2)), noted("y", f"{title} live", with_furniture(lines[:4], 8))]
    assert profile_of(*same).furniture == {}
    profile = profile_of(*same, noted(2, *_page(2)))
    assert cleaned(title, with_furniture(lines, 5), profile) == lines


def test_a_page_that_quotes_another_and_shares_background_with_it_is_a_story_of_its_own():
    subject, _ = story(1)
    lead, other_lead = (f"The {subject} {verb} by all who came, {'said those who know ' * 4}." for verb in VERBS[:2])
    background = f"The quarrel over the {subject} began in a storm {'long ago ' * 8}and has divided the place since."
    first = [lead, background, *story(2)[1][:2], "Follow us", ABOUT]
    quoting = [other_lead, background, *story(3)[1][:2], "Follow us", ABOUT, "More stories", lead]
    profile = profile_of(noted(1, f"{subject} again", first), noted(2, f"{subject} once more", quoting))
    title, lines = story(4)
    assert cleaned(title, [*lines, "Follow us", ABOUT], profile) == lines


def test_a_report_that_goes_on_with_another_lead_is_one_story():
    rest = "as far as all who saw it on that day could tell, and no one had a doubt that this was how it had to end"
    first = f"The harbour and the council had a long day, {rest}, in one row and then in two."
    told = [f"The harbour was {word} for the council, {rest}." for word in ("old", "new")]
    more = [f"By {word} the bridge and the railway were there for the harbour, {rest}." for word in ("six", "ten")]
    later = f"Now it is the bridge that had to go, and the railway with it, {rest}, on their way home by bus."
    pages = [noted(1, "A long day", [first, *told, *more]), noted(2, "A long night", [later, first, *told, *more])]
    assert profile_of(*pages).furniture == {}


def test_what_has_a_word_of_each_story_by_the_way_is_no_part_of_them():
    def page(number):
        title, lines = story(number)
        lines[0] = f"An independent review of it, {lines[0]}"
        return title, lines, ["Publications", *lines, ABOUT, "Follow us"]

    profile = profile_of(*(noted(number, *page(number)[::2]) for number in (1, 2, 3)))
    title, lines, whole = page(4)
    assert cleaned(title, whole, profile) == lines


def test_a_label_that_some_of_its_stories_do_not_name_belongs_to_none():
    pages = []
    for number in (1, 2, 3, 4):
        title, lines = story(number)
        pages.append((f"Advertising {title}" if number < 3 else title, [*lines[:2], "Advertisement", *lines[2:]]))
        pages[-1][1][:4:3] = [f"Advertisers: {line}" if number < 3 else line for line in lines[:2]]
    profile = profile_of(*(noted(number, *page) for number, page in enumerate(pages[:3])))
    assert "Advertisement" not in cleaned(*pages[3], profile)


@pytest.mark.parametrize("sign", ["", "€5 million ", "₺5 million ", "• ", "→ ", "🔴 ", "Ἀθήνα "])
@pytest.mark.parametrize("place", [2, 4, 5])
def test_background_that_stories_on_one_subject_share_stays(place, sign):
    subject, told = story(1)
    background = (
        f"The quarrel over the {subject} began {sign}in a storm {'long ago ' * 8}and has divided the place since."
    )
    pages = []
    for number in range(4):
        lines = [line.replace("on day", f"on day {number}") for line in random.Random(number).sample(told, 5)]
        lines = [f"{line} {_spelt(f'more{number}')} came of it." for line in lines]
        lines.insert(place, background)
        pages.append((f"{subject} again {number}", with_furniture(lines, number), lines))
    profile = profile_of(*(noted(number, title, page) for number, (title, page, _) in enumerate(pages)))
    for title, page, lines in pages:
        assert cleaned(title, page, profile) == lines


BACKGROUND = "The Karvonen tunnel collapsed in March and eleven miners are still missing."


@pytest.mark.parametrize(
    "last",
    [
        ("The protest at the tunnel ended at dusk.", "A new minister for tunnels will be named on Monday."),
        (
            "The protest at the tunnel ended at dusk, police told the daily paper, and nobody was hurt on the day.",
            "A new minister for the tunnel and the mines is to be named on Monday, a paper of the capital said.",
        ),
    ],
)
def test_background_stays_where_stories_have_one_long_paragraph_or_none(last):
    told = [
        ("Karvonen tunnel: families protest", ["Families protested at the Karvonen tunnel.", BACKGROUND, last[0]]),
        ("Karvonen tunnel: minister resigns", ["The minister for the Karvonen tunnel resigned.", BACKGROUND, last[1]]),
    ]
    profile = profile_of(*(noted(number, *page) for number, page in enumerate(told)))
    lines = ["Drilling at the Karvonen tunnel began.", BACKGROUND, "The drill is from Norway."]
    assert cleaned("Karvonen tunnel: drilling begins", lines, profile) == lines


def test_the_lead_of_a_report_stays_though_a_brief_has_it_alone():
    title, lines = story(1)
    profile = profile_of(noted(1, title, lines[:1]), noted(2, title, lines))
    assert cleaned(title, lines, profile) == lines


def test_a_page_that_shows_only_what_nearly_all_pages_have_shows_no_story():
    wall = [NEWSLETTER, "Already a subscriber? Log in", ABOUT]
    stories = [story(number) for number in range(14)]
    profile = profile_of(*(noted(number, title, [*lines, *wall]) for number, (title, lines) in enumerate(stories)))
    title, lines = story(20)
    assert cleaned(title, [*lines, *wall], profile) == lines
    assert cleaned(title, wall, profile) == [""]


def test_subheads_lists_and_short_remarks_in_the_midst_stay():
    pages = []
    for number in (1, 2):
        title, lines = story(number)
        kept = [*lines[:2], "Background", lines[2], "- Flour", "- Salt", lines[3], "No comment.", "For:", lines[4], "-"]
        pages.append((title, kept))
    profile = profile_of(*(noted(number, *page, headings=("Background",)) for number, page in enumerate(pages)))
    assert profile.furniture == {}


def test_a_label_in_the_midst_counts_for_as_long_as_enough_pages_have_it():
    def page(number, label):
        title, lines = story(number)
        return noted(number, title, [*lines[:2], *label, *lines[2:]])

    first = profile_of(page(1, ["Key points"]), page(2, ["Key points"]))
    assert set(first.furniture.values()) == {ACTIVE}
    pages = [page(1, ["Key points"]), page(2, ["Key points"]), *(page(number, []) for number in range(3, 20))]
    later = profile_of(*pages, known=first)
    assert later.furniture == dict.fromkeys(first.furniture, 0)
    title, lines = story(20)
    assert cleaned(title, ["Key points", *lines], later) == ["Key points", *lines]


@pytest.mark.parametrize("lead", ["It was a long night.", story(7)[1][0]], ids=["that names nothing", "that names it"])
def test_the_lead_that_other_pages_quote_stays_with_its_article(lead):
    title, lines = story(7)
    lines = [lead, *lines[1:]]
    quoting = []
    for number in (1, 2):
        other, own = story(number)
        quoting.append(noted(number, other, [*own, "More stories", lead, "Follow us"]))
    profile = profile_of(*quoting)
    other, own = story(3)
    if lead == story(7)[1][0]:  # a short sentence is kept anyway
        assert cleaned(other, [*own, "More stories", lead, "Follow us"], profile) == own
        live = [f"On day {day} more was said of {title}, so loudly that all heard it. {day * 60}" for day in "abcdef"]
        assert cleaned(title, [*live, *lines], profile_of(noted(7, title, lines), *quoting)) == [*live, *lines]
    assert cleaned(title, lines, profile) == lines


def test_a_lead_of_few_words_that_other_pages_quote_stays_where_its_story_goes_on():
    title, _ = story(7)
    subject, town = title.split()
    lead = f"All of it was said of the {subject} that day, and it was said again and again {'by all who came ' * 3}."
    told = [f"It went on in {town} as day after day had gone before it, {day * 60}." for day in "abcdef"]
    pages = [noted(7, title, [lead, *told])]
    for number in (1, 2):
        other, own = story(number)
        pages.append(noted(number, other, [*own, "More stories", lead, "Follow us"]))
    profile = profile_of(*pages, *(noted(number, *story(number)) for number in (4, 5, 6)))
    other, own = story(3)
    assert cleaned(other, [*own, "More stories", lead, "Follow us"], profile) == own
    later = [f"Now it is night in {town}, and no one knows how it will end, {'or when it will ' * 4}.", lead, *told]
    assert cleaned(title, later, profile) == later


def test_a_headline_that_other_pages_quote_stays_at_the_head_of_its_article():
    quoting = []
    for number in (1, 2):
        other, own = story(number)
        quoting.append(noted(number, other, [*own, "More stories", "A long night at sea", "Follow us"]))
    title, lines = story(7)
    assert cleaned(title, ["A long night at sea", *lines], profile_of(*quoting)) == ["A long night at sea", *lines]
    assert cleaned(title, [*lines, "A long night at sea"], profile_of(*quoting)) == lines


def test_what_nearly_all_of_many_articles_have_is_furniture_whatever_it_names():
    def page(number):
        title, lines = story(number)
        box = f"Every quarrel of harbour quarterly is told in our quarterly harbour almanac. {ABOUT}"
        return f"Harbour quarterly {title}", lines, [*lines[:4], box, lines[4]]

    some = [noted(number, page(number)[0], page(number)[2]) for number in range(12)]
    title, lines, whole = page(12)
    assert cleaned(title, whole, profile_of(*some[:5])) == whole
    assert cleaned(title, whole, profile_of(*some)) == lines


def test_no_more_is_known_of_a_host_than_a_page_may_have_twice():
    lines = [f"Item {chr(ord('a') + number // 26)}{chr(ord('a') + number % 26)} of the menu" for number in range(180)]
    pages = [
        noted(f"{at}{copy}", f"{story(at * 2 + copy)[0]}", [*story(at * 2 + copy)[1], *lines[at * 58 : at * 58 + 58]])
        for at in range(3)
        for copy in range(2)
    ]
    assert len(profile_of(*pages).furniture) == MOST


def test_a_box_that_names_outlet_and_town_is_no_part_of_the_stories():
    pages = []
    for number in (1, 2):
        title, lines = story(number)
        lines[0] = f"Thornwick: {lines[0]}"
        pages.append(
            noted(number, f"Thornwick {title}", [*lines, f"The Thornwick Ledger. {ABOUT}"], site="Thornwick Ledger")
        )
    title, lines = story(3)
    assert cleaned(title, [*lines, f"The Thornwick Ledger. {ABOUT}"], profile_of(*pages)) == lines


def test_what_gets_through_on_few_pages_counts_among_these():
    plain = [noted(number, *story(number)) for number in range(20, 36)]
    pages = []
    for number in (1, 2):
        title, lines = story(number)
        pages.append(
            noted(number, title, [*lines[:2], "Advertisement", *lines[2:], "Follow us", "All rights reserved"])
        )
    profile = profile_of(pages[0], *plain, pages[1])
    title, lines = story(3)
    page = [*lines[:2], "Advertisement", *lines[2:], "Follow us", "All rights reserved"]
    assert cleaned(title, page, profile) == lines


def test_a_box_among_furniture_is_furniture_even_if_it_has_a_word_of_the_stories():
    def page(number):
        title, lines = story(number)
        rest = ["Follow us", "Write to us", f"{ABOUT} Quarterly harbour guides are free.", "All rights reserved"]
        return f"Harbour quarterly {title}", lines, [*lines, *rest]

    profile = profile_of(*(noted(number, page(number)[0], page(number)[2]) for number in (1, 2)))
    title, lines, whole = page(3)
    assert cleaned(title, whole, profile) == lines


@pytest.mark.parametrize(
    ("furniture", "told"),
    [
        ("اشترك في نشرتنا الصباحية ولا تفوت القصص التي تهمك كل يوم.", "قال المجلس المحلي في {} إن العبارة ستعود إلى الإبحار يوم الثلاثاء بعد شتاء من العواصف وأعمال الإصلاح في ميناء {} القديم"),
        ("欢迎订阅我们的早间快讯，不错过任何一条重要新闻。", "{}港务委员会周二表示，在经历了一个冬季的风暴之后，前往{}的渡轮将再次启航，并承诺第二艘船投入使用。"),
        ("Подпишитесь на нашу утреннюю рассылку и не пропускайте главное.", "Совет города {} сообщил во вторник, что после зимних бурь и ремонта причала паром в {} снова пойдёт по расписанию."),
    ],
    ids=["ar", "zh", "ru"],
)  # fmt: skip
def test_languages_make_no_difference(furniture, told):
    def page(number):
        names = [chr(ord(told[0] if told[0] != "{" else "港") + number * 7 + step) * 6 for step in range(8)]
        return names[0], [told.format(names[0], name) for name in names[1:5]]

    pages = [page(number) for number in (1, 2, 3)]
    profile = profile_of(*(noted(at, title, [*lines, furniture]) for at, (title, lines) in enumerate(pages[:2])))
    title, lines = pages[2]
    assert cleaned(title, [*lines, furniture], profile) == lines


def test_texts_are_compared_without_what_was_ever_furniture(two):
    title, lines = story(3)
    known = profile_of(*two)
    lost = HostProfile(furniture=dict.fromkeys(known.furniture, 0), changed=2, pages=2)
    for profile in (known, lost):
        assert compared_version(title, "\n\n".join(with_furniture(lines, 1)), profile) == compared_version(
            title, "\n\n".join(lines), profile
        )
        assert compared_version(title, "\n\n".join(lines[1:]), profile) != compared_version(
            title, "\n\n".join(lines), profile
        )


def test_what_was_never_furniture_counts_where_texts_are_compared():
    remark = (
        "The quarrel was told before, and it was told at length, in many words, by all who had been there that day."
    )
    pages = []
    for number in range(30):
        title, lines = story(number)
        pages.append(noted(number, title, [*lines[:2], *[remark] * (number < 2), *lines[2:]]))
    profile = profile_of(*pages)
    assert profile.furniture == {}
    assert learn({blocks_of(remark).keys[0]: ACTIVE}, pages) == {blocks_of(remark).keys[0]: 0}


def test_a_text_of_known_blocks_only_is_the_same_with_and_without_what_is_taken_off_it():
    title, lines = story(7)
    blocks = blocks_of("\n\n".join(with_furniture(lines, 4)))
    states = [SURE if line not in lines else ACTIVE * (lines.index(line) % 2) for line in blocks.paragraphs]
    profile = HostProfile(
        furniture=dict(zip(blocks.keys, (ACTIVE * bool(each) | each for each in states), strict=True))
    )
    clean = without_furniture(title, blocks, profile)
    assert clean.split("\n\n") == lines
    versions = {
        compared_version(title, text, profile)
        for text in (clean, "\n\n".join(with_furniture(lines, 4)), "\n\n".join(with_furniture(lines, 5)))
    }
    assert len(versions) == 1


def test_a_text_of_known_blocks_is_compared_without_what_was_furniture_once():
    title, lines = story(7)
    lead, newsletter = blocks_of("\n\n".join([lines[0], NEWSLETTER])).keys
    now = HostProfile(furniture={lead: ACTIVE | QUOTED, newsletter: ACTIVE}, changed=1, pages=9)
    later = HostProfile(furniture={lead: ACTIVE | QUOTED, newsletter: 0}, changed=2, pages=9)
    page = [lines[0], NEWSLETTER]
    stored, new = ("\n\n".join(cleaned(title, page, profile)) for profile in (now, later))
    assert stored != new
    assert compared_version(title, stored, later) == compared_version(title, new, later)
    odd = "\xad\n\nAlready a subscriber? Log in here\n\na\u2028b"  # not normalised: in pieces it splits otherwise
    assert compared_version(
        title, odd, HostProfile(furniture=dict(zip(blocks_of(odd).keys, (ACTIVE | SURE, 0, 0), strict=True)))
    )
    past = HostProfile(furniture={lead: 0, newsletter: 0}, changed=3, pages=9)
    assert compared_version(title, stored, past) != compared_version(title, NEWSLETTER, past)


def test_a_host_that_is_known_is_sampled():
    articles = [f"a1{number:032x}" for number in range(400)]
    assert all(is_noted(NOTHING, article) for article in articles)
    assert 20 < sum(is_noted(HostProfile(pages=1_000), article) for article in articles) < 90


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Example.org/a?utm_source=b", "example.org"),
        ("http://m.news.example.org:8080/", "news.example.org"),
        ("mailto:desk@example.org", ""),
        ("", ""),
        ("http://[", ""),
    ],
)
def test_a_host_is_named_as_in_canonical_addresses(url, host):
    assert host_of(url) == host


TEXTS = st.lists(
    st.text(max_size=150).map(nfc) | st.sampled_from([NEWSLETTER, ABOUT, "Follow us", "- x", "1", "\u200d"]),
    max_size=90,
)


@given(pages=st.lists(st.tuples(st.sampled_from("abcd"), st.text(max_size=40), TEXTS), max_size=6), text=TEXTS)
def test_whatever_pages_hold_what_is_known_is_bounded_and_taking_off_only_takes_off(pages, text):
    seen = [noted(name, title, lines) for name, title, lines in pages]
    assert all(len(page.blocks) <= TOP + END and all(0 < note < 2**63 for note in page.blocks) for page in seen)
    profile = profile_of(*seen[:WINDOW])
    assert len(profile.furniture) <= MOST
    assert learn(profile.furniture, seen) == learn(profile.furniture, seen)
    blocks = blocks_of("\n\n".join(text))
    left = without_furniture("title", blocks, profile)
    rest = iter(blocks.paragraphs)
    assert all(line in rest for line in left.split("\n\n") if line)
    assert compared_version("title", left, profile) == compared_version(
        "title", "\n\n".join(blocks.paragraphs), profile
    )


def test_what_is_noted_is_pinned():
    assert SCHEME == "2:blake2b40-words18-flags5"
    lines = [
        "12 min read",
        "The ferry council of Marrin said on Monday that the harbour would be closed. " * 2,
        NEWSLETTER,
    ]
    assert note_blocks("Harbour closed", blocks_of("\n".join(lines))) == (
        192624574280499203,
        3958276133746638874,
        4700962798090321937,
    )


def test_a_text_of_which_nothing_would_be_left_stays():
    title, lines = story(1, 1)
    other = [noted(number, *_page(number)) for number in (2, 3)]
    pages = [noted(number, f"{title} {number}", [lines[0], _spelt(f"{number}more of it")]) for number in (4, 5)]
    profile = HostProfile(furniture=dict.fromkeys(blocks_of(lines[0]).keys, ACTIVE | 1), changed=1, pages=9)
    assert cleaned(title, lines, profile) == lines
    assert compared_version(title, lines[0], profile) != compared_version(title, "", profile)
    assert cleaned(title, lines, profile_of(*other, *pages)) == lines
