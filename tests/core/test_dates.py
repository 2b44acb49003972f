"""Dates: read as written, never completed, never by the clock."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.dates import MAX_LENGTH, parse_date

NOON = datetime(2018, 9, 14, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "expected", "precision"),
    [
        ("Fri, 14 Sep 2018 14:00:00 +0200", NOON, "second"),
        ("Xyz, 14 Sep 2018 12:00:00 GMT", NOON, "second"),
        ("Mon, 14 Sep 2018 12:00 GMT", NOON, "minute"),
        ("14 Sep 18 12:00:00 UT", NOON, "second"),
        ("Fri, 14 Sep 1918 12:00:00 Z", NOON.replace(year=1918), "second"),
        ("Fri, 14 Sep 55 12:00:00 GMT", NOON.replace(year=1955), "second"),
        ("Fri, 14 Sep 2018 07:00:00 EST", NOON, "second"),
        ("Fri, 14 Sep 2018 12:00:00 (no zone) ", NOON, "second"),
        ("Fri, 14 Sep 2018 15:00:00 GMT+03:00", NOON, "second"),
        ("Пт, 14 сен 2018 15:00:00 +0300", NOON, "second"),
        ("пятница, 14 сентября 2018 г., 12:00", NOON, "minute"),
        ("Fr, 14. September 2018 14:00:00 MESZ", NOON, "second"),
        ("Freitag, 14. März 2018", datetime(2018, 3, 14, tzinfo=UTC), "day"),
        ("vendredi 14 septembre 2018 à 12h00", NOON, "minute"),
        ("1er août 2018", datetime(2018, 8, 1, tzinfo=UTC), "day"),
        ("mar. 14 sept. 2018", datetime(2018, 9, 14, tzinfo=UTC), "day"),
        ("14 de septiembre de 2018", datetime(2018, 9, 14, tzinfo=UTC), "day"),
        ("14 Eylül 2018, 12:00", NOON, "minute"),
        ("١٤ سبتمبر ٢٠١٨", datetime(2018, 9, 14, tzinfo=UTC), "day"),
        ("14 تشرين الثاني 2018", datetime(2018, 11, 14, tzinfo=UTC), "day"),
        ("2018年9月14日 12:00", NOON, "minute"),
        ("Fri Sep 14 12:00:00 GMT 2018", NOON, "second"),
        ("September 14, 2018 at 12:00 PM", NOON, "minute"),
        ("Updated 12:00 p.m. GMT, Fri September 14, 2018", NOON, "minute"),
        ("2018", datetime(2018, 1, 1, tzinfo=UTC), "year"),
        ("2018-09", datetime(2018, 9, 1, tzinfo=UTC), "month"),
        ("Sept 2018", datetime(2018, 9, 1, tzinfo=UTC), "month"),
        ("2018-09-14", datetime(2018, 9, 14, tzinfo=UTC), "day"),
        ("2018-W37-5", datetime(2018, 9, 14, tzinfo=UTC), "day"),
        ("2018-09-14T12:00:00Z", NOON, "second"),
        ("2018-09-14T12:00:00.250Z", NOON.replace(microsecond=250_000), "second"),
        ("2018-09-14T12:00", NOON, "minute"),
        ("2018-09-14 12:00:00 +0000 UTC", NOON, "second"),
        ("2018-09-14T17:30:00+05:30", NOON, "second"),
        ("20180914T140000+0200", NOON, "second"),
        ("20180914120000", NOON, "second"),
        ("20180914", datetime(2018, 9, 14, tzinfo=UTC), "day"),
        ("1536926400", NOON, "second"),
        ("1536926400000", NOON, "second"),
        ("14.09.2018 12:00", NOON, "minute"),
        ("3.4.2018", datetime(2018, 4, 3, tzinfo=UTC), "day"),
        ("14/09/2018", datetime(2018, 9, 14, tzinfo=UTC), "day"),
    ],
)
def test_reads_what_is_written(raw, expected, precision):
    dated = parse_date(raw, taken_from="test")

    assert (dated.at, dated.precision, dated.raw, dated.taken_from) == (expected, precision, raw, "test")


@pytest.mark.parametrize(
    "names",
    [
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "янв фев мар апр май июн июл авг сен окт ноя дек",
        "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
        "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
        "ene. feb. mar. abr. may. jun. jul. ago. sept. oct. nov. dic.",
        "gen feb mar apr mag giu lug ago set ott nov dic",
        "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara",
        "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    ],
)
def test_months_in_short_are_months(names):
    assert [parse_date(f"14 {name} 2018").at.month for name in names.split()] == list(range(1, 13))


@pytest.mark.parametrize(
    "raw",
    [
        "", "   ", "no date", "Monday", "12:30", "14 Sep", "10", "today", "2 hours ago",
        "Thu, 31 Feb 2018 10:00:00 GMT",
        "2018-13-01", "2018-09-14T25:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31", "99999999999999999999",
        "Mon, 00 00 0000 00:00:00 GMT", "/Date(1536926400000)/ or so", "июль-13T9:15",
    ],
)  # fmt: skip
def test_no_date_is_no_date(raw):
    dated = parse_date(raw, taken_from="test")

    assert (dated.at, dated.precision, dated.raw, dated.taken_from) == (None, "none", raw, "")


def test_a_day_and_a_month_that_may_be_exchanged_are_known_to_the_year():
    dated = parse_date("03/04/2018")

    assert (dated.at, dated.precision) == (datetime(2018, 1, 1, tzinfo=UTC), "year")


def test_an_impossible_offset_leaves_the_day():
    assert parse_date("Fri, 14 Sep 2018 12:00:00 +9900").precision == "day"


def test_what_is_too_long_is_refused_unread_and_cut():
    dated = parse_date("2018 " * 200_000)

    assert dated.at is None
    assert len(dated.raw) == MAX_LENGTH


def test_the_clock_is_not_asked(monkeypatch):
    before = parse_date("14 Sep 49").at
    monkeypatch.setattr(time, "time", lambda: 4_000_000_000.0)

    assert parse_date("14 Sep 49").at == before == datetime(2049, 9, 14, tzinfo=UTC)
    assert parse_date("Sep 14").at is None


@given(st.text(max_size=MAX_LENGTH))
def test_any_text_is_answered(raw):
    dated = parse_date(raw)

    assert dated.raw == raw
    assert (dated.at is None) == (dated.precision == "none")


@given(st.datetimes(datetime(1900, 1, 2), datetime(2200, 12, 30)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC)))  # noqa: DTZ001
def test_iso_and_rfc_forms_of_any_time_come_back(at):
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    rfc = f"{at.day:02} {months[at.month - 1]} {at.year} {at:%H:%M:%S} +0000"

    assert parse_date(at.isoformat()).at == at
    assert parse_date(rfc).at == at
