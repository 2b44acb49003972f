"""The topic taxonomy: what an editor writes in YAML, checked and frozen.

Reads one file and nothing else. How an expression is written is told in `expressions`, what it matches is decided by
`transforms.core.matching`.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from schemas import yamlfile
from schemas.expressions import Company, Expression, faults, filled, pieces

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

__all__ = ["LANGUAGES", "Company", "Expression", "Taxonomy", "TaxonomyError", "TopicRule", "load_taxonomy"]

#: ISO 639-1 codes of the languages an expression may be written in; their order breaks ties.
LANGUAGES: Final = ("en", "ar", "tr", "ru", "fr", "de", "es", "it", "fa", "uk")
#: Bytes of a taxonomy file above which it is refused unread.
MAX_BYTES: Final = 4_000_000
#: The `digest` of the file that comes with the program, as the tests have checked it.
CHECKED: Final = "23913a4aaac2419869b45b9873468074c85ccf837e9fa2aa51b9b61755395b32"
#: place: its names are lent to the other languages of the same script; organisation and theme: they are not.
Kind = Literal["place", "organisation", "theme"]

#: The keys of a topic under which expressions stand.
_GROUPS: Final = ("expressions", "unless")
#: The keys of an expression under which its company stands.
_COMPANY: Final = ("with", "without")


class TaxonomyError(ValueError):
    """A taxonomy that cannot be used, told in one line: file, line where known, path of the bad node, what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRule:
    """One topic: what it means, and the expressions that speak for and against it."""

    id: str
    kind: Kind
    labels: tuple[tuple[str, str], ...]  #: (language, label), in the order of LANGUAGES
    definition: str
    expressions: tuple[Expression, ...]
    unless: tuple[Expression, ...] = ()  #: a match inside one of these says nothing
    parent: str = ""  #: id of the wider topic; empty: none
    iptc: str = ""  #: IPTC Media Topic: medtop:20000065
    wikidata: str = ""  #: Wikidata item: Q210392


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """All topics, in the order of the file."""

    version: str  #: the editor's version, `+`, and ten hexadecimal digits of SHA-256 of the file
    topics: tuple[TopicRule, ...]


def load_taxonomy(path: Path | str | None = None, *, trusted: bool = False) -> Taxonomy:
    """Read and check a taxonomy; without a path, the one that comes with the program.

    Args:
        path: the file.
        trusted: somebody has just checked it; what it says is not looked at again, which takes most of the time. Nor
            is the file that comes with the program, as long as it is as its tests have checked it.

    Raises:
        TaxonomyError: it cannot be read, is not YAML, uses YAML aliases, breaks the JSON Schema
            (`topics.schema.json`), has a topic id twice, a parent that is unknown or its own descendant, an expression
            that is written wrongly, or the same expression in two topics of a language.
    """
    content, name = read_taxonomy(path)
    return parse_taxonomy(content, name, trusted=trusted or digest(content) == CHECKED)


