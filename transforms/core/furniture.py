"""What stands on the pages of a host whatever they tell: newsletter lines, bylines, copyright, related headlines.

Does no I/O and knows no language and no site. A page's text is a row of blocks (paragraphs). A block is known by the
hash of its normalised form, in which figures are folded unless it is a paragraph, so that counters do not matter, and
is noted with what is seen of it on its page: whether it is long, where it stands, and how much of its wording the rest
of the text has, too. `learn` judges blocks that two or more articles of a host share:

- Pages that share most of their own wording are one story, whatever their addresses: together they count once.
- A **label or line at the edge** of the text, with nothing that belongs to the story beyond it, is furniture.
- **In the midst** a block is furniture as long as at least half of the pages have it.
- What **belongs to the story** may be told again: a paragraph of background, a quotation. That is a block whose words
  the rest of the text repeats; and subheads, items of lists, short sentences in the midst. It is taken for furniture
  only where nearly all of at least ten articles have it.

A block that was found to be furniture and later is not stays known, so that texts that were cleaned of it can be
compared with others.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit
from zlib import crc32

from transforms.core.addresses import canonical_address
from transforms.core.dateline import split_dateline
from transforms.core.identity import version_of
from transforms.core.normalise import folded

#: Blocks of a page that are noted: so many from the top, and from the end.
TOP: Final = 24
END: Final = 40
#: Pages of a host that are looked at together, the latest.
WINDOW: Final = 32
#: A host of which so many pages are noted is known; of later ones only each eighth is noted.
ENOUGH: Final = 48
_SAMPLE: Final = 8
#: Blocks known of a host, at most.
MOST: Final = 128

#: A block of so many characters is a paragraph; without spaces between words, of fewer.
_LONG: Final = 100
_LONG_UNSPACED: Final = 40
#: A shorter sentence in the midst of a text may be an answer, or the end of a paragraph.
_SHORT: Final = 40
_SHORT_UNSPACED: Final = 16
#: In the midst of texts furniture stands on one page of so many at least: a whole sentence, or a mere label, which may
#: be a subhead. On less than half as many it is none any more.
_SHARE_OF_SENTENCES: Final = 6
_SHARE_OF_LABELS: Final = 3
#: Pages are one story if one has more than this share of the other's beginning.
_SAME: Final = 0.5
#: So many stories with a block, and such a share of all, leave no doubt.
_SURE: Final = 10
_COMMON: Final = 0.6
_SURE_SHARE: Final = 0.95

_FIGURES: Final = re.compile(r"\d[\d.,:/]*")
#: The letters of the scripts of Europe: looked up as a set, in half the time of categories.
_LETTERS: Final = "".join(
    letter for letter in map(chr, (*range(0x590), *range(0x1E00, 0x2000))) if re.match(r"[^\W\d_]", letter)
)
#: The beginnings of longer words; the same in scripts beyond those of Europe, where words are shorter; where words are
#: not spaced runs of characters, kana that only inflect left out.
_STEMS: Final = re.compile(rf"([{_LETTERS}]{{6}})[{_LETTERS}]*")
_HANGUL: Final = r"[\uac00-\ud7a3]"
_SHORTER: Final = r"[\u0590-\u0dff\u10a0-\u10ff\u1200-\u139f]"
_HAS_SHORTER: Final = re.compile(f"{_HANGUL}|{_SHORTER}")
_SHORTER_STEMS: Final = re.compile(rf"({_HANGUL}{{3}}|{_SHORTER}{{5}})[^\W\d_]*")
_HAN: Final = r"[\u30a1-\u30fa\u30fc\u3105-\u312f\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_THAI: Final = r"[\u0e00-\u109f]"
_HAS_GRAMS: Final = re.compile(f"{_HAN}|{_THAI}")
_GRAMS: Final = re.compile(rf"(?=({_HAN}{{3}}|{_THAI}{{6}}))|(?<!{_HAN})({_HAN}{{2}})(?!{_HAN})")
_ENDS: Final = tuple(".!?…。！？।؟\"'”’»)")
_LEADS_ON: Final = (":", "：")
_WORD: Final = re.compile(r"[^\W_]")
_ITEM: Final = ("- ", "| ", "• ")

#: A block as it is noted: its key; of each word that it shares with title and lead one of `_WORD_BITS`; five flags.
_FLAG_BITS: Final = 5
_WORD_BITS: Final = 18
_BITS: Final = tuple(1 << bit for bit in range(_WORD_BITS))
_TRAIT_BITS: Final = _FLAG_BITS + _WORD_BITS
_TRAITS: Final = (1 << _TRAIT_BITS) - 1
_OUTER, _HEAD, _KEPT, _PARAGRAPH, _SENTENCE = 1, 2, 4, 8, 16
#: A paragraph that shares so many words with title and lead is of the article itself; if others quote it, surely.
_RELATED: Final = 2
_QUOTED: Final = 3
_OWN: Final = 5
#: The first paragraph stands among so many blocks.
_HEAD_BLOCKS: Final = 6
#: Follows the last block of a page.
_END: Final = 0

#: Names what a noted block is; stored with each page. Others are not comparable.
SCHEME: Final = "2:blake2b40-words18-flags5"

#: What is known of a block: it is furniture now; at the head of texts, too.
ACTIVE: Final = 1
AT_HEAD: Final = 2
#: Most stories have it; nearly all of many have it; it stands at edges or among others, so that few are enough; it is
#: the lead of one story that others quote.
COMMON: Final = 4
SURE: Final = 8
LASTING: Final = 16
QUOTED: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class HostProfile:
    """What is known of the pages of a host."""

    furniture: Mapping[int, int] = field(default_factory=dict)  #: by key: `ACTIVE` and more; 0: it was once
    changed: int = 0  #: load since which that is known
    pages: int = 0  #: noted


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is noted of a page."""

    article_id: str
    blocks: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """A text in pieces: its paragraphs as they are, normalised, what they are known by, and which are long."""

    paragraphs: Sequence[str]
    lines: Sequence[str]
    keys: Sequence[int]
    long: Sequence[bool]


