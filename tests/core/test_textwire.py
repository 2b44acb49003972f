# ruff: noqa: E501  # one message, one line
"""Files of messages in IPTC 7901 and ANPA 1312: golden pairs, and each message a delivery whatever is beside it.

`python tests/core/test_textwire.py` writes the expectations anew; read their diff before it is committed.
"""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.core.documents import kind_of, read_document
from transforms.core.records import Item, Reason, Rejected, Stage
from transforms.core.sniff import Kind
from transforms.core.textwire import read_textwire

DATA = Path(__file__).parent.parent / "data" / "textwires"
FILES = sorted(path for path in DATA.iterdir() if path.suffix != ".json")

STORY = b"\x01nwe0012 3 i 9  npb 0041\r\nNorsand/ferry/\r\n\x02Ferry sails =\r\n\r\nIt sailed again on Tuesday.\r\n\x03\r\n031945 GMT Mar 26\r\n\x04"
AMERICAN = (
    b"\x16\x16\x01a0456\x1fasian\r\nu i\x13\x11 BC-Ferry 03-01 0120\r\n\x02^Ferry sails<\r\n\t   HALMO (NP) _ It sailed.<\r\n\x03\r\n"
    b"NP-WF-03-01-26 1945GMT<\r\n\x04"
)


def plain(answer):
    """What a golden file holds: the fields that are not empty, dates as text."""
    fields = {"rejected" if isinstance(answer, Rejected) else "item": answer.origin, **asdict(answer)}
    for skip in ("origin", "source_kind", "text_from", "source"):
        fields.pop(skip, None)
    text = json.dumps(fields, default=lambda v: v.isoformat() if isinstance(v, datetime) else str(v))
    return {key: value for key, value in json.loads(text).items() if value not in ("", [], None, False)}


