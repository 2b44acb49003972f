# ruff: noqa: E501, ISC004, PT017  # texts stand on one line; a refusal is one of two right answers
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.errors import Refused
from transforms.core.plaintext import names_in, read_text, title_from, without_headline
from transforms.core.records import Reason, Stage
from transforms.core.wrapping import paragraphs_of

TITLE = "Ferry service to the island resumes after storm"
BODY = [
    "Ferries to the island of Norsand sailed again on Tuesday after four days of storm, the harbour office said. "
    "About three hundred passengers had waited in the terminal, many of them since the weekend.",
    "The first boat left at seven in the morning with lorries that carried milk, flour and medicine for the hospital.",
    "“We were never in danger of hunger,” said the mayor, who had asked the army for help on Sunday. The army sent two "
    "helicopters, which could not land.",
    "Meteorologists expect calm weather until Friday.",
]


def read(text):
    return read_text(text, origin="wire.txt", raw_address="wire.txt")


def test_headline_then_paragraphs():
    item = read(TITLE + "\n\n" + "\n\n".join(BODY) + "\n")
    assert item.title == TITLE
    assert item.text.split("\n\n") == BODY
    assert (item.source_kind, item.text_from, item.origin, item.raw_address) == ("text", "file", "wire.txt", "wire.txt")


@pytest.mark.parametrize(
    "layout",
    [
        lambda: TITLE + "\n" + "\n".join(BODY),
        lambda: TITLE + "\r\n\r\n" + "\r\n\r\n".join(BODY),
        lambda: "\n\n  " + TITLE + "  \n \t\n" + "\n\n\n\n".join(BODY),
        lambda: TITLE + "\n\n" + "\n\n".join(textwrap.fill(paragraph, 68) for paragraph in BODY),
        lambda: TITLE + "\n" + "\n\n".join(textwrap.fill(paragraph, 68) for paragraph in BODY),
        lambda: TITLE + "\n\n" + "\n".join(textwrap.fill(paragraph, 60, initial_indent="   ") for paragraph in BODY),
        lambda: textwrap.fill(TITLE, 36) + "\n\n" + "\n\n".join(textwrap.fill(paragraph, 36) for paragraph in BODY),
        lambda: f"{TITLE}\n\n{TITLE}\n\n" + "\n\n".join(BODY),
        lambda: f"{TITLE}\n{TITLE.upper()}\n{TITLE}.\n\n" + "\n\n".join(BODY),
        lambda: f"{TITLE}\n\nFerry service to the island\nresumes after storm\n\n" + "\n\n".join(BODY),
    ],
    ids=["line-each", "crlf", "spaces", "wrapped", "wrapped-under-title", "indented", "narrow", "twice", "thrice", "split"],
)  # fmt: skip
def test_the_same_article_in_any_layout(layout):
    item = read(layout())
    assert (item.title, item.text.split("\n\n")) == (TITLE, BODY)


def test_wrapped_paragraphs_without_blank_lines_end_where_a_short_line_ends_a_sentence():
    item = read(TITLE + "\n\n" + "\n".join(textwrap.fill(paragraph, 70) for paragraph in BODY))
    assert item.text.split("\n\n") == BODY


def test_a_list_is_not_joined():
    text = f"{TITLE}\n\nThe boats leave as follows.\n\nMonday 7.00\nTuesday 9.30\nFriday 11.15"
    assert read(text).text.split("\n\n")[1:] == ["Monday 7.00", "Tuesday 9.30", "Friday 11.15"]


def test_wrapped_chinese_is_joined_without_spaces():
    lines = [
        "政府军星期五早上进入该国北部的城镇医生说居民正在离开家园这是今年最大规",
        "模的行动之一官员们在首都举行的新闻发布会上对记者这样表示并没有提供更多",
        "的细节。",
    ]
    assert paragraphs_of("\n".join(lines)) == ["".join(lines)]


