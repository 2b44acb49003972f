"""The characters that stand for the words of texts, each word looked up once for all that is looked for in them.

Does no I/O. Topics and places stand in the same words, and each has a lexicon of its own.
"""

from collections import defaultdict
from typing import Final

from transforms.core.lexicon import BLANK, LONGEST, Lexicon
from transforms.core.wordforms import Words

#: Tokens remembered per vocabulary; about 100 bytes each.
_REMEMBERED: Final = 30_000


class Vocabulary(dict[str, str]):
    """token of a text -> the characters that stand for it, one of each lexicon; remembers a bounded number of tokens.

    When half of them are new ones, the other half is forgotten but for those that were met again.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lexicons: list[Lexicon] = []
        self._blank = ""
        self._older: dict[str, str] = {}
        self._read: list[tuple[Words, str]] = []  # the last two texts: what is found in an article is found in a row

    def enter(self, lexicon: Lexicon) -> int:
        """Look words up in one more lexicon; what is given tells `read` which."""
        self._lexicons.append(lexicon)
        self._blank = BLANK * len(self._lexicons)
        self._older.clear()
        self._read.clear()
        self.clear()
        return len(self._lexicons) - 1

    def read(self, words: Words, lexicon: int) -> str:
        """A character per word."""
        codes = next((codes for known, codes in self._read if known is words), None)
        if codes is None:
            codes = "".join(map(self.__getitem__, words.surfaces))
            self._read = [*self._read[-1:], (words, codes)]
        return codes[lexicon :: len(self._lexicons)]

    def __missing__(self, token: str) -> str:
        if len(token) > LONGEST:
            return self._blank
        if len(self) >= _REMEMBERED // 2:
            self._older = dict(self)
            self.clear()
        codes = self._older.get(token) or "".join([lexicon.code(token) for lexicon in self._lexicons])
        self[token] = codes = self._blank if codes == self._blank else codes
        return codes


#: By language, and whether texts are surely of it.
Vocabularies = defaultdict[tuple[str, bool], Vocabulary]
