"""The words that expressions ask for, and the one character that stands for each word of a text.

Does no I/O. What the kinds of words match is told in `matching`. A token has the character of the most exact word
looked for that it is a form of: as written before names before other words before parts of words and numbers. A word of
an expression therefore matches several characters: its own, and those of all more exact words that are forms of it.
"""

from collections.abc import Collection
from itertools import product
from typing import Final, Literal, NamedTuple

from transforms.core.inflection import Inflection
from transforms.core.wordforms import fold

#: Words remembered per language; about 200 bytes each.
_REMEMBERED: Final = 20_000
#: Of a word that is not looked for.
_BLANK: Final = " "
#: The first character that stands for a word; none from here on is one of Unicode's surrogates.
_FIRST_CODE: Final = 0x10000


class Word(NamedTuple):
    """A word of an expression."""

    kind: Literal["=", "name", "word", "begins", "ends", "number"]
    text: str  #: without its marks; a `word` that heads a Turkish compound ends in `+`


class Lexicon(dict[str, str]):
    """token of a text -> the character that stands for it; remembers a bounded number of tokens.

    Args:
        language: of the texts.
        words: all that are asked for.
        numbers: words that say a number.
    """

    def __init__(self, language: str, words: Collection[Word], numbers: Collection[str]) -> None:
        super().__init__()
        of_kind: dict[str, list[str]] = {}
        for word in sorted(words):
            of_kind.setdefault(word.kind, []).append(word.text)
        self._forms = Inflection(language, of_kind.get("word", ()), of_kind.get("name", ()))
        self._numbers = {fold(number) for number in numbers}
        self._begins = {fold(text) for text in of_kind.get("begins", ())}
        self._ends = {fold(text): self._forms.stem(text) for text in of_kind.get("ends", ())}
        self._codes: dict[tuple[str, str], str] = {}
        self._narrower: dict[tuple[str, str], set[str]] = {}  # word or name -> the characters of more exact ones
        self._examples: list[tuple[str, str]] = []  # a word as it may stand in a text, and its character
        for text in of_kind.get("=", ()):
            for form in written(text):
                self._enter(("=", form), form)
        for text in of_kind.get("name", ()):
            self._enter(("name", self._forms.name_key(text)), text)
        for text in of_kind.get("word", ()):
            self._enter(("word", self._forms.key(text)), text.rstrip("+"))
        for begin, end in product(("", *sorted(self._begins)), ("", *sorted(self._ends))):
            if begin or end:
                self._codes[f"{begin}~", end] = self._next()
        self._codes["number", ""] = self._next()

    def __missing__(self, token: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        code = self[token] = self._code(token)
        return code

    def of_word(self, word: Word) -> Collection[str]:
        """The characters of all tokens that a word of an expression matches."""
        if word.kind == "=":
            return [self._codes["=", form] for form in written(word.text)]
        if word.kind in ("name", "word"):
            key = (word.kind, self._forms.name_key(word.text) if word.kind == "name" else self._forms.key(word.text))
            return {self._codes[key], *self._narrower.get(key, ())}
        if word.kind == "number":
            return {self._codes["number", ""], *(code for text, code in self._examples if self._is_number(text))}
        if word.kind == "begins":
            part = fold(word.text)
            examples = {code for text, code in self._examples if fold(text).startswith(part)}
            return examples | {
                code for (begin, _), code in self._codes.items() if begin[-1:] == "~" and begin.startswith(part)
            }
        part = fold(word.text)
        examples = {code for text, code in self._examples if part in self._ends_of(text)}
        return examples | {
            code for (begin, end), code in self._codes.items() if begin[-1:] == "~" and end.endswith(part)
        }

    def _next(self) -> str:
        return chr(_FIRST_CODE + len(self._codes))

    def _enter(self, key: tuple[str, str], example: str) -> None:
        """Give a word looked for a character, and tell those it is a form of."""
        if key in self._codes:
            return
        code = self._codes[key] = self._next()
        self._examples.append((example, code))
        if key[0] != "word":
            self._narrower.setdefault(("word", self._forms.word_of(example)), set()).add(code)
            for name in self._forms.names_of(example):
                self._narrower.setdefault(("name", name), set()).add(code)

    def _code(self, token: str) -> str:
        for written in self._forms.as_written(token):
            if ("=", written) in self._codes:
                return self._codes["=", written]
        if name := next(self._forms.names_of(token), ""):
            return self._codes["name", name]
        if word := self._forms.word_of(token):
            return self._codes["word", word]
        if self._begins or self._ends:
            folded = fold(token)
            begin = max((part for part in self._begins if folded.startswith(part)), key=len, default="")
            end = max(self._ends_of(token), key=len, default="")
            if begin or end:
                return self._codes[f"{begin}~", end]
        return self._codes["number", ""] if self._is_number(token) else _BLANK

    def _ends_of(self, token: str) -> list[str]:
        """The ends looked for that the token has, as it stands or by its stem."""
        folded, stem = fold(token), self._forms.stem(token)
        return [end for end, ending in self._ends.items() if folded.endswith(end) or stem.endswith(ending)]

    def _is_number(self, token: str) -> bool:
        return token.isdigit() or fold(token) in self._numbers


def written(text: str) -> tuple[str, ...]:
    """How a word marked `=` may stand in a text.

    >>> written("UN"), written("Hama"), written("is")
    (('UN',), ('Hama', 'HAMA'), ('is', 'IS', 'Is'))
    """
    if text.isupper() and len(text) > 1:
        return (text,)
    return tuple(dict.fromkeys((text, text.upper(), text[:1].upper() + text[1:])))
