# ruff: noqa: E501  # patterns of one language on one line
"""The marks that agencies put before and behind headlines and before texts, in the languages of their wires.

Does no I/O. To reduce false positives, a word counts as a mark by where it stands and how it is written:

- with a number, or unknown outside newsrooms (`UPDATE 2-`, `RPT-`): in capitals, before any dash or colon;
- words that also begin headlines (`URGENT`, `LEAD`): in capitals, before a colon or a dash between spaces;
- corrections and updates by their names (`Korrektur:`): in any case, before a colon or a dash between spaces;
- in brackets of their own, before or behind the headline: in any case.

A mark is never all there is: a headline that would be left without a letter stays whole, as does one above 500
characters.
"""

import re
from collections.abc import Iterable
from typing import Final

_MAX_TITLE: Final = 500
_MAX_NOTE: Final = 800
_LETTER: Final = re.compile(r"[^\W\d_]")

_ORDINAL: Final = r"(?:\d{1,2}(?:ST|ND|RD|TH|\.)?\s?)"
#: Words of newsrooms, and counted ones.
_JARGON: Final = (
    r"(?:UPDATE|WRAPUP|WRAP)\s?\d{1,2}|CORRECTED(?:-?\(OFFICIAL\))?|REFILE|RPT|WRITETHRU|"
    rf"{_ORDINAL}(?:LEAD|LD|UPDATE|WRITETHRU)|(?i:{_ORDINAL}(?:lead|ld)[ -]writethru)"
)
#: Corrections and updates by their names.
_NAMED: Final = (
    "update|updated|correction|corrected|corrective|clarification|refile|writethru|wrapup|"
    rf"{_ORDINAL}?(?:zusammenfassung|aktualisierung|neufassung)|"
    "korrektur|berichtigung|berichtigt|korrigiert|aktualisiert|"
    "actualisation|actualisé|rectificatif|correctif|corrigé|mise à jour|"
    "actualización|corrección|rectificación|"
    "уточнение|уточнено|исправление|исправлено|обновлено|обновление|дополнено|"
    "güncelleme|güncellendi|düzeltme|تصحيح|تحديث|محدث|مكرر|إعادة"
)
_FLASH: Final = "FLASH|BLITZ|FLAŞ|МОЛНИЯ"
_URGENT: Final = "ALERTE?|ALERTA|URGENTE?|BULLETIN|EIL(?:MELDUNG)?|СРОЧНО|ACİL|SON DAKİKA|عاجل"
_LOUD: Final = rf"{_FLASH}|{_URGENT}|LEAD|REPEAT|RESENDING|RECAST|WIEDERHOLUNG|ERGÄNZUNG|RÉPÉTITION|REPETICIÓN|AMPLIACIÓN|ПОВТОР|ПОПРАВКА|ДОПОЛНЕНИЕ"

