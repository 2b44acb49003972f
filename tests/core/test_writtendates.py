"""Dates in lines that people read: many languages and calendars, and what is no date."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.writtendates import MAX_LENGTH, written_date

DAY = date(2025, 12, 5)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Posted by Ada on December 5th, 2025 | 3 min read", "en"),
        ("Friday, Dec. 5, 2025", ""),
        ("5 December 2025 12.30 GMT", "en"),
        ("12/05/2025", "en-US"),
        ("05/12/2025", "en-GB"),
        ("Freitag, 5. Dezember 2025", "de"),
        ("le vendredi 5 décembre 2025", "fr"),
        ("Viernes, 5 de diciembre del 2025", "es"),
        ("5 de dezembro de 2025", "pt"),
        ("venerdì 5 dicembre 2025", "it"),
        ("5 декабря 2025 года", "ru"),
        ("5 грудня 2025", "uk"),
        ("5 снежня 2025", "be"),
        ("5 декември 2025 г.", "bg"),
        ("5. децембар 2025.", "sr"),
        ("5. prosinca 2025.", "hr"),
        ("5. prosince 2025", "cs"),
        ("5 grudnia 2025 r.", "pl"),
        ("2025 m. gruodžio 5 d.", "lt"),
        ("2025. gada 5. decembrī", "lv"),
        ("2025. december 5., péntek", "hu"),
        ("5 Aralık 2025 Cuma", "tr"),
        ("5 dekabr 2025", "az"),
        ("2025 жылғы 5 желтоқсан", "kk"),
        ("5 Δεκεμβρίου 2025", "el"),
        ("5 დეკემბერი, 2025", "ka"),
        ("5 դեկտեմբերի 2025", "hy"),
        ("5 בדצמבר 2025", "he"),
        ("الجمعة ٥ ديسمبر ٢٠٢٥", "ar"),
        ("5 كانون الأول 2025", "ar"),
        ("جمعه ۱۴ آذر ۱۴۰۴", "fa"),
        ("۱۴۰۴/۰۹/۱۴", "fa"),
        ("۱۴ قوس ۱۴۰۴", "fa-AF"),
        ("5 دسمبر 2025", "ur"),
        ("5 दिसंबर 2025", "hi"),
        ("৫ ডিসেম্বর ২০২৫", "bn"),
        ("5 டிசம்பர் 2025", "ta"),
        ("๕ ธันวาคม ๒๕๖๘", "th"),
        ("5 ธ.ค. 2568", "th"),
        ("Thứ sáu, 5 tháng 12, 2025", "vi"),
        ("Ngày 5 tháng 12 năm 2025", "vi"),
        ("Jumat, 5 Desember 2025", "id"),
        ("2025年12月5日 星期五", "zh"),
        ("令和7年12月5日", "ja"),
        ("民國114年12月5日", "zh-TW"),
        ("2025년 12월 5일", "ko"),
        ("입력 2025.12.05.", "ko"),
        ("2025-12-05", ""),
    ],
)
def test_a_day_is_read_as_it_is_written(text, language):
    assert written_date(text, language=language).dated.at == datetime(2025, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("5 December 2025, 14:30", "2025-12-05T14:30:00+00:00"),
        ("5 décembre 2025 à 14h30", "2025-12-05T14:30:00+00:00"),
        ("14:30 | 5 декабря 2025", "2025-12-05T14:30:00+00:00"),
        ("December 5, 2025 at 9:30 PM EST", "2025-12-06T02:30:00+00:00"),
        ("13/12/2025 | 10:00 GMT+7", "2025-12-13T03:00:00+00:00"),
        ("2025-12-05T10:00:30+03:00", "2025-12-05T07:00:30+00:00"),
    ],
)
def test_a_clock_beside_it_and_its_zone_count(text, at):
    assert written_date(text).dated.at.isoformat() == at


@pytest.mark.parametrize(
    "text",
    [
        "2 hours ago",
        "Yesterday at 14:30",
        "5 December",
        "December 2025",
        "© 2025 The Lantern, 5 Harbour Road",
        "03/04/2025",  # which is the month?
        "31 February 2025",
        "version 1.2.2025.3",
        "call 555-2025-12-05-1",
        "10 جمادى الآخرة 1447",  # a calendar that is not read
        "May 1234",
        "",
    ],
)
def test_what_is_no_day_is_none(text):
    assert written_date(text) is None


def test_a_month_of_one_name_in_two_languages_is_told_by_the_language():
    assert written_date("5. listopada 2025", language="hr").dated.at.month == 10
    assert written_date("5 listopada 2025", language="pl").dated.at.month == 11


def test_what_was_read_and_what_stands_around_is_told():
    found = written_date("Published: 5 May 2025. Updated: 6 May 2025")
    again = written_date(found.after)

    assert (found.dated.raw, found.before) == ("5 May 2025", "Published:")
    assert (again.dated.raw, again.before) == ("6 May 2025", ". Updated:")


@given(st.dates(date(1922, 1, 1), date(2090, 1, 1)))
def test_days_of_the_solar_calendar_follow_each_other(day):
    """Whatever day of Nowruz a year has, its 365 or 366 days are consecutive."""
    year = day.year - 621
    first = written_date(f"1 فروردین {year}", language="fa").dated.at.date()
    last = written_date(f"29 اسفند {year}", language="fa").dated.at.date()
    following = written_date(f"1 فروردین {year + 1}", language="fa").dated.at.date()

    assert (first.month, first.day) in {(3, 20), (3, 21), (3, 22)}
    assert last - first == timedelta(days=364)
    assert following - last in {timedelta(days=1), timedelta(days=2)}


@given(st.text(max_size=2 * MAX_LENGTH), st.sampled_from(["", "en-US", "fa", "th", "pl"]))
def test_any_text_has_a_date_or_none(text, language):
    found = written_date(text, language=language)
    assert found is None or (found.dated.at.tzinfo is UTC and found.dated.raw)
