"""Plain text to a headline and paragraphs. Does no I/O."""

import re

from transforms.core.characters import clean_text
from transforms.core.dateline import split_dateline
from transforms.core.errors import Refused
from transforms.core.records import Item, Reason, Stage
from transforms.core.wrapping import paragraphs_of

EXTRACTOR = "plaintext/1"

_MAX_HEADLINE = 250  #: characters above which a first paragraph is text
_SURE_HEADLINE = 120  #: characters up to which it is a headline even with several sentences
_TITLE = 120  #: characters of a title made of a first sentence
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s+|(?<=[。！？؟۔])[\"'”’»)]*\s*")
_ENDS = re.compile(r"[.!?…。！？؟۔][\"'”’»)\]]*$")
_ABBREVIATED = re.compile(
    r"(?:\b[A-ZА-ЯÀ-Þ]|\b(?:Mr|Mrs|Ms|Dr|St|Lt|Col|Gen|Maj|Sgt|Rep|Sen|Gov|No|vs|Jan|Feb|Aug|Sept?|Oct|Nov|Dec|Nr|z|им|г|ул))\.$"
)
_BYLINE = re.compile(r"(?:By|BY|Von|Par|Por|Автор:|Haber:|بقلم)\s+(?=[^\W\d_])(?P<names>[^\d.!?:;]{3,80})$")
_NAME = re.compile(r"^(?:[^\W\d_][\w'’.-]*\s+){1,4}[^\W\d_][\w'’.-]*$")
_PARTICLES = frozenset(("von", "van", "der", "den", "de", "la", "le", "du", "di", "da", "al", "el", "bin", "ibn", "d'"))
_BETWEEN_NAMES = re.compile(r"\s*(?:,|;|&|/|\band\b|\bund\b|\bet\b|\by\b|\bи\b|\bve\b)\s*")
_LETTER = re.compile(r"[^\W_]")
_SIGNS = re.compile(r"[\W_]+")
_MAX_BYLINE = 100
_MAX_REPEATS = 4  #: paragraphs that may repeat one headline, as its lines


def read_text(text: str, *, origin: str, raw_address: str = "") -> Item:
    """The article that a bare text is.

    The first paragraph is the headline. It is none where it is longer than 250 characters, is several sentences, or
    begins with a dateline: then the title is made of the first sentence and the text is whole. Repetitions of the
    headline at the top, whatever their case and punctuation, and a byline are not text. The dateline stays: it becomes
    fields in a later step, for every kind of item alike.

    Raises:
        Refused: EXTRACT/EMPTY without characters, EXTRACT/NO_TEXT with a headline only.
    """
    paragraphs = paragraphs_of(clean_text(text))
    if not any(map(_LETTER.search, paragraphs)):
        raise Refused(Stage.EXTRACT, Reason.EMPTY, "no letters")
    title, body = paragraphs[0], without_headline(paragraphs[0], paragraphs[1:])
    if not _is_headline(paragraphs):
        title, body = title_from(paragraphs[0]), paragraphs
    byline = ""
    authors: tuple[str, ...] = ()
    if len(body) > 1 and len(body[0]) <= _MAX_BYLINE and _BYLINE.match(body[0]) and (names := names_in(body[0])):
        byline, authors, body = body[0], names, body[1:]
    if not any(map(_LETTER.search, body)):
        raise Refused(Stage.EXTRACT, Reason.NO_TEXT, "a headline without a text")
    return Item(
        origin=origin,
        source_kind="text",
        title=title,
        text="\n\n".join(body),
        text_from="file",
        extractor=EXTRACTOR,
        byline=byline,
        authors=authors,
        raw_address=raw_address,
    )


def without_headline(title: str, paragraphs: list[str]) -> list[str]:
    """The paragraphs less the repetitions of the headline before them; case, punctuation and spaces do not matter.

    A repetition may be spread over as many as four paragraphs, as a headline of several lines is.

    >>> without_headline("Truce holds, UN says", ["TRUCE HOLDS", "U.N. SAYS", "Guns fell silent."])
    ['Guns fell silent.']
    """
    key = _key(title)
    if not key:
        return paragraphs
    start = 0
    while start < len(paragraphs):
        joined = ""
        for end in range(start, min(start + _MAX_REPEATS, len(paragraphs))):
            joined += _key(paragraphs[end][: 4 * len(title) + 100])  # a headline has few signs between its letters
            if joined == key or not key.startswith(joined):
                break
        if joined != key:
            break
        start = end + 1
    return paragraphs[start:]


def title_from(paragraph: str) -> str:
    """A title for a text without headline: its first sentence, cut between words to 120 characters.

    The dateline is left out, and so is the full stop.

    >>> title_from("ANKARA (AA) - Gen. Kaya met U.S. envoys. They talked.")
    'Gen. Kaya met U.S. envoys'
    """
    _, rest = split_dateline(paragraph[:2000])
    sentence = _sentences(rest or paragraph[:2000])[0]
    if len(sentence) > _TITLE:
        cut = sentence[:_TITLE].rsplit(None, 1)
        return (cut[0] if len(cut) > 1 and len(cut[0]) > _TITLE // 2 else sentence[: _TITLE - 1]).rstrip(
            " ,;:–—-"
        ) + "…"
    return sentence.rstrip(".。۔ ") or sentence


def _is_headline(paragraphs: list[str]) -> bool:
    first = paragraphs[0]
    if len(first) <= _SURE_HEADLINE and len(paragraphs) > 1:
        return split_dateline(first)[0] is None or not _ENDS.search(first)
    if len(first) > _MAX_HEADLINE or split_dateline(first)[0] is not None:
        return False
    return len(_sentences(first)) == 1


def _sentences(text: str) -> list[str]:
    """Split after sentence ends, but not after initials and common abbreviations."""
    sentences: list[str] = []
    start = 0
    for found in _SENTENCE.finditer(text):
        sentence = text[start : found.end()].strip()
        goes_on = found.end() >= len(text) or text[found.end()].islower()
        if sentence and not goes_on and not _ABBREVIATED.search(sentence):
            sentences.append(sentence)
            start = found.end()
    return [*sentences, text[start:].strip()]


def names_in(byline: str) -> tuple[str, ...]:
    """The names of people in a byline; none of them if one does not look like a name.

    >>> names_in("By Rana Aziz and Tom O'Hara"), names_in("NTB")
    (('Rana Aziz', "Tom O'Hara"), ())
    """
    found = _BYLINE.match(byline)
    names = [name for name in _BETWEEN_NAMES.split((found["names"] if found else byline)[:300]) if name]
    return tuple(names) if names and all(map(_is_name, names)) else ()


def _is_name(name: str) -> bool:
    return bool(_NAME.match(name)) and all(not word[0].islower() or word in _PARTICLES for word in name.split())


def _key(text: str) -> str:
    """Letters and digits only, folded."""
    return _SIGNS.sub("", text.casefold())
