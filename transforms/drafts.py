"""Read drafts back from where the workers wrote them."""

from collections.abc import Iterable
from pathlib import Path

from transforms.core.deliveries import Draft, Ref
from transforms.core.jobs import decode_draft


def read_drafts(refs: Iterable[Ref]) -> dict[Ref, Draft]:
    """Each draft named, read in the order it lies on disk."""
    drafts: dict[Ref, Draft] = {}
    by_path: dict[str, list[Ref]] = {}
    for ref in sorted(set(refs)):
        by_path.setdefault(ref.path, []).append(ref)
    for path, here in by_path.items():
        with Path(path).open("rb") as file:
            for ref in here:
                file.seek(ref.offset)
                drafts[ref] = decode_draft(file.read(ref.length))
    return drafts