NOTHING: Final = HostProfile()


def host_of(url: str) -> str:
    """The host whose furniture a page has, as in its canonical address: without `www.`, `m.`, `amp.`; empty: none.

    >>> host_of("https://www.Example.org/news/1?utm_source=x")
    'example.org'
    """
    return urlsplit(canonical_address(url)).hostname or ""


def is_noted(profile: HostProfile, article_id: str) -> bool:
    """Whether a page of the article is to be noted: a sample, where enough is known."""
    return profile.pages < ENOUGH or crc32(article_id.encode()) % _SAMPLE == 0


def blocks_of(text: str) -> Blocks:
    """The blocks of a text as it is stored (`nfc`), whose paragraphs are separated by line breaks."""
    paragraphs = [paragraph for paragraph in text.split("\n") if paragraph.strip()]
    lines = [line for line in (" ".join(line.split()) for line in folded(text).split("\n")) if line]
    if len(lines) != len(paragraphs):  # a paragraph of what is never seen
        lines = [" ".join(folded(paragraph).split()) for paragraph in paragraphs]
    return Blocks(
        paragraphs=paragraphs, lines=lines, keys=[_key(line) for line in lines], long=[_is_long(line) for line in lines]
    )


def note_blocks(title: str, blocks: Blocks, *, site: str = "", headings: Iterable[str] = ()) -> tuple[int, ...]:
    """What is noted of a page's blocks, before any is taken off: in their order, each once.

    Args:
        title: of the article.
        blocks: of its text.
        site: name of the outlet, which tells nothing of what an article is about.
        headings: paragraphs of the text that the page marks as headings.
    """
    titled, named, *subheads = _normalised([title, site, *headings])
    about = _about(titled, named, blocks)
    first, last = _story(blocks.long, about)
    head = _head(blocks.long)
    noted: dict[int, int] = {}
    for at, (key, line) in enumerate(zip(blocks.keys, blocks.lines, strict=True)):
        is_outer = not first <= at <= last
        trait = about[at] << _FLAG_BITS | _OUTER * is_outer | _HEAD * (at < head) | _PARAGRAPH * blocks.long[at]
        is_sentence, is_short = line.endswith(_ENDS), len(line) < (_SHORT_UNSPACED if _is_unspaced(line) else _SHORT)
        is_kept = (
            line.startswith(_ITEM)
            or line.endswith(_LEADS_ON)
            or not _WORD.search(line)
            or (is_sentence and is_short)
            or (line in subheads and not is_outer)
        )
        trait |= _KEPT * is_kept | _SENTENCE * (is_sentence and not is_short)
        noted.setdefault(key, key << _TRAIT_BITS | trait)
    every = tuple(noted.values())
    return every if len(every) <= TOP + END else every[:TOP] + every[-END:]


