# ruff: noqa: E501  # one headline, one line
"""Marks of updates, corrections, urgency and kills: out of the headline, and meant only where they stand as such."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.rules import load_rules
from transforms.core.advisory import may_be_quoted
from transforms.core.conventions import with_conventions
from transforms.core.errors import Refused
from transforms.core.ninjs import read_record
from transforms.core.recallwords import recall_in_headline, recall_in_note, recall_in_slug
from transforms.core.records import Item, Reason
from transforms.core.settle import identify, settle
from transforms.core.tagging import Tagging

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = "NORSAND (NPB) - The ferry sailed again on Tuesday.\n\nIt was full, the harbour office said."


def wire(title="Ferry sails again", text=TEXT, **said):
    return Item(origin="in/a.jsonl#1", source_kind="wire", provider="NPB", title=title, text=text, **said)


@pytest.mark.parametrize(
    ("written", "title", "ednote"),
    [
        ("UPDATE 1-Ferry sails again", "Ferry sails again", "UPDATE 1"),
        ("UPDATE 12-UK ferry sails again", "UK ferry sails again", "UPDATE 12"),
        ("CORRECTED-UPDATE 2-Ferry sails again", "Ferry sails again", "CORRECTED\nUPDATE 2"),
        ("CORRECTED-(OFFICIAL)-Ferry sails", "Ferry sails", "CORRECTED-(OFFICIAL)"),
        ("REFILE-Ferry sails again", "Ferry sails again", "REFILE"),
        ("RPT-WRAPUP 3-NORSAND FERRIES sail", "NORSAND FERRIES sail", "RPT\nWRAPUP 3"),
        ("WRITETHRU: Ferry sails again", "Ferry sails again", "WRITETHRU"),
        ("1st Ld-Writethru: Ferry sails again", "Ferry sails again", "1st Ld-Writethru"),
        ("2ND LEAD: Ferry sails again", "Ferry sails again", "2ND LEAD"),
        ("(LEAD) Ferry sails again", "Ferry sails again", "LEAD"),
        ("[UPDATE] Ferry sails again", "Ferry sails again", "UPDATE"),
        ("Correction: Ferry story", "Ferry story", "Correction"),
        ("Ferry sails again (Adds minister, crew)", "Ferry sails again", "Adds minister, crew"),
        ("KORREKTUR: Fähre fährt wieder", "Fähre fährt wieder", "KORREKTUR"),
        ("Korrektur: Fähre fährt wieder", "Fähre fährt wieder", "Korrektur"),
        ("3. Zusammenfassung: Fähre fährt wieder", "Fähre fährt wieder", "3. Zusammenfassung"),
        ("Fähre fährt wieder (Neu: Minister)", "Fähre fährt wieder", "Neu: Minister"),
        ("Le bac repart (Actualisé avec ministre)", "Le bac repart", "Actualisé avec ministre"),
        ("RECTIFICATIF : Le bac repart", "Le bac repart", "RECTIFICATIF"),
        ("El ferri zarpa (Actualiza con ministro)", "El ferri zarpa", "Actualiza con ministro"),
        ("El ferri zarpa (AMPLIACIÓN)", "El ferri zarpa", "AMPLIACIÓN"),
        ("УТОЧНЕНИЕ: Паром вышел в море", "Паром вышел в море", "УТОЧНЕНИЕ"),
        ("Паром вышел в море (повтор)", "Паром вышел в море", "повтор"),
        ("تصحيح: العبارة تبحر من جديد", "العبارة تبحر من جديد", "تصحيح"),
        ("DÜZELTME: Feribot yeniden sefere çıktı", "Feribot yeniden sefere çıktı", "DÜZELTME"),
    ],
)
def test_marks_of_updates_go_into_the_note(written, title, ednote):
    found = with_conventions(wire(written))
    assert (found.title, found.ednote, found.urgency, found.pubstatus) == (title, ednote, None, "usable")
    assert found.text == TEXT


@pytest.mark.parametrize(
    ("written", "title", "mark", "urgency"),
    [
        ("URGENT: Ferry adrift", "Ferry adrift", "URGENT", 2),
        ("BULLETIN - Ferry adrift", "Ferry adrift", "BULLETIN", 2),
        ("ALERTE - Un bac à la dérive", "Un bac à la dérive", "ALERTE", 2),
        ("EIL: Fähre treibt im Sund", "Fähre treibt im Sund", "EIL", 2),
        ("+++ EILMELDUNG +++ Fähre treibt im Sund", "Fähre treibt im Sund", "EILMELDUNG", 2),
        ("URGENTE: Un ferri a la deriva", "Un ferri a la deriva", "URGENTE", 2),
        ("СРОЧНО: Паром дрейфует", "Паром дрейфует", "СРОЧНО", 2),
        ("МОЛНИЯ: Паром дрейфует", "Паром дрейфует", "МОЛНИЯ", 1),
        ("عاجل | عبارة تنجرف", "عبارة تنجرف", "عاجل", 2),
        ("#عاجل عبارة تنجرف", "عبارة تنجرف", "#عاجل", 2),
        ("SON DAKİKA: Feribot sürükleniyor", "Feribot sürükleniyor", "SON DAKİKA", 2),
        ("FLASH: Ferry sinks", "Ferry sinks", "FLASH", 1),
    ],
)
def test_marks_of_urgency_give_an_urgency_where_there_is_none(written, title, mark, urgency):
    found = with_conventions(wire(written))
    assert (found.title, found.ednote, found.urgency) == (title, mark, urgency)
    assert with_conventions(wire(written, urgency=4)).urgency == 4


@pytest.mark.parametrize(
    "title",
    [
        "Update-Stau legt Rathaus lahm",
        "UPDATE 1-",
        "Urgent-care clinics close",
        "URGENT-CARE CLINICS CLOSE",
        "REPEAT-OFFENDERS FACE JAIL",
        "FLASH-MOB STOPS TRAFFIC",
        "Lead found in water",
        "LEAD-ACID BATTERIES RECALLED",
        "Молния: пожар в лесу",
        "Corrected numbers show a loss",
        "Minister: update on ferry due",
        "Ferry (built 1962) sails again",
        "Alerte rouge à la tempête",
        "خبر عاجل عن العبارة",
    ],
)
def test_words_of_stories_are_no_marks(title):
    assert with_conventions(wire(title)) == wire(title)


def test_outside_wires_these_are_words_like_others():
    for kind in ("page", "feed"):
        item = replace(wire("UPDATE 1-Ferry sails again"), source_kind=kind)
        assert with_conventions(item) == item
    bare = replace(wire("UPDATE 1-Ferry sails again", "The ferry sailed again.\n\nIt was full."), source_kind="text")
    assert with_conventions(bare) == bare
    below = replace(bare, text="(Adds crew)\n\nNORSAND (Reuters) - The ferry sailed again.")
    found = with_conventions(below)
    assert (found.title, found.ednote) == ("Ferry sails again", "UPDATE 1\nAdds crew")
    assert found.text == "NORSAND (Reuters) - The ferry sailed again."


@pytest.mark.parametrize(
    ("slugline", "left", "ednote"),
    [
        ("BC-Ferry, 2nd Ld-Writethru", "BC-Ferry", "2nd Ld-Writethru"),
        ("BC-EU--Norsand-Ferry, 1st Ld", "BC-EU--Norsand-Ferry", "1st Ld"),
        ("BC-Lead, poisoned", "BC-Lead, poisoned", ""),
        ("FERRY/", "FERRY/", ""),
    ],
)
def test_the_version_behind_a_slugline_goes_into_the_note(slugline, left, ednote):
    found = with_conventions(wire(slugline=slugline))
    assert (found.slugline, found.ednote) == (left, ednote)


@pytest.mark.parametrize(
    ("before", "note"),
    [
        ("(Adds minister (in office since May), details)", "Adds minister (in office since May), details"),
        ("(Corrects name of ferry in paragraph 3)", "Corrects name of ferry in paragraph 3"),
        ("[Aktualisiert: mehr Fahrgäste]", "Aktualisiert: mehr Fahrgäste"),
        ("(Actualisé avec précisions)", "Actualisé avec précisions"),
        ("(Amplía con declaraciones)", "Amplía con declaraciones"),
        ("(Добавлены подробности в третьем абзаце)", "Добавлены подробности в третьем абзаце"),
        ("(إضافة تفاصيل)", "إضافة تفاصيل"),
        ("Eds: With photos.", "Eds: With photos."),
        ("(Eds: Minor edits.)", "Eds: Minor edits."),
        ("Note to editors: a graphic follows", "Note to editors: a graphic follows"),
    ],
)
def test_notes_before_the_text_are_no_text(before, note):
    found = with_conventions(wire(text=f"{before}\n\n{TEXT}", ednote="With map"))
    assert (found.text, found.ednote) == (TEXT, f"{note}\nWith map")


def test_a_note_on_the_line_of_the_dateline():
    found = with_conventions(wire(text=f"(Updates crew) {TEXT}"))
    assert (found.text, found.ednote) == (TEXT, "Updates crew")


@pytest.mark.parametrize(
    "text",
    [
        "(Adding to the trouble, the ferry was late.) It sailed on Tuesday.\n\nIt was full.",
        "(The harbour office said so.)\n\nIt was full.",
        "Editors resigned on Tuesday: three of them.\n\nNone stayed.",
        "Editor’s note: this story contains descriptions of a storm.\n\nIt sailed.",
        "It sailed.\n\n(Adds minister)",
        "(Adds minister",
    ],
)
def test_what_is_text_stays(text):
    assert with_conventions(wire(text=text)).text == text


def test_what_is_not_meant_for_readers_is_cut():
    tail = "* * * *\n\nThe following information is not intended for publication\n\nDesk: Jo Roe, +00 1234"
    found = with_conventions(wire(text=f"{TEXT}\n\n{tail}"))
    assert (found.text, found.ednote, found.not_for_publication) == (TEXT, "", False)
    whole = with_conventions(wire(text=tail))
    assert whole.not_for_publication


@pytest.mark.parametrize(
    "said",
    [
        {"title": "ADVISORY-Coverage of the regatta"},
        {"title": "MEDIA ADVISORY: Regatta"},
        {"title": "ADVISORY"},
        {"title": "Note to editors"},
        {"title": "Hinweis an die Redaktionen: Terminänderung"},
        {"title": "AVIS AUX RÉDACTIONS"},
        {"title": "К сведению редакций"},
        {"title": "ملاحظة إلى المشتركين"},
        {"slugline": "BC-Regatta, Advisory"},
        {"text": "(Eds: not for publication)\n\nThe regatta is covered by two reporters."},
        {"text": "Eds: The regatta story moves at noon."},
    ],
)
def test_what_is_for_editors_only_is_not_for_publication(said):
    assert with_conventions(wire(**said)).not_for_publication


@pytest.mark.parametrize(
    "title", ["Travel advisory issued for Norsand", "WIND ADVISORY: stay home", "Advisory board resigns"]
)
def test_stories_about_advisories_are_stories(title):
    assert not with_conventions(wire(title)).not_for_publication


KILLS = [
    "KILL",
    "KILL KILL KILL ''''' =",
    "BULLETIN KILL",
    "MANDATORY KILL - Ferry",
    "URGENT KILL: Ferry",
    "URGENT: KILL - Ferry",
    "CORRECTED-KILL: Ferry",
    "KILL: Ferry sinks",
    "KILL-Ferry sinks",
    "STORY WITHDRAWN-Ferry sinks",
    "WITHDRAWN: Ferry sinks",
    "ACHTUNG: Die Meldung „Fähre sinkt“ (npb012) wird zurückgezogen",
    "MELDUNG ZURÜCKGEZOGEN",
    "AVIS D'ANNULATION",
    "NOTICIA ANULADA",
    "АННУЛИРУЕТСЯ: Паром затонул",
    "سحب خبر: العبارة",
]
STORIES = [
    "Kill Bill returns to cinemas",
    "To kill a wolf: farmers ask for permits",
    "KILLED: 12 in ferry fire",
    "KILL-switch law passes",
    "KILL-SWITCH LAW PASSES",
    "KILL 'EM ALL TURNS FORTY",
    "MANDATORY KILL ORDER ANGERS FARMERS",
    "Bulletin kills rumour of ferry fire",
    "Minister withdrawn: no comment",
    "Achtung: Käse wird zurückgezogen",
    "Konzert in Norsand: Annulation",
    "HOLD ON: ferry strike ends",
    "سحب خبراء المنظمة من المدينة",
    "Police kill: a dispute",
]


@pytest.mark.parametrize("title", KILLS)
def test_headlines_that_kill(title):
    found = with_conventions(wire(title, "Please do not use it."))
    assert (found.pubstatus, found.title) == ("canceled", title)


@pytest.mark.parametrize("title", STORIES)
def test_a_story_about_a_kill_is_a_story(title):
    found = with_conventions(wire(title))
    assert (found.pubstatus, found.title) == ("usable", title)


@pytest.mark.parametrize(
    ("note", "status"),
    [
        ("Kill. The ferry did not sink.", "canceled"),
        ("Mandatory kill: the ferry did not sink", "canceled"),
        ("Attention editors: please kill the story on the ferry.", "canceled"),
        ("Eds: Kill the Norsand story slugged BC-Ferry, a0456.", "canceled"),
        ("The ferry did not sink. Please kill all versions.", "canceled"),
        ("This story has been withdrawn.", "canceled"),
        ("Achtung Redaktionen: Die Meldung npb012 wird zurückgezogen.", "canceled"),
        ("Prière d'annuler notre dépêche.", "canceled"),
        ("Rogamos anulen la noticia.", "canceled"),
        ("Просим редакции аннулировать сообщение.", "canceled"),
        ("يرجى إلغاء الخبر السابق", "canceled"),
        ("Please withhold the item on the ferry.", "withheld"),
        ("HOLD HOLD HOLD", "withheld"),
        ("Attention editors: please hold item npb 12", "withheld"),
        ("Bitte die Meldung npb012 nicht verwenden.", "withheld"),
        ("Kill the last paragraph.", "usable"),
        ("KILLS 3rd graf", "usable"),
        ("Kill the last line of the story", "usable"),
        ("Please do not use the picture with this story", "usable"),
        ("UPDATES with 12 killed", "usable"),
        ("Police kill the man. Story upcoming.", "usable"),
        ("The story has been killed by censors before", "usable"),
    ],
)
def test_notes_that_kill_or_hold(note, status):
    assert with_conventions(wire(ednote=note)).pubstatus == status
    assert with_conventions(wire(text=f"Eds: {note.removeprefix('Eds: ')}\n\n{TEXT}")).pubstatus == status


def test_the_same_words_inside_a_text_kill_nothing():
    text = f"{TEXT}\n\nPlease kill the story, the note said.\n\nKILL KILL KILL"
    assert with_conventions(wire(text=text)) == wire(text=text)


@pytest.mark.parametrize("slug", ["BC-Ferry, Bulletin Kill", "BC-Ferry, KILL", "BC-Ferry Mandatory-Kill"])
def test_sluglines_that_kill(slug):
    assert recall_in_slug(slug) == "kill"


def test_sluglines_of_stories():
    assert recall_in_slug("BC-Bears-Kill") is None
    assert recall_in_slug("KILL LAW/PARLIAMENT") is None


@pytest.fixture(scope="module")
def settled():
    tagging = Tagging(load_rules())
    return lambda item, speaks=("NPB",): settle(item, now=NOW, tagging=tagging, speaks_for=lambda name: name in speaks)


def test_a_kill_is_a_notice_of_its_own_item_and_keeps_no_text(settled):
    story, kill = wire(item_id="npb-12"), wire("KILL: Ferry sinks", item_id="npb-12", ednote="It did not sink.")
    found = settled(kill)
    assert (found.draft, found.notice.kind, found.notice.text) == (None, "kill", "It did not sink.")
    assert found.notice.article_id == settled(story).draft.article.article_id
    assert not may_be_quoted(with_conventions(kill))


def test_a_kill_may_name_another_item(settled):
    story = wire(item_id="urn:newsml:npb.example:20260301:ferry")
    kill = wire(
        "KILL KILL KILL",
        "Please kill urn:newsml:npb.example:20260301:ferry.",
        item_id="urn:newsml:npb.example:20260301:n9",
    )
    assert settled(kill).notice.article_id == settled(story).draft.article.article_id
    hold = replace(kill, title="HOLD HOLD HOLD")
    assert (settled(hold).draft, settled(hold).notice.kind) == (None, "withhold")
    two = replace(kill, text=kill.text + " And urn:newsml:npb.example:20260301:dock.")
    assert settled(two).notice.item_id == kill.item_id


@pytest.mark.parametrize(
    "said", [{"headline": "KILL: Ferry sinks"}, {"headline": "Ferry sinks", "ednote": "Kill. The ferry did not sink."}]
)
def test_a_record_that_kills_needs_no_text(said, settled):
    kill = read_record({"uri": "npb-12", "provider": "NPB", **said}, origin="in/a.jsonl#1")
    assert settled(kill).notice.kind == "kill"
    with pytest.raises(Refused):
        read_record({"uri": "npb-12", "provider": "NPB", "headline": "Ferry sinks"}, origin="in/a.jsonl#1")


def test_who_may_not_speak_for_the_agency_cannot_kill(settled):
    for item, speaks in (
        (wire("KILL: Ferry sinks", item_id="1"), ()),
        (replace(wire("KILL: x", item_id="1"), provider=""), ("",)),
    ):
        with pytest.raises(Refused) as refused:
            settled(item, speaks)
        assert refused.value.reason is Reason.NOT_AUTHORISED


def test_the_number_of_an_update_orders_only_what_has_no_other_order():
    assert with_conventions(wire("UPDATE 2-Ferry", item_id="1")).source_version == 2
    assert with_conventions(wire(slugline="BC-Ferry, 3rd Ld-Writethru", item_id="1")).source_version == 3
    assert with_conventions(wire("UPDATE 2-Ferry", item_id="1", source_version=9)).source_version == 9
    assert with_conventions(wire("UPDATE 2-Ferry", item_id="1", updated_at=NOW)).source_version is None
    assert with_conventions(wire("UPDATE 2-Ferry")).source_version is None


def test_a_version_is_the_story_whatever_its_mark(settled):
    first, second = (
        settled(wire("UPDATE 1-Ferry", item_id="1")).draft,
        settled(wire("UPDATE 2-Ferry", item_id="1")).draft,
    )
    assert first.article.version == second.article.version
    assert first.article.article_id == identify(wire("RPT-Ferry", item_id="1"), speaks_for=lambda _: True)


WORDS = st.sampled_from([
    *"UPDATE 2- CORRECTED- KILL: KILL ( ) [ ] (Adds Eds: عاجل: Korrektur: +++ EIL . ferry Please kill hold the story , Advisory ' _".split(),
    "NORSAND (NPB) - It", "urn:newsml:a:1", "\n\n",
])  # fmt: skip


@settings(deadline=None)
@given(st.lists(WORDS, max_size=14).map(" ".join), st.lists(WORDS, max_size=14).map(" ".join), st.text(max_size=40))
@example("", "", "")
def test_reading_twice_changes_nothing_and_loses_no_text(title, text, note):
    once = with_conventions(wire(title, text, ednote=note, slugline=title[:40], item_id="7"))
    assert with_conventions(once) == once
    assert bool(once.title) == bool(title.strip())
    assert once.text or not text.strip() or once.pubstatus != "usable"


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "unit", ["(", "UPDATE 1-", " ", "\n", "kill the ", "Meldung ", "(Adds ", "! ", "please kill a ", "ACHTUNG Meldung "]
)
def test_hostile_repetition_costs_no_time(unit):
    long = unit * (200_000 // len(unit))
    with_conventions(wire(long, long, ednote=long, slugline=long))
    assert recall_in_headline(long) is recall_in_headline(long[:300])
    recall_in_note(long)
