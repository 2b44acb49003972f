"""What is known of hosts' pages, as of the start of a batch: a file beside its drafts, read by whoever needs it."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import msgspec

from transforms.core.furniture import HostProfile

_decode = msgspec.msgpack.Decoder(dict[str, HostProfile]).decode


def write_profiles(path: Path, profiles: Mapping[str, HostProfile]) -> None:
    """Write a file of profiles by host. Not synced: whoever runs the plan again writes it again."""
    path.write_bytes(msgspec.msgpack.encode(profiles))


def read_profiles(path: str) -> Mapping[str, HostProfile]:
    """The profiles of a file by host; none where no file is named."""
    return _read(path, Path(path).stat().st_mtime_ns) if path else {}


@lru_cache(maxsize=1)
def _read(path: str, _written: int) -> Mapping[str, HostProfile]:
    return _decode(Path(path).read_bytes())
