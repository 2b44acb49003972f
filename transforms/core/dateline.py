# ruff: noqa: E501, SIM905  # lists of words; patterns on one line each
"""The dateline of a wire story: `GROSSETO, Italy (AP) —`, `МОСКВА, 14 сен — РИА Новости.`, `إدلب (رويترز) -`.

Does no I/O. The stored text is what follows the dateline, which is kept as fields: outlets replace it when they take a
story over, and it is no part of what is told.

A dateline is believed for a reason: an agency that is known, or a place in capitals. Otherwise a sentence that begins
like one ("The EU (European Union) - …") stays as it is. To reduce false positives further:

- a place has at most eight words, each capitalised or a small connecting word, and no digits;
- labels ("BREAKING -"), organisations ("NATO -") and agencies themselves ("Agence France-Presse (AFP) -") are no places;
- an agency that is not known is believed only behind a place in capitals of at least four letters, and if it is an
  acronym only where a country or a date stands before it: "ANGELA MERKEL (CDU) -" is none;
- without an agency the text behind must go on in small letters: a headline in capitals is none.
"""

import re
from typing import NamedTuple

from transforms.core.agencies import is_agency, names_agency
from transforms.core.records import Dateline

_HEAD = 200  #: a dateline is no longer than that
_ABBREVIATION = 5  #: letters and full stop of a shortened month
_DASH = "[-–—―−‑]"
_PARENTHESES = re.compile(
    rf"(?P<place>[^()\n]{{0,100}}?)\(\s?(?P<agency>[^()\n]{{1,50}}?)\s?\)(?P<dash>[ \t]?[.:]?[ \t]?{_DASH}{{1,3}})?[ \t]*"
)
_SLASHES = re.compile(
    rf"(?P<place>[^/\n]{{2,80}}?)/[ \t]?(?P<agency>[^/\n]{{2,40}}?)[ \t]?(?P<dash>/[ \t]?[.:]?[ \t]?{_DASH}{{0,3}})[ \t]*"
)
_DASHED = re.compile(
    r"(?P<place>[^–—―\n]{2,80}?)(?P<dash>[ \t]?[–—―]|[ \t]?--|[ \t]-(?=[ \t])|[ \t]?[-/][ \t]?(?=[\u0600-\u06ff]))[ \t]*"
)
#: What stands behind the dash, or between full stops: `— РИА Новости.`, `. ИНТЕРФАКС -`, `- سانا:`; at the end of the line, too
_AGENCY_BEHIND = re.compile(rf"(?P<agency>[^\n.:،–—―]{{2,30}}?)[ \t]?(?:[.:](?=\s)|{_DASH}{{1,2}}(?=\s)|$)[ \t]*")
_AGENCY_BEFORE = re.compile(r"(?P<place>.{2,70}?)[.,/][ \t]?(?P<agency>[^.,/]{2,30}|INTERFAX\.RU)$")

_MONTH = r"[^\W\d_]{3,12}\.?"
_DATE = re.compile(
    rf"(?:^|[,.;]?\s+|[,.;])(?P<date>(?:\d{{1,2}}\.?\s(?:de\s)?{_MONTH}(?:,?\s(?:de\s)?\d{{4}})?|{_MONTH}\s\d{{1,2}}(?:,\s?\d{{4}})?"
    r"|\d{1,2}[./]\d{1,2}[./]?(?:\d{4}|\d{2})?))[.,]?$"
)
_WORD = re.compile(r"[^\s/,\-]+")
_SMALL = frozenset(
    "al el la le les los las de del di du des da do der den am an in im bei of the and und et y ve e sur sous sous upon near "
    "près на в и под bin ibn ad as ash at ar".split()
)
_NO_PLACES = frozenset(
    "update breaking exclusive analysis opinion live video watch note correction corrected factbox feature interview urgent alert "
    "flash summary timeline explainer wrapup rpt refile advisory attention editors top world sports business photo photos audio "
    "eilmeldung eil analyse korrektur hintergrund kommentar zusammenfassung bericht exclusif vidéo direct entretien portrait encadré "
    "urgente análisis entrevista opinión última hora exclusiva son dakika analiz özel haber срочно молния обзор интервью видео "
    "un u.n us u.s usa eu e.u nato who imf osce opec opcw unhcr unicef unesco unrwa wfp icrc isis isil is hts ypg pkk sdf fsa pyd "
    "covid ceo tv bm ab оон ес нато сша onu ue otan uno".split()
)  # fmt: skip


