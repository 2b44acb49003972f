"""The gazetteer: places with their names, from a table that an editor keeps, or a dump of GeoNames; checked and frozen.

Reads one file and nothing else. Two forms are read; both are UTF-8 and tab-separated, lines that begin with `#` are
remarks. **Ours** has a head line of column names:

    name        what the place is called in the tables
    country     ISO 3166-1 code of two letters
    kind        country, region or city (any settlement)
    latitude, longitude     degrees
    population  0 or empty: not known
    en, ar, tr, ru, fr, de, es, it, fa, uk      its names in a language, divided by `;`; any of these may be missing

A name is written like an expression of the taxonomy: it matches in the forms that its language gives it, `=Hama` only
as written, `(Deir|Dayr) ez-Zor` is a choice. What stands in `name` is its English one, unless `en` says another. Names
of one language serve others of the same script where those have none, English ones all Latin languages. Signs before a
name: `?al-Bab` may be an ordinary word and counts only in company; `@Jordan` may be a person's name; `!Washington Post`
is not the place. A **dump of GeoNames** has its nineteen columns and no head line: of it countries, first-order regions
and settlements are read, with their alternate names. It knows nothing of words and people, so a place of fewer than
100,000 counts only in company, and has no other Latin names. Countries that a file does not hold are those of the
gazetteer that comes with the program.

How an ambiguous name is decided is told in `transforms.core.places`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

from schemas.expressions import faults, pieces
from schemas.taxonomy import LANGUAGES, digest

Kind = Literal["country", "region", "city"]
#: place: it is it; doubtful: an ordinary word, too; person: a name of people, too; other: it is something else.
Says = Literal["place", "doubtful", "person", "other"]

#: Bytes of a gazetteer above which it is refused unread.
MAX_BYTES: Final = 64_000_000
#: Names of one place in one language that are read.
MAX_NAMES: Final = 200
#: The `digest` of the file that comes with the program, as the tests have checked it.
CHECKED: Final = "facc087b8b880049a8f9394371dcafcc4ce0c33edb06e529491f18addeea308c"

_KINDS: Final[dict[str, Kind]] = {"country": "country", "region": "region", "city": "city"}
_NEEDED: Final = ("name", "country", "kind", "latitude", "longitude")
_COLUMNS: Final = (*_NEEDED, "population", *LANGUAGES)
_SIGNS: Final[dict[str, Says]] = {"?": "doubtful", "@": "person", "!": "other"}
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_GEONAMES_COLUMNS: Final = 19
#: People of a place that counts without company, if it is of a dump.
_KNOWN: Final = 100_000
_GEONAMES_KINDS: Final[dict[str, Kind]] = {"PCLI": "country", "PCLS": "country", "ADM1": "region"}
_SCRIPTS: Final = {
    "ar": re.compile(r"[\u0620-\u06ff\s\-']+"),
    "ru": re.compile(r"[\u0400-\u04ff\s\-'’.]+"),
    "en": re.compile(r"[A-Za-z\u00c0-\u024f\s\-'’.]+"),
}
_OURS: Final = "gazetteer.tsv"


class GazetteerError(ValueError):
    """A gazetteer that cannot be used, told in one line: file, line and what is wrong."""


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A name of a place in one language, written as an expression."""

    text: str
    language: str
    says: Says = "place"


