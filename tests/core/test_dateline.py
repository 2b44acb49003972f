import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.dateline import split_dateline
from transforms.core.records import Dateline

REST = "The bridge over the river was closed again on Friday."


@pytest.mark.parametrize(
    ("written", "place", "agency", "date"),
    [
        ("BERLIN (dpa) - ", "BERLIN", "dpa", ""),
        ("Berlin (dpa) – ", "Berlin", "dpa", ""),
        ("Berlin/Damaskus (dpa/AFP) - ", "Berlin/Damaskus", "dpa/AFP", ""),
        ("GROSSETO, Italy (AP) — ", "GROSSETO, Italy", "AP", ""),
        ("GROSSETO, Italy (AP) -- ", "GROSSETO, Italy", "AP", ""),
        ("WASHINGTON, Sept 14 (Reuters) - ", "WASHINGTON", "Reuters", "Sept 14"),
        ("DAMASCUS, Sept. 14, 2018 (Xinhua) -- ", "DAMASCUS", "Xinhua", "Sept. 14, 2018"),
        ("BEIRUT/AMMAN (Reuters) - ", "BEIRUT/AMMAN", "Reuters", ""),
        ("BEIRUT/AMMAN (Reuters) ", "BEIRUT/AMMAN", "Reuters", ""),
        ("KAFR NABL, Syria (AP) — ", "KAFR NABL, Syria", "AP", ""),
        ("ST. LOUIS (AP) — ", "ST. LOUIS", "AP", ""),
        ("The Hague (AP) — ", "The Hague", "AP", ""),
        ("UNITED NATIONS (AP) — ", "UNITED NATIONS", "AP", ""),
        ("ANKARA (AA) - ", "ANKARA", "AA", ""),
        ("İSTANBUL (DHA) - ", "İSTANBUL", "DHA", ""),
        ("PARIS, 3 mars (AFP) - ", "PARIS", "AFP", "3 mars"),
        ("Beyrouth (AFP) – ", "Beyrouth", "AFP", ""),
        ("MADRID (EFE).- ", "MADRID", "EFE", ""),
        ("Beirut, 14 sep (EFE).- ", "Beirut", "EFE", "14 sep"),
        ("MADRID, 14 Sep. (EUROPA PRESS) - ", "MADRID", "EUROPA PRESS", "14 Sep."),
        ("МОСКВА, 14 сен — РИА Новости. ", "МОСКВА", "РИА Новости", "14 сен"),
        ("МОСКВА, 14 сентября. /ТАСС/. ", "МОСКВА", "ТАСС", "14 сентября"),
        ("ИДЛИБ /ТАСС/. ", "ИДЛИБ", "ТАСС", ""),
        ("Москва. 14 сентября. ИНТЕРФАКС - ", "Москва", "ИНТЕРФАКС", "14 сентября"),
        ("Рим. 3 мая. INTERFAX.RU - ", "Рим", "INTERFAX.RU", "3 мая"),
        ("إدلب (رويترز) - ", "إدلب", "رويترز", ""),
        ("بيروت/عمان (أ ف ب) - ", "بيروت/عمان", "أ ف ب", ""),
        ("دمشق - سانا: ", "دمشق", "سانا", ""),
        ("دمشق-سانا\n", "دمشق", "سانا", ""),
        ("أنقرة/ الأناضول\n", "أنقرة", "الأناضول", ""),
        ("NEW YORK — ", "NEW YORK", "", ""),
        ("IDLIB, Syria — ", "IDLIB, Syria", "", ""),
        ("GENEVA (14 September 2018) – ", "GENEVA", "", "14 September 2018"),
        ("NORSAND, Sweden (Newslink) - ", "NORSAND, Sweden", "Newslink", ""),
        ("(Reuters) - ", "", "Reuters", ""),
    ],
)
def test_a_dateline_becomes_fields_and_leaves_the_text(written, place, agency, date):
    assert split_dateline(written + REST) == (Dateline(place=place, agency=agency, date=date), REST)


@pytest.mark.parametrize(
    "text",
    [
        "The EU (European Union) - which has 27 members - said so.",
        "NATO (North Atlantic Treaty Organization) - the alliance - said so.",
        "WHO (World Health Organization) – said on Friday it would help.",
        "UNHCR (UN) — said on Friday it would help.",
        "UN — the body said on Friday it would help.",
        "BREAKING - Army enters the city, doctors say on Friday",
        "UPDATE 1 - Oil rises as traders wait for the meeting",
        "EILMELDUNG - Die Armee ist in der Stadt, sagen Ärzte",
        "СРОЧНО — Армия вошла в город, сообщили врачи",
        "Agence France-Presse (AFP) - the agency - reported it first.",
        "Reuters - the agency - reported it first.",
        "Angela Merkel (CDU) - sie war Kanzlerin - sagte das.",
        "ANGELA MERKEL (CDU) - sie war Kanzlerin - sagte das.",
        "ARMY ADVANCES - 30 KILLED IN RAID NEAR BORDER",
        "Syria - a country of 20 million - is at war.",
        "In Idlib - the last stronghold - people wait.",
        "The army — backed by its allies — advanced.",
        "COVID-19 — The number of cases rose again.",
        "Idlib (northern Syria) - the last stronghold - waits.",
        "Photo: John Smith (AP) - a view of the harbour.",
        "A 2018 report (AP) - found in an archive - says so.",
        "he said (Reuters) - that it was over.",
        "الرئيس بشار الأسد (رويترز) قال اليوم إن الحرب انتهت",
        "قال الرئيس - في خطاب - إن الحرب انتهت",
        "Россия (и Иран) - союзники Дамаска - согласились.",
        "BERLIN (dpa) - ",
        "BERLIN",
        "",
        "- said the man",
        "()",
    ],
)
def test_sentences_are_left_alone(text):
    assert split_dateline(text) == (None, text)


def test_paragraphs_behind_it_stay():
    assert split_dateline("BERLIN (dpa) - One.\n\nTwo (AP) - three.")[1] == "One.\n\nTwo (AP) - three."


@given(st.text(max_size=300))
def test_what_is_left_is_an_end_of_the_text(text):
    dateline, rest = split_dateline(text)
    assert text.endswith(rest)
    assert (rest == text) == (dateline is None)
    assert rest or not text


@pytest.mark.timeout(5)
@pytest.mark.parametrize("unit", ["A", "(", "A ", "A, ", "/A", "- ", "A(", "Ab. ", "1. m ", "\u0627-"])
def test_hostile_repetition_costs_no_time(unit):
    for _ in range(200):
        split_dateline(unit * 100_000)
