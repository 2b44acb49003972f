"""How agencies say in words that a story must not be used: kills, and holds until it has been checked.

Does no I/O. A story about a kill is a story, so the words count only where notices have them: as a whole headline or
before its first colon or dash, at the end of a slugline, and at the beginning of a sentence of a note to editors, where
they must speak of a story, not of a line in it ("Kill the third paragraph" corrects). A kill cannot be taken back: what
asks not to use a story without calling it killed or withdrawn is a hold.

Sources: the Reuters handbook ("Corrections, Refiles, Kills"), dpa's stylebook (HOLD HOLD HOLD, KILL KILL KILL), AP's
guide to filing; the other languages as their agencies write.
"""

import re
from typing import Final

from transforms.core.deliveries import NoticeKind
from transforms.core.marks import TO_EDITORS, split_slug, split_title

#: As much of a headline or a note as is looked at.
_MAX_HEADLINE: Final = 300
_MAX_NOTE: Final = 2_000

#: What ends a label: the end, a colon, or a dash that makes no compound ("KILL-switch").
_END: Final = r"(?:\W*$|\s*(?::|--|[–—]|-(?:\s|[A-ZÀ-ÞА-Я]\w{0,40}[a-zß-ÿа-я])))"
_KILL_HEADLINES: Final = re.compile(
    rf"(?:(?:BULLETIN|MANDATORY|URGENT|NOTICE)\s+)?KILL(?:\s+KILL){{0,4}}{_END}"
    rf"|(?:STORY\s+|ITEM\s+)?WITHDRAWN{_END}|(?:STORY|ITEM)\s+KILLED{_END}"
    rf"|(?:(?:MELDUNG|BEITRAG)\s+(?:WIRD\s+|WURDE\s+)?)?ZURÜCKGEZOGEN{_END}"
    r"|ACHTUNG\b[^\n]{0,80}?\b(?:Meldung|Beitrag|Text|MELDUNG|BEITRAG|TEXT)\b[^\n]{0,120}?\b(?:zurückgezogen|ZURÜCKGEZOGEN)\b"
    rf"|(?:AVIS\s+D['’]ANNULATION|ANNULATION\s+DE\s+(?:LA\s+)?DÉPÊCHE|DÉPÊCHE\s+ANNULÉE){_END}"
    rf"|(?:NOTICIA\s+ANULADA|ANULACIÓN\s+DE\s+(?:LA\s+)?NOTICIA){_END}"
    rf"|(?:АННУЛИРОВАНО|АННУЛИРУЕТСЯ|ОТМЕНА\s+СООБЩЕНИЯ|СООБЩЕНИЕ\s+АННУЛИР(?:ОВАНО|УЕТСЯ)){_END}"
    r"|(?:إلغاء|سحب)\s+(?:ال)?خبر\s*(?:$|[:،.!/–—-])"
)
_HOLD_HEADLINES: Final = re.compile(rf"(?:HOLD(?:\s+HOLD){{1,4}}|WITHHOLD){_END}")
_KILL_SLUGS: Final = re.compile(
    r"(?:^|[\s,/;])(?:(?:bulletin|mandatory)[ -]kill|kill\s+kill)\W*$|,\s*KILL\W*$", re.IGNORECASE
)

