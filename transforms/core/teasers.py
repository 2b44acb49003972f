"""Whether a text of a feed is the beginning of an article that stands elsewhere. Does no I/O.

A text leads elsewhere if one of its last paragraphs ends with an ellipsis, or ends in or begins with words like "Read
more". What blog software adds below ("The post … appeared first on …") is passed over. To reduce false positives: only
the last three paragraphs count, and words that begin a paragraph only where it is short; an ellipsis inside a text or
inside a quotation says nothing.
"""

import re
from typing import Final

#: A paragraph that begins with words like "Continue reading", and the title, is no longer than this.
_MAX_LINK: Final = 200
_LAST: Final = 3
_ELLIPSIS: Final = re.compile(
    r"(?:[…‥]|\.\.\.+|[\[(](?:…|\.\.\.+|more|mehr|suite|más|devamı|далее|المزيد)[…. ]*[\])])\s*$"
)
_POINTERS: Final = " \t:.!→»›>…❯➔⟶←«‹<[]()"
#: As `casefold` gives them. At the end of a paragraph, or at the beginning of a short one.
_PHRASES: Final = (
    "read more", "read the full", "read full", "read the rest", "read the whole", "read this article",
    "continue reading", "keep reading", "click here to read",
    "اقرأ المزيد", "إقرأ المزيد", "لقراءة المزيد", "قراءة المزيد", "تابع القراءة", "اقرأ الخبر كاملا",
    "devamını oku", "devamı için", "haberin devamı", "okumaya devam",
    "читать далее", "читать дальше", "читать полностью", "читайте далее",
    "lire la suite", "lire plus", "en savoir plus", "lire l'article", "lire l’article",
    "mehr lesen", "lesen sie mehr", "ganzen artikel lesen",
    "leer más", "seguir leyendo", "leer el artículo", "leer completo", "continuar leyendo", "sigue leyendo",
    "читати далі", "leia mais", "continue lendo", "leggi tutto", "continua a leggere", "lees verder", "lees meer",
    "czytaj dalej", "続きを読む", "阅读全文", "閱讀全文", "查看更多", "더 보기", "بیشتر بخوانید", "ادامه مطلب",
)  # fmt: skip
#: The same, but only where they are a sentence: other sentences end so too.
_SENTENCES: Final = (
    "read on", "full story", "the full story", "full article", "more details", "more",
    "المزيد", "للمزيد", "devamı", "далее", "подробнее", "докладніше", "la suite", "weiterlesen", "zum artikel",
)  # fmt: skip
_SENTENCE_ENDS: Final = (".", "!", "?", "…", "»", '"', "”", ")", "]", "|", "-", "–", "؟", "。")
#: What blog software puts below each entry.
_BELOW: Final = re.compile(
    r"(?:the post|der beitrag|l[’']article|la entrada|o post|запись|допис|yazı|المقال|التدوينة|ظهرت المقالة)\b"
    r".{1,300}\b(?:appeared first|erschien zuerst|est apparu en premier|aparece primero|apareceu primeiro|"
    r"впервые появилась|з.явився спочатку|ilk önce|ظهر[ت]? أولا[ًا]?)\b.{0,200}",
    re.IGNORECASE,
)


def is_teaser(text: str) -> bool:
    """Whether a text says itself that it goes on elsewhere.

    >>> is_teaser("Two boats sank on Monday. The crew of the […]"), is_teaser("Two boats sank on Monday.")
    (True, False)
    """
    paragraphs = [line.strip() for line in text.split("\n") if line.strip()][-_LAST - 1 :]
    paragraphs = [line for line in paragraphs if len(line) > 2 * _MAX_LINK or not _BELOW.match(line)]
    return any(map(_leads_on, paragraphs[-_LAST:]))


def _leads_on(paragraph: str) -> bool:
    if _ELLIPSIS.search(paragraph[-20:]):
        return True
    line = paragraph[-_MAX_LINK:].casefold().strip(_POINTERS)
    if any(line.endswith(phrase) and not line[: -len(phrase)][-1:].isalpha() for phrase in _PHRASES):
        return True
    if any(line.endswith(phrase) and _begins_here(line[: -len(phrase)].rstrip()) for phrase in _SENTENCES):
        return True
    return len(paragraph) <= _MAX_LINK and line.startswith(_PHRASES)


def _begins_here(before: str) -> bool:
    return not before or before.endswith(_SENTENCE_ENDS)
