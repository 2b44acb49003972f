"""NewsML 1.0 to 1.2 to items: https://iptc.org/std/NewsML/. Does no I/O.

| Item | element, the first that says something counts |
|---|---|
| provider, item_id | `ProviderId`; `urn:newsml:ProviderId:DateId:NewsItemId`, which is the same in all revisions |
| source_version | `RevisionId` |
| title, lead | `HeadLine`; a component whose role is abstract, summary or lead |
| text | the content whose role is body or main, else all text that is no headline, caption or contact |
| published, updated_at | `FirstCreated`, `ThisRevisionCreated` |
| pubstatus, embargoed | `Status`; Embargoed: the time at which `StatusWillChange` makes it usable |
| not_for_publication | `NewsItemType`, `Instruction` or `Genre`: advisory and the like |
| ednote | `NewsLine` or `Comment` whose type speaks of editors |
| byline, dateline, slugline | `ByLine`, `DateLine` or `Location`, `SlugLine` |
| rights, usage_terms | `CopyrightLine`, `Copyright`; `RightsLine`, `UsageRights` |
| subjects | `SubjectCode` and below, `TopicOccurrence`: FormalName, with Vocabulary or Scheme |
| the rest | `Urgency`, `Genre`, `Language`, `KeywordLine`, `ContentItem/@Href` of an image |

An item is a tree of components. What stands nearest to the text counts. Of equivalents (other languages, other formats)
the first language with a text is taken.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from transforms.core.advisory import is_advisory_code
from transforms.core.dates import parse_date
from transforms.core.errors import Refused
from transforms.core.newsml1parts import LEADS, bodies_of, first, formal, leaves_of
from transforms.core.nitf import nitf_item
from transforms.core.plaintext import names_in
from transforms.core.records import Dateline, Item, Reason, Rejected, Stage, Subject
from transforms.core.wirebody import completed, dateline_of, filled, text_of_content
from transforms.core.wireitems import read_items
from transforms.core.wirexml import below, child, children, line, said, status_of, whole_number

_EXTRACTOR: Final = "newsml-1/1"
_ITEMS: Final = frozenset({"NewsItem"})
_SUBJECTS: Final = ("subject", "subjectmatter", "subjectdetail", "subjectqualifier")


def read_newsml1(data: bytes, *, origin: str, raw_address: str = "") -> Iterator[Item | Rejected]:
    """Each `NewsItem` of a NewsML 1 document as one delivery, in the order in which they end.

    Packages of references, items without text, and updates that hold nothing but changes are rejected as unsupported,
    and the detail says what they are. For what else is yielded in place of an item see `read_items`.
    """
    return read_items(data, _ITEMS, _read, origin=origin, raw_address=raw_address)


def _read(element: Any, origin: str, raw_address: str) -> Item:  # noqa: ANN401  # lxml has no types
    if child(element, "update") is not None:
        raise Refused(Stage.EXTRACT, Reason.UNSUPPORTED, "an update that holds nothing but changes")
    leaves = list(leaves_of(element))
    bodies = bodies_of(leaves)
    chain = bodies[0].chain if bodies else tuple(below(element, "newscomponent"))
    item = _told(element, chain, origin, raw_address)
    leads = (
        text_of_content(leaf.content)
        for leaf in leaves
        if LEADS & leaf.roles and (not bodies or leaf.language == bodies[0].language)
    )
    headlines = (text_of_content(leaf.content) for leaf in leaves if "headline" in leaf.roles)
    inner = Item(origin=origin, source_kind="wire", lead="\n\n".join(filter(None, leads)), text_from="wire")
    texts = []
    for leaf in bodies:
        nitf = next(iter(below(leaf.content, "nitf")), None)
        found = None if nitf is None else nitf_item(nitf, origin, raw_address)
        texts.append(text_of_content(leaf.content) if found is None else found.text)
        inner = inner if found is None else filled(inner, found)
    title = item.title or inner.title or " ".join(next(filter(None, headlines), "").split())
    item = replace(filled(item, inner), title=title, text="\n\n".join(filter(None, texts)))
    references = sum(1 for _ in below(element, "newsitemref"))
    if references and not item.text and item.pubstatus == "usable":
        counted = f"a package of {references} reference{'s' * (references != 1)}"
        raise Refused(Stage.EXTRACT, Reason.UNSUPPORTED, counted)
    return completed(item, _kind(element))


def _told(element: Any, chain: tuple[Any, ...], origin: str, raw_address: str) -> Item:  # noqa: ANN401  # the same
    """What the item and the components around its text say."""
    named, managed = child(element, "identification", "newsidentifier"), child(element, "newsmanagement")
    provider = line(child(named, "providerid"))
    byline = first(chain, "newslines", "byline")
    codes = [*children(managed, "newsitemtype", "instruction")]
    for component in chain:
        codes += children(child(component, "descriptivemetadata"), "genre")
    return Item(
        origin=origin,
        source_kind="wire",
        source=_party(chain, "provider") or provider,
        provider=provider,
        item_id=_item_id(named, provider),
        source_version=whole_number(line(child(named, "revisionid"))),
        title=first(chain, "newslines", "headline"),
        published=parse_date(line(child(managed, "firstcreated")), taken_from="wire firstcreated"),
        updated_at=parse_date(line(child(managed, "thisrevisioncreated"))).at,
        pubstatus=status_of(formal(child(managed, "status"))),
        embargoed=_embargoed(managed),
        not_for_publication=any(is_advisory_code(formal(code)) for code in codes),
        language_hint=first(chain, "descriptivemetadata", "language", is_formal=True),
        byline=byline,
        authors=names_in(byline),
        dateline=_dateline(chain),
        urgency=whole_number(formal(child(managed, "urgency"))),
        slugline=first(chain, "newslines", "slugline"),
        ednote=_notes(element),
        genre=first(chain, "descriptivemetadata", "genre", is_formal=True),
        subjects=_subjects(chain),
        usage_terms=first(chain, "newslines", "rightsline") or _usage(chain),
        rights=first(chain, "newslines", "copyrightline") or _copyright(chain),
        image_url=_image(element),
        publisher_tags=_keywords(chain),
        text_from="wire",
        extractor=_EXTRACTOR,
        raw_address=raw_address,
    )


def _party(chain: tuple[Any, ...], role: str) -> str:
    return first(chain, "administrativemetadata", role, "party", is_formal=True)


def _item_id(named: Any, provider: str) -> str:  # noqa: ANN401  # the same
    """The public identifier without its revision, so that all revisions have it."""
    parts = (provider, line(child(named, "dateid")), line(child(named, "newsitemid")))
    return f"urn:newsml:{':'.join(parts)}" if all(parts) else parts[2]


def _embargoed(managed: Any) -> str:  # noqa: ANN401  # the same
    """When the status changes to usable, as written; an embargo that does not say when holds."""
    if formal(child(managed, "status")).lower() != "embargoed":
        return ""
    change = child(managed, "statuswillchange")
    usable = formal(child(change, "futurestatus")).lower() == "usable"
    return (line(child(change, "dateandtime")) if usable else "") or "embargoed without a date"


def _dateline(chain: tuple[Any, ...]) -> Dateline | None:
    if written := dateline_of(first(chain, "newslines", "dateline")):
        return written
    for component in chain:
        for place in children(child(component, "descriptivemetadata"), "location"):
            told = {formal(each).lower(): said(each, "Value") for each in below(place, "property")}
            if name := ", ".join(filter(None, (told.get("city"), told.get("countryname")))):
                return Dateline(place=name)
    return None


def _notes(element: Any) -> str:  # noqa: ANN401  # the same
    """What is said to editors."""
    notes = [
        line(child(each, "newslinetext"))
        for each in below(element, "newsline")
        if _is_for_editors(formal(child(each, "newslinetype")))
    ]
    notes += [line(each) for each in below(element, "comment") if _is_for_editors(formal(each))]
    return " ".join(filter(None, notes))


def _is_for_editors(kind: str) -> bool:
    return kind.lower().startswith(("editor", "ednote", "note to editor", "advisory"))


def _subjects(chain: tuple[Any, ...]) -> tuple[Subject, ...]:
    found: dict[Subject, None] = {}
    for component in chain:
        about = child(component, "descriptivemetadata")
        for each in [*below(about, *_SUBJECTS), *children(about, "topicoccurrence")]:
            code = formal(each) or said(each, "Topic").removeprefix("#")
            if code:
                found[Subject(code=code, scheme=said(each, "Vocabulary") or said(each, "Scheme"))] = None
    return tuple(found)


def _keywords(chain: tuple[Any, ...]) -> tuple[str, ...]:
    told = [
        word
        for component in chain
        for each in children(child(component, "newslines"), "keywordline")
        for word in line(each).split(",")
    ]
    told += [
        said(each, "Value")
        for component in chain
        for about in children(component, "metadata", "descriptivemetadata")
        for each in children(about, "property")
        if "keyword" in formal(each).lower()
    ]
    return tuple(dict.fromkeys(filter(None, map(str.strip, told))))


def _usage(chain: tuple[Any, ...]) -> str:
    rights = next((each for component in chain for each in below(component, "usagerights")), None)
    return "; ".join(filter(None, (line(each) for each in children(rights, "usagetype", "geography", "limitations"))))


def _copyright(chain: tuple[Any, ...]) -> str:
    return first(chain, "rightsmetadata", "copyright", "copyrightholder")


def _image(element: Any) -> str:  # noqa: ANN401  # the same
    """The address of the first picture."""
    pictures = (each for each in below(element, "contentitem") if _media(each) == "picture")
    addresses = (said(each, "Href") for each in pictures)
    return next((address for address in addresses if address.startswith(("http://", "https://"))), "")


def _media(item: Any) -> str:  # noqa: ANN401  # the same
    kind = formal(child(item, "mediatype")).lower() or formal(child(item, "mimetype")).lower().partition("/")[0]
    return "picture" if kind in ("photo", "image") else kind


def _kind(element: Any) -> str:  # noqa: ANN401  # the same
    """What an item without text is: what its first content is."""
    return next(filter(None, map(_media, below(element, "contentitem"))), "")
