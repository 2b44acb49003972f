"""The words of `cues.yaml`: by which the tagger knows what is not there, past, or not of an article."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from schemas import yamlfile
from schemas.expressions import Expression, pieces

Cue = Literal["not_before", "not_after", "past"]
#: The kinds of cues that stand in running text.
CUES: Final[tuple[Cue, ...]] = ("not_before", "not_after", "past")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """The cues of one language; what each is for is told at the head of `cues.yaml`."""

    not_before: tuple[Expression, ...] = ()
    not_after: tuple[Expression, ...] = ()
    past: tuple[Expression, ...] = ()
    aside: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


#: Of a language that has none.
NO_CUES: Final = Cues()


@cache
def load_cues() -> dict[str, Cues]:
    """The cues by language, from the file that comes with the program."""
    document = yamlfile.read_checked((files("schemas") / "cues.yaml").read_bytes())
    return {language: _cues(language, node) for language, node in document.items()}


def _cues(language: str, node: dict[str, list[str]]) -> Cues:
    def expressions(key: Cue) -> tuple[Expression, ...]:
        return tuple(Expression(text=text, language=language) for text in node[key])

    return Cues(
        not_before=expressions("not_before"),
        not_after=expressions("not_after"),
        past=expressions("past"),
        aside=tuple(spelling for text in node["aside"] for spelling in pieces(text)[0].spellings),
        numbers=tuple(node["numbers"]),
    )
