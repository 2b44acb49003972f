"""From an item as found to an article: dateline, identity, version, language, topics, fingerprint.

Does no I/O and knows no clock: `now` is an argument. The same item and `now` give the same article in every process,
whenever its bytes are read again: what was received at a known time was seen then.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from transforms.core.addresses import canonical_address, trusted_canonical
from transforms.core.advisory import for_editors_only
from transforms.core.conventions import with_conventions
from transforms.core.dateline import split_dateline
from transforms.core.dates import parse_date
from transforms.core.deliveries import Draft, Hold, Notice
from transforms.core.errors import Refused
from transforms.core.fingerprint import fingerprint
from transforms.core.furniture import (
    NOTHING,
    HostProfile,
    blocks_of,
    compared_version,
    host_of,
    is_noted,
    note_blocks,
    without_furniture,
)
from transforms.core.identity import article_id, content_hash, version_of
from transforms.core.language import detect
from transforms.core.normalise import nfc
from transforms.core.records import Article, Dated, Dateline, Item, Reason, Stage
from transforms.core.tagging import Tagging

#: A date further ahead than this is taken for a mistake; a day, because offsets are often left out.
AHEAD = timedelta(days=1)
#: No wire is older; earlier dates are defaults of broken software.
OLDEST = datetime(1900, 1, 1, tzinfo=UTC)
#: A year as it is written.
_YEAR = re.compile(r"\d{4}")
#: A first paragraph stands for a missing lead up to this many characters.
LEAD_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What an item turned out to be: an article that may be held, or a notice, or both."""

    draft: Draft | None
    hold: Hold
    notice: Notice | None
    host: str = ""  #: of a page
    compared: str = ""  #: as in `Head`
    cleaned_since: int = 0  #: as in `Head`


def settle(
    item: Item,
    *,
    now: datetime,
    tagging: Tagging,
    speaks_for: Callable[[str], bool],
    profiles: Mapping[str, HostProfile] | None = None,
) -> Settled:
    """Conclude all that follows from the item itself.

    Args:
        item: as a reader found it.
        now: the clock of the batch, by which embargoes are judged. `first_seen_at` is the item's `seen_at`, else this.
        tagging: gives the topics and places.
        speaks_for: whether the item's source may speak for a provider.
        profiles: what is known of hosts, whose furniture is taken off their pages; None: pages are taken as they are,
            and nothing is noted of them.

    Returns:
        A draft, its hold and a notice. A kill gives a notice only: its text must not be kept.

    Raises:
        Refused: no title and text (NO_TEXT), or a recall from a source that may not say it (NOT_AUTHORISED).
    """
    item = with_conventions(item)
    canonical = _canonical(item)
    identity = _identity(item, speaks_for=speaks_for)
    seen = item.seen_at or now
    notice = None
    if item.pubstatus != "usable":
        if not item.provider:
            raise Refused(Stage.IDENTIFY, Reason.NOT_AUTHORISED, "a recall that does not say whose item it recalls")
        if not speaks_for(item.provider):
            raise Refused(Stage.IDENTIFY, Reason.NOT_AUTHORISED, f"may not recall an item of {item.provider}")
        notice = _notice(item, identity, seen)
        if item.pubstatus == "canceled":
            return Settled(draft=None, hold="", notice=notice)
    title = " ".join(nfc(item.title).split())
    host = host_of(item.url) if profiles is not None and item.text_from == "page" else ""
    profile = profiles.get(host, NOTHING) if profiles and host else NOTHING
    whole = nfc(item.text)
    blocks = blocks_of(whole) if host else None
    dateline, text = _dateline(
        item, without_furniture(title, blocks, profile, site=item.source) if blocks and profile.furniture else whole
    )
    if not text:
        if notice is not None:
            return Settled(draft=None, hold="", notice=notice)
        raise Refused(Stage.EXTRACT, Reason.NO_TEXT, "no body")
    embargo, held_until = _embargo(item, now)
    hold: Hold = "withheld" if notice is not None else "embargo" if embargo else ""
    if notice is None and (item.not_for_publication or for_editors_only(item.ednote)):
        hold, held_until = "advisory", None  # no clock releases it
    published = best_date(item, dateline, seen)
    language, confidence = detect(text, title=title, hint=item.language_hint, source_hint=item.source_language)
    tags = tagging.tag(title, text, language, dateline)
    found = fingerprint(text)
    article = Article(
        article_id=identity,
        version=version_of(title, text),
        source_version=item.source_version,
        title=title,
        text=text,
        lead=nfc(item.lead) or text.split("\n\n", 1)[0][:LEAD_CHARS],
        authors=tuple(nfc(name) for name in item.authors),
        byline=nfc(item.byline),
        source=nfc(item.source),
        source_kind=item.source_kind,
        feed_url=item.feed_url,
        url=canonical,
        url_original=item.url,
        origin=item.origin,
        item_id=item.item_id,
        published_at=published.at,
        published_precision=published.precision,
        published_raw=published.raw,
        published_from=published.taken_from,
        updated_at=_when(item.updated_at, seen),
        first_seen_at=seen,
        language=language,
        language_confidence=confidence,
        dateline=dateline,
        agency=nfc(item.agency) or (dateline.agency if dateline else "") or nfc(item.provider),
        urgency=item.urgency,
        slugline=nfc(item.slugline),
        ednote=nfc(item.ednote),
        genre=nfc(item.genre),
        subjects=item.subjects,
        usage_terms=nfc(item.usage_terms),
        rights=nfc(item.rights),
        expires_at=item.expires_at,
        embargoed_until=held_until,
        topics=tags.topics,
        topic_ids=tags.topic_ids,
        places=tags.places,
        publisher_tags=tuple(nfc(tag) for tag in item.publisher_tags),
        image_url=item.image_url,
        section=nfc(item.section),
        access=item.access,
        word_count=found.words,
        content_hash=content_hash(text),
        text_from=item.text_from,
        extractor=item.extractor,
        taxonomy_version=tags.taxonomy_version,
        raw_address=item.raw_address,
    )
    noted = (
        note_blocks(title, blocks, site=item.source, headings=item.headings)
        if blocks and is_noted(profile, identity)
        else ()
    )
    return Settled(
        draft=Draft(article=article, fingerprint=found, blocks=noted),
        hold=hold,
        notice=notice,
        host=host,
        compared=compared_version(title, text, profile, site=article.source) if profile.furniture else "",
        cleaned_since=profile.changed,
    )


