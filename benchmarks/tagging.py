"""What does tagging cost, and how long does a process take until it can?

    python benchmarks/tagging.py [TAXONOMY.yaml ...]

Without arguments: the taxonomy that comes with the program, and one of 5,000 expressions in ten languages invented
here, two in five with a gap or company.
Ready: CPU of a new process from the first import of ours until the first article of one language is tagged, which
reads the trusted file and builds that language's automaton; every further language costs its own automaton once.
Articles: texts of about 500 words put together from the expressions themselves and other words; CPU of the best of five
runs, median over articles.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from schemas.taxonomy import LANGUAGES, Taxonomy, load_taxonomy
from transforms.core.topics import Tagger

ROOT = Path(__file__).resolve().parents[1]
WORDS = 500
ARTICLES = 30
READY = """
import sys, time
began = time.process_time()
from schemas.taxonomy import load_taxonomy
from transforms.core.topics import Tagger
tagger = Tagger(load_taxonomy(sys.argv[1], trusted=True))
tagger.tag("a title", "and a text", sys.argv[2])
print(time.process_time() - began)
"""


def main() -> None:
    """Print what the head of this module tells."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("taxonomy", type=Path, nargs="*")
    named = parser.parse_args().taxonomy
    with tempfile.TemporaryDirectory() as folder:
        invented = Path(folder) / "invented.yaml"
        invented.write_text(_invented(random.Random(6)), encoding="utf-8")
        paths = named or [ROOT / "schemas" / "topics.yaml", invented]
        for path in paths:
            _measure(path)


def _measure(path: Path) -> None:
    taxonomy = load_taxonomy(path)
    expressions = [one for topic in taxonomy.topics for one in (*topic.expressions, *topic.unless)]
    compound = sum(one.company is not None or len(one.pieces()) > 1 for one in expressions)
    print(f"{path.name}: {len(expressions):,} expressions, {compound:,} with gaps or company")
    print(f"{'':4}{'ready ms':>10}{'ms per 500 words':>18}{'largest':>9}{'evidence':>10}")
    for language in LANGUAGES:
        ready = min(_ready(path, language) for _ in range(3))
        costs, evidence = _tagging(taxonomy, language)
        print(f"{language:4}{1e3 * ready:10.0f}{median(costs):18.3f}{max(costs):9.3f}{evidence:10.0f}")


def _ready(path: Path, language: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", READY, str(path), language], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return float(done.stdout)


def _tagging(taxonomy: Taxonomy, language: str) -> tuple[list[float], float]:
    """CPU ms per 500 words of each article, and the mean number of words that prove something."""
    tagger = Tagger(taxonomy)
    chance = random.Random(language)
    articles = [_article(taxonomy, language, chance) for _ in range(ARTICLES)]
    for title, text in articles:
        tagger.tag(title, text, language)
    costs, evidence = [], 0
    for title, text in articles:
        runs = []
        for _ in range(5):
            began = time.process_time()
            topics = tagger.tag(title, text, language)
            runs.append(time.process_time() - began)
        evidence += sum(len(topic.evidence) for topic in topics)
        costs.append(1e3 * min(runs) * WORDS / len(text.split()))
    return costs, evidence / ARTICLES


def _article(taxonomy: Taxonomy, language: str, chance: random.Random) -> tuple[str, str]:
    """A text in which one word of ten belongs to an expression."""
    told = [one for topic in taxonomy.topics for one in topic.expressions if one.language == language]
    others = [_word(language, chance) for _ in range(200)]
    words: list[str] = []
    while len(words) < WORDS:
        spelling = chance.choice(chance.choice(chance.choice(told).pieces()).spellings) if told else ""
        words += spelling.replace("=", "").replace("~", "").split()
        words += chance.sample(others, chance.randint(6, 20))
        words[-1] += chance.choice((".", ",", ".\n\n"))
    return " ".join(words[:8]), " ".join(words)


_SYLLABLES = {
    "ar": "با دم سل كر نو هي تم رس", "fa": "با دم سل کر نو هی تم گس", "ru": "ба дом сел кру но ха тим рас",
    "uk": "ба дом сіл кру но ха тім рас",
}  # fmt: skip


def _word(language: str, chance: random.Random, syllables: int = 3) -> str:
    known = _SYLLABLES.get(language, "ba dom sel kru no hai tim ras").split()
    return "".join(chance.choices(known, k=syllables))


def _invented(chance: random.Random) -> str:
    """A taxonomy of 100 topics with 5 expressions in each language, two of them with a gap or company."""
    lines = ['version: "1"', "topics:"]
    for number in range(100):
        lines += [f"  - id: t{number}", f"    kind: {'place' if number < 30 else 'theme'}", "    labels: {en: T}"]
        lines += ["    definition: Invented.", "    expressions:"]
        for language in LANGUAGES:
            first, second, third, fourth = (_word(language, chance, 6) for _ in range(4))
            entries = [first, f"{second} {third}", f"({first}|{fourth}) {second}", f"{fourth} … {third}"]
            entries.append(f"{{text: {_word(language, chance)}, with: [{second}, {third}], within: 8}}")
            lines += [f"      {language}:", *(f"        - {entry}" for entry in entries)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
