"""The columns of every table: type, meaning, unit. Nullable only where absence differs from the empty string."""

from typing import Final

import pyarrow as pa

UTC: Final = pa.timestamp("us", tz="UTC")
TEXT: Final = pa.string()
WHOLE: Final = pa.int64()
SMALL: Final = pa.int32()
NUMBER: Final = pa.float64()


def column(name: str, kind: pa.DataType, description: str, unit: str = "", *, null: bool = False) -> pa.Field:
    """A column with its meaning and unit in its metadata; no unit: a name, a text or a code."""
    return pa.field(name, kind, nullable=null, metadata={"description": description, "unit": unit})


def _list(kind: pa.DataType) -> pa.DataType:
    return pa.list_(pa.field("element", kind, nullable=False))


def _struct(**kinds: pa.DataType) -> pa.DataType:
    return pa.struct([pa.field(name, kind, nullable=False) for name, kind in kinds.items()])


_LOAD_ID: Final = column("load_id", WHOLE, "load that published the row", "number")
_ARTICLE_ID: Final = column("article_id", TEXT, "article, whatever its version")
_VERSION: Final = column("version", TEXT, "hash of title and normalised body")

ARTICLE: Final = (
    _ARTICLE_ID,
    _VERSION,
    column("source_version", WHOLE, "version as the source counts it", "number", null=True),
    column("title", TEXT, "headline, NFC"),
    column("text", TEXT, "body without the headline, NFC, paragraphs separated by one blank line"),
    column("lead", TEXT, "summary or first paragraph as the source gives it"),
    column("authors", _list(TEXT), "names, in the order given"),
    column("byline", TEXT, "authors as written"),
    column("source", TEXT, "outlet: site name, feed title or provider"),
    column("source_kind", TEXT, "text, page, feed or wire"),
    column("feed_url", TEXT, "address of the feed it came by"),
    column("url", TEXT, "canonical address"),
    column("url_original", TEXT, "address as delivered"),
    column("origin", TEXT, "where it was read: path, path#line, path!member, path#entry"),
    column("item_id", TEXT, "the provider's or the feed's id"),
    column("published_at", UTC, "when it was published", "UTC, microseconds", null=True),
    column("published_precision", TEXT, "none, year, month, day, minute or second"),
    column("published_raw", TEXT, "date of publication as written"),
    column("published_from", TEXT, "where the date was found"),
    column("updated_at", UTC, "when the source last changed it", "UTC, microseconds", null=True),
    column("first_seen_at", UTC, "when this version was first delivered", "UTC, microseconds"),
    column(
        "language",
        TEXT,
        "BCP 47 code; und: too little text to tell; und-Latn: in Latin letters, no language that can be told",
    ),
    column("language_confidence", NUMBER, "how likely the language is right; 0: und", "0-1"),
    column(
        "dateline",
        _struct(place=TEXT, agency=TEXT, date=TEXT),
        "place, agency and date at the head of the body",
        null=True,
    ),
    column("agency", TEXT, "news agency that wrote it"),
    column("urgency", SMALL, "urgency as the provider codes it", "1-9, 1 highest", null=True),
    column("slugline", TEXT, "keywords that name the story on the wire"),
    column("ednote", TEXT, "note to editors"),
    column("genre", TEXT, "genre as the provider codes it"),
    column("subjects", _list(_struct(code=TEXT, scheme=TEXT, name=TEXT)), "subjects as the provider codes them"),
    column("usage_terms", TEXT, "terms of use as given"),
    column("rights", TEXT, "copyright notice as given"),
    column("expires_at", UTC, "when the provider's rights to it end", "UTC, microseconds", null=True),
    column(
        "embargoed_until",
        UTC,
        "not to be shown before; of what was recalled, since when it had been shown",
        "UTC, microseconds",
        null=True,
    ),
    column(
        "topics",
        _list(
            _struct(
                id=TEXT,
                score=NUMBER,
                evidence=_list(_struct(field=TEXT, start=SMALL, end=SMALL, surface=TEXT, language=TEXT)),
            )
        ),
        "topics with how central each is and the words that prove it: the code points [start, end) of title or text",
        "score 0-1",
    ),
    column("topic_ids", _list(TEXT), "ids of the topics"),
    column(
        "places",
        _list(_struct(name=TEXT, country=TEXT, latitude=NUMBER, longitude=NUMBER, role=TEXT, count=SMALL)),
        "places named; country: ISO 3166-1; role: dateline (where it was filed) or subject; count: how often",
        "degrees",
    ),
    column("publisher_tags", _list(TEXT), "tags the publisher gave"),
    column("image_url", TEXT, "address of the main image"),
    column("section", TEXT, "section of the outlet, as it calls it"),
    column("access", TEXT, "who may read it, as the publisher says: free; paid; lead: paid, and this is its beginning"),
    column("word_count", SMALL, "length of the text", "words"),
    column("content_hash", TEXT, "hash of the normalised body"),
    column("text_from", TEXT, "what the text was taken from: title, summary, content, page, wire or file"),
    column("extractor", TEXT, "what made the text, with its version"),
    column("taxonomy_version", TEXT, "taxonomy that gave the topics, a slash, and gazetteer that gave the places"),
    column("raw_address", TEXT, "where the bytes lie: path, path@offset+length"),
    _LOAD_ID,
)