class _Found(NamedTuple):
    place: str
    agency: str
    end: int
    dashed: bool


def split_dateline(text: str) -> tuple[Dateline | None, str]:
    """The dateline a text begins with, and the text behind it; (None, text) where it begins with none.

    Only the beginning of the first line is looked at, so the cost does not grow with the text. What is left is never
    empty.
    """
    start = len(text) - len(text.lstrip(" \t\n\u200f\u200e\ufeff"))
    head = text[start : start + _HEAD].partition("\n")[0]
    for found in (_in_parentheses(head), _in_slashes(head), _behind_dash(head)):
        if found is None:
            continue
        rest = text[start + found.end :].lstrip(" \t\n\u200f\u200e")
        dateline = _dateline(found, rest) if rest else None
        if dateline is not None:
            return dateline, rest
    return None, text


def _in_parentheses(head: str) -> _Found | None:
    match = _PARENTHESES.match(head)
    if not match:
        return None
    return _Found(match["place"].strip(), match["agency"], match.end(), bool(match["dash"]))


def _in_slashes(head: str) -> _Found | None:
    match = _SLASHES.match(head)
    if match and is_agency(match["agency"]):
        return _Found(match["place"].strip(), match["agency"], match.end(), True)
    return None


def _behind_dash(head: str) -> _Found | None:
    match = _DASHED.match(head)
    if not match:
        return None
    before, end = match["place"].strip(), match.end()
    behind = _AGENCY_BEHIND.match(head, end)
    if behind and is_agency(behind["agency"]):
        return _Found(before, behind["agency"], behind.end(), True)
    inside = _AGENCY_BEFORE.match(before)
    if inside and is_agency(inside["agency"].strip()):
        return _Found(inside["place"].strip(), inside["agency"].strip(), end, True)
    return _Found(before, "", end, True)


def _dateline(found: _Found, rest: str) -> Dateline | None:
    """The dateline, if what was found is believable."""
    agency, (place, date) = found.agency, _without_date(found.place)
    if agency and not date and _DATE.fullmatch(agency):
        agency, date = "", agency
    if not place:
        return Dateline(place="", agency=agency, date=date) if agency and found.dashed and is_agency(agency) else None
    if not _may_be_place(place):
        return None
    city = place.split(",")[0]
    capitals = city.isupper()
    if is_agency(agency):
        believed = found.dashed or (capitals and not rest[0].islower())
    elif agency:
        believed = found.dashed and capitals and _may_be_agency(agency, sure=bool(date) or "," in place)
    else:
        believed = capitals and len(city) > 2 and _goes_on(rest)
    return Dateline(place=place, agency=agency, date=date) if believed else None


def _without_date(place: str) -> tuple[str, str]:
    """Place and date of what stands before the agency."""
    match = _DATE.search(place)
    if not match:
        return place.rstrip(" ,.;:"), ""
    date = match["date"].rstrip(",")
    return place[: match.start()].rstrip(" ,.;:"), date.rstrip(".") if len(date.split()[-1]) > _ABBREVIATION else date


def _may_be_place(place: str) -> bool:
    words = _WORD.findall(place)
    if not 0 < len(words) <= 8 or names_agency(place) or re.search(r"[\d:;!?\"“”«»]", place):
        return False
    if words[0].rstrip(".").lower() in _NO_PLACES:
        return False
    return all(not word[0].islower() or word.lower() in _SMALL for word in words) and not words[0][0].islower()


def _may_be_agency(name: str, *, sure: bool) -> bool:
    """Whether a name that is not known may be an agency's: short, and an acronym only where all else is sure."""
    words = name.split()
    if len(words) > 3 or any(character.isdigit() for character in name):
        return False
    return sure or (len(words) == 1 and not name.isupper()) or names_agency(name)


def _goes_on(rest: str) -> bool:
    """Whether a sentence in small letters follows."""
    words = rest[:120].split()[:6]
    return not rest[0].islower() and any(word[0].islower() or word[1:].islower() for word in words[1:] or words)
