"""The characters that stand for the words of texts, each word looked up once for all that is looked for in them.

Does no I/O. Topics and places stand in the same words, and each has a lexicon of its own.
"""

from collections import defaultdict
from typing import Final
from weakref import WeakKeyDictionary

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
        self._read = WeakKeyDictionary[Words, str]()  # texts that are still at hand: they are read for all lexicons

    def enter(self, lexicon: Lexicon) -> int:
        """Look words up in one more lexicon; what is given tells `read` which."""
        self._lexicons.append(lexicon)
        self._blank = BLANK * len(self._lexicons)
        self._older.clear()
        self._read.clear()
        self.clear()
        return len(self._lexicons) - 1

    def read(self, words: Words, lexicon: int) -> str:
        """A character per word; remembered as long as somebody holds the words."""
        codes = self._read.get(words)
        if codes is None:
            self._read[words] = codes = "".join(map(self.__getitem__, words.surfaces))
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