#: "Attention editors:" and the like before the request.
_CALL: Final = (
    r"(?:(?:(?:attention|attn\.?|note\s+to|to|notice\s+to)\s+)?(?:all\s+)?(?:news\s+)?(?:editors?|eds?|subscribers|clients)"
    r"|achtung(?:,?\s+redaktionen)?|hinweis\s+an\s+die\s+redaktionen|(?:attention|avis\s+aux?)\s+(?:rédactions|abonnés)"
    r"|(?:atención|aviso\s+a)\s+(?:los\s+)?(?:editores|abonados)|вниманию\s+(?:редакций|редакторов|подписчиков))[\s:,.!–—_-]+"
)
#: A story by one of its names; not a part of one.
_STORY: Final = (
    r"(?:(?!(?:graf|graph|para|sentence|line|quote|reference|photo|picture|caption|headline|word|byline|dateline)s?\b)[^\s.;]+\s+){0,8}?"
    r"(?:story|stories|item|items|article|dispatch|version|versions)\b"
)
_KILL_NOTES: Final = re.compile(
    rf"(?:{_CALL}){{0,2}}(?:"
    r"(?:bulletin|mandatory|urgent)\s+kill\b|kill(?:\s+kill){0,4}\s*(?:$|[.:!;,–—]|-\s)"
    rf"|(?:please\s+)?(?:kill|withdraw)\s+{_STORY}"
    r"|(?:this|the|our|reuters|dpa|afp|ap)\s+(?:story|item|article|dispatch)\b[^.\n]{0,80}?\b(?:is|has\s+been)\s+(?:hereby\s+)?(?:withdrawn|killed|retracted)\b(?!\s+by\b)"
    r"|story\s+withdrawn\b"
    r"|(?:(?:die|diese|unsere)\s+)?(?:meldung|beitrag)\b[^.\n]{0,120}?\b(?:wird|wurde|ist)\b[^.\n]{0,60}?\bzurückgezogen\b|(?:meldung|beitrag)\s+zurückgezogen\b"
    r"|(?:prière\s+d['’]|veuillez\s+|merci\s+d['’])annuler\b|(?:cette|la|notre)\s+dépêche\b[^.\n]{0,100}?\best\s+(?:annulée|retirée)\b"
    r"|(?:rogamos|por\s+favor,?)\s+(?:que\s+)?anul\w+|(?:esta|la|nuestra)\s+noticia\b[^.\n]{0,100}?\b(?:queda|ha\s+sido|está)\s+anulada\b"
    r"|(?:просим|просьба)\s+(?:\S+\s+){0,4}?аннулировать\b|(?:данное\s+|наше\s+)?сообщение\b[^.\n]{0,100}?\bаннулир(?:уется|овано)\b"
    r"|(?:يرجى|الرجاء|نرجو)\s+(?:إلغاء|سحب|حذف)\s+(?:\S+\s+){0,3}?(?:ال)?خبر"
    r")",
    re.IGNORECASE,
)
_HOLD_NOTES: Final = re.compile(
    rf"(?:{_CALL}){{0,2}}(?:"
    r"(?:hold\s+){1,4}hold\b|withhold\s*(?:$|[.:!;,–—]|-\s)"
    rf"|(?:please\s+)?(?:hold|withhold|disregard|do\s+not\s+use)\s+{_STORY}"
    r"|bitte\b[^.\n]{0,60}?\b(?:meldung|beitrag)\b[^.\n]{0,80}?\bnicht\s+(?:verwenden|veröffentlichen)\b"
    r"|(?:prière\s+de\s+|veuillez\s+|merci\s+de\s+)ne\s+pas\s+(?:utiliser|diffuser)\s+(?:cette|la|notre)\s+dépêche\b"
    r"|(?:rogamos|por\s+favor,?)\s+no\s+(?:utilicen|difundan|publiquen)\s+(?:esta|la|nuestra)\s+noticia\b"
    r"|(?:просим|просьба)\s+не\s+(?:использовать|публиковать)\s+(?:\S+\s+){0,3}?сообщение\b"
    r"|(?:يرجى|الرجاء|نرجو)\s+عدم\s+(?:استخدام|نشر)\s+(?:\S+\s+){0,3}?(?:ال)?خبر"
    r")",
    re.IGNORECASE,
)
#: Where a sentence of a note begins.
_SENTENCE: Final = re.compile(r"(?:^|(?<=[.!?])\s|\n)[\s(\[*+\"'“„«]*")


def recall_in_headline(headline: str) -> NoticeKind | None:
    """What a headline asks for: only a notice has such a headline.

    >>> recall_in_headline("KILL: Minister resigns"), recall_in_headline("KILL-switch law passes")
    ('kill', None)
    """
    headline = headline[:_MAX_HEADLINE].lstrip(" \t\n*+#([\"'“„«")
    if _KILL_HEADLINES.match(headline):
        return "kill"
    return "withhold" if _HOLD_HEADLINES.match(headline) else None


def recall_in_slug(slug: str) -> NoticeKind | None:
    """What the end of a slugline asks for.

    >>> recall_in_slug("BC-Smith Trial, Bulletin Kill"), recall_in_slug("BC-Bears-Kill")
    ('kill', None)
    """
    return "kill" if _KILL_SLUGS.search(slug[-_MAX_HEADLINE:]) else None


def recall_in_note(note: str) -> NoticeKind | None:
    """What a note to editors asks for, at the beginning of one of its sentences.

    >>> recall_in_note("Eds: Please kill the story on the bridge."), recall_in_note("Kill the last paragraph.")
    ('kill', None)
    """
    note = note[:_MAX_NOTE]
    starts = [found.end() for found in _SENTENCE.finditer(note)]
    if any(_KILL_NOTES.match(note, start) for start in starts):
        return "kill"
    return "withhold" if any(_HOLD_NOTES.match(note, start) for start in starts) else None


def recall_in(*, headline: str, slug: str, note: str) -> NoticeKind | None:
    """What an item asks for, in whichever of these stands for it, behind other marks ("URGENT: KILL") or not."""
    bare, marks = split_title(headline)
    asked = (
        recall_in_headline(headline),
        recall_in_headline(bare),
        recall_in_slug(slug),
        recall_in_slug(split_slug(slug)[0]),
        *map(recall_in_note, (note, *marks, bare if TO_EDITORS.match(bare) else "")),
    )
    return "kill" if "kill" in asked else "withhold" if "withhold" in asked else None
