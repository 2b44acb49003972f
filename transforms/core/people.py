"""Names of authors as bylines and metadata write them, one by one.

Does no I/O. Words before and behind names, roles, degrees, addresses, accounts, dates and the outlet itself are none.
"""

import re
from collections.abc import Iterable
from typing import Final

from transforms.core.months import month_of

#: Longer than a name.
MAX_NAME: Final = 80
_MOST: Final = 20
_BY: Final = re.compile(
    r"^(?:(?:[^\W\d_]+\s+){0,3}by|von|par|por|di|da|door|av|af|od|oleh|от|автор(?:ы|ка)?|текст|auteurs?|autor(?:es|en|i|ka)?"
    r"|autore|authors?|tekst|texto|text|yazan|haber|بقلم|كتب(?:ت)?|کتب|نویسنده|تحریر|作者|记者|記者|撰文|文|編輯|编辑|글)"
    r"(?:\s?[:：]\s?|\s+)(?=\S)|^(?:记者|記者)(?=\S)",
    re.IGNORECASE,
)
_BEHIND: Final = re.compile(
    r"\s+(?:기자|特派員|記者|记者|报道|報導|報道)$|(?<=\S)(?:\s?[/／]\s?\S{2,8}[报報]导?[導道]?)$"
    r"|\s+(?:[-–—|•·/]\s*.*|on\s+.*|updated.*|published.*)$",
    re.IGNORECASE,
)
_NO_NAME: Final = re.compile(
    r"https?:|www\.|[/@#<>{}=()]|^(?:(?:the|our|web|site|news|online|digital|editorial)\s+)*"
    r"(?:admin(?:istrator)?|editors?|editorial|staff|authors?|author name|team|desk|newsroom|redaktion|redacción|by"
    r"|rédaction|redazione|redação|redactie|редакция|التحرير|guest|name|user|unknown|anonymous|null|none|undefined|n/a)"
    r"(?:\s+(?:team|staff|board|desk|author))?$",
    re.IGNORECASE,
)
#: Small words inside of names.
_PARTICLES: Final = frozenset(
    "de del della di da do dos das du des la le les el al bin ibn bint ben van von der den dem ten ter zu zum af "  # noqa: SIM905  # a text
    "av y e i ja of the st mc san santa abu abd ul ur und and et".split()
)
_MOST_WORDS: Final = 7
#: Latin letters of what is a weekday or a code, no name.
_SHORT: Final = 3
_ROLE: Final = re.compile(
    r"\b(?:editors?|reporters?|correspondents?|contribut\w+|writers?|columnists?|journalists?|staff|director|producers?|"
    r"photographers?|specialist|expert|analyst|manager|officer|consultant|professor|president|founder|freelance\w*|chief|"
    r"redakteur\w*|korrespondent\w*|journaliste|rédact\w+|corresponsal|redactor\w*|periodista|giornalista|корреспондент\w*|"
    r"редактор\w*|журналист\w*|обозреватель|muhabir\w*|editör\w*|مراسل\w*|محرر\w*)\b",
    re.IGNORECASE,
)
#: What stands before a role and belongs to it.
_QUALIFIED: Final = frozenset(
    {"senior", "chief", "sports", "political", "managing", "deputy", "foreign", "science", "news"}
)
#: Degrees and orders: MD, PhD, RN, CFP, M.D., MBA.
_DEGREE: Final = re.compile(r"(?:[A-Z]{2,6}|(?:[A-Z][a-z]{0,2}\.\s?){2,4}|PhD|MPhil|EdD|DPhil|PharmD|Esq|Jr|Sr)\.?")
_EMAIL: Final = re.compile(r"<?\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,5}>?")
_BETWEEN: Final = re.compile(
    r"\s*[;|،、•·]\s*|\s+(?:and|und|et|and|ve|и|та|și|és|och|og|và|&|\+|with|mit|avec|con)\s+", re.IGNORECASE
)
#: These stand inside of names, too; they part two names of two words or more each.
_BETWEEN_WHOLE: Final = re.compile(r"\s+(?:y|e|i|en|ja|a|dan|و)\s+|\s+و(?=\S{2})", re.IGNORECASE)
_EDGES: Final = " ,.:–—-|()\"'*“”&"
_DIGITS: Final = re.compile(r"\d")


