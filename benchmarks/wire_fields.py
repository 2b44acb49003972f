"""Which fields the items of a folder fill, by format: `python -m benchmarks.wire_fields ../shared/data/wires`.

Prints a table field x format with the number of items that had the field, then what was refused and why. A file counts
under the format its bytes show; JSON is ninjs.
"""

import argparse
from collections import Counter, defaultdict
from dataclasses import MISSING, fields
from pathlib import Path

from transforms.core.documents import kind_of, read_document
from transforms.core.records import Item
from transforms.core.sniff import Kind

_NAMES = {Kind.JSON: "ninjs", Kind.JSON_LINES: "ninjs"}
#: What a reader sets by itself.
_OWN = frozenset({"origin", "source_kind", "text_from", "extractor", "raw_address", "seen_at", "pubstatus"})


def count(folder: Path) -> tuple[dict[str, Counter[str]], Counter[str], Counter[tuple[str, str]]]:
    """How many items had each field, how many items there were, and how many refusals of which kind, by format."""
    filled: dict[str, Counter[str]] = defaultdict(Counter)
    items: Counter[str] = Counter()
    refused: Counter[tuple[str, str]] = Counter()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        sniffed = kind_of(data)
        form = _NAMES.get(sniffed.form, str(sniffed.form))
        for found in read_document(data, origin=path.name):
            if isinstance(found, Item):
                items[form] += 1
                filled[form].update(_said(found))
            else:
                refused[form, f"{found.reason}: {found.detail}"] += 1
    return filled, items, refused


def _said(item: Item) -> list[str]:
    """The fields that are not as they would be if the item had not said them; a status always says something."""
    said = [
        each.name
        for each in fields(Item)
        if each.name not in _OWN and each.default is not MISSING and getattr(item, each.name) != each.default
    ]
    return [*said, f"pubstatus {item.pubstatus}"]


def main() -> None:
    """Print the table for the folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    filled, items, refused = count(parser.parse_args().folder)
    forms = sorted(items)
    names = [each.name for each in fields(Item) if each.name not in _OWN]
    names += sorted({name for counted in filled.values() for name in counted} - set(names))
    print(f"{'field':24}" + "".join(f"{form:>12}" for form in forms))
    print(f"{'(items)':24}" + "".join(f"{items[form]:12}" for form in forms))
    for name in names:
        print(f"{name:24}" + "".join(f"{filled[form][name] or '-':>12}" for form in forms))
    print()
    for (form, why), number in sorted(refused.items()):
        print(f"{number:4} x {form:12} {why}")


if __name__ == "__main__":
    main()
