"""What an ingest would read, looked at without reading it: the beginning of each file, and nothing is written."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.archives import members
from pipeline.listing import STDIN, Listed
from pipeline.output import NotWritable, check_readable
from pipeline.report import table
from pipeline.sources import list_inputs
from pipeline.wording import counted, printable
from schemas.rules import load_rules
from transforms.core.errors import Refused
from transforms.core.pieces import Limits, Piece
from transforms.core.records import Rejected
from transforms.core.sniff import HEAD_BYTES, Kind, sniff
from transforms.core.unpack import peel
from transforms.read import open_regular, refused_by_os

_PACKED = (Kind.GZIP, Kind.ZSTD, Kind.BZIP2)
#: What these hold may be larger than a delivery may be.
_STREAMS = (Kind.JSON_LINES, Kind.WARC)
_USELESS = {Kind.EMPTY: "empty", Kind.BINARY: "binary", Kind.XML: "unsupported"}


@dataclass(slots=True, kw_only=True)
class Survey:
    """What there is to read."""

    out: Path
    files: int = 0
    size: int = 0  #: bytes, as they lie on disk
    stdin: bool = False  #: standard input was named; it is not looked at
    forms: Counter[str] = field(default_factory=Counter)  #: by form: documents, or files of many
    rejected: Counter[str] = field(default_factory=Counter)  #: by reason: what can be told at once
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For a machine."""
        return {
            "dry_run": True,
            "out": printable(self.out),
            "files": self.files,
            "bytes": self.size,
            "stdin": self.stdin,
            "forms": dict(self.forms),
            "rejected": dict(self.rejected),
            "notes": self.notes,
        }

    def lines(self) -> list[str]:
        """For a person."""
        lines = [*self.notes, f"Would read {counted(self.files, 'file')}, {self.size:,} bytes. Nothing was written."]
        if self.stdin:
            lines.append("Standard input is not looked at before it is read.")
        return lines + table("By form", self.forms) + table("Would be rejected at once", self.rejected)


def survey(paths: Sequence[str], out: Path, *, topics: Path | None, gazetteer: Path | None, limits: Limits) -> Survey:
    """Look at everything that an ingest of these paths would read.

    Raises:
        OutputError, SourceError, TaxonomyError, GazetteerError: what the ingest would raise before it reads.
    """
    load_rules(topics, gazetteer)
    found = Survey(out=out)
    inputs = list_inputs(paths, notice=found.notes.append)
    _check_output(out)
    for listed in inputs:
        if listed.path == STDIN:
            found.stdin = True
            continue
        found.files += 1
        found.size += listed.size
        for form, reason in _forms(listed, limits):
            (found.rejected if reason else found.forms)[reason or form] += 1
    return found


def _check_output(out: Path) -> None:
    """A folder that is there is ours or empty; it, or the nearest one above, may be written to."""
    out = out.absolute()
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        check_readable(out)
    above = out
    while not above.exists():
        above = above.parent
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise NotWritable(f"{out}: cannot be written to")


def _forms(listed: Listed, limits: Limits) -> Iterator[tuple[str, str]]:
    """The form of each document or stream of a file, or the reason why it would be rejected."""
    if listed.unread is not None:
        yield "", listed.unread.reason
        return
    try:
        with open_regular(listed.path) as stream:
            yield from _looked_at(listed, stream, limits)
    except OSError as error:
        yield "", refused_by_os(error).reason
    except Refused as refused:
        yield "", refused.reason


def _looked_at(listed: Listed, stream: BinaryIO, limits: Limits) -> Iterator[tuple[str, str]]:
    head = stream.read(HEAD_BYTES)
    if sniff(head).form is not Kind.ZIP:
        yield _form(head, listed.size, limits)
        return
    for member in members(Piece(origin=listed.origin, path=listed.path), stream, limits):
        if isinstance(member, Rejected):
            yield "", member.reason
            continue
        stream.seek(member.start)
        _, head = peel(stream.read(min(HEAD_BYTES, member.length or 0)), member.packing)
        yield _form(head, member.weight, limits)


def _form(head: bytes, size: int, limits: Limits) -> tuple[str, str]:
    kind = sniff(head).form
    if kind in _PACKED:
        _, head = peel(head)
        kind, size = sniff(head).form if head else Kind.BINARY, 0
        if not head:
            return "packed", ""
    if kind in _USELESS:
        return "", _USELESS[kind]
    if size > limits.max_item_bytes and kind not in _STREAMS:
        return "", "too_large"
    return kind.replace("_", " "), ""
