"""One form for every variant of a web address, and whom a page may speak for.

Does no I/O: the public suffix list is the one tldextract carries; nothing is fetched or cached.
"""

import re
from functools import cache, lru_cache
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlsplit

import idna

if TYPE_CHECKING:
    from tldextract import TLDExtract

#: Longer than any address that a browser would open.
MAX_LENGTH: Final = 4096

#: Parameters that say how a reader came, never what is read.
_TRACKING_STARTS: Final = (
    "utm_",  # Urchin, Google Analytics
    "mtm_", "matomo_", "pk_", "piwik_",  # Matomo and its forerunner
    "at_",  # AT Internet (at_medium, at_campaign)
    "ns_",  # comScore (ns_mchannel, ns_source)
    "hsa_", "_hs",  # HubSpot
    "mc_",  # Mailchimp
    "oly_",  # Omeda newsletters
    "vero_",  # Vero newsletters
    "itm_",  # links inside a site
    "wt_", "wt.",  # Webtrends
    "__twitter",  # embedded posts
    "fb_",  # Facebook actions
)  # fmt: skip
_TRACKING: Final = frozenset({
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid", "ttclid",
    "igshid", "igsh", "li_fat_id", "epik", "rb_clickid", "srsltid", "s_kwcid", "_openstat",  # click ids of advertisers
    "_ga", "_gl", "mkt_tok", "cmpid", "cmp", "icid", "ito", "smid", "smtyp", "ocid", "cid", "xtor", "spm", "wtrid",
    "campaign_id", "intcmp", "int_cmp", "ncid", "nlid", "partner",  # campaigns of newsrooms and mails
    "ref", "ref_src", "ref_url", "referrer", "referer", "source", "src", "from", "feedname", "feedtype", "rss", "ftag",
    "tag_ref", "soc_src", "soc_trk", "sref", "sr_share", "share", "sharetype", "shareadraft", "smprod", "emc",
    "guccounter", "guce_referrer", "guce_referrer_sig",  # where from, what was shared
    "amp", "usqp", "amp_js_v", "amp_gsa", "outputtype", "aoh",  # AMP, as a parameter
})  # fmt: skip
_TRACKING_ONLY_WITH: Final = {
    "outputtype": frozenset({"amp"}),
    "cid": frozenset({"rss", "social", "email", "newsletter"}),
    "source": frozenset({"rss", "feed", "twitter", "facebook", "email", "newsletter", "social", "share"}),
    "src": frozenset({"rss", "feed", "twitter", "facebook", "email", "newsletter", "social", "share"}),
    "from": frozenset({"rss", "feed", "twitter", "facebook", "email", "newsletter", "social", "share"}),
    "partner": frozenset({"rss", "feed", "twitter", "facebook", "email", "newsletter", "social", "share"}),
}  # words that are also used to say what is read: tracking only with these values
#: Labels before the registrable domain that name a rendering, not a place.
_VARIANT_LABELS: Final = frozenset({"www", "m", "mobile", "amp"})
_INDEX: Final = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_AMP_END: Final = re.compile(r"(?<=.)/amp/?$|\.amp$", re.IGNORECASE)
_AMP_FILE: Final = re.compile(r"\.amp(?=\.html?$)", re.IGNORECASE)
_AMP_START: Final = re.compile(r"^/amp(?=/.)", re.IGNORECASE)
#: The path of Google's AMP viewer and caches: `/amp/s/host/path`, `/c/s/host/path`; without `s` the target is http.
_VIEWER: Final = re.compile(r"^/(?:amp|[cvia])/(?:s/)?(?P<target>[^/]+\.[^/]+/.*)$")
_ESCAPED: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_SPACE: Final = re.compile(r"[\x00-\x20\x7f]")
#: A language as the whole path: /en, /pt-br.
_LANGUAGE_PATH: Final = re.compile(r"/(?:[a-z]{2}(?:[-_][a-z]{2})?|home|homepage)?", re.IGNORECASE)
#: RFC 3986: what may stand in a path or query unescaped, with a meaning of its own.
_PATH_SAFE: Final = "/:@!$&'()*+,;=~"
_QUERY_SAFE: Final = "/:@!$'()*,;~?"


@cache
def _suffixes() -> "TLDExtract":
    from tldextract import TLDExtract  # imports a client of the network, which takes long and is never used

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def canonical_address(url: str) -> str:
    """One form for all variants of an address; empty if it is none of http or https.

    Scheme https, host in ASCII and lower case without `www.`, `m.`, `mobile.`, `amp.` before the registrable domain,
    no credentials, default port, fragment or tracking parameters, AMP caches and viewers unwrapped, escapes normalised
    (RFC 3986 6.2.2), dot segments, index file, AMP part and trailing slash removed, parameters sorted. Applied to its
    own answer it changes nothing. An address to know a page by: not always one to fetch it from.

    >>> canonical_address("HTTP://www.Example.com:80/a/../News/1/?utm_source=x&b=2&a=1#top")
    'https://example.com/News/1?a=1&b=2'
    >>> canonical_address("https://www.google.com/amp/s/m.example.com/story/amp/")
    'https://example.com/story'
    >>> canonical_address("mailto:desk@example.com")
    ''
    """
    parts = _split(url)
    if parts is None:
        return ""
    while target := _wrapped(parts):
        inner = _split(target)
        if inner is None:
            break
        parts = inner
    try:
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        return ""
    if not host:
        return ""
    netloc = host if port in {None, 80, 443} else f"{host}:{port}"
    path, query = _path(parts.path), _query(parts.query)
    return f"https://{netloc}{path}{'?' if query else ''}{query}"