@dataclass(frozen=True, slots=True, kw_only=True)
class GazetteerPlace:
    """A place, and what it is called."""

    name: str
    country: str
    kind: Kind
    latitude: float
    longitude: float
    population: int  #: 0: not known
    names: tuple[PlaceName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """All places."""

    version: str  #: ten hexadecimal digits of SHA-256 of the file
    places: tuple[GazetteerPlace, ...]


def load_gazetteer(path: Path | str | None = None, *, trusted: bool = False) -> Gazetteer:
    """Read and check a gazetteer; without a path, the one that comes with the program.

    Args:
        path: the file.
        trusted: somebody has just checked it; how its names are written is not looked at again. Nor is the file
            that comes with the program, as long as it is as its tests have checked it.

    Raises:
        GazetteerError: it cannot be read, is too large, is of neither form, or a line of it has a fault.
    """
    source = Path(path) if path is not None else files("schemas") / _OURS
    name = str(path) if path is not None else _OURS
    try:
        with source.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise GazetteerError(f"{name}: cannot be read: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise GazetteerError(f"{name}: larger than {MAX_BYTES} bytes")
    given = parse_gazetteer(content, name, trusted=trusted or digest(content) == CHECKED)
    if path is None:
        return given
    countries = {place.country for place in given.places if place.kind == "country"}
    ours = tuple(
        place
        for place in load_gazetteer(trusted=trusted).places
        if place.kind == "country" and place.country not in countries
    )
    return Gazetteer(version=given.version, places=given.places + ours)


@lru_cache(maxsize=2)
def parse_gazetteer(content: bytes, name: str = "gazetteer", *, trusted: bool = False) -> Gazetteer:
    """The gazetteer in the bytes of a file; `name` starts every error message. Raises as `load_gazetteer`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise GazetteerError(f"{name}: not UTF-8: {error.reason} at byte {error.start}") from error
    lines = [
        (number, line.split("\t"))
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip() and not line.startswith("#")
    ]
    if not lines:
        raise GazetteerError(f"{name}: no place in it")
    try:
        is_dump = len(lines[0][1]) == _GEONAMES_COLUMNS and lines[0][1][0].isdigit()
        places = tuple(_read_dump(lines) if is_dump else _read_ours(lines, trusted=trusted))
    except _Fault as error:
        raise GazetteerError(f"{name}: {error}") from None
    return Gazetteer(version=digest(content)[:10], places=places)


class _Fault(Exception):
    """What is wrong with a line."""


_Lines = Sequence[tuple[int, list[str]]]


def _read_ours(lines: _Lines, *, trusted: bool) -> Iterator[GazetteerPlace]:
    first, head = lines[0]
    head = [column.strip() for column in head]
    for column in _NEEDED:
        if column not in head:
            raise _Fault(f"line {first}: the head line has no column {column!r}")
    for column in head:
        if column not in _COLUMNS:
            raise _Fault(f"line {first}: no column is called {column!r}")
    seen: dict[tuple[str, str, str], int] = {}
    for number, cells in lines[1:]:
        if len(cells) > len(head):
            raise _Fault(f"line {number}: {len(cells)} columns, but the head line has {len(head)}")
        row = dict.fromkeys(_COLUMNS, "") | {column: cell.strip() for column, cell in zip(head, cells, strict=False)}
        place = _place(number, row, trusted=trusted)
        earlier = seen.setdefault((place.name, place.country, place.kind), number)
        if earlier != number:
            raise _Fault(f"line {number}: {place.name!r} stands already in line {earlier}")
        yield place


def _place(number: int, row: dict[str, str], *, trusted: bool) -> GazetteerPlace:
    if not row["name"]:
        raise _Fault(f"line {number}: no name")
    if not _COUNTRY.fullmatch(row["country"]):
        raise _Fault(f"line {number}: country {row['country']!r} is not an ISO code of two capitals")
    if row["kind"] not in _KINDS:
        raise _Fault(f"line {number}: kind {row['kind']!r} is none of {', '.join(_KINDS)}")
    names = [name for language in LANGUAGES for name in _names(number, language, row[language], trusted=trusted)]
    if not any(name.language == "en" and name.says != "other" for name in names):
        names.insert(0, PlaceName(row["name"], "en"))
    return GazetteerPlace(
        name=row["name"],
        country=row["country"],
        kind=_KINDS[row["kind"]],
        latitude=_degrees(number, row, "latitude", 90),
        longitude=_degrees(number, row, "longitude", 180),
        population=_population(number, row["population"]),
        names=tuple(names),
    )


def _names(number: int, language: str, cell: str, *, trusted: bool) -> Iterator[PlaceName]:
    parts = [part.strip() for part in cell.split(";") if part.strip()]
    if len(parts) > MAX_NAMES:
        raise _Fault(f"line {number}: more than {MAX_NAMES} names in {language}")
    for part in parts:
        says = _SIGNS.get(part[0], "place")
        text = " ".join((part if says == "place" else part[1:]).split())
        if not trusted:
            _check_name(number, language, text)
        yield PlaceName(text, language, says)


def _check_name(number: int, language: str, text: str) -> None:
    if wrong := next(faults(text), ""):
        raise _Fault(f"line {number}: {language}: {wrong}")
    if len(pieces(text)) > 1 or "~" in text or "<" in text:
        raise _Fault(f"line {number}: {language}: {text!r}: a place has no gaps, slots or parts of words")


def _degrees(number: int, row: dict[str, str], column: str, most: int) -> float:
    try:
        value = float(row[column])
    except ValueError:
        value = float("nan")
    if not -most <= value <= most:
        raise _Fault(f"line {number}: {column} {row[column]!r} is not a number from -{most} to {most}")
    return value


def _population(number: int, written: str) -> int:
    if not written:
        return 0
    if not re.fullmatch(r"[0-9]{1,10}", written):
        raise _Fault(f"line {number}: population {written!r} is not a whole number")
    return int(written)


def _read_dump(lines: _Lines) -> Iterator[GazetteerPlace]:
    """The places of a dump of GeoNames that are countries, regions or settlements."""
    for number, cells in lines:
        if len(cells) != _GEONAMES_COLUMNS:
            raise _Fault(f"line {number}: {len(cells)} columns, but a dump of GeoNames has {_GEONAMES_COLUMNS}")
        kind = "city" if cells[6] == "P" else _GEONAMES_KINDS.get(cells[7])
        if kind is None or not _COUNTRY.fullmatch(cells[8]):
            continue
        row = dict(zip(("latitude", "longitude"), cells[4:6], strict=True))
        population = _population(number, cells[14])
        is_known = population >= _KNOWN or kind == "country"
        names = dict.fromkeys((cells[1], cells[2]))
        others = [name for name in cells[3].split(",") if is_known or not _SCRIPTS["en"].fullmatch(name)]
        names |= dict.fromkeys(others[: MAX_NAMES - len(names)])
        yield GazetteerPlace(
            name=cells[1],
            country=cells[8],
            kind=kind,
            latitude=_degrees(number, row, "latitude", 90),
            longitude=_degrees(number, row, "longitude", 180),
            population=population,
            names=tuple(
                PlaceName(" ".join(name.split()), language, "place" if is_known else "doubtful")
                for name in names
                for language, script in _SCRIPTS.items()
                if len(name) > 2 and script.fullmatch(name) and not name.isupper()
            ),
        )