def identify(item: Item, *, speaks_for: Callable[[str], bool]) -> str:
    """The id of the item's article, as `settle` gives it."""
    return _identity(with_conventions(item), speaks_for=speaks_for)


def _identity(item: Item, *, speaks_for: Callable[[str], bool]) -> str:
    return article_id(item, speaks_for=speaks_for, canonical=_canonical(item))[0]


def _canonical(item: Item) -> str:
    """The one address of all variants: the page's own claim where it may be believed, else as delivered."""
    claimed = trusted_canonical(item.canonical_url, item.url) if item.canonical_url else ""
    return canonical_address(claimed or item.url)


def _dateline(item: Item, text: str) -> tuple[Dateline | None, str]:
    text = text.strip()
    if item.dateline is not None:
        return item.dateline, text
    return split_dateline(text)


def best_date(item: Item, dateline: Dateline | None, seen: datetime) -> Dated:
    """The best date of publication that may be believed; where there is none, what was written stays.

    A dateline's date counts where it names a year, and nothing else names a day.
    """
    said = parse_date(dateline.date, taken_from="dateline") if dateline else Dated()
    for dated in (item.published, *item.dated_also, said if said.precision == "day" else Dated()):
        if _when(dated.at, seen):
            return dated
    return Dated(raw=item.published.raw)


def _when(at: datetime | None, seen: datetime) -> datetime | None:
    """A time that may be believed: a wrong clock would place a version before all that are yet to come."""
    return at if at is not None and OLDEST <= at <= seen + AHEAD else None


def _embargo(item: Item, now: datetime) -> tuple[bool, datetime | None]:
    """Whether the item is held, and until when; an embargo that cannot be read holds for ever (fail closed)."""
    if not item.embargoed:
        return False, None
    written = parse_date(item.embargoed)
    if written.at is None or written.precision in ("year", "month") or not _names_year(written.raw, written.at):
        return True, None
    return written.at > now, written.at


def _names_year(raw: str, at: datetime) -> bool:
    """Whether the year of a time is written out, or the time as a number: "18.00 on 1 June" is not of 2018.

    A zone may take it into the next year.
    """
    return (len(raw) > len("20260601") and raw.isdecimal()) or any(
        abs(int(year) - at.year) <= 1 for year in _YEAR.findall(raw)
    )


def _notice(item: Item, identity: str, seen: datetime) -> Notice:
    kind = "kill" if item.pubstatus == "canceled" else "withhold"
    at = _when(item.updated_at, seen)
    # A withhold that says neither version nor time is another one at another place: an item may be withheld again.
    place = item.origin if kind == "withhold" and item.source_version is None and at is None else ""
    said = "\x1f".join(["1", identity, kind, str(item.source_version), str(item.updated_at), *filter(None, [place])])
    return Notice(
        notice_id=hashlib.blake2b(said.encode(), digest_size=16).hexdigest(),
        article_id=identity,
        provider=item.provider,
        item_id=item.item_id,
        kind="kill" if kind == "kill" else "withhold",
        source_version=item.source_version,
        text=nfc(item.ednote) or nfc(item.title),
        at=at,
        seen_at=seen,
        origin=item.origin,
        source=nfc(item.source) or nfc(item.provider),
        raw_address=item.raw_address,
    )
