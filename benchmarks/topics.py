"""Does the tagger find what texts are about, in each language, what does it miss, and what does it cost?

    python benchmarks/topics.py                     the sentences, the articles and the wires named below
    python benchmarks/topics.py LABELLED.jsonl ...  articles labelled by others

Without arguments it reads the gold sentences of the tests (`tests/data/topics/gold.yaml`), the articles invented for
this benchmark (`benchmarks/data/topic_articles.jsonl`, all topics; `topic_briefs.jsonl`, the 23 that a Syria desk
asks for, in words that are not the usual ones) and, where they are, located wires (`topics/fa_kes.jsonl` below
NEWSBEAM_DATA, default ../shared/data). Labelled articles are rows of {title, text, language, topics, subjects}.
Presence: a topic is found. Subject: its score says that the article is about it. Of labelled articles only topics are
judged that some row has; those of rows without `subjects` are judged by presence alone. Wires name one place each, by
the crowd's choice; a miss is a wire in which neither the governorate nor any known town of it was found.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import mean, median
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from schemas.taxonomy import LANGUAGES, load_taxonomy
from transforms.core.topics import SUBJECT, Tagger

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("NEWSBEAM_DATA", ROOT / "../shared/data"))
#: The corpus' names of places that are not the ids of our topics.
RENAMED = {"deir ezzor": "deir-ez-zor", "hasakeh": "hasakah", "lattakia": "latakia", "tartous": "tartus"}


class Tally:
    """Right, wrong and missed claims, counted by name."""

    def __init__(self) -> None:
        self.counts: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, name: str, topic: str, *, wanted: bool, claimed: bool) -> None:
        """Count one topic of one text under a name, and under the topic."""
        outcome = ("right" if claimed else "missed") if wanted else ("wrong" if claimed else "")
        if outcome:
            self.counts[name][outcome] += 1
            self.counts[topic][outcome] += 1

    def scores(self, name: str) -> tuple[float, float, float]:
        """Precision, recall and F1; 1 where there was nothing to claim."""
        right, wrong, missed = (self.counts[name][outcome] for outcome in ("right", "wrong", "missed"))
        precision = right / (right + wrong) if right + wrong else 1.0
        recall = right / (right + missed) if right + missed else 1.0
        return precision, recall, 2 * precision * recall / (precision + recall) if right else float(not wrong + missed)


def main() -> None:
    """Print what the head of this module tells."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", type=Path, nargs="*", metavar="LABELLED.jsonl")
    labelled = parser.parse_args().labelled
    tagger = measure_start()
    for path in labelled:
        judge_articles(tagger, path)
    if labelled:
        return
    judge_sentences(tagger)
    for name in ("topic_articles.jsonl", "topic_briefs.jsonl"):
        judge_articles(tagger, ROOT / "benchmarks" / "data" / name)
    wires = DATA / "topics" / "fa_kes.jsonl"
    if wires.is_file():
        judge_places(tagger, wires)


def measure_start() -> Tagger:
    """A tagger, and the cost of having one."""
    started = time.process_time()
    taxonomy = load_taxonomy(trusted=True)
    loaded = time.process_time()
    tagger = Tagger(taxonomy)
    tagger.tag("", "first words build what English needs", "en")
    print(
        f"taxonomy {taxonomy.version}: {len(taxonomy.topics)} topics; CPU ms to load {1e3 * (loaded - started):.0f}, ",
        end="",
    )
    print(f"to build English {1e3 * (time.process_time() - loaded):.0f}")
    for language in LANGUAGES:
        told = [
            expression
            for topic in taxonomy.topics
            for expression in topic.expressions
            if expression.language == language
        ]
        spelt = sum(len(piece.spellings) for expression in told for piece in expression.pieces())
        print(f"  {language}: {len(told)} expressions, {spelt} spellings")
    return tagger


