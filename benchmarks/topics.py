"""Does the tagger find the place each located wire is about, what does it miss, and what does it cost?

    python benchmarks/topics.py

Reads `topics/fa_kes.jsonl` below NEWSBEAM_DATA (default ../shared/data). The corpus names one place per wire by the
crowd's choice; a miss is a wire in which neither the governorate nor any town of it known to the taxonomy was found.
"""

import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from schemas.taxonomy import LANGUAGES, load_taxonomy
from transforms.core.topics import SUBJECT, Tagger

DATA = Path(os.environ.get("NEWSBEAM_DATA", Path(__file__).resolve().parents[1] / "../shared/data"))
#: The corpus' names of places that are not the ids of our topics.
RENAMED = {"deir ezzor": "deir-ez-zor", "hasakeh": "hasakah", "lattakia": "latakia", "tartous": "tartus"}


def main() -> None:
    """Print presence and misses per place, topics found, and CPU per 500-word article."""
    started = time.process_time()
    taxonomy = load_taxonomy()
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

    rows = [json.loads(line) for line in (DATA / "topics" / "fa_kes.jsonl").read_text(encoding="utf-8").splitlines()]
    located, present, subject, topics = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    misses: list[str] = []
    costs: list[float] = []
    for row in rows:
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


if __name__ == "__main__":
    main()
