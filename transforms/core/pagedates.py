"""When a page was published: all that says so, the best first.

Does no I/O and never asks the clock: the time that a page was made or read is no evidence. What a page says of itself
in so many words comes first (meta elements, JSON-LD, microdata), then its address. Only where that is silent, the text
around the headline is read as a person would, then the article's time elements, and the data that scripts carry. The
day of the last change stands at the end: better than none, and named as what it is.

To reduce false positives: dates in navigation, sidebars, footers and mastheads are none, nor are those behind ©.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from lxml import etree

from transforms.core.dates import parse_date
from transforms.core.headline import ASIDE, LINE, class_of, lines_before, lines_behind
from transforms.core.pagedata import StructuredData
from transforms.core.records import Dated, Precision
from transforms.core.shorttext import text_within
from transforms.core.writtendates import written_date

Meta = dict[str, list[str]]

#: Meta elements, the most telling first.
_SURE: Final = ("article:published_time", "og:article:published_time", "og:published_time")
_LIKELY: Final = (
    "datepublished", "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.created", "dcterms.issued",
    "dc.date.created", "publish-date", "publishdate", "publication_date", "pubdate", "article_date_original",
    "citation_publication_date", "cxenseparse:recs:publishtime", "dc.date", "dcterms.date", "date",
    "article.published", "displaydate", "release_date", "originalpublicationdate", "datecreated",
)  # fmt: skip
_MODIFIED: Final = (
    "article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "dc.date.modified", "last-modified",
    "lastmod",
)  # fmt: skip
EXACT: Final[frozenset[Precision]] = frozenset({"day", "minute", "second"})
_NAMED_SO: Final = re.compile(r"publi\w{0,9}[-_.:]?(?:on|date|time)|(?:date|time)[-_.:]?publi", re.IGNORECASE)
_LONGEST_NAME: Final = 40
_MOST_NAMED: Final = 10
_URL_DATE: Final = re.compile(
    r"[/_-]((?:19|20)\d{2})([/-])([01]?\d)\2([0-3]?\d)(?=[/_.-]|$)|/((?:19|20)\d{2})(?:/)?([01]\d)(?:/)?([0-3]\d)(?=[/_.-]|$)"
)
_MICRODATA: Final = etree.XPath("//*[@itemprop='datePublished' and not(self::meta)] | //time[@pubdate]")
#: Short texts outside of what is on every page of a site.
_SHORT: Final = (
    "[string-length() > 7 and string-length() < 400]"
    "[not(ancestor::nav or ancestor::footer or ancestor::script or ancestor::style or ancestor::noscript)]"
)
_LINES: Final = etree.XPath(f"//body//text(){_SHORT}")
_LINES_BEHIND: Final = etree.XPath(f"following::text(){_SHORT}")
_YEAR: Final = re.compile(r"\d{4}")
_DATE_CLASS: Final = re.compile(r"date|time|publi|posted", re.IGNORECASE)
#: A page with more dates is a list.
_MOST_LINES: Final = 40
_MOST_TEXTS: Final = 400
_MOST_TIMES: Final = 5
_TEXT_PARTS: Final = frozenset(("article", "header", "main"))
#: And at most so much besides, unless words tell what the date is.
_BESIDE: Final = 60
#: Stems of "updated" and "last change", as they stand before dates.
_UPDATED: Final = re.compile(
    r"updat|modif|revis|edited|reviewed|last change|aktual|geändert|geaendert|letzte änderung|mis à jour|màj|actuali"
    r"|atuali|alterad|aggiorn|обновл|измен|оновл|змін|зменен|güncel|تحديث|محدث|به.?روز|ویرایش|更新|修改|編集|업데이트|수정"
    r"|cập nhật|diperbarui|dikemas|bijgewerkt|gewijzigd|uppdater|ändrad|opdater|oppdater|päivit|frissít|módosít|ενημέρ"
    r"|अपडेट|อัปเดต|อัพเดต|עודכן|ажурир|ažurir|posodob|atnaujin|atjaunin|uuendat|uppfært|u përditësua|թարմաց|განახლ",
    re.IGNORECASE,
)
_PUBLISHED: Final = re.compile(
    r"publi|posted|veröffentl|erschienen|опублик|дата|yayın|نشر|منتشر|انتشار|发布|發布|公開|掲載|입력|등록|đăng|diterbitkan|"
    r"gepubl|julkais|δημοσ|प्रकाशित|เผยแพร่|פורסם|објав|objav|pubbl|megjelent",
    re.IGNORECASE,
)
_COPYRIGHT: Final = re.compile(r"©|\(c\)|copyright|all rights", re.IGNORECASE)
_SCRIPT_DATE: Final = re.compile(
    r'\\?"(?:datePublished|publishedAt|published_at|publishedDate|publishDate|publish_date|publicationDate|pubDate|'
    r'publishTime|firstPublished|firstPublishedAt|first_publication_date|datePosted)\\?"\s?:\s?\\?"([^"\\<>]{8,40})\\?"'
)
_MAX_SCRIPT: Final = 2_000_000


def page_dates(
    tree: etree._Element,
    *,
    meta: Meta,
    data: StructuredData,
    url: str,
    language: str,
    headline: etree._Element | None,
    thorough: bool = False,
) -> tuple[Dated, ...]:
    """The dates that may be that of publication, the best first; each with where it stood and what was written.

    Args:
        tree: the html element.
        meta: the contents of the meta elements by name.
        data: what JSON-LD says.
        url: the page's address; empty: not known.
        language: of the page, BCP 47, with its region where that is known; empty: not known.
        headline: what stands around it is asked for a date; None: there is none.
        thorough: ask all evidence, not only until one is found.
    """
    named = (name for name in meta if len(name) < _LONGEST_NAME and _NAMED_SO.search(name))
    said = [
        *_of_meta(meta, _SURE, language),
        _read(data.published, "json-ld datePublished", language),
        *_of_meta(meta, _LIKELY, language),
        *_of_meta(meta, islice(named, _MOST_NAMED), language),
        _of_address(url),
    ]
    dates = _exact(said)
    modified = _exact([parse_date(data.modified, taken_from="json-ld dateModified")], "updated: ")
    if thorough or not dates:
        written, updated = _by_the_headline(headline, language)
        dates += _exact([*_microdata(tree, language), *written])
        modified = [*_exact(updated, "updated: "), *modified]
    if thorough or not dates:
        start = tree if headline is None else headline
        dates += _exact([*_times(tree, language), *_only_one(start, language), *_in_scripts(tree)])
    return tuple(_distinct([*dates, *modified, *(each for each in said if each.at is not None)]))


def updated_at(meta: Meta, data: StructuredData) -> Dated:
    """When the page says that it was last changed."""
    said = (*_of_meta(meta, _MODIFIED, ""), parse_date(data.modified, taken_from="json-ld dateModified"))
    return next(iter(_exact(said)), Dated())


def _exact(dates: Iterable[Dated], prefix: str = "") -> list[Dated]:
    """Those that are exact to the day."""
    return [
        Dated(at=each.at, precision=each.precision, raw=each.raw, taken_from=prefix + each.taken_from)
        for each in dates
        if each.precision in EXACT
    ]


def _distinct(dates: Iterable[Dated]) -> Iterator[Dated]:
    seen = set()
    for each in dates:
        if each.taken_from not in seen:
            seen.add(each.taken_from)
            yield each


def _of_meta(meta: Meta, names: Iterable[str], language: str) -> Iterator[Dated]:
    for name in names:
        for content in meta.get(name, ())[:1]:
            yield _read(content, f"meta {name}", language)


def _read(said: str, where: str, language: str) -> Dated:
    """A date that is said for machines, though perhaps as people write it there: 14/09/1404, 05/12/2025."""
    dated = parse_date(said, taken_from=where)
    if dated.precision in EXACT or not (found := written_date(said, language=language)):
        return dated
    return Dated(at=found.dated.at, precision=found.dated.precision, raw=said[:LINE], taken_from=where)


def _of_address(url: str) -> Dated:
    """The day in the path of an address.

    >>> _of_address("https://a.example/world/2025/12/05/title").raw, _of_address("https://a.example/20251205/x").raw
    ('2025-12-05', '2025-12-05')
    """
    found = _URL_DATE.search(url[:1000])
    if found is None:
        return Dated()
    return parse_date("-".join(part for part in found.groups() if part and part.isdigit()), taken_from="address")


def _by_the_headline(headline: etree._Element | None, language: str) -> tuple[list[Dated], list[Dated]]:
    """The dates written around the headline: of publication, and of changes."""
    published: list[Dated] = []
    plain: list[Dated] = []
    updated: list[Dated] = []
    if headline is not None:
        for line in (*lines_behind(headline), *lines_before(headline)):
            where = "time by the headline" if line.is_time else "text by the headline"
            for dated, kind in _dates_of(line.text, line.label, language):
                of_kind = {"published": published, "updated": updated}.get(kind, plain)
                raw = line.text if line.is_time else dated.raw
                of_kind.append(Dated(at=dated.at, precision=dated.precision, raw=raw, taken_from=where))
    return published + plain, updated


def _dates_of(text: str, label: str, language: str) -> Iterator[tuple[Dated, str]]:
    """The dates of a line, each with what the words before it call it."""
    for _ in range(3):
        found = written_date(text, language=language)
        if found is None:
            return
        before = found.before[-60:] or label
        if not _COPYRIGHT.search(before):
            is_updated, is_published = _UPDATED.search(before), _PUBLISHED.search(before)
            kind = "published" if is_published and not is_updated else "updated" if is_updated else ""
            if kind or len(text) - len(found.dated.raw) <= _BESIDE:
                yield found.dated, kind
        text, label = found.after, ""


def _microdata(tree: etree._Element, language: str) -> Iterator[Dated]:
    for element in _MICRODATA(tree)[:3]:
        yield _of_element(element, language, "microdata datePublished")


def _of_element(element: etree._Element, language: str, where: str) -> Dated:
    said = element.get("datetime") or element.get("content")
    if said:
        return parse_date(said, taken_from=where)
    inner = element.find(".//time[@datetime]")
    if inner is not None:
        return parse_date(inner.get("datetime") or "", taken_from=where)
    found = written_date(text_within(element, LINE), language=language)
    dated = found.dated if found else Dated()
    return Dated(at=dated.at, precision=dated.precision, raw=dated.raw, taken_from=where)


def _times(tree: etree._Element, language: str) -> Iterator[Dated]:
    """The first time elements of the article or its header."""
    for time in islice(tree.iter("time"), _MOST_TIMES):
        parts = {str(part.tag) for part in time.iterancestors()}
        if not parts.isdisjoint(_TEXT_PARTS) and parts.isdisjoint(ASIDE) and not _UPDATED.search(class_of(time)):
            yield _of_element(time, language, "time")


def _only_one(start: etree._Element, language: str) -> Iterator[Dated]:
    """The one day that lines of the page call that of publication; else that classes call a date; else the only one.

    What stands before the headline, if there is one, is the masthead, whose date is today's.
    """
    found: list[tuple[Dated, str, bool]] = []
    texts = (_LINES if start.tag == "html" else _LINES_BEHIND)(start)
    for text in islice((text for text in texts if _YEAR.search(text)), _MOST_TEXTS):
        line = " ".join(text.split())
        if len(line) <= LINE and (parent := text.getparent()) is not None:
            label = class_of(parent)
            of_class = bool(_DATE_CLASS.search(label))
            found += ((dated, kind, of_class) for dated, kind in _dates_of(line, label, language))
            if len(found) > _MOST_LINES:
                return
    said = [dated for dated, kind, _ in found if kind == "published"]
    classed = [dated for dated, kind, is_so in found if is_so and not kind]
    plain = [dated for dated, kind, _ in found if not kind]
    for dates in (said, classed, plain):
        if len({dated.at.date() for dated in dates if dated.at}) == 1:
            yield Dated(at=dates[0].at, precision=dates[0].precision, raw=dates[0].raw, taken_from="the only date")


def _in_scripts(tree: etree._Element) -> Iterator[Dated]:
    """The date that scripts agree on."""
    found = {
        said
        for script in tree.iter("script")
        if script.text and len(script.text) <= _MAX_SCRIPT and "ld+json" not in (script.get("type") or "")
        for said in _SCRIPT_DATE.findall(script.text)
    }
    days = {dated.at.date(): dated for said in found if (dated := parse_date(said, taken_from="script")).at}
    if len(days) == 1:
        yield next(iter(days.values()))
