"""Whether a page is an article, and if not, what it is: a front page, a list, a login, an offer to subscribe, an error.

Does no I/O. Judged by structure: what is linked, what asks for input, where the running text stands. Words count only
as addresses, classes and numbers have them (`/login`, `paywall`, 404), and as titles of errors in many languages.

An article that is refused is lost, a list that is kept is only noise. To reduce false refusals:

- a page that says it is an article (JSON-LD, og:type, a published date in its head) and has some text is one, unless
  its address is the front page or it describes several;
- a list has many linked headings, and next to no running text but a little in the block that each of them heads;
- a login form, a dialog about cookies or a video make a page something else only where little text stands outside.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lxml import etree

from transforms.core.addresses import is_front_page
from transforms.core.pagehead import PageHead
from transforms.core.records import Access, Reason

#: Letters of an article that says it is one; a brief has more.
_BRIEF: Final = 120
#: A text of more letters is never only a caption, a dialog or an offer.
_LONG: Final = 1_500
#: A list has at least so many linked headings, or so many linked lines that could be headings.
_HEADINGS: Final = 6
_HEADLINES: Final = 15
#: Letters of running text besides that make a page more than a list.
_ARTICLE: Final = 400
#: Letters outside of forms and dialogs that make a page more than these.
_OUTSIDE: Final = 250
_CAPTION: Final = 500
#: What is sold is whole in the page where it is so much of what the page says its length is, or that long.
_WHOLE_SHARE: Final = 0.7
_WHOLE: Final = 2_500
_LETTERS_PER_WORD: Final = 4
#: An offer to subscribe has at least so many letters.
_OFFER: Final = 60
#: A form that asks for something has no more paragraphs below a headline.
_FEW_PARAGRAPHS: Final = 2
#: So much is looked at of a page.
_MOST_PIECES: Final = 4_000
_MOST_HEADINGS: Final = 400
#: A block of a list has fewer letters of running text.
_TEASER: Final = 700

_LINKED_HEADINGS: Final = etree.XPath(
    "//body//*[self::h1 or self::h2 or self::h3 or self::h4]"
    "[.//a[not(starts-with(@href, '#'))] or parent::a[not(starts-with(@href, '#'))]]"
    "[string-length(normalize-space()) > 9][not(ancestor::nav or ancestor::footer or ancestor::aside)]"
)
_HEADLINE_LINKS: Final = etree.XPath(
    "//body//a[string-length(normalize-space()) > 24][not(starts-with(@href, '#'))]"
    "[not(ancestor::nav or ancestor::footer or ancestor::p)]"
)
_RUNNING: Final = etree.XPath(
    "//body//text()[string-length() > 60][not(parent::script or parent::style)]"
    "[not(ancestor::nav or ancestor::footer or ancestor::noscript or ancestor::template or ancestor::select"
    " or ancestor::svg or ancestor::a or ancestor::button)]"
)
_PASSWORD: Final = etree.XPath("boolean(//input[@type='password'])")
_PLAYER: Final = etree.XPath(
    "boolean(//body//video | //body//iframe[contains(@src, 'youtube') or contains(@src, 'vimeo')"
    " or contains(@src, 'player') or contains(@src, 'embed')] | //body//*[contains(@class, 'video-player')"
    " or contains(@class, 'videoplayer') or contains(@class, 'jwplayer') or contains(@class, 'video-js')])"
)
_CONSENT: Final = re.compile(
    r"(?:^|\s)(?!has|is-|no-|not|with)(?:[a-z]{1,3}[_-]{1,2})?(?:cookie|consent|gdpr|dsgvo|cmp(?:$|[\s_-])|onetrust|didomi"
    r"|usercentrics|privacy-(?:wall|gate|manager))",
    re.IGNORECASE,
)
_PAYWALL: Final = re.compile(
    r"pay-?wall|reg-?wall|meter(?:ed|ing)?-?wall|content-?gate|subscri(?:be|ber|ption)-?(?:wall|gate|only|offer|prompt)"
    r"|(?:^|[\s_-])(?:tp|piano|poool)-(?:modal|container|widget)|premium-?(?:wall|gate|barrier|locked)|article-?locked",
    re.IGNORECASE,
)
_ERROR_CLASS: Final = re.compile(
    r"(?:^|[\s_-])(?:error-?(?:404|410|page)|page-?404|404|not-?found)(?:$|[\s_-])", re.IGNORECASE
)
_STATUS: Final = re.compile(r"(?<![\w.,:/-])(?:40[0134]|410|50[0234])(?![\w,:/-]|\.\d)")
#: Words of a title beside the number of an error.
_ERROR_WORDS: Final = 8
_NOT_FOUND: Final = re.compile(
    r"page (?:was |could |can)?not (?:be )?found|page (?:doesn.t|does not|no longer) exist|nicht gefunden|introuvable"
    r"|no (?:se ha )?encontrad[ao]|página não (?:foi )?encontrada|pagina non trovata|niet gevonden|страниц\w* не найден"
    r"|не знайдено|nie (?:została )?znalezion|nebyla nalezena|sayfa bulunamadı|الصفحة غير موجودة|لم يتم العثور"
    r"|صفحه (?:مورد نظر )?(?:پیدا|یافت) نشد|页面不存在|頁面不存在|找不到(?:页面|頁面|网页|網頁)|ページが見つかりません"
    r"|페이지를 찾을 수 없|không tìm thấy trang|halaman tidak ditemukan|ไม่พบหน้า|הדף לא נמצא|पेज नहीं मिला"
    r"|sidan (?:kunde inte hittas|hittades inte)|siden (?:blev ikke|ble ikke|findes ikke)|sivua ei löy|δεν βρέθηκε"
    r"|pagina nu a fost găsit|az oldal nem található",
    re.IGNORECASE,
)
_GATES: Final = re.compile(
    r"/(?:log-?in|sign-?in|anmelden|connexion|auth|sso|account/login|users/sign_in)(?:[/.?]|$)", re.IGNORECASE
)
_CONSENT_ADDRESS: Final = re.compile(
    r"^https?://(?:consent|cmp|privacy)[.-]|/(?:consent|cookie-?wall|privacy-?gate)(?:[/?]|$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a page is. `reason` None: an article."""

    reason: Reason | None = None
    why: str = ""  #: one line for a person
    access: Access = ""