def _normalised(labels: Iterable[str]) -> list[str]:
    said = folded("\n".join(" ".join(label.split()) for label in labels))
    return [" ".join(label.split()) for label in said.split("\n")]


def _about(titled: str, site: str, blocks: Blocks, asked: Iterable[int] | None = None) -> list[int]:
    """Of each block, or only of those asked for, the words that it shares with title and lead, a bit for each.

    Of the lead itself those that it shares with title and next paragraph.
    """
    if not blocks.lines:
        return []
    first, *others = [at for at, is_long in enumerate(blocks.long) if is_long][:2] or [0]
    wanted = range(len(blocks.lines)) if asked is None else [*asked]
    wordings = {at: _wording(blocks.lines[at]) for at in {first, *others, *wanted}}
    named, outlet = _wording(titled), _wording(site)
    of_others = (named | wordings[first]) - outlet
    of_lead = named.union(*(wordings[at] for at in others)) - outlet
    about = [0] * len(blocks.lines)
    for at in wanted:
        about[at] = _bits(wordings[at] & (of_lead if at == first else of_others))
    return about


def _bits(words: Iterable[str]) -> int:
    bits = 0
    for word in words:
        bits |= 1 << crc32(word.encode()) % _WORD_BITS
    return bits


def _story(long: Sequence[bool], about: Sequence[int]) -> tuple[int, int]:
    """From where to where the story goes: its first and last paragraph, as far as can be told."""
    every = [at for at, is_long in enumerate(long) if is_long]
    story = [at for at in every if about[at]] or every or [0, len(long)]
    return story[0], story[-1]


def learn(known: Mapping[int, int], pages: Sequence[Page]) -> dict[int, int]:
    """What is known of a host's blocks with these pages, the latest `WINDOW` of it in the order in which they came.

    Args:
        known: what was known before them.
        pages: what is noted of each.
    """
    now = dict(known)
    stories = _stories(pages)
    seen: defaultdict[int, dict[int, int]] = defaultdict(dict)  # by key: what was seen of it in each story
    subjects: dict[int, int] = {}  # of each story
    for page, story in zip(pages, stories, strict=True):
        if story not in subjects:
            subjects[story] = _subject(page)
        for note in page.blocks:
            seen[note >> _TRAIT_BITS].setdefault(story, note & _TRAITS)
    bonds = {
        key: _bond([trait & subjects[story] for story, trait in where.items()])
        for key, where in seen.items()
        if len(where) > 1
    }
    runs = _runs(pages, stories, bonds)
    number = max(stories, default=-1) + 1
    lasting = runs | {key for key, bond in bonds.items() if bond == 0 and _is_edge([*seen[key].values()])}
    bearing = {story for key in lasting if not _is_at_head(seen[key].values()) for story in seen[key]}
    for key in sorted(bonds.keys() | {key for key, state in known.items() if state & ACTIVE and key in seen}):
        traits = [*seen[key].values()]
        asked = number - min(seen[key])
        among = sum(1 for story in bearing if story >= min(seen[key])) if seen[key].keys() <= bearing else asked
        bond = bonds.get(key, 2)
        state = SURE * _is_sure(traits, asked) | LASTING * (key in lasting)
        if state or (bond == 0 and _share(traits) * len(traits) >= among):
            state |= AT_HEAD * _is_at_head(traits)
            state |= COMMON * (bond == 0 and len(traits) > 2 and len(traits) >= _COMMON * asked)
            state |= QUOTED * (any(_is_own(trait) for trait in traits) or (not state & COMMON and _is_lead(traits)))
            now[key] = now.get(key, 0) & ~SURE | ACTIVE | state
        elif key in now and not now[key] & LASTING and 2 * _share(traits) * len(traits) < among:
            now[key] = 0
    return dict(list(now.items())[-MOST:])