def clean_names(written: Iterable[str], *, site: str = "", host: str = "") -> tuple[str, ...]:
    """The people named, each once, in order; addresses, roles, place-holders and the outlet are no names.

    Args:
        written: bylines.
        site: the outlet's name; empty: not known.
        host: of the outlet's address.

    >>> clean_names(["By Ada Byron and Émilie du Châtelet", "desk@example.com (Ada Byron)"])
    ('Ada Byron', 'Émilie du Châtelet')
    >>> clean_names(["Byron, Ada; Mary Somerville, Sofia Kovalevskaya"])
    ('Byron, Ada', 'Mary Somerville', 'Sofia Kovalevskaya')
    >>> clean_names(["Ana García y Luis Pérez, periodista", "José Ortega y Gasset", "Lantern"], site="The Lantern")
    ('Ana García', 'Luis Pérez', 'José Ortega y Gasset')
    """
    outlets = frozenset({_key(site), _key(site.removeprefix("The ")), *map(_key, host.split("."))}) - {""}
    names: dict[str, str] = {}
    for text in written:
        line = " ".join(_EMAIL.sub(" ", text[:1000]).split()).strip("() ,")
        for part in _BETWEEN.split(_BY.sub("", line)):
            for piece in _at_commas(part):
                for single in _at_words(piece):
                    name = _bare(single)
                    if name and _is_name(name) and _key(name) not in outlets:
                        names.setdefault(name.casefold(), name)
    return tuple(names.values())[:_MOST]


def _bare(piece: str) -> str:
    """A name without what stands around it."""
    name = _BEHIND.sub("", _BY.sub("", piece.strip(" ,"))).strip(_EDGES)
    if role := _ROLE.search(name):  # "Ada Byron Staff Writer", "Sports Editor"
        before = name[: role.start()].split()
        before = before[:-1] if before and before[-1].lower() in _QUALIFIED else before
        return " ".join(before).strip(_EDGES) if len(before) > 1 else ""
    if date := _DIGITS.search(name):  # "Ada Byron 4 August 2025", "Ada Byron August 4"
        before = name[: date.start()].strip(_EDGES).split()
        before = before[:-1] if before and month_of(before[-1]) else before
        name = " ".join(before) if len(before) > 1 else ""
    return name


def _is_name(name: str) -> bool:
    words = name.split()
    small = sum(word[0].islower() and word.lower() not in _PARTICLES for word in words)
    is_phrase = len(words) > 1 and 2 * small >= len(words)
    return (
        len(name) <= MAX_NAME
        and len(words) <= _MOST_WORDS
        and any(c.isalpha() for c in name)
        and not (name.isascii() and len(name) <= _SHORT)
        and not is_phrase
        and not _NO_NAME.search(name)
    )


def _at_commas(text: str) -> list[str]:
    """Split at commas, unless one comma parts a family name from a given one; roles and degrees behind commas go."""
    pieces = [piece.strip() for piece in text.split(",")]
    if len(pieces) == 2 and all(piece and " " not in piece for piece in pieces) and not _DEGREE.fullmatch(pieces[1]):
        return [text]
    return pieces[:1] + [piece for piece in pieces[1:] if not (_DEGREE.fullmatch(piece) or _ROLE.search(piece))]


def _at_words(text: str) -> list[str]:
    """Split at words that may stand inside of names, too."""
    found = _BETWEEN_WHOLE.search(text)
    if found and all(len(part.split()) > 1 for part in (text[: found.start()], text[found.end() :])):
        return [text[: found.start()], *_at_words(text[found.end() :])]
    return [text]


def _key(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
