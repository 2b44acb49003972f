"""The words that expressions ask for, and the one character that stands for each word of a text.

Does no I/O. What the kinds of words match is told in `matching`. A token has the character of the most exact word
looked for that it is a form of: as written before names before other words before parts of words and numbers. A word of
an expression therefore matches several characters: its own, and those of all more exact words that are forms of it.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import product
from typing import Final, Literal, NamedTuple

from transforms.core.inflection import Inflection
from transforms.core.wordforms import fold

#: Characters, marks included, of a token that may be a word looked for.
LONGEST: Final = 120
#: Of a word that is not looked for.
BLANK: Final = " "
#: The first character that stands for a word; none from here on is one of Unicode's surrogates.
_FIRST_CODE: Final = 0x10000


class Word(NamedTuple):
    """A word of an expression."""

    kind: Literal["=", "name", "word", "begins", "ends", "number"]
    text: str  #: without its marks; a `word` that heads a Turkish compound ends in `+`


class Lexicon:
    """The words that one set of expressions asks for, and their characters.

    Args:
        language: of the texts.
        words: all that are asked for.
        numbers: words that say a number.
    """

    def __init__(self, language: str, words: Collection[Word], numbers: Collection[str]) -> None:
        of_kind: dict[str, list[str]] = {}
        for word in sorted(words):
            of_kind.setdefault(word.kind, []).append(word.text)
        self._forms = Inflection(language, of_kind.get("word", ()), of_kind.get("name", ()))
        self._numbers = {fold(number) for number in numbers}
        self._begins = {fold(text) for text in of_kind.get("begins", ())}
        self._beginnings = tuple(self._begins)
        self._ends = {fold(text): self._forms.stem(text) for text in of_kind.get("ends", ())}
        self._written: dict[str, str] = {}
        self._named: dict[tuple[str, str], str] = {}  # name and the word that the token is a form of as well
        self._worded: dict[str, str] = {}
        self._parts: dict[tuple[str, str], str] = {}  # beginning and end
        self._of_name: dict[str, set[str]] = {}
        self._of_word: dict[str, set[str]] = {}
        self._examples: list[tuple[str, str]] = []  # a word as it may stand in a text, and its character
        self._last = _FIRST_CODE
        self._number = self._next()
        for text in of_kind.get("=", ()):
            for form in written(text):
                if form not in self._written:
                    self._written[form] = self._entered(form, self._forms.words_of(form))
        self._enter_names(of_kind.get("name", ()), of_kind.get("word", ()))
        for text in of_kind.get("word", ()):
            key = self._forms.key(text)
            if key not in self._worded:
                self._worded[key] = self._entered(
                    text.rstrip("+"), (key, *self._forms.words_of(text.rstrip("+"))), name=False
                )
        for begin, end in product(("", *sorted(self._begins)), ("", *sorted(self._ends))):
            if begin or end:
                self._parts[begin, end] = self._next()

    def code(self, token: str) -> str:
        """The character that stands for a token of a text, of at most `LONGEST` characters."""
        if self._written:
            for form in self._forms.as_written(token):
                if form in self._written:
                    return self._written[form]
        word = self._forms.word_of(token)
        for name in self._forms.names_of(token):
            return self._named.get((name, word)) or self._named[name, ""]
        if word:
            return self._worded[word]
        if self._parts and (part := self._part(token)):
            return part
        return self._number if self._is_number(token) else BLANK

    def of_word(self, word: Word) -> Collection[str]:
        """The characters of all tokens that a word of an expression matches."""
        if word.kind == "=":
            return [self._written[form] for form in written(word.text)]
        if word.kind == "name":
            return self._of_name[self._forms.name_key(word.text)]
        if word.kind == "word":
            return self._of_word[self._forms.key(word.text)]
        if word.kind == "number":
            return {self._number, *(code for text, code in self._examples if self._is_number(text))}
        part = fold(word.text)
        if word.kind == "begins":
            examples = {code for text, code in self._examples if fold(text).startswith(part)}
            return examples | {code for (begin, _), code in self._parts.items() if begin.startswith(part)}
        examples = {code for text, code in self._examples if part in self._ends_of(text)}
        return examples | {code for (_, end), code in self._parts.items() if end.endswith(part)}

    def _next(self) -> str:
        self._last += 1
        return chr(self._last)

    def _enter_names(self, names: Sequence[str], words: Sequence[str]) -> None:
        """A character for each name, and for each word with which it may be written alike: Israeli, israelí."""
        alike: dict[str, set[str]] = {}
        for word in words:
            for name in self._forms.names_of(word):
                alike.setdefault(name, set()).add(self._forms.key(word))
        for text in names:
            name = self._forms.name_key(text)
            for word in {"", self._forms.word_of(text), *alike.get(name, ())}:
                if (name, word) not in self._named:
                    self._named[name, word] = self._entered(text, filter(None, [word]))
                self._of_name.setdefault(name, set()).add(self._named[name, word])

    def _entered(self, example: str, words: Iterable[str], *, name: bool = True) -> str:
        """A new character for the tokens that are such as the example, entered for the words and names of these."""
        code = self._next()
        self._examples.append((example, code))
        for word in words:
            self._of_word.setdefault(word, set()).add(code)
        for known in self._forms.names_of(example) if name else ():
            self._of_name.setdefault(known, set()).add(code)
        return code

    def _part(self, token: str) -> str:
        """The character of the longest beginning and end that the token has; empty: none."""
        folded = fold(token)
        begin = end = ""
        if folded.startswith(self._beginnings):
            begin = max((part for part in self._begins if folded.startswith(part)), key=len)
        if self._ends:
            end = max(self._ends_of(token), key=len, default="")
        return self._parts[begin, end] if begin or end else ""

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
