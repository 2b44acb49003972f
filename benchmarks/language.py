"""Which language are sentences said to be in, how sure is that, and what does it cost?

    python -m benchmarks.language [SENTENCES] [--langdetect] [--fit]

SENTENCES: one object per line with `lang` and `text`; by default `language/lingua_sentences.jsonl` below NEWSBEAM_DATA
(default ../shared/data). Each sentence counts whole and by its first five words. Half of them, chosen by a hash of the
text, were kept aside while the program was written and its constants fitted; both halves are told apart. Variants of
Chinese count as one, and Bokmål as `no`.

--langdetect measures langdetect alone on the same, with its seed fixed; some minutes.
--fit prints what the constants of `transforms/core/language.py` would be if fitted again, on the half not kept aside.
"""

import argparse
import hashlib
import json
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

import numpy as np

from transforms.core import language
from transforms.core.profiles import LANGUAGES, profiles_of
from transforms.core.scripts import codes_of, script_of, words_of

DATA = Path(os.environ.get("NEWSBEAM_DATA", Path(__file__).resolve().parents[1] / "../shared/data"))
KNOWN = {each.partition("-")[0] for each in LANGUAGES}
FORMS = ("whole", "five")
PARTS = ("work", "aside")
SURE = 0.9


@dataclass(frozen=True, slots=True)
class Asked:
    """A text, its language, and what was answered."""

    language: str
    part: str
    form: str
    answer: str
    confidence: float

    @property
    def is_right(self) -> bool:
        """Whether the language was named."""
        return self.answer == self.language

    @property
    def is_answered(self) -> bool:
        """Whether any was."""
        return self.answer != "und"


def read(path: Path) -> list[tuple[str, str, dict[str, str]]]:
    """Language, part and text in each form, of each sentence."""
    rows = []
    for line in path.read_text(encoding="utf-8").strip().split("\n"):
        row = json.loads(line)
        is_aside = hashlib.sha256(row["text"].encode()).digest()[0] < 128  # half of a byte's values
        forms = {"whole": row["text"], "five": " ".join(row["text"].split()[:5])}
        rows.append((_one_of_variants(row["lang"]), PARTS[is_aside], forms))
    return rows


def _one_of_variants(code: str) -> str:
    primary = code.partition("-")[0]
    return {"nb": "no"}.get(primary, primary)


def ask(rows: list[tuple[str, str, dict[str, str]]], answer: Callable[[str], tuple[str, float]]) -> list[Asked]:
    """What is answered to each sentence in each form."""
    asked = []
    for spoken, part, forms in rows:
        for form, text in forms.items():
            code, confidence = answer(text)
            asked.append(Asked(spoken, part, form, _one_of_variants(code), confidence))
    return asked


def share(asked: Iterable[Asked], is_so: Callable[[Asked], bool]) -> float:
    """The share of those of which something is so."""
    found = [is_so(each) for each in asked]
    return mean(found) if found else float("nan")


def tell_languages(asked: list[Asked]) -> None:
    """Per language what is right, or of languages without a profile what is answered."""
    print(f"{'':6}{'n':>5}{'whole':>8}{'':8}{'five words':>12}\n{'':11}{'work':>8}{'aside':>8}{'work':>8}{'aside':>8}")
    groups = defaultdict(list)
    for each in asked:
        groups[each.language].append(each)
    print("with a profile: right")
    for spoken in sorted(groups.keys() & KNOWN):
        _tell(spoken, groups[spoken], lambda each: each.is_right)
    print("without: answered with a language, at .9 or more")
    for spoken in sorted(groups.keys() - KNOWN):
        _tell(spoken, groups[spoken], lambda each: each.is_answered and each.confidence >= SURE)


def _tell(name: str, asked: list[Asked], is_so: Callable[[Asked], bool]) -> None:
    cells = "".join(
        f"{share((e for e in asked if e.form == form and e.part == part), is_so):8.3f}"
        for form in FORMS
        for part in PARTS
    )
    others = Counter(each.answer for each in asked if not each.is_right).most_common(3)
    named = ", ".join(f"{code} {count}" for code, count in others)
    print(f"{name:6}{len(asked) // len(FORMS):5}{cells}   {named}".rstrip())


def tell_totals(asked: list[Asked]) -> None:
    """What the issue asks for, by part."""
    known = [each for each in asked if each.language in KNOWN]
    unknown = [each for each in asked if each.language not in KNOWN]
    print(f"\n{'':48}{'whole':>8}{'':8}{'five words':>12}\n{'':48}{'work':>8}{'aside':>8}{'work':>8}{'aside':>8}")
    for what, of, is_so in (
        ("with a profile: right", known, lambda each: each.is_right),
        ("with a profile: und", known, lambda each: not each.is_answered),
        ("without: wrong at .9 or more", unknown, lambda each: each.is_answered and each.confidence >= SURE),
        ("without: und", unknown, lambda each: not each.is_answered),
    ):
        cells = "".join(
            f"{share((e for e in of if e.form == form and e.part == part), is_so):8.4f}"
            for form in FORMS
            for part in PARTS
        )
        both = "".join(f"{share((e for e in of if e.form == form), is_so):8.4f}" for form in FORMS)
        print(f"{what:48}{cells}   both parts{both}")


