"""NewsML-G2 to items: https://iptc.org/std/NewsML-G2/guidelines/. Does no I/O.

| Item | element or attribute, the first that says something counts |
|---|---|
| item_id, source_version | `@guid`, `@version` |
| provider | `itemMeta/provider` (code, literal, name), the authority in the guid, the provider's address |
| title, lead | `headline` (role main first), `itemMeta/title`; `description` that is no caption |
| text | `inlineXML` (NITF, XHTML), `inlineData` that is text; else the description (text_from "summary") |
| published, updated_at | `firstCreated`, `contentCreated`, `versionCreated`; `versionCreated`, `contentModified` |
| pubstatus, embargoed, expires_at | `pubStatus`, `embargoed` (empty: without a date), `expires` |
| not_for_publication | `signal`, `role` or `genre`: advisory and the like |
| ednote, usage_terms, rights | `edNote`; `usageTerms`; `copyrightNotice`, `copyrightHolder` |
| byline, authors | `by`; `creator` |
| dateline | `dateline`, `located` |
| subjects | `subject`: a QCode gives scheme alias and code, an address or a literal the code alone |
| the rest | `urgency`, `slugline`, `genre`, `keyword`, `language`, `remoteContent` that is an image |

What NITF inside says of itself counts where the item says nothing. Of names in several languages that of the item
counts. Schemes keep the alias under which the document's catalogs know them; catalogs are never fetched.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from transforms.core.advisory import is_advisory_code
from transforms.core.dates import parse_date
from transforms.core.errors import Refused
from transforms.core.g2properties import code_of, label_of, name_of, preferred, role_of
from transforms.core.nitf import nitf_item
from transforms.core.plaintext import names_in
from transforms.core.records import Dated, Dateline, Item, Reason, Rejected, Stage, Subject
from transforms.core.safexml import local_name
from transforms.core.wirebody import a_kind, completed, dateline_of, filled, text_of_content, text_of_element
from transforms.core.wireitems import read_items
from transforms.core.wirexml import (
    below,
    child,
    children,
    language_of,
    line,
    said,
    status_of,
    whole_number,
)

_EXTRACTOR: Final = "newsml-g2/1"
#: What an item may be besides news, and what it is for a person.
_OTHERS: Final = {
    "conceptitem": "concept",
    "knowledgeitem": "knowledge",
    "planningitem": "planning",
    "catalogitem": "catalog",
}
_ITEMS: Final = frozenset({
    "newsItem", "packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem",
})  # fmt: skip
_AUTHORITY: Final = re.compile(r"(?:urn:newsml:|tag:)([\w.-]{1,100})[:,]", re.IGNORECASE)
_HOST: Final = re.compile(r"https?://(?:www\.)?([\w.-]{1,100})", re.IGNORECASE)
_CAPTIONS: Final = frozenset({"caption", "title", "credit", "rights"})
_MAIN: Final = frozenset({"", "main"})


def read_newsmlg2(data: bytes, *, origin: str, raw_address: str = "") -> Iterator[Item | Rejected]:
    """Each item of a NewsML-G2 document as one delivery, in the order in which they end.

    Items that are no news, packages of references, and pictures and the like without text are rejected as unsupported,
    and the detail says what they are. For what else is yielded in place of an item see `read_items`.
    """
    return read_items(data, _ITEMS, _read, origin=origin, raw_address=raw_address)


def _read(element: Any, origin: str, raw_address: str) -> Item:  # noqa: ANN401  # lxml has no types
    name = local_name(element)
    if name == "packageitem":
        count = sum(1 for _ in below(element, "itemref"))
        raise Refused(Stage.EXTRACT, Reason.UNSUPPORTED, f"a package of {count} reference{'s' * (count != 1)}")
    if name in _OTHERS:
        raise Refused(Stage.EXTRACT, Reason.UNSUPPORTED, a_kind(_OTHERS[name]))
    meta, about = child(element, "itemmeta"), child(element, "contentmeta")
    kind = code_of(child(meta, "itemclass"))[1].rpartition("/")[2]
    item = _told(element, meta, about, origin, raw_address)
    inner, form = _content(child(element, "contentset"), origin, raw_address)
    if form and kind == "text" and not inner.text and item.pubstatus == "usable" and not item.lead:
        raise Refused(Stage.EXTRACT, Reason.UNSUPPORTED, f"a text item in {form[:60]}")
    return completed(filled(item, inner), kind)


def _told(element: Any, meta: Any, about: Any, origin: str, raw_address: str) -> Item:  # noqa: ANN401  # the same
    """What the item says of itself, without its content."""
    language = said(child(about, "language"), "tag") or language_of(element)
    guid = said(element, "guid")
    provider = child(meta, "provider")
    agency = _provider(provider, guid)
    byline = " ".join(filter(None, map(line, children(about, "by"))))
    codes = [*children(meta, "signal", "role"), *children(about, "genre")]
    return Item(
        origin=origin,
        source_kind="wire",
        source=name_of(provider, language) or agency,
        provider=agency,
        item_id=guid,
        source_version=whole_number(said(element, "version")),
        title=_headline(about, language) or line(child(meta, "title")),
        lead=_lead(about, language),
        published=_published(meta, about),
        updated_at=_date(meta, "versioncreated").at or _date(about, "contentmodified").at,
        pubstatus=status_of(code_of(child(meta, "pubstatus"))[1]),
        embargoed=_embargoed(meta),
        not_for_publication=any(is_advisory_code(code_of(each)[1]) for each in codes),
        language_hint=language,
        byline=byline,
        authors=names_in(byline) or _creators(about, language),
        dateline=_dateline(about, language),
        urgency=whole_number(line(child(about, "urgency"))),
        slugline=line(child(about, "slugline")),
        ednote=" ".join(filter(None, map(line, [*children(meta, "ednote"), *children(about, "ednote")]))),
        genre=", ".join(filter(None, (label_of(each, language) for each in children(about, "genre")))),
        subjects=_subjects(about, language),
        usage_terms=" ".join(filter(None, map(line, _rights(element, "usageterms")))),
        rights=_copyright(element, language),
        expires_at=_date(about, "expires").at or _date(meta, "expires").at,
        image_url=_image(child(element, "contentset")),
        publisher_tags=tuple(filter(None, map(line, children(about, "keyword")))),
        text_from="wire",
        extractor=_EXTRACTOR,
        raw_address=raw_address,
    )


def _content(contents: Any, origin: str, raw_address: str) -> tuple[Item, str]:  # noqa: ANN401  # the same
    """What the first content with a text says, and the form of the last one: contents are the same in other forms."""
    empty = Item(origin=origin, source_kind="wire", text_from="wire")
    form = ""
    for each in children(contents, "inlinexml", "inlinedata"):
        if not len(each) and not line(each):
            continue
        form = said(each, "contenttype").lower()
        nitf = next(below(each, "nitf"), None)
        found = replace(empty, text=_text(each, form)) if nitf is None else nitf_item(nitf, origin, raw_address)
        if found.text:
            return filled(found, empty), form
        empty = filled(empty, found)
    return empty, form


def _text(content: Any, form: str) -> str:  # noqa: ANN401  # the same
    """The text of a content that is no NITF; empty where it is in a form that is not read."""
    if local_name(content) == "inlinedata":
        is_text = not said(content, "encoding") and (not form or form.startswith("text/"))
        return text_of_content(content) if is_text else ""
    html = next(below(content, "body"), None)
    if html is None and not ("html" in form or (not form and next(below(content, "p"), None) is not None)):
        return ""
    return text_of_element(content if html is None else html)


def _provider(provider: Any, guid: str) -> str:  # noqa: ANN401  # the same
    """What names the provider in all its items: a code rather than a name, which may be left out or translated."""
    _, code = code_of(provider)
    if code and not _HOST.match(code):
        return code
    authority, host = _AUTHORITY.match(guid), _HOST.match(code)
    return line(child(provider, "name")) or (authority[1] if authority else "") or (host[1] if host else "")


def _headline(about: Any, language: str) -> str:  # noqa: ANN401  # the same
    headlines = children(about, "headline")
    main = [each for each in headlines if role_of(each) in _MAIN]
    return preferred(main, language) or preferred(headlines, language)


def _lead(about: Any, language: str) -> str:  # noqa: ANN401  # the same
    return preferred([each for each in children(about, "description") if role_of(each) not in _CAPTIONS], language)


def _date(element: Any, name: str) -> Dated:  # noqa: ANN401  # the same
    return parse_date(line(child(element, name)), taken_from=f"wire {name}")


def _published(meta: Any, about: Any) -> Dated:  # noqa: ANN401  # the same
    dates = (_date(meta, "firstcreated"), _date(about, "contentcreated"), _date(meta, "versioncreated"))
    return next((dated for dated in dates if dated.raw), Dated())


def _embargoed(meta: Any) -> str:  # noqa: ANN401  # the same
    """As written. One without a date, which the format knows, holds."""
    found = child(meta, "embargoed")
    asked = found is not None or code_of(child(meta, "pubstatus"))[1].lower().endswith("embargoed")
    return line(found) or ("embargoed without a date" if asked else "")


def _dateline(about: Any, language: str) -> Dateline | None:  # noqa: ANN401  # the same
    if written := dateline_of(line(child(about, "dateline"))):
        return written
    place = name_of(child(about, "located"), language)
    return Dateline(place=place) if place else None


def _creators(about: Any, language: str) -> tuple[str, ...]:  # noqa: ANN401  # the same
    """The people among the creators."""
    people = (each for each in children(about, "creator") if not said(each, "type").endswith(("organisation", "org")))
    return tuple(filter(None, (name_of(each, language) for each in people)))


def _subjects(about: Any, language: str) -> tuple[Subject, ...]:  # noqa: ANN401  # the same
    subjects = []
    for subject in children(about, "subject"):
        main = child(subject, "mainconcept")
        each = subject if main is None else main
        scheme, code = code_of(each)
        if code or name_of(each, language):
            subjects.append(Subject(code=code, scheme=scheme, name=name_of(each, language)))
    return tuple(subjects)


def _rights(element: Any, name: str) -> list[Any]:  # noqa: ANN401  # the same
    return [each for info in children(element, "rightsinfo") for each in children(info, name)]


def _copyright(element: Any, language: str) -> str:  # noqa: ANN401  # the same
    notices = map(line, _rights(element, "copyrightnotice"))
    holders = (label_of(each, language) for each in _rights(element, "copyrightholder"))
    return next(filter(None, notices), "") or next(filter(None, holders), "")


def _image(contents: Any) -> str:  # noqa: ANN401  # the same
    images = (said(each, "href") for each in children(contents, "remotecontent") if _shows(each))
    return next((address for address in images if address.startswith(("http://", "https://"))), "")


def _shows(content: Any) -> bool:  # noqa: ANN401  # the same
    return said(content, "contenttype").startswith("image/")