def read_taxonomy(path: Path | str | None = None) -> tuple[bytes, str]:
    """What is in the file of a taxonomy, and its name. Raises as `load_taxonomy`, if it cannot be read."""
    source = Path(path) if path is not None else files("schemas") / "topics.yaml"
    name = str(path) if path is not None else "topics.yaml"
    try:
        with source.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise TaxonomyError(f"{name}: cannot be read: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise TaxonomyError(f"{name}: larger than {MAX_BYTES} bytes")
    return content, name


@lru_cache(maxsize=2)
def parse_taxonomy(content: bytes, name: str = "taxonomy", *, trusted: bool = False) -> Taxonomy:
    """The taxonomy in the bytes of a YAML file; `name` starts every error message. Raises as `load_taxonomy`."""
    if trusted:
        document = yamlfile.read_checked(content)
    else:
        document = _read(content, name)
        for bad, message in taxonomy_faults(document):
            raise TaxonomyError(located(yamlfile.Nodes(content), name, bad, message))
    words = document.get("words", {})
    return Taxonomy(
        version=f"{document['version']}+{digest(content)[:10]}",
        topics=tuple(_rule(node, words) for node in document["topics"]),
    )


def digest(content: bytes) -> str:
    """SHA-256 of a file of rules, in hexadecimal digits; the same whatever its line ends."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def fault_lines(content: bytes, name: str) -> list[str]:
    """All that is wrong with the YAML file of a taxonomy, one line each, as a `TaxonomyError` tells the first."""
    try:
        document = _read(content, name)
    except TaxonomyError as error:
        return [str(error)]
    found = list(taxonomy_faults(document))
    nodes = yamlfile.Nodes(content) if found else None
    return [located(nodes, name, bad, message) for bad, message in found] if nodes else []


def taxonomy_faults(document: Any) -> Iterator[tuple[yamlfile.Path, str]]:  # noqa: ANN401  # whatever YAML holds
    """What is wrong, as (path of the node, what); meaning is looked at only where the structure is right."""
    broken = sorted(_validator().iter_errors(document), key=lambda error: [*map(_in_order, error.absolute_path)])
    if broken:
        yield from map(_explain, broken)
        return
    yield from _list_faults(document.get("words", {}))
    yield from _tree_faults(document["topics"])
    owners: dict[tuple[str, str], yamlfile.Path] = {}
    parents = _parents(document["topics"])
    for place, node in enumerate(document["topics"]):
        for key in _GROUPS:
            for language, entries in node.get(key, {}).items():
                lists = _lists(document.get("words", {}), language)
                for number, entry in enumerate(entries):
                    here: yamlfile.Path = ("topics", place, key, language, number)
                    yield from _entry_faults(entry, here, lists)
                    for spelling in _sure_spellings(entry, lists) if key == "expressions" else ():
                        first = owners.setdefault((language, spelling.casefold()), here)
                        if not _related(document["topics"][int(first[1])]["id"], node["id"], parents):
                            yield here, f"{spelling!r} stands already at {yamlfile.spell(first)}"


def located(nodes: yamlfile.Nodes, name: str, path: yamlfile.Path, message: str) -> str:
    """One line that names file, line, node and fault."""
    return f"{name}: line {nodes.line(path)}: {yamlfile.spell(path)}: {message}"


def _read(content: bytes, name: str) -> Any:  # noqa: ANN401  # whatever YAML holds
    try:
        return yamlfile.read(content)
    except yamlfile.NotReadable as error:
        raise TaxonomyError(f"{name}: {error}") from error


@cache
def _validator() -> "Draft202012Validator":
    from jsonschema import Draft202012Validator  # a tenth of a second, and not needed where a file is trusted

    schema = json.loads((files("schemas") / "topics.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def _list_faults(words: dict[str, dict[str, list[str]]]) -> Iterator[tuple[yamlfile.Path, str]]:
    for name, by_language in words.items():
        for language, entries in by_language.items():
            for number, word in enumerate(entries):
                if not any(letter.isalnum() for letter in word):
                    yield ("words", name, language, number), f"{word!r} is no word at all"


def _tree_faults(topics: list[dict[str, Any]]) -> Iterator[tuple[yamlfile.Path, str]]:
    """Ids that stand twice, parents that are not there or lead back to their child."""
    ids: dict[str, int] = {}
    for place, node in enumerate(topics):
        first = ids.setdefault(node["id"], place)
        if first != place:
            yield ("topics", place, "id"), f"topic {node['id']!r} stands already at topics[{first}]"
    parents = _parents(topics)
    for place, node in enumerate(topics):
        parent = node.get("parent", "")
        if parent and parent not in ids:
            yield ("topics", place, "parent"), f"there is no topic {parent!r}"
        steps = _upwards(node["id"], parents)
        if parents.get(steps[-1]) == node["id"]:
            yield ("topics", place, "parent"), f"the parents go round: {' > '.join([*steps, node['id']])}"


def _entry_faults(
    entry: str | dict[str, Any],
    here: yamlfile.Path,
    lists: Mapping[str, list[str]],
) -> Iterator[tuple[yamlfile.Path, str]]:
    """What is wrong with one expression and its company."""
    text = filled(_text(entry), lists)
    yield from ((here, problem) for problem in faults(text))
    for name in _COMPANY:
        for number, word in enumerate(_company(entry, name)):
            words = filled(word, lists)
            wrong = list(faults(words)) or (["company has no gaps"] if len(pieces(words)) > 1 else [])
            yield from (((*here, name, number), problem) for problem in wrong)


def _sure_spellings(entry: str | dict[str, Any], lists: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The spellings of an expression that speaks for its topic wherever it stands."""
    text = filled(_text(entry), lists)
    if any(_company(entry, name) for name in _COMPANY) or any(faults(text)):
        return ()
    first, *further = pieces(text)
    return () if further else first.spellings


def _parents(topics: list[dict[str, Any]]) -> dict[str, str]:
    return {node["id"]: node.get("parent", "") for node in topics}


def _related(one: str, other: str, parents: Mapping[str, str]) -> bool:
    """Whether two topics are the same, or one is part of the other."""
    return one in _upwards(other, parents) or other in _upwards(one, parents)


def _upwards(topic: str, parents: Mapping[str, str]) -> list[str]:
    """The topic and all above it; parents that go round are followed once."""
    steps = [topic]
    while (above := parents.get(steps[-1], "")) and above not in steps:
        steps.append(above)
    return steps


def _explain(error: "ValidationError") -> tuple[yamlfile.Path, str]:
    """The most telling of the errors inside one: of alternatives, the one of the type that was meant."""
    while error.context:
        error = min(
            error.context, key=lambda inner: (inner.validator == "type", -len(inner.absolute_path), inner.message)
        )
    path = tuple(error.absolute_path)
    if error.validator == "minItems" or (error.validator == "minLength" and error.instance == ""):
        return path, "must not be empty"
    message = error.message if len(error.message) <= 200 else f"{error.message[:197]}..."
    return path, " ".join(message.split())


def _in_order(step: str | int) -> str:
    return f"{step:06}" if isinstance(step, int) else step


def _text(entry: str | dict[str, Any]) -> str:
    return entry if isinstance(entry, str) else str(entry["text"])


def _company(entry: str | dict[str, Any], key: str) -> list[str]:
    return [] if isinstance(entry, str) else list(entry.get(key, ()))


def _lists(words: dict[str, dict[str, list[str]]], language: str) -> dict[str, list[str]]:
    return {name: by_language[language] for name, by_language in words.items() if language in by_language}


def _rule(node: dict[str, Any], words: dict[str, dict[str, list[str]]]) -> TopicRule:
    return TopicRule(
        id=node["id"],
        kind=node["kind"],
        labels=tuple((language, node["labels"][language]) for language in LANGUAGES if language in node["labels"]),
        definition=" ".join(node["definition"].split()),
        expressions=tuple(_expressions(node["expressions"], words)),
        unless=tuple(_expressions(node.get("unless", {}), words)),
        parent=node.get("parent", ""),
        iptc=node.get("iptc", ""),
        wikidata=node.get("wikidata", ""),
    )


def _expressions(
    by_language: dict[str, list[str | dict[str, Any]]], words: dict[str, dict[str, list[str]]]
) -> Iterator[Expression]:
    for language in LANGUAGES:
        lists = _lists(words, language)
        for entry in by_language.get(language, ()):
            text = filled(" ".join(_text(entry).split()), lists)
            if isinstance(entry, str):
                yield Expression(text=text, language=language)
                continue
            wanted, barred = (tuple(filled(word, lists) for word in _company(entry, key)) for key in _COMPANY)
            company = Company(wanted=wanted, barred=barred, within=entry.get("within", "sentence"))
            yield Expression(
                text=text,
                language=language,
                weight=float(entry.get("weight", 1.0)),
                company=company if wanted or barred else None,
            )
