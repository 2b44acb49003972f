"""Are the places found that wires are located at, what is missed, and what does it cost?

    python benchmarks/places.py

Reads `topics/fa_kes.jsonl` below NEWSBEAM_DATA (default ../shared/data): wires on Syria, each located by the crowd at
one governorate. Found is the governorate's town, or a town of it that the gazetteer knows. Prints the share found and
every miss, how many places a wire names, and CPU per 500 words, the words split already.
"""

import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from schemas.gazetteer import load_gazetteer
from transforms.core.places import PlaceFinder
from transforms.core.wordforms import split_words

DATA = Path(os.environ.get("NEWSBEAM_DATA", Path(__file__).resolve().parents[1] / "../shared/data"))
#: By governorate as the corpus calls it: what our gazetteer calls its town, and others in it.
TOWNS = {
    "aleppo": (
        "Aleppo; Afrin; Manbij; Al-Bab; Azaz; Jarabulus; Kobani; Tell Rifaat; Nubl; Khan Touman; Sheikh Maqsoud; "
        "Bizaah; Dabiq; Marea; Dayr Hafir"
    ),
    "damascus": (
        "Damascus; Rif Dimashq; Eastern Ghouta; Douma; Darayya; Zabadani; Madaya; Harasta; Jobar; Yarmouk; Al-Tall; "
        "Qalamoun; Yabroud; Nabk; Sayyidah Zaynab; Moadamiyeh"
    ),
    "idlib": (
        "Idlib; Saraqib; Maarat al-Numan; Khan Shaykhun; Jisr al-Shughur; Ariha; Sarmada; Salqin; Harem; Atmeh; "
        "Al-Dana; Binnish; Taftanaz; Kafr Nabl; Kafr Takharim; Maarrat Misrin; Sarmin; Abu al-Duhur; Bab al-Hawa; "
        "Jabal al-Zawiya; Fuah; Kafarya"
    ),
    "homs": "Homs; Palmyra; Qusayr; Rastan; Talbiseh; Houla; Baba Amr; Al-Tanf",
    "hama": "Hama; Salamiyah; Masyaf; Suqaylabiyah; Murak; Al-Ghab; Kafr Zita; Muhradah; Al-Lataminah; Karnaz; Halfaya",
    "raqqa": "Raqqa; Tabqa; Tal Abyad; Ain Issa",
    "deir ezzor": "Deir ez-Zor; Mayadin; Abu Kamal; Baghouz",
    "hasakeh": "Al-Hasakah; Qamishli; Ras al-Ayn; Amuda; Al-Malikiyah; Al-Hol",
    "daraa": "Daraa; Nawa; Busra al-Sham; Nasib",
    "lattakia": "Latakia; Jableh; Qardaha; Khmeimim",
    "tartous": "Tartus; Baniyas; Safita",
    "quneitra": "Quneitra; Golan Heights",
}


def main() -> None:
    """Print what was found where it was located, what was not, and the cost."""
    started = time.process_time()
    gazetteer = load_gazetteer()
    loaded = time.process_time()
    finder = PlaceFinder(gazetteer)
    finder.find("", "", "en")
    built = time.process_time()
    names = sum(len(place.names) for place in gazetteer.places)
    print(f"gazetteer {gazetteer.version}: {len(gazetteer.places)} places, {names} names; ", end="")
    print(f"CPU ms to load {1e3 * (loaded - started):.0f}, to build English {1e3 * (built - loaded):.0f}")
    rows = [json.loads(line) for line in (DATA / "topics" / "fa_kes.jsonl").read_text(encoding="utf-8").splitlines()]
    located, town, any_town = Counter[str](), Counter[str](), Counter[str]()
    misses: list[str] = []
    costs, counts = [], []
    for row in rows:
        title, text, where = row["title"], row["text"], row["location"]
        split = split_words(title), split_words(text)
        runs = []
        for _ in range(5):
            started = time.process_time()
            found = finder.find(title, text, "en", None, split)
            runs.append(time.process_time() - started)
        costs.append(min(runs) / max(1, len(text.split())) * 500 * 1e3)
        counts.append(len(found))
        told, towns = {place.name for place in found}, TOWNS[where].split("; ")
        located[where] += 1
        town[where] += towns[0] in told
        any_town[where] += not told.isdisjoint(towns)
        if told.isdisjoint(towns):
            misses.append(f"  {where}: {row['id']} {title[:70]}: {', '.join(sorted(told))}")
    print(f"\n{'place':14}{'located':>8}{'itself':>8}{'or town':>8}{'share':>8}")
    for where, count in located.most_common():
        print(f"{where:14}{count:8}{town[where]:8}{any_town[where]:8}{any_town[where] / count:8.3f}")
    total = located.total()
    print(f"{'all':14}{total:8}{town.total():8}{any_town.total():8}{any_town.total() / total:8.3f}")
    print("\nmisses", *misses, sep="\n")
    print(f"\nplaces a wire names: median {median(counts):.0f}, most {max(counts)}")
    print(f"CPU ms per 500 words, best of 5 runs: median {median(costs):.3f}, largest {max(costs):.3f}")


if __name__ == "__main__":
    main()