def read(data):
    return list(read_textwire(data, origin="f"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_golden(path):
    expected = json.loads(path.with_name(path.name + ".expected.json").read_text(encoding="utf-8"))
    assert kind_of(path.read_bytes()).form is Kind.TEXT_WIRE
    assert [plain(answer) for answer in read_document(path.read_bytes(), origin=path.name)] == expected


def test_a_message_without_an_end_is_kept_with_its_text():
    for cut in (STORY[: STORY.index(b"\x03")], STORY[: STORY.index(b"Tuesday")], STORY.replace(b"\x03", b"")):
        (item,) = read(cut)
        assert (item.title, item.provider) == ("Ferry sails", "npb")
        assert item.text.startswith("It sailed again on")


@pytest.mark.parametrize("at", range(1, STORY.index(b"\x02")))
def test_a_message_that_ends_in_its_header_is_truncated(at):
    answers = read(STORY + STORY[:at])
    assert isinstance(answers[0], Item)
    assert [(answer.stage, answer.reason) for answer in answers[1:]] == [(Stage.PARSE, Reason.TRUNCATED)][: at > 1]


def test_a_message_without_a_time_has_no_id_for_its_numbers_begin_anew_each_day():
    (item,) = read(STORY.replace(b"031945 GMT Mar 26", b""))
    assert (item.item_id, item.updated_at, item.provider) == ("", None, "npb")
    (item,) = read(AMERICAN.replace(b"NP-WF-03-01-26 1945GMT<", b""))
    assert (item.item_id, item.updated_at) == ("", None)


def test_the_same_number_on_another_day_or_service_is_another_item():
    ids = {
        read(data)[0].item_id
        for data in (
            STORY,
            STORY.replace(b"031945", b"041945"),
            STORY.replace(b"nwe", b"nwx"),
            STORY.replace(b"0041", b"0042"),
            STORY.replace(b"npb", b"opa"),
            AMERICAN,
            AMERICAN.replace(b"a0456", b"b0456"),
        )
    }
    assert len(ids) == 7


@pytest.mark.parametrize("count", [b" 9 ", b" 99999 ", b" "])
def test_the_word_count_is_not_read(count):
    assert plain(read(STORY.replace(b" 9 ", count))[0]) == plain(read(STORY)[0])


def test_ends_of_lines_do_not_matter():
    for data in (STORY, AMERICAN):
        unix = read(data.replace(b"\r\n", b"\n"))
        assert unix == read(data) == read(data.replace(b"\r\n", b"\r\r\n"))


@pytest.mark.parametrize(
    "data",
    [
        b"eca0003 3 i 380 dpa 0045\r\n\r\nA text that looks like a header.",
        b"\x01zczc\x02\n" + b"Text of an old transmission, long enough to forgive its controls. " * 3,
        b"A text with one \x01nwe0012 3 i 9\r\n in the middle. " + b"It goes on and on. " * 20,
        b"ZCZC\nnwe0012 3 i 9\nText of a teleprinter without its controls.\n\nNNNN",
        b'{"title": "\\u0001nwe0012 3 i 9"}',
    ],
)
def test_other_texts_are_no_wires(data):
    assert kind_of(data).form is not Kind.TEXT_WIRE


@pytest.mark.parametrize(
    "before", [b"", b"\x16\x16", b"\r\n\0\0", b"\x16\x16ZCZC abc123\r\n", b"\xef\xbb\xbf", b"\x01?\x02?\x03"]
)
def test_what_stands_before_a_message_does_not_hide_it(before):
    for data in (STORY, AMERICAN, STORY[:-30]):
        assert kind_of(before + data).form is Kind.TEXT_WIRE


def test_one_damaged_message_loses_no_other():
    answers = read(STORY + b"\x01\xff\xfe?\x02lost\x03\x04" + AMERICAN + b"\x01nwe1 3 i\r\n\x02\x03" + STORY)
    assert [getattr(answer, "reason", answer.title) for answer in answers] == [
        "Ferry sails", Reason.BAD_RECORD, "Ferry sails", Reason.EMPTY, "Ferry sails",
    ]  # fmt: skip


def test_a_headline_alone_is_refused_unless_it_recalls():
    (refused,) = read(STORY.replace(b"It sailed again on Tuesday.", b""))
    assert (refused.stage, refused.reason) == (Stage.EXTRACT, Reason.NO_TEXT)
    (kill,) = read(STORY.replace(b"Ferry sails", b"KILL: npb 7").replace(b"It sailed again on Tuesday.", b""))
    assert (kill.pubstatus, kill.item_id) == ("canceled", "2026-03-03/nwe/npb 7")


def test_a_recall_that_names_nothing_is_refused_and_not_quoted():
    (refused,) = read(STORY.replace(b"Ferry sails =", b"KILL KILL KILL ='''''"))
    assert isinstance(refused, Rejected)
    (refused,) = read(STORY.replace(b"Ferry sails", b"KILL KILL KILL"))
    assert (refused.stage, refused.reason, refused.excerpt) == (Stage.IDENTIFY, Reason.NOT_AUTHORISED, "")


MESSAGES = st.sampled_from([
    STORY,
    AMERICAN,
    STORY.replace(b"Tuesday", "Türmatt".encode("cp1252")),
    STORY[:-30],
    STORY[:20],
    AMERICAN[:40],
    b"\x01?\x02?\x03\x04",
    *(path.read_bytes() for path in FILES),
])  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(MESSAGES, max_size=5))
def test_messages_one_after_another_are_what_each_is_alone(messages):
    alone = [{**plain(answer), "item": "", "rejected": ""} for data in messages for answer in read(data)]
    together = [{**plain(answer), "item": "", "rejected": ""} for answer in read(b"".join(messages))]
    assert together == alone


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from([STORY, AMERICAN]), st.integers(0, 200), st.integers(0, 60))
@example(b"\x01\x02\x03\x04", STORY, 0, 0)
def test_no_bytes_raise(noise, data, at, gone):
    for answer in read(data[:at] + noise + data[at + gone :]):
        assert isinstance(answer, Item | Rejected)
    assert all(isinstance(answer, Item | Rejected) for answer in read_document(noise, origin="f"))


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "unit", [b"\x01", b"\x01a0001\n", b"^", b"^a<\n", b"\t", b" =\n", b"{", b"npb 1 ", b"_ ", b"a \x02"]
)
def test_hostile_repetition_costs_no_time(unit):
    for data in (STORY, AMERICAN):
        long = unit * (100_000 // len(unit))
        assert read(data.replace(b"It sailed", long)) is not None
        assert read(data.replace(b" 03-01", long).replace(b"/ferry/", long)) is not None


def main():
    for path in FILES:
        answers = [plain(answer) for answer in read_document(path.read_bytes(), origin=path.name)]
        path.with_name(path.name + ".expected.json").write_text(
            json.dumps(answers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main()
