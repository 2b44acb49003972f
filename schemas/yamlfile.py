"""A YAML file that anybody may have written: read safely, refused in one line, its nodes found again by line.

Knows nothing of what the file means.
"""

from typing import Any, Final

import yaml

#: A path to a node: keys and indexes from the top.
Path = tuple[str | int, ...]

_MAX_DEPTH: Final = 20
_ALIAS: Final = "aliases are not allowed"


class NotReadable(ValueError):
    """No YAML as it should be; one line that begins with the number of the bad one, where there is one."""


class _Plain(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C parser where it was built
    """Safe YAML."""


class _Loader(_Plain):
    """Safe YAML without merge keys, whose mappings may not say a key twice: the second would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():  # `!!map x` is a word
            if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:value":
                raise yaml.constructor.ConstructorError(None, None, "a key must be a word", key.start_mark)
            if key.tag == "tag:yaml.org,2002:merge":
                raise yaml.constructor.ConstructorError(None, None, "merge keys are not allowed", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key.value!r} stands twice", key.start_mark)
            seen.add(str(key.value))
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: ANN401  # whatever YAML holds
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, LookupError, AttributeError) as error:  # what PyYAML lets through: 2026-02-30, !!int x
            raise yaml.constructor.ConstructorError(
                None, None, f"{str(node.value)[:40]!r} is no {node.tag.rpartition(':')[2]}", node.start_mark
            ) from error


def read(content: bytes) -> Any:  # noqa: ANN401  # whatever YAML holds
    """The document in the file.

    Raises:
        NotReadable: no UTF-8, no YAML, an alias, a merge key, a key twice, a list or mapping with a tag, a date that
            is none, or nested too deeply.
    """
    try:
        text = content.decode("utf-8-sig")
        _check_shape(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # _Loader is safe
    except UnicodeDecodeError as error:
        raise NotReadable(f"not UTF-8: {error.reason} at byte {error.start}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise NotReadable(f"{where}not YAML as it should be: {problem}") from error


def read_checked(content: bytes) -> Any:  # noqa: ANN401  # whatever YAML holds
    """The document in a file that `read` has just accepted; takes a third of its time.

    Raises:
        NotReadable: an alias, which `read` would have refused.
    """
    loader = _Plain(content.decode("utf-8-sig"))
    try:
        loader.get_event()  # the stream begins
        begins = loader.check_event(yaml.DocumentStartEvent) and loader.get_event()
        return _value(loader, loader.get_event(), {}) if begins else None
    finally:
        loader.dispose()


def _value(loader: Any, event: Any, words: dict[tuple[str | None, str], Any]) -> Any:  # noqa: ANN401  # as above
    """What an event and those that belong to it say, without a tree of nodes; `words` are those met before."""
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(loader, event, words)
    if isinstance(event, yaml.SequenceStartEvent):
        values = []
        while not isinstance(event := loader.get_event(), yaml.SequenceEndEvent):
            values.append(_value(loader, event, words))
        return values
    if isinstance(event, yaml.AliasEvent):
        raise _refused(event, _ALIAS)
    mapping = {}
    while not isinstance(event := loader.get_event(), yaml.MappingEndEvent):
        mapping[_value(loader, event, words)] = _value(loader, loader.get_event(), words)
    return mapping


def _scalar(loader: Any, event: Any, words: dict[tuple[str | None, str], Any]) -> Any:  # noqa: ANN401  # as above
    tag, word = event.tag, event.value
    if tag is None and not event.implicit[0]:  # in quotes
        return word
    if (tag, word) not in words:
        told = loader.resolve(yaml.ScalarNode, word, event.implicit) if tag in (None, "!") else tag
        plain = told == loader.DEFAULT_SCALAR_TAG
        words[tag, word] = word if plain else loader.construct_object(yaml.ScalarNode(told, word))
    return words[tag, word]


class Nodes:
    """The lines of a file's nodes."""

    def __init__(self, content: bytes) -> None:
        self._root: yaml.Node | None = yaml.compose(content.decode("utf-8-sig"), Loader=_Loader)

    def line(self, path: Path) -> int:
        """The line of a node, from 1; of the nearest that is there, where it is not."""
        node = self._root
        line = node.start_mark.line if node else 0
        for step in path:
            if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
                node = node.value[step]
            elif isinstance(node, yaml.MappingNode):
                node = next((value for key, value in node.value if key.value == step), None)
            if node is None:
                break
            line = node.start_mark.line
        return int(line) + 1


def spell(path: Path) -> str:
    """A path as a person writes it.

    >>> spell(("topics", 3, "expressions", "ar", 0))
    'topics[3].expressions.ar[0]'
    """
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".") or "document"


def _check_shape(text: str) -> None:
    """Refuse aliases, which make a small file a huge tree or a loop, and depth, on which the recursive parser dies.

    Tags of lists and mappings, too: they would be something else.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        fault = ""
        if isinstance(event, yaml.AliasEvent):
            fault = _ALIAS
        elif isinstance(event, yaml.CollectionStartEvent) and event.tag is not None:
            fault = "only words may have tags"
        elif depth > _MAX_DEPTH:
            fault = "nested too deeply"
        if fault:
            raise _refused(event, fault)


def _refused(event: Any, fault: str) -> NotReadable:  # noqa: ANN401  # as above
    line = event.start_mark.line + 1 if event.start_mark is not None else 0
    return NotReadable(f"line {line}: not YAML as it should be: {fault}")