def judge(tree: etree._Element, head: PageHead, text: str, *, url: str = "") -> Verdict:
    """Say what kind of page it is.

    Args:
        tree: the html element; left as it is.
        head: what the page says of itself.
        text: as it was extracted; may be empty.
        url: where the page was fetched from; empty: not known.
    """
    letters = sum(map(str.isalpha, text[: _WHOLE * 3]))
    access = _access(tree, head, letters)
    is_said = head.is_article and head.articles < 2
    is_front = is_front_page(url) if url else head.claims_front
    if is_said and letters >= _BRIEF and access != "lead" and not is_front and not head.is_video:
        return Verdict(access=access)
    for found in (
        _error(tree, head, letters, is_said),
        _consent(tree, url, letters),
        _login(tree, head, url, letters, is_said),
        _stub(tree, letters, access),
        _video(tree, head, text, letters, is_said),
        None if is_said and not is_front else _list(tree, is_front=is_front, is_dated=bool(head.dates)),
    ):
        if found:
            return found
    return Verdict(access=access)


def _access(tree: etree._Element, head: PageHead, letters: int) -> Access:
    """What the publisher says of who may read it, and whether that is all of it."""
    if head.is_free is None:
        offered = _shares(tree, _PAYWALL)[0] if _BRIEF <= letters < _LONG else 0
        return "lead" if offered >= _OFFER else ""
    if head.is_free:
        return "free"
    if head.sold_parts:
        sold = _letters_of(tree, frozenset(head.sold_parts))
        return "paid" if sold >= _OUTSIDE else "lead"
    if head.said_words:
        return "paid" if letters >= _WHOLE_SHARE * _LETTERS_PER_WORD * head.said_words else "lead"
    return "paid" if letters >= _WHOLE else "lead"


def _letters_of(tree: etree._Element, classes: frozenset[str]) -> int:
    """Letters of running text in elements of some classes."""
    return sum(
        length
        for length, element in _running(tree)
        if any(
            not classes.isdisjoint((part.get("class") or "").split()) for part in (element, *element.iterancestors())
        )
    )


def _error(tree: etree._Element, head: PageHead, letters: int, is_said: bool) -> Verdict | None:
    """A page about a page that is not there."""
    if letters >= _LONG or (is_said and letters >= _BRIEF):
        return None
    for title in head.headings:
        words = title.split()
        if (_STATUS.search(title) and len(words) <= _ERROR_WORDS) or _NOT_FOUND.search(title[:200]):
            return Verdict(reason=Reason.ERROR_PAGE, why=f"its title tells of an error: {title[:80]}")
    said = " ".join(part.get(key) or "" for part in (tree, *tree.iterchildren("body")) for key in ("class", "id"))
    if _ERROR_CLASS.search(said[:2000]):
        return Verdict(reason=Reason.ERROR_PAGE, why="its body is of the class of errors")
    return None


def _consent(tree: etree._Element, url: str, letters: int) -> Verdict | None:
    """A dialog about cookies in the place of an article."""
    if letters >= _LONG:
        return None
    inside, outside = _shares(tree, _CONSENT)
    if outside < _OUTSIDE and (inside > outside or (inside + outside and _CONSENT_ADDRESS.search(url))):
        return Verdict(reason=Reason.CONSENT_PAGE, why="its text is a dialog about cookies or consent")
    return None


