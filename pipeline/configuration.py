"""`newsbeam.toml`: what is typed every day, and who may speak for which provider.

    out = "archive"                 # an option of every command that has it, by its long name without the dashes
    workers = 2

    [ingest]
    paths = ["drop"]

    [watch]                         # of one command; `[feeds.add]` for a command of a group
    every = "5m"

    [[providers]]                   # ids, versions and kills of LWS count from these files and folders only
    name = "LWS"
    from = ["drop/lws"]

The file is the one that `--config` or NEWSBEAM_CONFIG names, else `newsbeam.toml` in the current folder. What is typed
counts more than the environment, the environment more than the file, a command's own table more than what stands
before all tables. Paths are relative to the folder of the file. A name that is no option is a fault: a setting that is
misspelt would silently not count.
"""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from pipeline.commands.params import place
from pipeline.listing import STDIN
from transforms.core.authority import Speakers

#: What is to be typed each time: what a command is to do now, and consent.
_EACH_TIME: Final = frozenset({"help", "version", "config", "now", "dry-run", "yes", "check", "since"})
_PROVIDERS: Final = "providers"
_MAX_BYTES: Final = 1_000_000

#: By command, the values of its options.
Defaults = dict[str, Any]


class ConfigurationError(Exception):
    """The configuration cannot be used; one line that names the file and what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What a configuration says."""

    defaults: Defaults
    speakers: tuple[Speakers, ...] = ()


def read_configuration(path: Path, program: click.Group) -> Configuration:
    """Read a configuration for the commands of a program.

    Raises:
        ConfigurationError: it is missing, no TOML, or says what no command knows.
    """
    return _Reading(_load(path), path, program).result()


def _load(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None
    if len(data) > _MAX_BYTES:
        raise ConfigurationError(f"{path}: larger than {_MAX_BYTES:,} bytes, which no configuration is")
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path}: not UTF-8; save the file as UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        said = str(error) or "nested too deeply"
        raise ConfigurationError(f"{path}: not TOML: {said[:1].lower()}{said[1:]}") from None


class _Reading:
    """One reading of a document."""

    def __init__(self, document: dict[str, Any], path: Path, program: click.Group) -> None:
        self._document, self._path, self._program = document, path, program
        self._folder = path.absolute().parent
        self._known = {name for command in _commands(program) for name in _options(command)}

    def result(self) -> Configuration:
        shared = {}
        tables: dict[str, Any] = {}
        for name, value in self._document.items():
            if name == _PROVIDERS:
                continue
            if name in self._known and not isinstance(value, dict):
                shared[name] = value
            elif name in self._program.commands and isinstance(value, dict):
                tables[name] = value
            else:
                raise self._fault(self._unknown(name, {*self._known, *self._program.commands, _PROVIDERS}))
        return Configuration(
            defaults=self._defaults(self._program, shared, tables, ""),
            speakers=tuple(self._speakers(self._document.get(_PROVIDERS, []))),
        )

    def _defaults(self, group: click.Group, shared: dict[str, Any], tables: Mapping[str, Any], where: str) -> Defaults:
        """What a group's commands take where nothing is typed: click's default map."""
        found: Defaults = {}
        for name, command in group.commands.items():
            own = tables.get(name, {})
            if not isinstance(own, dict):
                raise self._fault(f"{where}{name} is not a table; write [{where}{name}]")
            if isinstance(command, click.Group):
                for said in own.keys() - command.commands.keys():
                    raise self._fault(self._unknown(said, set(command.commands), f"[{where}{name}]"))
                found[name] = self._defaults(command, shared, own, f"{where}{name}.")
                continue
            options = _options(command)
            for said in own.keys() - options.keys():
                raise self._fault(self._unknown(said, set(options), f"[{where}{name}]"))
            given = {**{said: value for said, value in shared.items() if said in options}, **own}
            found[name] = {options[said].name: self._value(options[said], said, value) for said, value in given.items()}
        return found

    def _value(self, option: click.Parameter, said: str, value: object) -> object:
        """A value as click takes it from a command line; a path where it lies."""
        if isinstance(option, click.Argument):
            if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
                raise self._fault(f'{said} = {_shown(value)}: a list is wanted, such as ["drop"]')
            return [each if each == STDIN else self._lying(each) for each in value]
        if getattr(option, "is_flag", False) != isinstance(value, bool):
            raise self._fault(
                f"{said} = {_shown(value)}: {'a value' if isinstance(value, bool) else 'true or false'} is wanted"
            )
        if not isinstance(value, bool | str | int | float):
            raise self._fault(f"{said} = {_shown(value)}: a text or a number is wanted")
        if option.callback is place:
            return self._lying(str(value))
        return value if isinstance(value, bool) else str(value)

    def _lying(self, path: str) -> str:
        """A path from the current folder; as it is written where the configuration lies there."""
        path = os.path.expanduser(path)  # noqa: PTH111  # Path's raises where there is no such user
        return path if self._folder == Path.cwd() else os.path.join(self._folder, path)  # noqa: PTH118  # `drop/`

    def _speakers(self, said: object) -> Iterator[Speakers]:
        if not isinstance(said, list) or not all(isinstance(each, dict) for each in said):
            raise self._fault(f"{_PROVIDERS} is not a list of tables; write [[{_PROVIDERS}]] before each")
        names = set()
        for each in said:
            for key in each.keys() - {"name", "from"}:
                raise self._fault(self._unknown(key, {"name", "from"}, f"[[{_PROVIDERS}]]"))
            name, places = each.get("name"), each.get("from")
            if not isinstance(name, str) or not name.strip():
                raise self._fault(f'a provider without a name; write name = "LWS" below [[{_PROVIDERS}]]')
            if not isinstance(places, list) or not all(isinstance(one, str) and one for one in places):
                raise self._fault(f'provider {_shown(name)}: write from = ["FOLDER OR FILE", …]; [] for none')
            if name.casefold() in names:
                raise self._fault(f"provider {_shown(name)} stands twice; put its files into one list")
            names.add(name.casefold())
            yield Speakers(provider=name, places=tuple(map(self._place, places)))

    def _place(self, said: str) -> str:
        """A file or folder, absolute; standard input stays what it is."""
        lying = os.path.join(self._folder, os.path.expanduser(said))  # noqa: PTH111, PTH118  # as above
        return said if said == STDIN else os.path.normpath(lying)

    def _unknown(self, name: str, known: set[str], where: str = "") -> str:
        if name in _EACH_TIME:
            return f"{name} is to be typed each time; take it out"
        near = difflib.get_close_matches(name, sorted(known), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(known))}"
        return f"unknown setting {_shown(name)}{f' in {where}' * bool(where)}; {hint}"

    def _fault(self, said: str) -> ConfigurationError:
        return ConfigurationError(f"{self._path}: {said}")


def _commands(group: click.Group) -> Iterator[click.Command]:
    """Every command of a group and of the groups in it."""
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from _commands(command)
        else:
            yield command


def _options(command: click.Command) -> dict[str, click.Parameter]:
    """What may be set of a command, by its long name."""
    named = {
        each.opts[-1].lstrip("-"): each
        for each in command.params
        if isinstance(each, click.Option) or each.name == "paths"
    }
    return {name: option for name, option in named.items() if name not in _EACH_TIME}


def _shown(value: object) -> str:
    said = repr(value)
    return said if len(said) <= 80 else f"{said[:79]}…"
