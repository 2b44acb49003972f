"""The components of a NewsML 1 item: a tree, in which what stands nearest to the text counts. Does no I/O."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from transforms.core.safexml import local_name
from transforms.core.wirexml import child, line, said

_BODIES: Final = frozenset({"body", "main", "maintext", "text", "story", "bodytext"})
LEADS: Final = frozenset({"abstract", "summary", "lead", "teaser"})
_ASIDE: Final = frozenset({
    "headline", "subheadline", "stylesheet", "contact", "caption", "logo", "abstract", "summary", "lead", "teaser",
    "byline", "copyright", "thumbnail", "sidebar",
})  # fmt: skip
_TEXTS: Final = ("text/", "application/nitf", "application/xhtml", "application/xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A content with a text, and where it stands."""

    content: Any
    chain: tuple[Any, ...]  #: the components it stands in, the innermost first
    choices: tuple[tuple[tuple[int, ...], int], ...]  #: of each list of equivalents around it: which one it is in
    roles: frozenset[str]
    language: str


def leaves_of(element: Any, chain: tuple[Any, ...] = (), path: tuple[int, ...] = ()) -> Iterator[Leaf]:  # noqa: ANN401  # lxml has no types
    """The contents below an element that hold a text, in order.

    Args:
        element: an item or a component.
        chain: the components it stands in, itself included, the innermost first.
        path: where it stands in the item.
    """
    for at, each in enumerate(element):
        name = local_name(each)
        if name == "newscomponent":
            yield from leaves_of(each, (each, *chain), (*path, at))
        elif name == "contentitem" and (content := child(each, "datacontent")) is not None and _is_text(each):
            here = (*path, at)
            equal = (said(component, "EquivalentsList") == "yes" for component in reversed(chain))
            choices = tuple((here[:depth], here[depth]) for depth, is_equal in enumerate(equal, 1) if is_equal)
            roles = frozenset(formal(child(component, "role")).casefold().replace(" ", "") for component in chain)
            language = first(chain, "descriptivemetadata", "language", is_formal=True)
            yield Leaf(content=content, chain=chain, choices=choices, roles=roles, language=language)


def _is_text(item: Any) -> bool:  # noqa: ANN401  # the same
    """Whether a content is a text, as far as it says what it is."""
    form = formal(child(item, "mimetype")).lower() or formal(child(item, "format")).lower()
    return "css" not in form and (form.startswith(_TEXTS) or "/" not in form)


def bodies_of(leaves: list[Leaf]) -> list[Leaf]:
    """What makes the text: one of each list of equivalents, in one language."""
    told = [leaf for leaf in leaves if not _ASIDE & leaf.roles and "".join(leaf.content.itertext()).strip()]
    told = [leaf for leaf in told if _BODIES & leaf.roles] or told
    chosen: dict[tuple[int, ...], int] = {}
    bodies: list[Leaf] = []
    for leaf in told:
        if leaf.language == told[0].language and all(chosen.get(where, one) == one for where, one in leaf.choices):
            chosen |= dict(leaf.choices)
            bodies.append(leaf)
    return bodies


def formal(element: Any) -> str:  # noqa: ANN401  # the same
    """The formal name of an element; empty where it has none."""
    return said(element, "FormalName")


def first(chain: tuple[Any, ...], *path: str, is_formal: bool = False) -> str:
    """What the nearest component says at a path: a text, or a formal name."""
    found = (child(component, *path) for component in chain)
    return next(filter(None, (formal(each) if is_formal else line(each) for each in found)), "")