def _login(tree: etree._Element, head: PageHead, url: str, letters: int, is_said: bool) -> Verdict | None:
    """A form that asks who one is."""
    if letters >= _LONG or (is_said and letters >= _BRIEF) or not _PASSWORD(tree):
        return None
    is_gate = bool(_GATES.search(url or head.canonical_url))
    outside = _shares(tree, None)[1]
    if outside < (_ARTICLE if is_gate else _BRIEF):
        return Verdict(reason=Reason.LOGIN_PAGE, why="a form for a password, and no text besides")
    return None


def _stub(tree: etree._Element, letters: int, access: Access) -> Verdict | None:
    """An offer to subscribe where the article should be."""
    if letters >= _CAPTION or access == "free":
        return None
    inside, outside = _shares(tree, _PAYWALL)
    if outside < _BRIEF and (inside or access):
        return Verdict(reason=Reason.PAYWALLED, why="an offer to subscribe, and no more than a line of the article")
    return None


def _video(tree: etree._Element, head: PageHead, text: str, letters: int, is_said: bool) -> Verdict | None:
    """A video with a caption."""
    if letters >= (_BRIEF if is_said else _CAPTION) or not head.is_video:
        return None
    if _PLAYER(tree) or not text:
        return Verdict(reason=Reason.VIDEO_PAGE, why="a video, with no more text than a caption")
    return None


def _list(tree: etree._Element, *, is_front: bool, is_dated: bool) -> Verdict | None:
    """Many headings that lead elsewhere, and no running text besides."""
    few = _HEADINGS // 2 if is_front else _HEADINGS
    heads, what = _LINKED_HEADINGS(tree)[:_MOST_HEADINGS], "linked headings"
    if len(heads) < few:
        few = few if is_front else _HEADLINES
        heads, what = _HEADLINE_LINKS(tree)[:_MOST_HEADINGS], "linked headlines"
    if len(heads) < few:
        return None
    blocks = _blocks(heads)
    lengths: Counter[etree._Element | None] = Counter()
    for length, element in _running(tree):
        lengths[next((part for part in (element, *element.iterancestors()) if part in blocks), None)] += length
    outside = lengths.pop(None, 0) + sum(length for length in lengths.values() if length >= _TEASER)
    if outside >= (_BRIEF if is_dated and not is_front else _ARTICLE):
        return None
    reason = Reason.FRONT_PAGE if is_front else Reason.SECTION_PAGE
    return Verdict(reason=reason, why=f"{len(heads)} {what} and next to no running text besides")


def _blocks(headings: list[etree._Element]) -> frozenset[etree._Element]:
    """The largest elements that hold one of the headings and no other."""
    held = Counter(ancestor for heading in headings for ancestor in heading.iterancestors())
    blocks = set()
    for heading in headings:
        block = heading
        for ancestor in heading.iterancestors():
            if held[ancestor] > 1:
                break
            block = ancestor
        blocks.add(block)
    return frozenset(blocks)


def _running(tree: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    """Pieces of running text: letters, and the element that they stand in."""
    for text in _RUNNING(tree)[:_MOST_PIECES]:
        element = text.getparent()
        if element is not None and (length := sum(map(str.isalpha, text))) > 40:
            yield length, element if text.is_text else element.getparent()


def _shares(tree: etree._Element, kind: re.Pattern[str] | None) -> tuple[int, int]:
    """Letters of running text within and outside of elements of a kind, told by class and id; forms are neither."""
    inside = outside = 0
    known: dict[etree._Element, tuple[bool, bool]] = {}
    for length, element in _running(tree):
        of_kind, is_form = _within(element, kind, known)
        if of_kind:
            inside += length
        elif not is_form:
            outside += length
    return inside, outside


def _within(
    element: etree._Element, kind: re.Pattern[str] | None, known: dict[etree._Element, tuple[bool, bool]]
) -> tuple[bool, bool]:
    """Whether an element stands in one of the kind, and in a form; what is found out on the way is kept."""
    path = []
    of_kind = is_form = False
    for part in (element, *element.iterancestors()):
        if part in known:
            of_kind, is_form = known[part]
            break
        if part.tag in {"body", "html"}:
            break
        path.append(part)
    for part in reversed(path):
        said = f"{part.get('class') or ''} {part.get('id') or ''}"
        of_kind = of_kind or (kind is not None and kind.search(said[:1000]) is not None and not _is_page(part))
        is_form = is_form or (part.tag == "form" and not _is_whole_form(part))
        known[part] = of_kind, is_form
    return of_kind, is_form


def _is_page(element: etree._Element) -> bool:
    """Whether an element holds all of a page, as wrappers with a state in their class do."""
    return next(element.iter("article", "main", "nav"), None) is not None


def _is_whole_form(element: etree._Element) -> bool:
    """Whether a form holds all of a page, as some servers make them."""
    paragraphs = next(islice(element.iter("p"), _FEW_PARAGRAPHS, None), None)
    return _is_page(element) or (paragraphs is not None and next(element.iter("h1"), None) is not None)
