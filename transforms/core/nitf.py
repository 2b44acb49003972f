"""NITF 3 to items: https://www.iptc.org/std/NITF/, alone or as the content of another format. Does no I/O.

| Item | element or attribute, the first that says something counts |
|---|---|
| item_id | `doc-id/@id-string`, `du-key/@key` |
| provider | `doc-id/@regsrc`, `doc.copyright/@holder`, `distributor`, `pubdata/@name` |
| source_version | `du-key/@version`, `@generation` |
| title | `hedline/hl1`, `head/title` |
| text, lead | `body.content`; `abstract` |
| published, updated_at | `date.issue`; the last `revision-history/@norm` |
| embargoed | `date.release`, where it is not `date.issue`; or `management-status` embargoed |
| pubstatus | `management-status`; of another document: `management-doc-idref` and `management-idref-status` |
| not_for_publication | `tobject.type`, `tobject.property.type` or `ed-msg/@msg-type`: advisory |
| ednote | `ed-msg/@info`, `correction/@info`, `note` in `body.head` |
| genre, subjects | `tobject.property.type`; `tobject.subject`, `classifier` |
| rights, usage_terms | `doc.copyright`, `copyrite`; `doc.rights`, `rights` |
| the rest | `urgency`, `date.expire`, `keyword`, `byline`, `dateline`, `evloc`, `media-reference`, `meta`, `xml:lang` |
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from transforms.core.advisory import is_advisory_code
from transforms.core.dates import parse_date
from transforms.core.plaintext import names_in
from transforms.core.records import Dateline, Item, Rejected, Subject
from transforms.core.wirebody import completed, dateline_of, text_of_element
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

_EXTRACTOR: Final = "nitf/1"
_ITEMS: Final = frozenset({"nitf"})
#: Of a subject, the finest name counts.
_SUBJECT_NAMES: Final = ("detail", "matter", "type")
_RIGHTS: Final = ("type", "geography", "limitations", "agent", "startdate", "enddate")


def read_nitf(data: bytes, *, origin: str, raw_address: str = "") -> Iterator[Item | Rejected]:
    """The article of an NITF document, as one delivery.

    A document that recalls another one (`management-doc-idref`) and carries a text besides gives the recall, too, as
    `origin#recall`. For what is yielded in place of an article see `read_items`.
    """
    recalls: list[Item] = []

    def read(element: Any, here: str, address: str) -> Item:  # noqa: ANN401  # lxml has no types
        item = nitf_item(element, here, address)
        recall = _recall(element, item)
        if recall is None:
            return completed(item)
        if item.text and item.pubstatus == "usable":
            recalls.append(replace(recall, origin=f"{here}#recall"))
            return completed(item)
        return recall

    for found in read_items(data, _ITEMS, read, origin=origin, raw_address=raw_address):
        yield found
        yield from recalls
        recalls.clear()


def nitf_item(element: Any, origin: str, raw_address: str) -> Item:  # noqa: ANN401  # the same
    """All that an `nitf` element says; it may have no text. The element is of no use afterwards.

    Raises:
        Refused: BAD_RECORD for a status that is none.
    """
    head, body = child(element, "head"), child(element, "body")
    docdata, body_head = child(head, "docdata"), child(body, "body.head")
    content = child(body, "body.content")
    byline, authors = _byline(body)
    provider = _provider(docdata, body, head)
    issued = said(child(docdata, "date.issue"), "norm")
    properties = [said(each, "tobject.property.type") for each in below(head, "tobject.property")]
    advisories = (
        *(said(each, "tobject.type") for each in below(head, "tobject")),
        *properties,
        *(said(each, "msg-type") for each in children(docdata, "ed-msg")),
    )
    revised = [said(each, "norm") for each in children(head, "revision-history")]
    du_key = child(docdata, "du-key")
    return Item(
        origin=origin,
        source_kind="wire",
        source=provider,
        provider=provider,
        item_id=said(child(docdata, "doc-id"), "id-string") or said(du_key, "key"),
        source_version=whole_number(said(du_key, "version") or said(du_key, "generation")),
        title=line(child(body_head, "hedline", "hl1")) or line(child(head, "title")),
        lead="\n\n".join(filter(None, map(line, _paragraphs(child(body_head, "abstract"))))),
        published=parse_date(issued, taken_from="wire date.issue"),
        updated_at=parse_date(next(filter(None, reversed(revised)), "")).at,
        pubstatus=status_of(said(docdata, "management-status")),
        embargoed=_embargoed(docdata, issued),
        not_for_publication=any(map(is_advisory_code, advisories)),
        language_hint=language_of(element) or language_of(body) or _meta(head, "language", "lang"),
        byline=byline,
        authors=authors,
        dateline=_dateline(body, docdata),
        urgency=whole_number(said(child(docdata, "urgency"), "ed-urg")),
        slugline=_meta(head, "slugline", "slug"),
        ednote=_note(docdata, body_head),
        genre=", ".join(filter(None, properties)),
        subjects=_subjects(head),
        usage_terms=_terms(docdata, body_head),
        rights=_copyright(docdata, body_head),
        expires_at=parse_date(said(child(docdata, "date.expire"), "norm")).at,
        image_url=_image(body),
        publisher_tags=tuple(filter(None, (said(each, "key") for each in below(docdata, "keyword")))),
        text="" if content is None else text_of_element(content),
        text_from="wire",
        extractor=_EXTRACTOR,
        raw_address=raw_address,
    )


def _recall(element: Any, item: Item) -> Item | None:  # noqa: ANN401  # the same
    """The recall of another document, if this one is that."""
    docdata = child(element, "head", "docdata")
    recalled = said(docdata, "management-doc-idref")
    written = said(docdata, "management-idref-status")
    status = "withheld" if written.lower().endswith("embargoed") else status_of(written)
    status = item.pubstatus if status == "usable" else status
    if not recalled or status == "usable":
        return None
    return Item(
        origin=item.origin,
        source_kind="wire",
        source=item.source,
        provider=item.provider,
        item_id=recalled,
        title=item.title,
        ednote=item.ednote,
        pubstatus=status,
        updated_at=item.updated_at or item.published.at,
        text_from="wire",
        extractor=_EXTRACTOR,
        raw_address=item.raw_address,
    )


def _provider(docdata: Any, body: Any, head: Any) -> str:  # noqa: ANN401  # the same
    return (
        said(child(docdata, "doc-id"), "regsrc")
        or said(child(docdata, "doc.copyright"), "holder")
        or next(filter(None, map(line, below(body, "distributor"))), "")
        or next(filter(None, (said(each, "name") for each in children(head, "pubdata"))), "")
    )


def _embargoed(docdata: Any, issued: str) -> str:  # noqa: ANN401  # the same
    """The time of release, as written. An embargo that tells none holds."""
    release = said(child(docdata, "date.release"), "norm")
    if said(docdata, "management-status").lower().endswith("embargoed"):
        return release or "embargoed without a date"
    return release if release != issued else ""


def _byline(body: Any) -> tuple[str, tuple[str, ...]]:  # noqa: ANN401  # the same
    """The byline as written, and the people in it."""
    found = next(iter(below(body, "byline")), None)
    if found is None:
        return "", ()
    people = tuple(filter(None, map(line, below(found, "person"))))
    titles = []
    for title in list(below(found, "byttl")):
        titles.append(line(title))
        title.clear(keep_tail=True)
    names = line(found).strip(" ,;")
    return ", ".join(filter(None, (names, *titles))), people or names_in(names)


def _dateline(body: Any, docdata: Any) -> Dateline | None:  # noqa: ANN401  # the same
    found = next(iter(below(body, "dateline")), None)
    if found is not None and line(found):
        place, date = line(child(found, "location")), line(child(found, "story.date"))
        return Dateline(place=place, date=date) if place else dateline_of(line(found))
    place = next(filter(None, (said(each, "city") for each in children(docdata, "evloc"))), "")
    return Dateline(place=place) if place else None


def _note(docdata: Any, body_head: Any) -> str:  # noqa: ANN401  # the same
    told = [said(each, "info") for each in children(docdata, "ed-msg", "correction")]
    return " ".join(filter(None, (*told, *map(line, children(body_head, "note")))))


def _subjects(head: Any) -> tuple[Subject, ...]:  # noqa: ANN401  # the same
    subjects = []
    for each in below(head, "tobject.subject"):
        names = (said(each, f"tobject.subject.{level}") for level in _SUBJECT_NAMES)
        code = said(each, "tobject.subject.refnum") or said(each, "tobject.subject.code")
        scheme = said(each, "tobject.subject.ipr") or "IPTC"
        subjects.append(Subject(code=code, scheme=scheme, name=next(filter(None, names), "")))
    for each in below(head, "classifier"):
        code, name = said(each, "id") or said(each, "idsrc"), said(each, "value") or line(each)
        subjects.append(Subject(code=code, scheme=said(each, "type"), name=name))
    return tuple(subject for subject in subjects if subject.code or subject.name)


def _terms(docdata: Any, body_head: Any) -> str:  # noqa: ANN401  # the same
    rights = child(docdata, "doc.rights")
    told = [said(rights, name) for name in _RIGHTS]
    return "; ".join(filter(None, told)) or line(child(body_head, "rights"))


def _copyright(docdata: Any, body_head: Any) -> str:  # noqa: ANN401  # the same
    told = child(docdata, "doc.copyright")
    written = " ".join(filter(None, ("©", said(told, "year"), said(told, "holder"))))
    notes = (line(each) for each in below(body_head, "copyrite"))
    return next(filter(None, notes), "") or (written if written != "©" else "")


def _image(body: Any) -> str:  # noqa: ANN401  # the same
    """The first picture in the text that has an address of the web."""
    for media in below(body, "media"):
        if said(media, "media-type") in ("", "image", "photo", "graphic"):
            for each in children(media, "media-reference"):
                if (source := said(each, "source")).startswith(("http://", "https://")):
                    return source
    return ""


def _meta(head: Any, *names: str) -> str:  # noqa: ANN401  # the same
    metas = (each for each in children(head, "meta") if said(each, "name").lower() in names)
    return next(filter(None, (said(each, "content") for each in metas)), "")


def _paragraphs(element: Any) -> list[Any]:  # noqa: ANN401  # the same
    """The paragraphs of an element, or itself."""
    return [] if element is None else children(element, "p") or [element]
