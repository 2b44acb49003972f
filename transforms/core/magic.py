"""Formats that are not text, told by their first bytes. Does no I/O."""

import re

_MAGIC = (
    (re.compile(rb".{0,1024}?%PDF-\d", re.DOTALL), "PDF"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "PNG"),
    (re.compile(rb"\xff\xd8\xff"), "JPEG"),
    (re.compile(rb"GIF8[79]a"), "GIF"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "WebP"),
    (re.compile(rb"RIFF.{4}WAVE", re.DOTALL), "WAV"),
    (re.compile(rb"RIFF.{4}AVI ", re.DOTALL), "AVI"),
    (re.compile(rb"BM.{4}\0{4}", re.DOTALL), "BMP"),
    (re.compile(rb"II\*\0|MM\0\*"), "TIFF"),
    (re.compile(rb"\0\0\x01\0"), "ICO"),
    (re.compile(rb".{4}ftyp(?:avif|heic|mif1)", re.DOTALL), "HEIF"),
    (re.compile(rb".{4}ftyp", re.DOTALL), "MP4"),
    (re.compile(rb"ID3[\x02-\x04]|\xff[\xfb\xf3\xf2][\x10-\xeb]"), "MP3"),
    (re.compile(rb"OggS\0"), "Ogg"),
    (re.compile(rb"fLaC"), "FLAC"),
    (re.compile(rb"\x1aE\xdf\xa3"), "Matroska"),
    (re.compile(rb"FLV\x01"), "FLV"),
    (re.compile(rb"\x7fELF"), "ELF"),
    (re.compile(rb"MZ.{58}", re.DOTALL), "DOS/Windows program"),
    (re.compile(rb"\xca\xfe\xba\xbe|\xcf\xfa\xed\xfe|\xce\xfa\xed\xfe"), "Mach-O or Java class"),
    (re.compile(rb"\0asm"), "WebAssembly"),
    (re.compile(rb"7z\xbc\xaf\x27\x1c"), "7z"),
    (re.compile(rb"\xfd7zXZ\0"), "xz"),
    (re.compile(rb"Rar!\x1a\x07"), "rar"),
    (re.compile(rb"\x1f[\x9d\xa0]"), "compress (.Z)"),
    (re.compile(rb"\x04\x22\x4d\x18"), "lz4"),
    (re.compile(rb"LZIP"), "lzip"),
    (re.compile(rb"MSCF\0"), "cabinet"),
    (re.compile(rb".{257}ustar", re.DOTALL), "tar"),
    (re.compile(rb"SQLite format 3\0"), "SQLite"),
    (re.compile(rb"PAR1"), "Parquet"),
    (re.compile(rb"ARROW1\0\0"), "Arrow"),
    (re.compile(rb"Obj\x01"), "Avro"),
    (re.compile(rb"ORC[\n\x0a]"), "ORC"),
    (re.compile(rb"\x89HDF\r\n"), "HDF5"),
    (re.compile(rb"\{\\rtf"), "RTF"),
    (re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "Microsoft Office (doc, xls, ppt)"),
    (re.compile(rb"%!PS"), "PostScript"),
    (re.compile(rb"wOF[F2]"), "font"),
    (re.compile(rb"\0\x01\0\0[\0-\x01]|OTTO\0"), "font"),
    (re.compile(rb"filedesc://\S"), "ARC archive"),
)
#: Those of them that begin with letters a text might begin with, too: only if there is a control near.
_LETTERS = frozenset(("BMP", "DOS/Windows program", "FLAC", "lzip", "Parquet", "MP3", "font", "PDF"))
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a]")


def magic_of(head: bytes) -> str:
    """The name of the format these bytes begin, "" where they begin none that is known."""
    for pattern, name in _MAGIC:
        if pattern.match(head) and not (name in _LETTERS and name != "PDF" and not _CONTROL.search(head, 0, 512)):
            return name
    return ""