LINKS: Final = (
    column("a_article_id", TEXT, "article of the smaller key"),
    column("a_version", TEXT, "its version"),
    column("b_article_id", TEXT, "article of the greater key"),
    column("b_version", TEXT, "its version"),
    column("a_content_hash", TEXT, "hash of a's normalised body"),
    column("b_content_hash", TEXT, "hash of b's normalised body"),
    column("jaccard", NUMBER, "likeness of the sets of word 3-shingles", "0-1"),
    column("containment_a", NUMBER, "share of a's words that stand in b, in order", "0-1"),
    column("containment_b", NUMBER, "share of b's words that stand in a, in order", "0-1"),
    column("changes", _list(TEXT), "what was changed: title, dateline, cut, extended, wording, numbers"),
    _LOAD_ID,
)

RECALLS: Final = (
    column("notice_id", TEXT, "notice"),
    column("article_id", TEXT, "article it is about"),
    column("provider", TEXT, "agency that gave the item's id"),
    column("item_id", TEXT, "item it is about, as the agency calls it"),
    column("kind", TEXT, "kill, withhold, or purge: the law had the article removed; nothing of it is kept"),
    column("source_version", WHOLE, "version of the item as the agency counts it", "number", null=True),
    column("notice", TEXT, "what the notice says"),
    column("at", UTC, "when the agency gave the notice", "UTC, microseconds", null=True),
    column("seen_at", UTC, "when it was delivered", "UTC, microseconds"),
    column("origin", TEXT, "where it was read"),
    column("source", TEXT, "who delivered it"),
    column("raw_address", TEXT, "where the bytes lie"),
    _LOAD_ID,
)

SIGHTINGS: Final = (
    _ARTICLE_ID,
    column("version", TEXT, "version seen there"),
    column("source_version", WHOLE, "version as the source counts it", "number", null=True),
    column("updated_at", UTC, "when the source last changed it", "UTC, microseconds", null=True),
    column(
        "published_at", UTC, "when it was published, as said there to the day at least", "UTC, microseconds", null=True
    ),
    column("text_from", TEXT, "what the text was taken from there"),
    column("agency", TEXT, "news agency that wrote it, as said there"),
    column("origin", TEXT, "where it was read"),
    column("url", TEXT, "address as delivered"),
    column("source", TEXT, "outlet"),
    column("seen_at", UTC, "when it was delivered", "UTC, microseconds"),
    _LOAD_ID,
)

REJECTED: Final = (
    column("delivery_id", TEXT, "delivery and reason: the same again is no new row"),
    column("stage", TEXT, "where it was refused: open, decode, parse, extract or identify"),
    column("reason", TEXT, "why, from a closed list"),
    column("detail", TEXT, "one line for a person"),
    column("origin", TEXT, "where it was read"),
    column("source", TEXT, "who delivered it, as far as it was known"),
    column("title", TEXT, "as far as it was known"),
    column("url", TEXT, "as far as it was known"),
    column("excerpt", TEXT, "the first characters, at most 200"),
    column("raw_address", TEXT, "where the bytes lie"),
    column("seen_at", UTC, "when it was delivered", "UTC, microseconds"),
    _LOAD_ID,
)