def without_furniture(title: str, blocks: Blocks, profile: HostProfile, *, site: str = "") -> str:
    """The text without its host's furniture.

    An article's own lead stays, although other pages quote it at their end: what stands at the head of a text, or has
    several words of title and lead, is taken off only where nearly all pages have it, or have it there. A text of which
    nothing would be left stays as it is, for a brief that its host prints at two addresses is no furniture; but not one
    of what nearly all pages have: where a page shows nothing else, it shows no story.
    """
    states = [profile.furniture.get(key, 0) for key in blocks.keys]
    doubtful = [at for at, state in enumerate(states) if state & ACTIVE and not state & (AT_HEAD | SURE)]
    own = _own(title, site, blocks, states, doubtful) if doubtful else set()
    kept = [
        paragraph
        for at, (paragraph, state) in enumerate(zip(blocks.paragraphs, states, strict=True))
        if not state & ACTIVE or at in own
    ]
    return "\n\n".join(kept if kept or all(state & SURE for state in states) else blocks.paragraphs)


def _own(title: str, site: str, blocks: Blocks, states: Sequence[int], doubtful: Sequence[int]) -> set[int]:
    """Which blocks are of the article itself, of those that are furniture on other pages."""
    own = {at for at in doubtful if at < _head(blocks.long)}
    asked = [at for at in doubtful if at not in own and (states[at] & QUOTED or not states[at] & COMMON)]
    if asked:
        titled, named = _normalised([title, site])
        about = _about(titled, named, blocks, asked)
        own.update(at for at in asked if about[at].bit_count() >= (1 if states[at] & QUOTED else _QUOTED))
    return own


def compared_version(title: str, text: str, profile: HostProfile, *, site: str = "") -> str:
    """The version of a text, stored or new, without all that was ever furniture of its host: what is the same to it.

    A text of such blocks only is compared without what is taken off pages: so it is the same to it before and after.
    """
    blocks = blocks_of(text)
    kept: Sequence[str] = [
        paragraph for paragraph, key in zip(blocks.paragraphs, blocks.keys, strict=True) if key not in profile.furniture
    ]
    return version_of(title, split_dateline("\n\n".join(kept or _bare(title, blocks, profile, site)))[1])


def _bare(title: str, blocks: Blocks, profile: HostProfile, site: str) -> Sequence[str]:
    """The paragraphs of a text of known blocks, of which no more is taken off, however often it is tried.

    Without those that once were furniture and are not now, unless all were.
    """
    while True:
        cleaned = blocks_of(without_furniture(title, blocks, profile, site=site))
        if len(cleaned.keys) == len(blocks.keys):
            break
        blocks = cleaned
    now = [at for at, key in enumerate(blocks.keys) if profile.furniture.get(key, ACTIVE)]
    return [blocks.paragraphs[at] for at in now] or blocks.paragraphs


