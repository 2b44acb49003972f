"""An entry of a feed and the page it leads to, as one item.

Does no I/O. The entry's own facts stay; the page fills in what the entry does not say. The text is the page's, but for
pages that give less than the entry does: as short as its own text or shorter (an offer to subscribe, a notice about
cookies), or about something else (a front page after a redirect). About something else is a page that holds less than
a quarter of the longer words of the entry's title and text, told by their first five letters, so that inflected forms
count; entries of fewer than three such words match any page.

The article stays the entry's: the page's own claim of an address does not rename it, for the feed goes on to deliver
the entry by its own one.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from transforms.core.addresses import is_front_page
from transforms.core.entries import first_sentence
from transforms.core.normalise import words
from transforms.core.records import Dated, Item, Precision

#: The share of the entry's words that a page about the same holds at least.
MIN_SHARE: Final = 0.25
#: Fewer words than this say nothing.
_FEW: Final = 3
_LETTERS: Final = 5
#: As much of an entry's text as is compared.
_BEGINNING: Final = 2_000
#: From here on scripts stand that `words` gives as pairs of characters.
_UNSPACED: Final = "\u2e80"
_FINENESS: Final[dict[Precision, int]] = {"none": 0, "year": 1, "month": 2, "day": 3, "minute": 4, "second": 4}
_TO_THE_DAY: Final = 3
#: Two dates of one publication, one of them without time or zone, are no further apart.
_SAME: Final = timedelta(hours=36)
#: What a page says of itself in so many words; the rest are guesses from its text.
_SAID: Final = ("meta ", "json-ld ", "microdata ", "address")
#: Earlier dates on a page are defaults of broken software.
_FIRST_YEAR: Final = 1990


def join(entry: Item, page: Item) -> Item:
    """What an entry and its page say together.

    Args:
        entry: as its feed carries it; it may have no text.
        page: as it was read; its url is the address that answered.

    Returns:
        The entry's article as seen at the page: origin, raw_address and seen_at are the page's, `text_from` and
        `extractor` tell whose text it is. Nothing of a page about something else is taken.
    """
    here = replace(entry, origin=page.origin, raw_address=page.raw_address, seen_at=page.seen_at)
    if not is_about(entry, page):
        return here
    own_people = bool(entry.authors or entry.byline)
    told = replace(
        here,
        source=entry.source or page.source,
        title=page.title if _is_made(entry) else entry.title,
        authors=entry.authors if own_people else page.authors,
        byline=entry.byline if own_people else page.byline,
        published=_published(entry.published, page.published),
        dated_also=(entry.published, page.published, *page.dated_also),
        updated_at=entry.updated_at or page.updated_at,
        language_hint=entry.language_hint or page.language_hint,
        rights=entry.rights or page.rights,
        image_url=entry.image_url or page.image_url,
        publisher_tags=_united(entry.publisher_tags, page.publisher_tags),
        section=page.section,
        access=page.access,
    )
    if len(words(page.text)) <= len(words(entry.text)):
        return told
    lead = entry.lead or (entry.text if entry.text_from == "summary" else "")
    return replace(
        told,
        text=page.text,
        text_from="page",
        extractor=page.extractor,
        headings=page.headings,
        lead="" if lead in page.text else lead,
    )


def is_about(entry: Item, page: Item) -> bool:
    """Whether a page is about what its entry is about."""
    if is_front_page(page.url) and not is_front_page(entry.url):
        return False
    said = _told(f"{entry.title}\n{entry.text[:_BEGINNING]}")
    if len(said) < _FEW:
        return True
    return len(said & _told(f"{page.title}\n{page.text}")) >= MIN_SHARE * len(said)


def _told(text: str) -> frozenset[str]:
    """The longer words of a text by their beginnings; numbers, and pairs of characters where no spaces stand."""
    return frozenset(
        word[:_LETTERS]
        for word in words(text)
        if len(word) >= _LETTERS or word[0] > _UNSPACED or (word[0].isdigit() and len(word) > 1)
    )


def _is_made(entry: Item) -> bool:
    """Whether an entry has no title of its own, or one that was made of its text."""
    return not entry.title or bool(entry.text and entry.title == first_sentence(entry.text))


def _united(own: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """Each tag once, however it is written, the entry's first."""
    tags: dict[str, str] = {}
    for tag in (*own, *others):
        tags.setdefault(tag.casefold(), tag)
    return tuple(tags.values())


def _published(own: Dated, page: Dated) -> Dated:
    """The better of two dates: of one publication the finer, else the earlier.

    A page that says in so many words that it is older is believed: old stories are promoted again.
    """
    if own.at is None or page.at is None:
        return own if own.at is not None or (own.raw and not page.raw) else page
    if _FINENESS[own.precision] < _TO_THE_DAY or _FINENESS[page.precision] < _TO_THE_DAY:
        return page if _FINENESS[page.precision] > _FINENESS[own.precision] else own
    if abs(own.at - page.at) <= _SAME:
        if _FINENESS[own.precision] != _FINENESS[page.precision]:
            return max(own, page, key=lambda dated: _FINENESS[dated.precision])
        return page if page.at < own.at else own
    said = page.taken_from.startswith(_SAID) and page.at.year >= _FIRST_YEAR
    return page if said and page.at < own.at else own