def tell_reliability(asked: list[Asked]) -> None:
    """For each tenth of confidence how often such answers are right."""
    for name, of in (("all", asked), ("with a profile", [each for each in asked if each.language in KNOWN])):
        for part in (*PARTS, "both"):
            answered = [each for each in of if each.is_answered and part in {each.part, "both"}]
            print(f"\nanswers, languages: {name}, part: {part}\n  confidence    n    mean   right    apart")
            for tenth in range(10):
                held = [each for each in answered if min(9, int(each.confidence * 10)) == tenth]
                if held:
                    sure, right = mean(each.confidence for each in held), share(held, lambda each: each.is_right)
                    span = f"{tenth / 10:.1f}-{(tenth + 1) / 10:.1f}"
                    print(f"  {span}{len(held):8}{sure:8.3f}{right:8.3f}{right - sure:+9.3f}")


def tell_steadiness(rows: list[tuple[str, str, dict[str, str]]]) -> None:
    """Whether texts that are asked for again and again, in any order, get one answer each."""
    order = random.Random(0)
    texts = [order.choice(list(forms.values())) for _, _, forms in order.sample(rows, min(50, len(rows)))]
    asked = texts * 1000
    order.shuffle(asked)
    answers = defaultdict(set)
    for text in asked:
        answers[text].add(language.detect(text))
    several = sum(len(found) > 1 for found in answers.values())
    print(f"\n{len(texts)} texts, each asked for 1,000 times, shuffled: {several} with more than one answer")


def tell_cost(rows: list[tuple[str, str, dict[str, str]]]) -> None:
    """CPU for articles of 500 words made of each language's sentences."""
    bodies = defaultdict(list)
    for spoken, _, forms in rows:
        bodies[spoken].append(forms["whole"])
    costs = {}
    for spoken, sentences in bodies.items():
        article = " ".join(" ".join(sentences).split()[:500])
        runs = []
        for _ in range(20):
            started = time.process_time()
            language.detect(article)
            runs.append(time.process_time() - started)
        costs[spoken] = 1e3 * median(runs)
    dearest = max(costs, key=costs.__getitem__)
    print(f"CPU ms for 500 words: median {median(costs.values()):.2f}, most {costs[dearest]:.2f} ({dearest})")


def fit(rows: list[tuple[str, str, dict[str, str]]]) -> None:
    """Print the temper and the weights of signs that are likeliest on the half not kept aside."""
    weighed, signs, profiled = [], [], []
    for spoken, part, forms in rows:
        for text in forms.values() if part == "work" else ():
            codes = codes_of(text)
            script, _ = script_of(codes)
            known = profiles_of(script)
            evidence = known.weigh(codes) if known else None
            if evidence is None or not evidence.letters or len(evidence.languages) == 1 or script == "Hani":
                continue
            words = words_of(codes, script)
            own, others = language._spoken(words)
            spoken_words = np.array([own[each] for each in evidence.languages])
            weights = evidence.weights + language._WORD * spoken_words
            best = int(weights.argmax())
            foreign = max(others.values(), default=0)
            signs.append(language._signs(evidence, best, len(words), int(spoken_words[best]), foreign))
            profiled.append(spoken in KNOWN)
            if spoken in evidence.languages:
                weighed.append((weights - weights.max(), evidence.languages.index(spoken)))
    surprise = {
        temper: mean(_surprise(temper * each, at) for each, at in weighed) for temper in np.arange(0.2, 0.81, 0.05)
    }
    print(f"_TEMPER = {min(surprise, key=surprise.__getitem__):.2f}")
    print("_PROFILED =", tuple(round(float(each), 2) for each in _logistic(np.array(signs), np.array(profiled, float))))


def _surprise(weights: np.ndarray, at: int) -> float:
    """Nats that the right language costs; bounded, for some sentences are not in the language they are listed under."""
    return -float(np.log(max(np.exp(weights[at]) / np.exp(weights).sum(), 0.01)))


def _logistic(signs: np.ndarray, is_so: np.ndarray) -> np.ndarray:
    weights = np.zeros(signs.shape[1])
    for _ in range(50):
        expected = 1 / (1 + np.exp(-signs @ weights))
        curvature = (signs.T * (expected * (1 - expected))) @ signs + 1e-3 * np.eye(len(weights))
        weights = weights + np.linalg.solve(curvature, signs.T @ (is_so - expected) - 1e-3 * weights)
    return weights


def _langdetect() -> Callable[[str], tuple[str, float]]:
    from langdetect import DetectorFactory, LangDetectException, detect_langs

    DetectorFactory.seed = 0

    def answer(text: str) -> tuple[str, float]:
        try:
            best = detect_langs(text)[0]
        except LangDetectException:
            return language.UNDETERMINED
        return best.lang, best.prob

    return answer


def main() -> None:
    """Print accuracy per language and in total, reliability, steadiness and cost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sentences", type=Path, nargs="?", default=DATA / "language" / "lingua_sentences.jsonl")
    parser.add_argument("--langdetect", action="store_true")
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    rows = read(options.sentences)
    started = time.process_time()
    language.warm()
    print(f"CPU s to load the profiles: {time.process_time() - started:.2f}\n")
    if options.fit:
        fit(rows)
        return
    asked = ask(rows, language.detect)
    tell_languages(asked)
    tell_totals(asked)
    if options.langdetect:
        print("\nlangdetect alone", end="")
        tell_totals(ask(rows, _langdetect()))
    tell_reliability(asked)
    tell_steadiness(rows)
    tell_cost(rows)


if __name__ == "__main__":
    main()