def _key(line: str) -> int:
    """What a block is known by: 40 bits."""
    if not _is_long(line) and any(map(str.isalpha, line)):
        line = _FIGURES.sub("0", line)
    return int.from_bytes(blake2b(line.encode(), digest_size=5).digest(), "big")


def _is_unspaced(line: str) -> bool:
    return not line.isascii() and line.count(" ") * 16 < len(line)


def _is_long(line: str) -> bool:
    return len(line) >= _LONG or (len(line) >= _LONG_UNSPACED and _is_unspaced(line))


def _head(long: Sequence[bool]) -> int:
    """How many blocks are the head of a text: up to its first paragraph, if that is among the first few."""
    return next((at + 1 for at, is_long in enumerate(long[:_HEAD_BLOCKS]) if is_long), 3)


def _wording(line: str) -> set[str]:
    """What tells the wording of a block: the beginnings of its longer words."""
    wording = set(_STEMS.findall(line))
    if line.isascii():
        return wording
    if _HAS_SHORTER.search(line):
        wording.update(_SHORTER_STEMS.findall(line))
    if _HAS_GRAMS.search(line):
        wording.update(run or word for run, word in _GRAMS.findall(line))
    return wording


def _stories(pages: Sequence[Page]) -> list[int]:
    """The number of each page's story: pages of one article, and those of which one has most of the other's beginning.

    At their ends pages quote one another.
    """
    numbers: list[int] = []
    told: list[tuple[Sequence[int], dict[int, int]]] = []  # its beginning, and where it tells what
    of: dict[str, int] = {}
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for page in pages:
        own, all_told = _paragraphs(page)
        top = own[: max(2, -(-len(own) // 2))]
        places = {key: place for place, key in enumerate(all_told)}
        same = of.get(page.article_id)
        if same is None:
            shared = Counter(story for key in all_told for story in holders.get(key, ()))
            likely = [story for story, number in shared.items() if number > 1 or len(top) == 1]
            alike = {story: _likeness(top, places, *told[story]) for story in likely}
            same = max(
                (story for story in alike if alike[story]), key=lambda story: (alike[story], -story), default=None
            )
        if same is None:
            same = len(told)
            told.append((top, {}))
        of[page.article_id] = same
        whole = told[same][1]
        for key in all_told:
            if key not in whole:
                whole[key] = len(whole)
                holders[key].append(same)
        numbers.append(same)
    return numbers


def _paragraphs(page: Page) -> tuple[list[int], list[int]]:
    """The paragraphs of a page that are surely of its story, and those that may be; where there are none, all."""
    long = {note >> _TRAIT_BITS: (note & _TRAITS) >> _FLAG_BITS for note in page.blocks if note & _PARAGRAPH}
    likely = [key for key, words in long.items() if words] or list(long)
    return [key for key in likely if long[key].bit_count() >= _RELATED] or likely, likely


def _likeness(top: Sequence[int], own: Mapping[int, int], other_top: Sequence[int], others: Mapping[int, int]) -> float:
    """How much of the beginning of one page stands in the other; 0: not most of it, or no more than a quotation.

    In the same order: a page that quotes another's lead at its end may have a paragraph of background with it, before.
    """
    least = 2 if len(top) > 1 or len(other_top) > 1 else 1
    shares = [
        shared / len(beginning)
        for beginning, whole in ((top, others), (other_top, own))
        if (shared := _in_order([whole[key] for key in beginning if key in whole])) >= least
    ]
    return max((share for share in shares if share > _SAME), default=0.0)


def _in_order(places: Iterable[int]) -> int:
    """How many of the places stand in rising order, at most."""
    ends: list[int] = []
    for place in places:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
    return len(ends)


def _runs(pages: Sequence[Page], stories: Sequence[int], bonds: Mapping[int, int]) -> set[int]:
    """Blocks that follow one another on the pages of several stories.

    Two of them at least belong to no story. What stands between these, or behind the last of them up to the end of the
    page, is of their kind, even if it has a word of the stories; with more of them, only if two stand before it.

    Args:
        pages: of a host.
        stories: the story of each.
        bonds: of each block that several stories have.
    """
    rows = [[*(note >> _TRAIT_BITS for note in page.blocks), _END] for page in pages]
    together: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for row, story in zip(rows, stories, strict=True):
        for pair in pairwise(row):
            if pair[0] in bonds:
                together[pair].add(story)
    follow = {pair for pair, told in together.items() if len(told) > 1 and pair[1] != _END}
    found: set[int] = set()
    for row in rows:
        run: list[int] = []
        for pair in pairwise(row):
            run.append(pair[0])
            if pair in follow:
                continue
            if len(run) > 1:
                loose = [at for at, key in enumerate(run) if bonds.get(key) == 0]
                if len(loose) > 1:
                    last = len(run) - 1 if pair[1] == _END else loose[-1]
                    found.update(key for at, key in enumerate(run[: last + 1]) if at >= loose[bonds.get(key, 2) == 2])
            run = []
    return found & bonds.keys()


def _subject(page: Page) -> int:
    """All flags, and of the words that a page's blocks share with title and lead those of its subject.

    That is what a third of the paragraphs with such words have, two at least if there are two: of words by the way a
    lead has many, and what stands on all pages has one or the other. Where no paragraph has any, all words are.
    """
    told = [shared for note in page.blocks if note & _PARAGRAPH and (shared := (note & _TRAITS) >> _FLAG_BITS)]
    least = min(len(told), max(2, -(-len(told) // 3)))
    words = 0
    for bit in _BITS:
        if len([True for shared in told if shared & bit]) >= least:
            words |= bit
    return words << _FLAG_BITS | (1 << _FLAG_BITS) - 1


def _bond(traits: Sequence[int]) -> int:
    """How closely a block that was seen so in some stories belongs to them: 2 is surely, 0 not.

    That is how many words of it are of title and lead of two thirds of them, of a label of all, or that it is kept in
    half of them.
    """
    if sum(1 for trait in traits if trait & _KEPT) * 2 >= len(traits):
        return 2
    most = max(2, -(-2 * len(traits) // 3)) if any(trait & _PARAGRAPH for trait in traits) else len(traits)
    told = [trait >> _FLAG_BITS for trait in traits if trait >> _FLAG_BITS]
    if len(told) < most:
        return 0
    return min(2, sum(len([True for words in told if words & bit]) >= most for bit in _BITS))


def _is_edge(traits: Sequence[int]) -> bool:
    """Whether a block stands mostly at the edge of texts."""
    return 2 * sum(trait & _OUTER for trait in traits) > len(traits)


def _is_at_head(traits: Iterable[int]) -> bool:
    return sum(1 for trait in traits if trait & _HEAD) > 1


def _is_own(trait: int) -> bool:
    """Whether a block is a paragraph that shares much with title and lead of the page where it was seen so."""
    return bool(trait & _PARAGRAPH) and (trait >> _FLAG_BITS).bit_count() >= (_RELATED if trait & _HEAD else _OWN)


def _is_lead(traits: Iterable[int]) -> bool:
    """Whether a block is the lead of one story and none of another."""
    return sum(1 for trait in traits if trait & _HEAD and trait & _PARAGRAPH and trait >> _FLAG_BITS) == 1


def _share(traits: Sequence[int]) -> int:
    return _SHARE_OF_SENTENCES if all(trait & _SENTENCE for trait in traits) else _SHARE_OF_LABELS


def _is_sure(traits: Sequence[int], asked: int) -> bool:
    """Whether nearly all stories have a block, and they are enough to tell."""
    return len(traits) >= _SURE and len(traits) >= _SURE_SHARE * asked
