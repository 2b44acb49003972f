"""How well copies are found and templates are kept apart: `python -m benchmarks.copies`.

Prints precision, recall, F1 and false merges for the candidates, the verified pairs and, beside them, plain Jaccard >=
.7 and containment >= .6 of word 3-shingles, on:

- every pair of 349 real wires (NEWSBEAM_DATA) with a containment above .2, labelled by reading both:
  `data/wire_pairs.jsonl` says which are the same text or a version of it, and where another reader may differ;
- invented templates and versions (`benchmarks.invented`), in two parts: one to work with, one kept aside;
- both together, which is the number to hold;
- frames filled at random (`benchmarks.frames`), copies made from real sentences in many languages, labelled items.

Only texts and headlines are compared, no addresses. Seeded: the same numbers each time. Timings are CPU milliseconds
for a pair.
"""

import argparse
import json
import os
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from benchmarks.frames import template_pairs
from benchmarks.invented import DATA, PARTS, Part, rewritings, templates, versions
from transforms.core.fingerprint import enough, fingerprint, keys
from transforms.core.normalise import words
from transforms.core.verify import Text, verify

_LANGUAGES = ("en", "ar", "tr", "ru", "fr", "de", "es", "zh", "ja", "fa", "he", "hi", "th", "ko", "uk", "el")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two texts and whether they are the same text or a version of it."""

    kind: str
    a: Text
    b: Text
    same: bool


def is_candidate(pair: Pair) -> bool:
    """Whether the keys of the two would bring them together."""
    a, b = fingerprint(pair.a.text), fingerprint(pair.b.text)
    shared = set(keys(a)) & set(keys(b))
    return bool(shared) and enough(shared, a.words, b.words)


def is_verified(pair: Pair) -> bool:
    """Whether the two are stored as copies: found and verified."""
    return is_candidate(pair) and verify(pair.a, pair.b) is not None


def _shingles(text: str) -> set[tuple[str, ...]]:
    compared = words(text)
    return set(zip(compared, compared[1:], compared[2:], strict=False))


def has_jaccard(pair: Pair) -> bool:
    """Jaccard similarity of 3-shingles at least .7."""
    a, b = _shingles(pair.a.text), _shingles(pair.b.text)
    return len(a & b) >= 0.7 * max(1, len(a | b))


def has_containment(pair: Pair) -> bool:
    """Containment of 3-shingles at least .6."""
    a, b = _shingles(pair.a.text), _shingles(pair.b.text)
    return len(a & b) >= 0.6 * max(1, min(len(a), len(b)))


def frames(seed: int) -> Iterator[Pair]:
    """Fillings of the same frame, with and without a background that both end with; and copies of one filling."""
    source = random.Random(seed)
    fillings = list(template_pairs(seed, 6))
    for name, one, other in fillings:
        yield Pair(kind=f"template {name[:2]}", a=Text(title="", text=one), b=Text(title="", text=other), same=False)
        background = " " + source.choice(_BACKGROUNDS)
        a, b = Text(title="", text=one + background), Text(title="", text=other + background)
        yield Pair(kind="template with background", a=a, b=b, same=False)
        changed = {
            "edited": _edit(one, source),
            "corrected": _correct(one, source),
            "cut": one[: 2 * len(one) // 3],
            "extended": one + background,
        }
        for kind, text in changed.items():
            yield Pair(
                kind=f"copy of a filling {kind}", a=Text(title="", text=one), b=Text(title="", text=text), same=True
            )


#: What desks put under a report for weeks.
_BACKGROUNDS = [
    " ".join(text.split())
    for text in (
        """The central bank has raised its main rate 7 times since March 2022, from 0.25 to 4.5 percent, in order to
        bring prices under control. Its next meeting is on 14 December. Economists in a poll by Kite
        Research expect no change before June.""",
        """The conflict began in 2014 and has killed more than 14,000 people, the United Nations says. A truce signed
        in Minsk in February 2015 ended the heaviest fighting, but both sides accuse each other of breaking
        it almost every day.""",
        """Readers can follow the story on our website and in our app. The newsroom can be reached by telephone at any
        hour. Reporting by our correspondents; editing by the night desk.""",
    )
]


def _correct(text: str, source: random.Random) -> str:
    """Replace one number."""
    parts = text.split(" ")
    places = [place for place, part in enumerate(parts) if part.isascii() and part.isdigit()]
    if places:
        parts[source.choice(places)] = str(source.randint(1, 99))
    return " ".join(parts)


def edited(bodies: dict[str, list[list[str]]], seed: int) -> Iterator[Pair]:
    """Copies as outlets make them, and texts that share only their background, of bodies given as sentences."""
    source = random.Random(seed)
    for language, texts in sorted(bodies.items()):
        for body, other in zip(texts, texts[1:] + texts[:1], strict=True):
            copies = {
                "identical": body,
                "edited": [_edit(sentence, source) for sentence in body],
                "cut": body[: max(3, len(body) // 3)],
                "tail dropped": body[: max(3, 2 * len(body) // 3)],
                "extended": other[:3] + body,
                "new lead": [other[0], *body[2:]],
                "updated": [_update(sentence, source) for sentence in body] + other[:2],
                "moved": [*body[:2], *body[len(body) // 2 :], *body[2 : len(body) // 2]],
            }
            for kind, sentences in copies.items():
                yield _pair(f"copy {kind}", language, body, sentences, same=True)
            toll = (
                "At least 12 people died and 30 were hurt, 4 of them badly.",
                "At least 21 people died and 45 were hurt, 6 of them badly.",
            )
            yield _pair("copy new toll", language, [toll[0], *body], [toll[1], *body], same=True)
            yield _pair("copy new toll, cut", language, [toll[0], *body], [toll[1], *body[:4]], same=True)
            yield _pair("other", language, body, other, same=False)
            background = texts[0][:4]
            yield _pair("shared background", language, body + background, other + background, same=False)


def _pair(kind: str, language: str, a: list[str], b: list[str], *, same: bool) -> Pair:
    gap = "" if language in ("zh", "ja", "th") else " "
    return Pair(kind=kind, a=Text(title="", text=gap.join(a)), b=Text(title="", text=gap.join(b)), same=same)


def _edit(sentence: str, source: random.Random) -> str:
    """Leave out about one word in 25; double one in 50."""
    kept: list[str] = []
    for word in sentence.split(" "):
        chance = source.random()
        if chance > 0.04:
            kept.append(word)
        if chance > 0.98:
            kept.append(word)
    return " ".join(kept)


def _update(sentence: str, source: random.Random) -> str:
    """Replace about one number in four."""
    return " ".join(
        str(int(word) + source.randint(1, 9)) if word.isascii() and word.isdigit() and source.random() < 0.25 else word
        for word in sentence.split(" ")
    )


def real_bodies(data: Path, seed: int) -> dict[str, list[list[str]]]:
    """Bodies of 8-20 real sentences each, in many languages, each sentence used once."""
    by_language: defaultdict[str, list[str]] = defaultdict(list)
    for record in _records(data / "language/lingua_sentences.jsonl"):
        by_language[record["lang"]].append(record["text"])
    source = random.Random(seed)
    bodies: dict[str, list[list[str]]] = {}
    for language in _LANGUAGES:
        sentences = by_language[language]
        source.shuffle(sentences)
        bodies[language] = []
        while len(sentences) >= 20:
            size = source.randint(8, 20)
            bodies[language].append([sentences.pop() for _ in range(size)])
    return bodies


def wires(data: Path) -> Iterator[Pair]:
    """Pairs of the Syria wires, labelled by reading."""
    articles = {
        record["id"]: Text(title=record["title"], text=record["text"])
        for record in _records(data / "topics/fa_kes.jsonl")
    }
    for label in _records(DATA / "wire_pairs.jsonl"):
        kind = f"wires, {label['why']}"
        yield Pair(kind=kind, a=articles[label["a"]], b=articles[label["b"]], same=bool(label["same"]))


def invented(part: Part) -> Iterator[Pair]:
    """Invented templates and versions, of one part."""
    for pair in (*templates(), *versions()):
        if pair.part == part:
            yield Pair(kind=f"{pair.language} {pair.kind}", a=pair.a, b=pair.b, same=pair.same)


def labelled(data: Path) -> Iterator[Pair]:
    """News items that share a shingle. A cluster is an event as several tell it: recall says little here."""
    items = [record for record in _records(data / "dedup/scoop/index.jsonl") if record["text"]]
    shingles = [_shingles(item["text"]) for item in items]
    for (a, of_a), (b, of_b) in combinations(zip(items, shingles, strict=True), 2):
        if of_a & of_b:
            one, other = Text(title=a["title"], text=a["text"]), Text(title=b["title"], text=b["text"])
            yield Pair(kind="scoop", a=one, b=other, same=a["cluster"] == b["cluster"])


def _records(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def report(name: str, pairs: Iterable[Pair], *, errors: bool) -> None:
    """Print one line for each way of judging."""
    judged = list(pairs)
    same = sum(pair.same for pair in judged)
    print(f"\n{name}: {same} pairs that are the same text or a version of it, {len(judged) - same} that are not")
    ways: dict[str, Callable[[Pair], bool]] = {
        "candidates": is_candidate,
        "verified": is_verified,
        "jaccard >= .7": has_jaccard,
        "containment >= .6": has_containment,
    }
    for way, judge in ways.items():
        start = time.process_time()
        merged = [judge(pair) for pair in judged]
        milliseconds = (time.process_time() - start) * 1000 / max(1, len(judged))
        right = sum(pair.same and said for pair, said in zip(judged, merged, strict=True))
        false = sum(not pair.same and said for pair, said in zip(judged, merged, strict=True))
        precision, recall = right / max(1, right + false), right / max(1, same)
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        print(
            f"  {way:18} P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}  false merges {false:4} of {len(judged) - same}"
            f"  {milliseconds:.2f} ms"
        )
        merged_templates = sum(said for pair, said in zip(judged, merged, strict=True) if "template" in pair.kind)
        if of_template := sum("template" in pair.kind for pair in judged):
            print(f"  {'':18} templates merged {merged_templates} of {of_template}")
        if way == "verified" and errors:
            _print_errors(judged, merged)


def _print_errors(judged: list[Pair], merged: list[bool]) -> None:
    by_kind: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for pair, said in zip(judged, merged, strict=True):
        by_kind[pair.kind][0] += 1
        by_kind[pair.kind][1] += pair.same != said
    for kind, (total, wrong) in sorted(by_kind.items()):
        print(f"    {kind}: {wrong} of {total} wrong")
    for pair, said in zip(judged, merged, strict=True):
        if pair.same != said and pair.a.title:
            print(f"    {'missed' if pair.same else 'merged'}: {pair.a.title!r} / {pair.b.title!r}")


def main() -> None:
    """Print all tables; those on real data only where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--errors", action="store_true", help="list what was judged wrongly, but of what is kept aside")
    arguments = parser.parse_args()
    data = Path(os.environ.get("NEWSBEAM_DATA", "../shared/data"))
    own = {part: list(invented(part)) for part in PARTS}
    real = list(wires(data)) if data.is_dir() else []
    report("labelled wires", real, errors=arguments.errors)
    report("invented, to work with", own["train"], errors=arguments.errors)
    report("invented, kept aside", own["aside"], errors=False)
    report("wires and all that is invented", [*real, *own["train"], *own["aside"]], errors=False)
    rewritten = [Pair(kind=pair.kind, a=pair.a, b=pair.b, same=pair.same) for pair in rewritings()]
    report("invented, rewritten (not held)", rewritten, errors=arguments.errors)
    report("frames filled at random", frames(arguments.seed), errors=arguments.errors)
    if data.is_dir():
        report("real sentences", edited(real_bodies(data, arguments.seed), arguments.seed), errors=arguments.errors)
        report("labelled items", labelled(data), errors=arguments.errors)


if __name__ == "__main__":
    main()
