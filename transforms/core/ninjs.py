# ruff: noqa: E501, SIM905  # a table in the docstring; lists of words are read more easily as words
"""One JSON record to an Item: ninjs 1 to 3, and the short names of our own. Does no I/O.

| Item | keys, the first that says something counts |
|---|---|
| item_id | `uri`, `id` |
| url | `url` |
| title | `headline`, `headlines[]` (role main first), `title`, `headline_*` |
| text | `body_text`, `text`, `body_html`, `html`, `bodies[]` (plain first), `body_*`; else the description (text_from "summary") |
| lead | `description_text`, `descriptions[]`, `description_*` |
| published | `firstcreated`, `published`, else `versioncreated` |
| updated_at | `versioncreated` |
| source, provider | `source`, `provider`, `infosource[]`, `copyrightholder` |
| byline | `byline`, `by`; authors from `authors[]`, else from it |
| the rest | `version`, `pubstatus`, `embargoed`, `language`, `urgency`, `slugline`, `ednote`, `genre(s)`, `subject(s)[]`, `usageterms`, `copyrightnotice`, `expires`, `keywords`, `located` |

Keys are compared without case (ninjs 3 writes `versionCreated`). A key of the wrong type is an error that names it; null
and the empty string say nothing. A record without title takes its first sentence. A record that recalls an item
(`pubstatus` withheld or canceled, or in words) needs neither title nor text.
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape

from transforms.core.characters import clean_text
from transforms.core.dates import parse_date
from transforms.core.errors import Refused
from transforms.core.fragment import looks_like_html, text_of_html
from transforms.core.plaintext import names_in, title_from, without_headline
from transforms.core.recallwords import recall_in
from transforms.core.records import Dated, Dateline, Item, PubStatus, Reason, Stage, Subject, TextFrom
from transforms.core.wrapping import paragraphs_of

EXTRACTOR = "ninjs/1"

_KNOWN = frozenset(
    "uri id url headline headlines title body_text text body_html html bodies firstcreated published versioncreated "
    "version pubstatus embargoed language source provider byline by description_text descriptions type".split()
)  # fmt: skip
_STATUS: dict[str, PubStatus] = {
    "usable": "usable",
    "withheld": "withheld",
    "withhold": "withheld",
    "canceled": "canceled",
    "cancelled": "canceled",
    "killed": "canceled",
    "kill": "canceled",
}
_WITHOUT_TEXT = frozenset(("picture", "photo", "graphic", "video", "audio", "event", "component"))
_MAX_INT = 2**63 - 1
_NUMBER = re.compile(r"\s*[+-]?\d{1,18}(?:\.0{1,9})?\s*")
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31});")
_LETTER = re.compile(r"[^\W_]")
_PLAIN_BODIES = ("body_text", "text")
_HTML_BODIES = ("body_html", "html")
_CAPTIONS = frozenset(("caption", "creditline", "credit", "title"))


class _Record:
    """Typed access to the keys of one object, which says which key is wrong."""

    def __init__(self, value: Mapping[object, object]) -> None:
        self._values = {str(key).lower(): said for key, said in value.items() if said is not None}

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def get(self, key: str) -> object:
        return self._values.get(key)

    def matching(self, prefix: str) -> Iterator[str]:
        return (key for key in self._values if key.startswith(prefix))

    def string(self, *keys: str) -> str:
        """The first of these that says something. Raises Refused for a value that is no string."""
        found = ""
        for key in keys:
            value = self._values.get(key, "")
            if not isinstance(value, str):
                raise _bad(key, "a string", value)
            found = found or clean_text(value).strip()
        return found

    def label(self, *keys: str) -> str:
        """Like `string`; numbers are taken as they are written."""
        for key in keys:
            value = self._values.get(key)
            if isinstance(value, int | float) and not isinstance(value, bool):
                if abs(value) <= _MAX_INT:
                    self._values[key] = str(int(value) if value == int(value) else value)
                else:
                    raise _bad(key, "a number below 2**63", value)
        return self.string(*keys)

    def number(self, key: str) -> int | None:
        """A whole number, also written as a string; None where the string is none."""
        found = _NUMBER.fullmatch(self.label(key))
        return int(found.group().split(".")[0]) if found else None

    def objects(self, *keys: str) -> list[Mapping[str, object]]:
        """The objects of the first of these arrays; a bare string in it counts as an object with a name."""
        for key in keys:
            value = self._values.get(key)
            if value is None:
                continue
            elements = value if isinstance(value, list) else [value]
            return [_object(key, element) for element in elements if element is not None]
        return []


def read_record(value: object, *, origin: str, raw_address: str = "") -> Item:
    """The article that one parsed JSON value is.

    Raises:
        Refused: PARSE/BAD_RECORD where it is no object, holds no key of a record or a key of the wrong type;
            EXTRACT/NO_TITLE with neither title nor text, EXTRACT/NO_TEXT without text.
    """
    if not isinstance(value, dict):
        raise Refused(Stage.PARSE, Reason.BAD_RECORD, f"{_kind(value)}, not an object")
    record = _Record(value)
    if not any(key in record for key in _KNOWN):
        raise Refused(Stage.PARSE, Reason.BAD_RECORD, "an object without any key of a news item")
    status = _status(record)
    title, (text, text_from) = _title(record), _text(record)
    paragraphs = paragraphs_of(text) if _LETTER.search(text) else []
    paragraphs = without_headline(title, paragraphs) if text_from == "wire" else paragraphs
    slugline, ednote = record.string("slugline"), record.string("ednote")
    if status == "usable" and not recall_in(headline=title, slug=slugline, note=ednote):
        _require(record, title, paragraphs)
    published, updated = _dates(record)
    provider = _provider(record)
    byline = record.string("byline", "by")
    located = record.string("located")
    return Item(
        origin=origin,
        source_kind="wire",
        source=provider,
        provider=provider,
        title=title or (title_from(paragraphs[0]) if paragraphs else ""),
        text="\n\n".join(paragraphs),
        text_from=text_from,
        extractor=EXTRACTOR,
        lead=_lead(record) if text_from == "wire" else "",
        authors=tuple(_names(record.objects("authors", "author"))) or names_in(byline),
        byline=byline,
        url=record.string("url"),
        item_id=record.label("uri", "id"),
        source_version=record.number("version"),
        published=published,
        updated_at=updated.at,
        pubstatus=status,
        embargoed=_embargoed(record),
        language_hint=record.string("language"),
        dateline=Dateline(place=located) if located else None,
        urgency=record.number("urgency"),
        slugline=slugline,
        ednote=ednote,
        genre=", ".join(_names(record.objects("genres", "genre"))),
        subjects=_subjects(record),
        usage_terms=record.string("usageterms"),
        rights=record.string("copyrightnotice"),
        expires_at=parse_date(record.label("expires")).at,
        publisher_tags=_keywords(record),
        raw_address=raw_address,
    )


def _require(record: _Record, title: str, paragraphs: list[str]) -> None:
    if paragraphs:
        return
    if not title:
        raise Refused(Stage.EXTRACT, Reason.NO_TITLE, "neither title nor text")
    kind = record.string("type").lower()
    raise Refused(
        Stage.EXTRACT, Reason.NO_TEXT, f"{kind} without a text" if kind in _WITHOUT_TEXT else "a title without a text"
    )


def _title(record: _Record) -> str:
    title = record.string("headline") or _valued(record, "headlines", ("main", "headline", "simple", ""))
    title = title or record.string("title") or next(filter(None, map(record.string, record.matching("headline_"))), "")
    if "<" in title and looks_like_html(title):
        title = text_of_html(title)
    elif _REFERENCE.search(title):
        title = clean_text(unescape(title))
    return " ".join(title.split())


def _text(record: _Record) -> tuple[str, TextFrom]:
    plain = record.string(*_PLAIN_BODIES)
    html = record.string(*_HTML_BODIES)
    other = [record.string(key) for key in record.matching("body_") if key not in (*_PLAIN_BODIES, *_HTML_BODIES)]
    for body in (plain, html, *_bodies(record), *other):
        text = text_of_html(body) if body and (body is html or looks_like_html(body)) else body
        if text.strip():
            return text, "wire"
    if record.string("type").lower() in _WITHOUT_TEXT:
        return "", "wire"
    return _lead(record), "summary"


def _bodies(record: _Record) -> list[str]:
    """Plain ones first; otherwise in their order."""
    bodies = record.objects("bodies")
    ordered = sorted(bodies, key=lambda body: "html" in f"{body.get('contenttype', '')} {body.get('role', '')}".lower())
    return [text for text in (_value("bodies", body) for body in ordered) if text]


def _lead(record: _Record) -> str:
    lead = record.string("description_text")
    if not lead:
        texts = (
            _value("descriptions", said) for said in record.objects("descriptions") if said.get("role") not in _CAPTIONS
        )
        lead = next(filter(None, texts), "")
    lead = lead or next(filter(None, map(record.string, record.matching("description_"))), "")
    return text_of_html(lead) if looks_like_html(lead) else lead


def _valued(record: _Record, key: str, roles: tuple[str, ...]) -> str:
    """The value with the first of these roles, else the first value."""
    said = [(str(element.get("role", "")), _value(key, element)) for element in record.objects(key)]
    said.sort(key=lambda pair: roles.index(pair[0]) if pair[0] in roles else len(roles))
    return next((value for _, value in said if value), "")


def _value(key: str, element: Mapping[str, object]) -> str:
    value = element.get("value", element.get("name", ""))
    if value is not None and not isinstance(value, str):
        raise _bad(f"{key}[].value", "a string", value)
    return clean_text(value or "").strip()


def _dates(record: _Record) -> tuple[Dated, Dated]:
    """When it was published, when it was changed."""
    changed = parse_date(record.label("versioncreated"), taken_from="wire versioncreated")
    for key in ("firstcreated", "published"):
        if written := record.label(key):
            return parse_date(written, taken_from=f"wire {key}"), changed
    return changed, changed


def _status(record: _Record) -> PubStatus:
    written = record.string("pubstatus").lower().rsplit(":", 1)[-1]
    status = _STATUS.get(written or "usable")
    if status is None:
        raise Refused(
            Stage.PARSE, Reason.BAD_RECORD, f"pubstatus: {written[:40]!r} is not usable, withheld or canceled"
        )
    return status


def _embargoed(record: _Record) -> str:
    """As written. What is not a date holds the item, so anything but null, false and "" is kept."""
    value = record.get("embargoed")
    if isinstance(value, bool):
        return "true" if value else ""
    return record.label("embargoed")


def _provider(record: _Record) -> str:
    for key in ("source", "provider", "infosource", "infosources", "copyrightholder"):
        if name := next(iter(_names(record.objects(key))), ""):
            return name
    return ""


def _subjects(record: _Record) -> tuple[Subject, ...]:
    subjects = []
    for element in record.objects("subjects", "subject"):
        said = {key: value for key, value in element.items() if isinstance(value, str)}
        code = said.get("code") or said.get("literal") or said.get("uri") or ""
        name = said.get("name", "")
        if code or name:
            subjects.append(
                Subject(code=clean_text(code), scheme=clean_text(said.get("scheme", "")), name=clean_text(name))
            )
    return tuple(subjects)


def _keywords(record: _Record) -> tuple[str, ...]:
    value = record.get("keywords")
    if isinstance(value, str):
        return tuple(filter(None, (word.strip() for word in clean_text(value).split(","))))
    return tuple(_names(record.objects("keywords")))


def _names(elements: list[Mapping[str, object]]) -> list[str]:
    said = (element.get("name") or element.get("literal") or element.get("value") for element in elements)
    return [clean_text(name).strip() for name in said if isinstance(name, str) and name.strip()]


def _object(key: str, element: object) -> Mapping[str, object]:
    if isinstance(element, str):
        return {"name": element}
    if isinstance(element, dict):
        return {str(name).lower(): value for name, value in element.items()}
    raise _bad(key, "an object or a string", element)


def _bad(key: str, wanted: str, value: object) -> Refused:
    return Refused(Stage.PARSE, Reason.BAD_RECORD, f"{key}: {wanted} expected, {_kind(value)} found")


def _kind(value: object) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