REQUESTS: Final = (
    column("request_id", TEXT, "request: the number of its round, and its own in the round"),
    column("purpose", TEXT, "what was asked for: feed, page, robots or discovery"),
    column("feed_url", TEXT, "feed for which it was asked, as it stands in the list"),
    column("host", TEXT, "host asked"),
    column("url", TEXT, "address asked"),
    column("first_url", TEXT, "address that redirects led from; url itself where there were none"),
    column("method", TEXT, "HTTP method"),
    column("http_version", TEXT, "version of HTTP that was spoken"),
    column("status", SMALL, "HTTP status; null: no answer", "code", null=True),
    column("outcome", TEXT, "what came of it, from a closed list"),
    column("detail", TEXT, "what came of it, one line for a person"),
    column("bytes", WHOLE, "length of the body as received", "bytes"),
    column("started_at", UTC, "when it was sent", "UTC, microseconds"),
    column("duration_ms", WHOLE, "from sending to the last byte", "milliseconds"),
    column("wait_ms", WHOLE, "waited before sending, for manners", "milliseconds"),
    column("sent_etag", TEXT, "If-None-Match as sent"),
    column("sent_last_modified", TEXT, "If-Modified-Since as sent"),
    column("etag", TEXT, "validator as received"),
    column("last_modified", TEXT, "validator as received"),
    column("cache_control", TEXT, "Cache-Control as received"),
    column("age_s", WHOLE, "Age as received", "seconds"),
    column("expires_at", UTC, "Expires as received", "UTC, microseconds", null=True),
    column("retry_after_s", WHOLE, "Retry-After, from the end of the answer", "seconds", null=True),
    column("location", TEXT, "where a redirect leads"),
    column("content_type", TEXT, "Content-Type as received"),
    column("body_hash", TEXT, "BLAKE2b of the unpacked body; empty: none"),
    column("robots", TEXT, "what robots.txt said: allowed, disallowed, unavailable; empty: not asked"),
    column("raw_address", TEXT, "where the response lies, below the output folder"),
    column(
        "next_at", UTC, "when the feed is asked again; null: not an answer for a feed", "UTC, microseconds", null=True
    ),
    _LOAD_ID,
)

FINGERPRINTS: Final = (
    _ARTICLE_ID,
    _VERSION,
    column("stored_in", TEXT, "table the text was stored in: articles, copies or held"),
    column("text_from", TEXT, "what the text was taken from"),
    column("scheme", TEXT, "algorithm and parameters; other schemes are not comparable"),
    column("content_hash", TEXT, "hash of the normalised body"),
    column("signature", pa.binary(), "hashes of 16 MinHash bands, 8 bytes each; empty where the text is too short"),
    column("anchors", _list(WHOLE), "sampled hashes of word runs, ascending"),
    column("words", SMALL, "length of the text", "words"),
    _LOAD_ID,
)

PROFILES: Final = (
    column("host", TEXT, "host of the page, as in its canonical address"),
    _ARTICLE_ID,
    _VERSION,
    column(
        "blocks",
        _list(WHOLE),
        "paragraphs in their order, before any was taken off: hash, and in the last 23 bits what was seen of each",
    ),
    column("scheme", TEXT, "what the blocks mean; other schemes are not comparable"),
    _LOAD_ID,
)

LOADS: Final = (
    column("load_id", WHOLE, "load, greater than every earlier one", "number"),
    column("started_at", UTC, "when the batch began", "UTC, microseconds"),
    column("finished_at", UTC, "when it was ready to publish", "UTC, microseconds"),
    column("command", TEXT, "what was run"),
    column("now", UTC, "clock of the plan: what the batch took for now", "UTC, microseconds"),
    column("delivered", WHOLE, "items offered", "deliveries"),
    column("containers", WHOLE, "files, feeds and archives opened", "containers"),
    column(
        "counts",
        _list(_struct(source=TEXT, kind=TEXT, outcome=TEXT, reason=TEXT, count=WHOLE)),
        "deliveries by source, kind and what came of them; the counts add up to delivered",
        "deliveries",
    ),
    column(
        "languages",
        _list(_struct(language=TEXT, count=WHOLE)),
        "languages of the rows added to articles, copies and held",
        "rows",
    ),
    column(
        "topics", _list(_struct(id=TEXT, count=WHOLE)), "topics of the rows added to articles, copies and held", "rows"
    ),
    column("code_version", TEXT, "version of this program"),
    column("taxonomy_version", TEXT, "taxonomy and gazetteer used"),
    column("index_generation", WHOLE, "generation of the index used: the last load it held", "number"),
    column(
        "timings",
        _list(_struct(stage=TEXT, wall_s=NUMBER, cpu_s=NUMBER)),
        "time each stage took",
        "seconds",
    ),
    column(
        "tables",
        _list(_struct(name=TEXT, version=WHOLE, rows=WHOLE, files=WHOLE)),
        "version of every other table after this load, and the rows and files it added",
        "number",
    ),
)
