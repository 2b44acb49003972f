"""What is asked of an element of agency XML. Does no I/O.

Names are compared without namespace, for a part of a document does not know the prefixes of the whole. An element that
is missing says nothing: None may stand for one everywhere.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from transforms.core.characters import clean_text
from transforms.core.errors import Refused
from transforms.core.records import PubStatus, Reason, Stage
from transforms.core.safexml import local_name

_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_WHOLE: Final = re.compile(r"[0-9]{1,18}")
_STATUS: Final[dict[str, PubStatus]] = {
    "usable": "usable",
    "embargoed": "usable",
    "withheld": "withheld",
    "canceled": "canceled",
    "cancelled": "canceled",
    "killed": "canceled",
}


def parse(markup: str) -> Any:  # noqa: ANN401  # lxml has no types
    """The element that an item's markup is.

    Raises:
        Refused: CORRUPT where it is not well-formed, but for prefixes that the whole document declares.
    """
    if not markup:
        raise Refused(Stage.PARSE, Reason.CORRUPT, "the item is never closed")
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        element = etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise _corrupt(error) from error
    fatal = next((each for each in parser.error_log if each.level >= etree.ErrorLevels.FATAL), None)
    if fatal is not None or element is None:
        raise _corrupt(fatal)
    return element


def _corrupt(error: Any) -> Refused:  # noqa: ANN401  # the same
    said = " ".join(str(getattr(error, "message", error)).split())[:120]
    line = getattr(error, "line", None)
    return Refused(Stage.PARSE, Reason.CORRUPT, f"not well-formed in its line {line}: {said}")


def children(element: Any, *names: str) -> list[Any]:  # noqa: ANN401  # the same
    """The elements right below with one of these names, which are in small letters; none of none."""
    return [] if element is None else [each for each in element if local_name(each) in names]


def child(element: Any, *path: str) -> Any:  # noqa: ANN401  # the same
    """The first element down a path of names, or None."""
    for name in path:
        element = next(iter(children(element, name)), None)
    return element


def below(element: Any, *names: str) -> Iterator[Any]:  # noqa: ANN401  # the same
    """All elements below with one of these names, in order; none of none."""
    return (
        each
        for each in (() if element is None else element.iter())
        if each is not element and local_name(each) in names
    )


def line(element: Any) -> str:  # noqa: ANN401  # the same
    """The text of an element on one line; empty for none."""
    return "" if element is None else " ".join(clean_text("".join(element.itertext())).split())


def said(element: Any, name: str) -> str:  # noqa: ANN401  # the same
    """An attribute on one line; empty where it is missing."""
    return "" if element is None else " ".join(clean_text(element.get(name) or "").split())


def language_of(element: Any) -> str:  # noqa: ANN401  # the same
    """The `xml:lang` of an element."""
    return said(element, _LANGUAGE)


def whole_number(written: str) -> int | None:
    """A number of at most 18 digits, without sign; None for anything else."""
    return int(written) if _WHOLE.fullmatch(written) else None


def status_of(written: str) -> PubStatus:
    """A publishing status as its code says, with or without alias or address. Nothing said: usable.

    Raises:
        Refused: BAD_RECORD for a status that is none: it may mean that the item must not be shown.
    """
    code = re.split(r"[:/]", written.strip())[-1].lower()
    if (status := _STATUS.get(code or "usable")) is None:
        raise Refused(Stage.PARSE, Reason.BAD_RECORD, f"status: {written[:40]!r} is not usable, withheld or canceled")
    return status