_BARE_DASH: Final = r"\s*(?:--?|[–—]|:)\s*"
_SPACED: Final = r"(?:\s*(?::|--|[–—]|\+{2,3})\s+|\s+-\s+)"
_BEFORE: Final = re.compile(
    rf"(?:(?P<jargon>{_JARGON}){_BARE_DASH}|\+{{0,3}}\s?(?P<loud>{_LOUD}){_SPACED}|(?P<named>(?i:{_NAMED})){_SPACED}"
    r"|(?P<arabic>\#?(?:عاجل|تصحيح|تحديث|محدث))(?:\s*[|:/!.–—-]{1,3}\s*|(?<=\#عاجل)\s+)"
    rf"|[(\[](?P<bracketed>(?i:{_JARGON}|{_NAMED}|{_LOUD})(?![\w-])[^()\[\]]{{0,60}})[)\]](?:{_BARE_DASH}|\s+))"
)
_VERBS: Final = (
    "adds?|adding|updates?|updating|corrects?|correcting|recasts?|refiles?|rewrites?|repeats?|removes?|deletes|clarifies|"
    "changes|fixes|amends|inserts|restores|writes through|"
    "neu:|neu durchgehend|ergänzt|ergänzung|korrigiert|berichtigt|aktualisiert|wiederholt|"
    "actualise|actualisé|actualisée|ajoute|ajout|corrige|précise|rectifie|répète|"
    "actualiza|amplía|añade|agrega|repite|"
    "добавл\\w+|дополн\\w+|уточн\\w+|исправ\\w+|повтор\\w*|обновл\\w+|"
    "يضيف|تضيف|إضافة|مع إضافة|يصحح|لتصحيح"
)
_BEHIND: Final = re.compile(
    rf"[(\[](?P<mark>(?i:{_JARGON}|{_NAMED}|{_LOUD}|{_VERBS})(?![\w-])[^()\[\]]{{0,150}})[)\]]\s*$"
)
_IN_BRACKETS: Final = re.compile(rf"[(\[](?:{_NAMED}|{_LOUD}|{_VERBS})(?![\w-])", re.IGNORECASE)
#: The beginning of a line that speaks to editors; an "editor's note" speaks to readers.
TO_EDITORS: Final = re.compile(
    r"(?:eds?|editors?|note to editors|attention,? editors|attn\.? editors|(?:an die|achtung,?) redaktionen"
    r"|hinweis an die redaktionen|note aux rédactions|attention,? rédactions|nota a los editores|atención,? editores|вниманию редакций|к сведению редакций"
    r"|ملاحظة (?:للمحررين|إلى المحررين))\s*[:.–—_]\s*\S",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(
    r"(?:UPDATE|WRAPUP|WRAP)\s?(\d{1,2})\b|(\d{1,2})(?:ST|ND|RD|TH|\.)?\s?(?:LEAD|LDS?|UPDATE|WRITETHRU|ZUSAMMENFASSUNG|AKTUALISIERUNG|NEUFASSUNG)",
    re.IGNORECASE,
)
_ANY_FLASH: Final = re.compile(rf"(?:{_FLASH})(?!\w)", re.IGNORECASE)
_ANY_URGENT: Final = re.compile(rf"\#?(?:{_URGENT})(?!\w)", re.IGNORECASE)

#: What stands behind a keyword: "2nd Ld-Writethru", "3rd Lead", "Writethru".
_SLUG_VERSION: Final = re.compile(
    r",\s*(?P<version>(?:\d{1,2}(?:st|nd|rd|th)\s?)?(?:Lds?|Lead|Add|Sub|Writethru|Update)(?:[ -]Writethru)?(?:\s?[-,].{0,40})?)\s*$",
    re.IGNORECASE,
)
ADVISORY_SLUG: Final = re.compile(r",\s*(?:\d{1,2}(?:st|nd|rd|th)\s+)?Advisory\W*$", re.IGNORECASE)
#: A whole headline, or the words before its colon or dash.
ADVISORY_TITLE: Final = re.compile(
    r"(?:(?:MEDIA|NEWS|EDITORIAL|EDITORS?['’]?|COVERAGE)\s+)?ADVISORY(?:\W*$|\s*(?::|--|[–—]|-))"
    r"|(?i:note to editors|advisory to editors|hinweis an die redaktionen|avis aux rédactions|note aux rédactions|aviso a los editores|nota a los editores"
    r"|к сведению редакций|вниманию редакций)(?:\W*$|\s*[:–—-])"
    r"|(?:ملاحظة|تنويه) (?:للمحررين|إلى المحررين|للمشتركين|إلى المشتركين)"
)
#: The line behind which nothing is meant to be published.
NOT_INTENDED: Final = re.compile(
    r"(?:\#\s?(?:notebook|notizblock)\s*$|the following information is not (?:intended )?for publication|(?:die )?(?:folgenden|nachfolgenden) (?:informationen|angaben) sind nicht zur veröffentlichung"
    r"|les informations suivantes ne sont pas destinées à (?:la publication|être publiées)|la siguiente información no (?:es|está destinada) para (?:su )?publicación)",
    re.IGNORECASE,
)


def split_title(title: str) -> tuple[str, list[str]]:
    """The headline itself, and the marks before and behind it as they were written.

    >>> split_title("CORRECTED-UPDATE 2-Quake kills 12 (Adds toll)")
    ('Quake kills 12', ['CORRECTED', 'UPDATE 2', 'Adds toll'])
    >>> split_title("Update-Stau im Rathaus")
    ('Update-Stau im Rathaus', [])
    """
    title = " ".join(title.split())
    if len(title) > _MAX_TITLE:
        return title, []
    before: list[str] = []
    rest = title
    while found := _BEFORE.match(rest):
        before.append(next(mark for mark in found.groups() if mark).strip())
        rest = rest[found.end() :]
    behind: list[str] = []
    while found := _BEHIND.search(rest):
        behind.insert(0, found["mark"].strip())
        rest = rest[: found.start()].rstrip()
    rest = rest.strip()
    return (rest, [*before, *behind]) if _LETTER.search(rest) else (title, [])


def split_slug(slug: str) -> tuple[str, str]:
    """A slugline, and the version behind it.

    >>> split_slug("BC-Quake, 2nd Ld-Writethru")
    ('BC-Quake', '2nd Ld-Writethru')
    """
    found = _SLUG_VERSION.search(slug) if len(slug) <= _MAX_TITLE else None
    return (slug[: found.start()].rstrip(" ,"), found["version"].strip(" ,")) if found else (slug, "")


def split_lead_note(paragraph: str) -> tuple[str, str]:
    """A note to editors at the beginning of a paragraph, and what follows it; ("", paragraph) without one.

    >>> split_lead_note("(Adds minister (in office since May), details) PARIS - The bridge is open.")
    ('Adds minister (in office since May), details', 'PARIS - The bridge is open.')
    >>> split_lead_note("Eds: With AP Photos.")
    ('Eds: With AP Photos.', '')
    """
    if len(paragraph) <= _MAX_NOTE:
        bare = " ".join(paragraph.strip().strip("()").split())
        if TO_EDITORS.match(bare):
            return bare, ""
    if not _IN_BRACKETS.match(paragraph):
        return "", paragraph
    depth = 0
    for at, sign in enumerate(paragraph[:_MAX_NOTE]):
        depth += (sign in "([") - (sign in ")]")
        if not depth:
            return " ".join(paragraph[1:at].split()), paragraph[at + 1 :].strip()
    return "", paragraph


def number_in(mark: str) -> int | None:
    """The number of an update or lead.

    >>> number_in("UPDATE 2"), number_in("3rd Ld-Writethru"), number_in("REFILE")
    (2, 3, None)
    """
    found = _NUMBER.search(mark)
    return int(found[1] or found[2]) if found else None


def urgency_of(marks: Iterable[str]) -> int | None:
    """1 for a flash, 2 for what is urgent, None where no mark says so.

    >>> urgency_of(["RPT", "URGENT"]), urgency_of(["FLASH"]), urgency_of(["UPDATE 1"])
    (2, 1, None)
    """
    marks = list(marks)
    if any(map(_ANY_FLASH.match, marks)):
        return 1
    return 2 if any(map(_ANY_URGENT.match, marks)) else None