def _split(url: str) -> SplitResult | None:
    if len(url) > MAX_LENGTH:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and parts.netloc else None


def _wrapped(parts: SplitResult) -> str:
    """The address an AMP viewer or cache shows; empty: not one."""
    host = (parts.hostname or "").removeprefix("www.")
    first, _, rest = host.partition(".")
    viewer = first == "google" and parts.path.startswith("/amp/")
    cached = host.endswith((".cdn.ampproject.org", ".ampproject.net")) or (not rest and first == "cdn.ampproject.org")
    if not (viewer or cached):
        return ""
    found = _VIEWER.match(parts.path)
    if found is None:
        return ""
    return f"https://{found['target']}{'?' if parts.query else ''}{parts.query}"


@lru_cache(maxsize=4096)
def _host(host: str) -> str:
    """The host in ASCII, without labels of a rendering.

    Raises:
        ValueError: no host name (also `idna.IDNAError`, which is one).
    """
    host = unquote_to_bytes(host).decode("utf-8").strip(".").lower()
    if not host or _SPACE.search(host):
        return ""
    if ":" in host:
        return f"[{IPv6Address(host)}]"
    ascii_host = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    if not all(c.isalnum() or c in "-._" for c in ascii_host):
        return ""
    found = _suffixes().extract_str(ascii_host)
    if not (found.subdomain and found.domain):
        return ascii_host
    labels = [label for label in found.subdomain.split(".") if label not in _VARIANT_LABELS]
    return ".".join([*labels, *filter(None, (found.domain, found.suffix))])


def _normal(text: str, safe: str) -> str:
    """Escapes only where RFC 3986 wants them, in capitals.

    >>> _normal("/%7ea%2fb c/%c3%a9é", _PATH_SAFE)
    '/~a%2Fb%20c/%C3%A9%C3%A9'
    """
    pieces, last = [], 0
    for found in _ESCAPED.finditer(text):
        char = chr(int(found[0][1:], 16))
        kept = char.isascii() and (char.isalnum() or char in "-._~")
        pieces += [quote(text[last : found.start()], safe=safe, errors="replace"), char if kept else found[0].upper()]
        last = found.end()
    return "".join(pieces) + quote(text[last:], safe=safe, errors="replace")


def _path(path: str) -> str:
    segments: list[str] = []
    for segment in _normal(path, _PATH_SAFE).split("/")[1:]:
        if segment == "..":
            del segments[-1:]
        elif segment != ".":
            segments.append(segment)
    path = "/" + "/".join(segments)
    before = ""
    while path != before:
        before = path
        path = _INDEX.sub("/", _AMP_START.sub("", _AMP_FILE.sub("", _AMP_END.sub("", path)))).rstrip("/")
    return path or "/"


def _query(query: str) -> str:
    kept = []
    for pair in query.split("&"):
        name, sign, value = pair.partition("=")
        name, value = _normal(name, _QUERY_SAFE), _normal(value, _QUERY_SAFE + "=")
        if name and not _is_tracking(name.lower(), value.lower()):
            kept.append(f"{name}{sign}{value}")
    return "&".join(sorted(kept))


def _is_tracking(name: str, value: str) -> bool:
    if name in _TRACKING:
        return name not in _TRACKING_ONLY_WITH or value in _TRACKING_ONLY_WITH[name]
    return name.startswith(_TRACKING_STARTS)


@lru_cache(maxsize=4096)
def registrable_domain(url: str) -> str:
    """The domain one owner has, private suffixes (blog hosts) counted as suffixes; an IP address or bare name itself.

    >>> registrable_domain("https://news.example.co.uk/a"), registrable_domain("not an address")
    ('example.co.uk', '')
    """
    canonical = canonical_address(url)
    if not canonical:
        return ""
    host = urlsplit(canonical).hostname or ""
    return _suffixes().extract_str(host).top_domain_under_public_suffix or host


def is_front_page(url: str) -> bool:
    """Whether an address is a site's front page, in one language or in all.

    >>> is_front_page("http://www.example.com/index.html?utm_source=x"), is_front_page("https://example.com/en/")
    (True, True)
    >>> is_front_page("https://example.com/?p=12")
    False
    """
    canonical = canonical_address(url)
    parts = urlsplit(canonical)
    return bool(canonical) and not parts.query and _LANGUAGE_PATH.fullmatch(parts.path) is not None


def trusted_canonical(claimed: str, fetched: str) -> str:
    """The address a page is known by, in canonical form; empty: none.

    A page's own claim counts only within the registrable domain it was fetched from and never if it is a front page. A
    page with no known address is taken at its word, unless that is a front page.

    Args:
        claimed: rel=canonical or the like, absolute.
        fetched: where the page was read from; empty: a file.
    """
    known, claim = canonical_address(fetched), canonical_address(claimed)
    if not claim or is_front_page(claim):
        return known
    return claim if not known or registrable_domain(claim) == registrable_domain(known) else known