def judge_sentences(tagger: Tagger) -> None:
    """Precision and recall of the labels of the gold sentences, per language, and each error."""
    rows = yaml.safe_load((ROOT / "tests" / "data" / "topics" / "gold.yaml").read_text(encoding="utf-8"))
    tally, errors = Tally(), []
    for row in rows:
        found = {topic.id: topic for topic in tagger.tag("", row["text"], row["language"])}
        subjects = {topic.id for topic in found.values() if topic.score >= SUBJECT}
        claims = [(topic, True, topic in found) for topic in row.get("has", ())]
        claims += [(topic, False, topic in found) for topic in row.get("hasnt", ())]
        claims += [(topic, False, topic in subjects) for topic in row.get("passing", ())]
        for topic, wanted, claimed in claims:
            tally.add(row["language"], topic, wanted=wanted, claimed=claimed)
            if wanted != claimed:
                words = [proof.surface for proof in found[topic].evidence] if claimed else ""
                errors.append(f"  {'missed' if wanted else 'wrong'} {topic} {words}: {row['language']} {row['text']}")
    print(f"\n{len(rows)} gold sentences\n{'':10}{'right':>7}{'wrong':>7}{'missed':>7}{'P':>8}{'R':>8}")
    for language in LANGUAGES:
        counts, (precision, recall, _) = tally.counts[language], tally.scores(language)
        print(
            f"{language:10}{counts['right']:7}{counts['wrong']:7}{counts['missed']:7}{precision:8.3f}{recall:8.3f}",
        )
    print("errors", *errors, sep="\n")


def judge_articles(tagger: Tagger, path: Path) -> None:
    """Presence and subject per language and per topic of labelled articles, and each error."""
    rows = read_rows(path)
    judged = {topic for row in rows for topic in row["topics"]}
    presence, subject, errors = Tally(), Tally(), []
    for row in rows:
        found = {topic.id: topic for topic in tagger.tag(row["title"], row["text"], row["language"])}
        for topic in sorted(judged & (set(row["topics"]) | set(found))):
            presence.add(row["language"], topic, wanted=topic in row["topics"], claimed=topic in found)
            if "subjects" in row:
                central = topic in found and found[topic].score >= SUBJECT
                subject.add(row["language"], topic, wanted=topic in row["subjects"], claimed=central)
        errors += told_errors(row, judged, found)
    print(f"\n{path.name}: {len(rows)} articles, {len(judged)} topics")
    print(f"{'':30}presence: P    R    F1   subject: P    R    F1")
    languages = [language for language in LANGUAGES if language in presence.counts]
    for names, title in ((languages, "mean of languages"), (sorted(judged), "mean of topics")):
        table = {name: (*presence.scores(name), *subject.scores(name)) for name in names}
        for name, scores in table.items():
            print_scores(name, scores)
        print_scores(title, [mean(column) for column in zip(*table.values(), strict=True)])
    print("errors", *errors, sep="\n")


def print_scores(name: str, scores: Iterable[float]) -> None:
    """One line of a table."""
    print(f"{name:30}", "".join(f"{score:9.3f}" for score in scores), sep="")


def told_errors(row: dict[str, Any], judged: set[str], found: dict[str, Any]) -> list[str]:
    """What was missed and what was wrongly claimed in one article, with the words that claimed it."""
    missed = sorted(set(row["topics"]) - set(found))
    wrong = sorted(judged & set(found) - set(row["topics"]))
    told = [f"  {row['language']} {row['title']}"] if missed or wrong else []
    told += [f"    missed {', '.join(missed)}"] if missed else []
    for topic in wrong:
        words = list(dict.fromkeys(proof.surface for proof in found[topic].evidence))[:6]
        told.append(f"    wrong {topic} {found[topic].score:.3f} {words}")
    return told


def judge_places(tagger: Tagger, path: Path) -> None:
    """The places of located wires, the misses, and CPU per 500 words."""
    located, present, subject, topics = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    misses: list[str] = []
    costs: list[float] = []
    for row in read_rows(path):
        place = RENAMED.get(row["location"], row["location"])
        runs = []
        for _ in range(5):
            started = time.process_time()
            found = {topic.id: topic for topic in tagger.tag(row["title"], row["text"], "en")}
            runs.append(time.process_time() - started)
        costs.append(min(runs) / max(1, len(row["text"].split())) * 500 * 1e3)
        topics.update(found.keys())
        located[place] += 1
        if place in found:
            present[place] += 1
            subject[place] += found[place].score >= SUBJECT
        else:
            misses.append(f"  {place}: {row['id']} {row['title']}")

    print(f"\n{'place':14}{'located':>8}{'present':>8}{'share':>8}{'subject':>8}")
    for place, count in located.most_common():
        print(f"{place:14}{count:8}{present[place]:8}{present[place] / count:8.3f}{subject[place]:8}")
    print("\nmisses", *misses, sep="\n")
    print("\ntopics of all wires:", ", ".join(f"{topic} {count}" for topic, count in topics.most_common()))
    print(f"\nCPU ms per 500 words, best of 5 runs: median {median(costs):.3f}, largest {max(costs):.3f}")


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file with one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    main()
