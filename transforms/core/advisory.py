"""What is meant for editors only: advisories, schedules, notes to the desk. Does no I/O.

Agencies send them on the same wires as their stories and say so in a code (a signal, a type) or in the note to editors.
They are held, and recall nothing. "Not for release before noon" is an embargo and none of these.
"""

import re
from typing import Final

from transforms.core.records import Item

#: Codes, without signs and in small letters.
_CODES: Final = frozenset({
    "advisory", "editorialadvisory", "editorsadvisory", "notforpublication", "notforrelease", "nopublication",
    "donotpublish", "foreditorsonly", "editorsonly",
})  # fmt: skip
_PHRASES: Final = re.compile(
    r"\b(?:not\s+(?:intended\s+)?for\s+(?:publication|public\s+release)|do\s+not\s+publish|for\s+editors?['’]?\s+"
    r"(?:only|information\s+only|eyes\s+only)|nicht\s+zur\s+ver(?:ö|oe)ffentlichung|ne\s+pas\s+publier"
    r"|pas\s+destiné\s+à\s+la\s+publication|no\s+publicar|no\s+destinado\s+a\s+(?:la\s+)?publicación"
    r"|не\s+для\s+(?:публикации|печати)|yayımlanmak\s+için\s+değildir|yayınlamayınız)\b|(?:ليس|غير\s+مخصص)\s+للنشر|للعلم\s+فقط",
    re.IGNORECASE,
)
#: What makes it an embargo, or a limit on where: "not for publication before 18:00 GMT", "… in Japan".
_LIMITED: Final = re.compile(
    r"[\s,:(]*(?:before|until|till|prior|earlier|ahead|outside|in|by|or\s+broadcast\s+(?:before|until)|vor|bis|avant|antes|до|önce|قبل)\b",
    re.IGNORECASE,
)
_SIGNS: Final = re.compile(r"[\W_]+")
#: Of a note, as much as is looked at.
_MAX_NOTE: Final = 2_000


def is_advisory_code(code: str) -> bool:
    """Whether a code says that an item is for editors only; an alias or address before it does not matter.

    >>> is_advisory_code("sig:advisory"), is_advisory_code("Not For Publication"), is_advisory_code("sig:update")
    (True, True, False)
    """
    return _SIGNS.sub("", re.split(r"[:/]", code.strip())[-1]).casefold() in _CODES


def for_editors_only(note: str) -> bool:
    """Whether a note to editors says that what it stands at is not to be published at all.

    >>> for_editors_only("ADVISORY: not for publication."), for_editors_only("Not for publication before 18:00 GMT")
    (True, False)
    """
    note = note[:_MAX_NOTE]
    return any(not _LIMITED.match(note, found.end()) for found in _PHRASES.finditer(note))


def may_be_quoted(item: Item) -> bool:
    """Whether words of an item may stand where everybody reads: nothing asks for it to be held."""
    asked = item.embargoed or item.not_for_publication or for_editors_only(item.ednote)
    return item.pubstatus == "usable" and not asked
