# ruff: noqa: E501, PT017  # texts stand on one line; a refusal is one of two right answers
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.characters import clean_text
from transforms.core.decode import decode
from transforms.core.errors import Refused
from transforms.core.garbage import garbage_in
from transforms.core.records import Reason, Stage

RUSSIAN = "Правительственная армия в пятницу вошла в город на севере страны. Жители покидают свои дома, сообщили местные врачи."
ARABIC = "دخلت قوات الجيش صباح الجمعة المدينة الواقعة في شمال البلاد وقال أطباء إن السكان يغادرون منازلهم"
TURKISH = (
    "Hükümet güçleri cuma sabahı ülkenin kuzeyindeki şehre girdi. Doktorlar, halkın evlerini terk ettiğini söyledi."
)
GERMAN = "Die Regierungstruppen rückten am Freitag früh in die Stadt im Norden ein. Ärzte berichten, dass viele Bürger flüchten müssen."
FRENCH = "L’armée est entrée vendredi matin dans la ville du nord du pays. Les habitants fuient leurs maisons, ont déclaré des médecins."
POLISH = "Wojska rządowe wkroczyły w piątek rano do miasta na północy kraju. Mieszkańcy opuszczają domy, mówią lekarze."
JAPANESE = "政府軍は金曜日の朝、国の北部にある町に入った。住民は家を離れていると医師たちは話した。"
CHINESE = "政府军星期五早上进入该国北部的城镇。医生说，居民正在离开家园。这是今年最大规模的行动。"
KOREAN = "정부군이 금요일 아침 북부 도시에 진입했다. 의사들은 주민들이 집을 떠나고 있다고 말했다."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "iso8859-5"),
        (ARABIC, "cp1256"),
        (ARABIC, "iso8859-6"),
        (TURKISH, "cp1254"),
        (TURKISH, "iso8859-9"),
        (GERMAN, "cp1252"),
        (GERMAN, "latin-1"),
        (FRENCH, "cp1252"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859-2"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc-jp"),
        (JAPANESE, "iso2022-jp"),
        (CHINESE, "gb18030"),
        (KOREAN, "euc-kr"),
        (RUSSIAN, "utf-8"),
        (RUSSIAN, "utf-8-sig"),
        (RUSSIAN, "utf-16"),
        (ARABIC, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (CHINESE + "\n" + CHINESE + " ", "utf-16-le"),
        (GERMAN, "utf-32"),
    ],
)
def test_text_comes_back_whatever_it_was_encoded_in(text, encoding):
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize("encoding", ["utf-32-le", "utf-32-be", "cp037"])
def test_markup_in_rare_encodings_is_told_by_its_beginning(encoding):
    markup = '<?xml version="1.0"?><rss><channel><title>Ferry</title></channel></rss>'
    assert decode(markup.encode(encoding)).text == markup


def test_a_declared_charset_decides_what_a_detector_could_not():
    assert (
        decode("naïve Wähler".encode("cp1250", "replace").replace(b"na?ve", b"na\xefve"), "windows-1252").text
        == "naïve Wähler"
    )


def test_a_declared_charset_that_gives_garbage_is_not_believed():
    assert decode(RUSSIAN.encode("cp1251"), "iso-8859-1").text == RUSSIAN
    assert decode(RUSSIAN.encode("koi8-r"), "windows-1251").text == RUSSIAN
    assert decode(ARABIC.encode("cp1256"), "no-such-charset").text == ARABIC


def test_utf8_is_utf8_whatever_was_declared():
    assert decode(GERMAN.encode(), "iso-8859-1").text == GERMAN


def test_latin1_means_windows_1252():
    assert decode(b"The \x93truce\x94 holds \x96 for now", "iso-8859-1").text == "The “truce” holds – for now"


def test_a_character_cut_at_the_end_is_dropped():
    assert decode(RUSSIAN.encode()[:-1]).text == RUSSIAN[:-1]
    assert decode(RUSSIAN.encode("utf-16")[:-1]).text == RUSSIAN[:-1]


def test_a_stray_byte_does_not_spoil_utf8():
    data = (RUSSIAN * 3).encode() + b" caf\xe9 \x93quoted\x94. " + RUSSIAN.encode()
    assert "café “quoted”." in decode(data).text


def test_lines_and_controls_are_cleaned():
    assert decode(b"one\r\ntwo\rthree\x00\x0c\x1b").text == "one\ntwo\nthree\n\n"
    assert decode("cafe\u0301".encode()).text == "café"


@pytest.mark.parametrize(
    "garbage",
    [
        FRENCH.replace("a", "é").encode().decode("cp1252").encode(),
        RUSSIAN.encode().decode("cp1251", "replace").encode(),
        RUSSIAN.encode("cp1251").decode("latin-1").encode(),
        RUSSIAN.encode("koi8-r").decode("cp1251").encode(),
        RUSSIAN.encode("cp866").decode("koi8-r").encode(),
        ARABIC.encode().decode("cp1256", "replace").encode(),
        ARABIC.encode("cp1256").decode("cp1252", "replace").encode(),
        TURKISH.encode().decode("cp1252", "replace").encode(),
        ("\ufffd\ufffd\ufffd words " * 20).encode(),
        RUSSIAN.encode("ascii", "replace"),
        b"\x01\x02\x03\x04\x05\x06" * 50,
        ("\ue000\ue001 text " * 20).encode(),
    ],
    ids=["utf8-twice", "utf8-as-1251", "1251-as-latin1", "koi8-as-1251", "866-as-koi8", "utf8-as-1256", "1256-as-1252",
         "turkish-twice", "replaced", "lost", "controls", "private"],
)  # fmt: skip
def test_garbage_is_refused_not_stored(garbage):
    with pytest.raises(Refused) as refused:
        decode(garbage)
    assert (refused.value.stage, refused.value.reason) == (Stage.DECODE, Reason.UNDECODABLE)
    assert refused.value.detail


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345",
        "???",
        "What? Why? Who? When? Where? How? Really?",
        "Ärzte äußern Übermut: Öl, Öfen, Äpfel, Übel, ärger, übrig, öde, über Ähren",
        "Tất cả người dân đã rời khỏi thành phố vào sáng thứ Sáu, các bác sĩ cho biết hôm nay",
        "ПРАВИТЕЛЬСТВЕННАЯ АРМИЯ ВОШЛА В ГОРОД НА СЕВЕРЕ СТРАНЫ, РОССИЯ И СИРИЯ СООБЩИЛИ О ПЕРЕМИРИИ",
        "Компания Apple и агентство Reuters сообщили о iPhone 15 и YouTube; Windows-версия вышла",
        "He said the naÃ¯ve plan failed. " + "The rest of the article is sound. " * 40,
        JAPANESE,
        "الأمم المتحدة UN و NATO قالت في بيان WHO صدر اليوم إن السلام ممكن",
    ],
)
def test_real_text_is_not_garbage(text):
    assert garbage_in(text) == ""


@given(st.text())
def test_clean_text_is_nfc_and_clean_twice_is_clean_once(text):
    once = clean_text(text)
    assert clean_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert "\r" not in once
    assert "\0" not in once
    once.encode("utf-8")


@given(
    st.binary(max_size=2000), st.sampled_from(["", "utf-8", "utf-16", "cp1251", "hz", "zlib", "x\0y", "utf-7", "idna"])
)
def test_any_bytes_give_text_or_a_refusal(data, declared):
    try:
        decode(data, declared).text.encode("utf-8")
    except Refused as refused:
        assert refused.stage is Stage.DECODE
