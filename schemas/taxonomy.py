"""The topic taxonomy: what an editor writes in YAML, checked and frozen.

Reads one file and nothing else. What an expression matches is told in `topics.yaml` and decided by
`transforms.core.matching`.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

#: ISO 639-1 codes of the languages an expression may be written in; their order breaks ties.
LANGUAGES: Final = ("en", "ar", "tr", "ru", "fr", "de", "es")
#: Bytes of a taxonomy file above which it is refused unread.
MAX_BYTES: Final = 4_000_000
#: Spellings one expression may stand for.
MAX_SPELLINGS: Final = 200
#: place: its names are lent to the other languages of the same script; theme: they are not.
Kind = Literal["place", "theme"]

_MAX_DEPTH: Final = 20
_Path = tuple[str | int, ...]
_CHOICE: Final = re.compile(r"\(([^()]*)\)")


class TaxonomyError(ValueError):
    """A taxonomy that cannot be used, told in one line: file, line where known, path of the bad node, what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """Words that speak for a topic in one language. A chunk that starts with `=` matches as written, not inflected."""

    text: str
    language: str
    weight: float = 1.0  #: above 0 to 1; expressions whose weights do not add up to .5 claim nothing

    def spellings(self) -> tuple[str, ...]:
        """What the choices in round brackets give, in order.

        >>> Expression(text="(open|secure) a corridor(| zone)", language="en").spellings()
        ('open a corridor', 'open a corridor zone', 'secure a corridor', 'secure a corridor zone')
        """
        return tuple(" ".join("".join(choice).split()) for choice in product(*_parts(self.text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRule:
    """One topic: what it means, and the expressions that speak for and against it."""

    id: str
    kind: Kind
    labels: tuple[tuple[str, str], ...]  #: (language, label), in the order of LANGUAGES
    definition: str
    expressions: tuple[Expression, ...]
    unless: tuple[Expression, ...] = ()  #: a match inside one of these says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """All topics, in the order of the file."""

    version: str  #: the editor's version, `+`, and ten hexadecimal digits of SHA-256 of the file
    topics: tuple[TopicRule, ...]


def load_taxonomy(path: Path | str | None = None, *, trusted: bool = False) -> Taxonomy:
    """Read and check a taxonomy; without a path, the one that comes with the program.

    Args:
        path: the file.
        trusted: somebody has just checked it; what it says is not looked at again, which takes most of the time.

    Raises:
        TaxonomyError: it cannot be read, is not YAML, uses YAML aliases, breaks the JSON Schema
            (`topics.schema.json`), has a topic id twice, or the same expression in two topics of a language.
    """
    source = Path(path) if path is not None else files("schemas") / "topics.yaml"
    name = str(path) if path is not None else "topics.yaml"
    try:
        with source.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise TaxonomyError(
            f"{name}: cannot be read: {error.strerror if isinstance(error, OSError) else error}"
        ) from error
    if len(content) > MAX_BYTES:
        raise TaxonomyError(f"{name}: larger than {MAX_BYTES} bytes")
    return parse_taxonomy(content, name, trusted=trusted)


@lru_cache(maxsize=2)
def parse_taxonomy(content: bytes, name: str = "taxonomy", *, trusted: bool = False) -> Taxonomy:
    """The taxonomy in the bytes of a YAML file; `name` starts every error message. Raises as `load_taxonomy`."""
    document = _parse(content, name)
    for bad, message in () if trusted else _faults(document):
        raise TaxonomyError(_located(content, name, bad, message))
    digest = hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()[:10]
    return Taxonomy(version=f"{document['version']}+{digest}", topics=tuple(_rule(node) for node in document["topics"]))


def _parts(text: str) -> list[list[str]]:
    return [part.split("|") if odd % 2 else [part] for odd, part in enumerate(_CHOICE.split(text))]


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads((files("schemas") / "topics.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C parser where it was built
    """Safe YAML without merge keys, whose mappings may not say a key twice: the second would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be a word", key.start_mark)
            if key.tag == "tag:yaml.org,2002:merge":
                raise yaml.constructor.ConstructorError(None, None, "merge keys are not allowed", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key.value!r} stands twice", key.start_mark)
            seen.add(str(key.value))
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def _parse(content: bytes, name: str) -> Any:  # noqa: ANN401  # whatever YAML holds
    """The document in the file."""
    try:
        text = content.decode("utf-8-sig")
        _check_shape(text, name)
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # _Loader is safe
    except UnicodeDecodeError as error:
        raise TaxonomyError(f"{name}: not UTF-8: {error.reason} at byte {error.start}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise TaxonomyError(f"{name}: {where}not YAML as it should be: {problem}") from error


def _check_shape(text: str, name: str) -> None:
    """Refuse aliases, which make a small file a huge tree or a loop, and depth, on which the recursive parser dies."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        fault = "aliases are not allowed" if isinstance(event, yaml.AliasEvent) else "nested too deeply"
        if depth > _MAX_DEPTH or isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark is not None else 0
            raise TaxonomyError(f"{name}: line {line}: not YAML as it should be: {fault}")


def _faults(document: Any) -> Iterator[tuple[_Path, str]]:  # noqa: ANN401  # whatever YAML holds
    """What is wrong, as (path of the node, what), structure before meaning."""
    broken = sorted(_validator().iter_errors(document), key=lambda error: [str(step) for step in error.absolute_path])
    if broken:
        yield _explain(broken[0])
        return
    ids: dict[str, int] = {}
    for place, node in enumerate(document["topics"]):
        first = ids.setdefault(node["id"], place)
        if first != place:
            yield ("topics", place, "id"), f"topic {node['id']!r} stands already at topics[{first}]"
    owners: dict[tuple[str, str], _Path] = {}
    for place, node in enumerate(document["topics"]):
        for key in ("expressions", "unless"):
            for language, entries in node.get(key, {}).items():
                for number, entry in enumerate(entries):
                    here: _Path = ("topics", place, key, language, number)
                    yield from ((here, message) for message in _expression_faults(_text(entry), here, owners))


def _expression_faults(text: str, here: _Path, owners: dict[tuple[str, str], _Path]) -> Iterator[str]:
    """What is wrong with one expression; `owners` remembers where each spelling of a language stood first."""
    if math.prod(map(len, _parts(text))) > MAX_SPELLINGS:
        yield f"{text!r} stands for more than {MAX_SPELLINGS} spellings"
        return
    _, place, key, language, _ = here
    for spelling in Expression(text=text, language=str(language)).spellings():
        if not any(letter.isalnum() for letter in spelling):
            yield f"{text!r} may be no word at all"
        elif key == "expressions":
            first = owners.setdefault((str(language), spelling.casefold()), here)
            if first[1] != place:
                yield f"{spelling!r} stands already at {_spell(first)}"


def _explain(error: ValidationError) -> tuple[_Path, str]:
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


def _spell(path: _Path) -> str:
    """A path as a person writes it.

    >>> _spell(("topics", 3, "expressions", "ar", 0))
    'topics[3].expressions.ar[0]'
    """
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".") or "document"


def _located(content: bytes, name: str, path: _Path, message: str) -> str:
    """One line that names file, line, node and fault."""
    node: yaml.Node | None = yaml.compose(content.decode("utf-8-sig"), Loader=_Loader)
    line = node.start_mark.line if node else 0
    for step in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
        elif isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == step), None)
        if node is None:
            break
        line = node.start_mark.line
    return f"{name}: line {line + 1}: {_spell(path)}: {message}"


def _text(entry: str | dict[str, Any]) -> str:
    return entry if isinstance(entry, str) else str(entry["text"])


def _rule(node: dict[str, Any]) -> TopicRule:
    return TopicRule(
        id=node["id"],
        kind=node["kind"],
        labels=tuple((language, node["labels"][language]) for language in LANGUAGES if language in node["labels"]),
        definition=" ".join(node["definition"].split()),
        expressions=tuple(_expressions(node["expressions"])),
        unless=tuple(_expressions(node.get("unless", {}))),
    )


def _expressions(by_language: dict[str, list[str | dict[str, Any]]]) -> Iterator[Expression]:
    for language in LANGUAGES:
        for entry in by_language.get(language, ()):
            weight = 1.0 if isinstance(entry, str) else float(entry.get("weight", 1.0))
            yield Expression(text=" ".join(_text(entry).split()), language=language, weight=weight)
