"""Properties of NewsML-G2: their codes, their names in several languages, their roles. Does no I/O."""

from typing import Any

from transforms.core.wirexml import children, language_of, line, said


def code_of(element: Any) -> tuple[str, str]:  # noqa: ANN401  # lxml has no types
    """Scheme alias and code of a property; an address and a literal have no alias."""
    alias, colon, code = said(element, "qcode").partition(":")
    if colon and code:
        return alias, code
    return "", alias or said(element, "uri") or said(element, "literal")


def name_of(element: Any, language: str) -> str:  # noqa: ANN401  # the same
    """The name of a property, in the item's language if it has one."""
    return preferred(children(element, "name"), language)


def label_of(element: Any, language: str) -> str:  # noqa: ANN401  # the same
    """The name of a property, else its code."""
    return name_of(element, language) or code_of(element)[1]


def preferred(elements: list[Any], language: str) -> str:
    """What the first of these says that is in a language, else in none that is told, else in any."""
    wanted = language.partition("-")[0].lower()

    def order(element: Any) -> tuple[bool, bool]:  # noqa: ANN401  # the same
        own = language_of(element).partition("-")[0].lower()
        return own not in (wanted, ""), own != wanted

    return next(filter(None, map(line, sorted(elements, key=order))), "")


def role_of(element: Any) -> str:  # noqa: ANN401  # the same
    """The code of an element's role, without alias."""
    return said(element, "role").rpartition(":")[2]