def test_a_byline_is_no_text():
    item = read(f"{TITLE}\nBy Ann Sommer and Jon O'Dell\n\n" + "\n\n".join(BODY))
    assert (item.byline, item.authors) == ("By Ann Sommer and Jon O'Dell", ("Ann Sommer", "Jon O'Dell"))
    assert item.text.split("\n\n") == BODY
    assert read(f"{TITLE}\n\nBy Friday all will be well\n\n" + BODY[0]).byline == ""


def test_an_article_in_one_paragraph_gets_its_first_sentence_as_title():
    text = " ".join(BODY)
    item = read(text)
    assert item.text == text
    assert item.title.startswith("Ferries to the island of Norsand sailed again on Tuesday")
    assert len(item.title) <= 120


def test_a_first_paragraph_with_a_dateline_is_no_headline():
    item = read("NORSAND (dpa) - The ferry sailed again.\n\nIt was full.")
    assert item.title == "The ferry sailed again"
    assert item.text == "NORSAND (dpa) - The ferry sailed again.\n\nIt was full."


@pytest.mark.parametrize(
    "text", ["A headline and nothing else", "Headline\n\nHeadline\n\n HEADLINE! \n", "Headline\n\n***\n\n---"]
)
def test_a_headline_alone_is_no_article(text):
    with pytest.raises(Refused) as refused:
        read(text)
    assert (refused.value.stage, refused.value.reason) == (Stage.EXTRACT, Reason.NO_TEXT)


@pytest.mark.parametrize("text", ["", " \n\t\n", "---\n***", "…"])
def test_no_letters_are_nothing(text):
    with pytest.raises(Refused) as refused:
        read(text)
    assert refused.value.reason is Reason.EMPTY


def test_only_the_top_is_looked_at_for_repetitions():
    assert without_headline("Truce", ["Truce", "Guns fell silent.", "Truce"]) == ["Guns fell silent.", "Truce"]
    assert without_headline("Truce", ["Truce holds in the north."]) == ["Truce holds in the north."]


@pytest.mark.parametrize(
    ("paragraph", "title"),
    [
        (
            "Gen. A. Novak met Dr. Weiss at 5 p.m. in St. Ives. Nothing more is known.",
            "Gen. A. Novak met Dr. Weiss at 5 p.m. in St. Ives",
        ),
        ("Стрельба прекратилась. Жители вернулись.", "Стрельба прекратилась"),
        ("توقف القصف اليوم. وعاد السكان.", "توقف القصف اليوم"),
        ("射撃が止んだ。住民が戻った。", "射撃が止んだ"),
        ("word " * 60, "word " * 22 + "word…"),
        ("x" * 300, "x" * 119 + "…"),
    ],
)
def test_titles_from_first_sentences(paragraph, title):
    assert title_from(paragraph) == title
    assert len(title) <= 120


def test_names_in_a_byline():
    assert names_in("Von Lena Groß und Max Beer") == ("Lena Groß", "Max Beer")
    assert names_in("Staff and agencies") == ()


@given(st.lists(st.text(alphabet="abc .\n\t", min_size=1, max_size=80), min_size=1, max_size=8))
def test_no_word_is_lost_or_invented(lines):
    text = "\n".join(lines)
    assert " ".join(paragraphs_of(text)).split() == text.split()


@given(st.text(max_size=500))
def test_any_text_is_read_or_refused(text):
    try:
        item = read(text)
    except Refused as refused:
        assert refused.stage is Stage.EXTRACT
    else:
        assert item.title
        assert item.text


@pytest.mark.timeout(20)
@pytest.mark.parametrize("unit", ["a", " ", "\n ", ".'", "By A. ", "A, ", "\n\n", "a\n", "(", '…"', "- "])
def test_hostile_repetition_costs_no_time(unit):
    try:
        read(unit * (1_000_000 // len(unit)))
    except Refused as refused:
        assert refused.stage is Stage.EXTRACT
