"""Makes the seeds that no editor can write: other encodings, archives, damaged files.

Everything it makes is committed; run it again after changing a text it reads: `python seeds/make.py`.
The same texts give the same bytes (of .gz, .bz2 and .zst: the same bytes once unpacked).
"""

import bz2
import gzip
import io
import random
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import zstandard
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

HERE = Path(__file__).parent

#: file under wires/undeclared-encodings: (text it is made of, codec, bytes put in front)
ENCODINGS = {
    "ru-windows-1251.txt": ("ru-idlib-peregovory.txt", "windows-1251", b""),
    "ru-koi8-r.txt": ("ru-idlib-peregovory.txt", "koi8-r", b""),
    "ru-utf-16-le-without-bom.txt": ("ru-idlib-peregovory.txt", "utf-16-le", b""),
    "ru-utf-16-be-without-bom.txt": ("ru-idlib-peregovory.txt", "utf-16-be", b""),
    "tr-windows-1254.txt": ("tr-idlib-yardim.txt", "windows-1254", b""),
    "ar-windows-1256.txt": ("ar-idlib-shelling.txt", "windows-1256", b""),
    "ar-utf-16-le.txt": ("ar-idlib-shelling.txt", "utf-16-le", b"\xff\xfe"),
    "de-windows-1252.txt": ("de-idlib-klinik.txt", "windows-1252", b""),
    "fr-utf-8-with-bom.txt": ("fr-alep-ecole.txt", "utf-8", b"\xef\xbb\xbf"),
    "es-utf-16-be.txt": ("es-refugiados-beirut.txt", "utf-16-be", b"\xfe\xff"),
}
#: file: (text under sources/ it is made of, codec); what the document says of itself is in the name
LEGACY = {
    "pages/tr-windows-1254.html": ("tr-windows-1254.html", "windows-1254"),
    "pages/ru-says-utf-8-is-windows-1251.html": ("ru-wrong-charset.html", "windows-1251"),
    "pages/ar-says-utf-8-is-windows-1256.html": ("ar-wrong-charset.html", "windows-1256"),
    "feeds/ar-windows-1256.xml": ("ar-windows-1256.xml", "windows-1256"),
    "feeds/ru-says-utf-8-is-windows-1251.xml": ("ru-wrong-charset.xml", "windows-1251"),
}
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type /Catalog>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x20"
#: Characters that a codec lacks, and what a typist of that code page wrote in their place.
REPLACED = {"koi8-r": {"«": '"', "»": '"', "—": "-"}}
#: The time in every archive, so that the bytes never change.
MADE_AT = datetime(2026, 3, 1, tzinfo=UTC)


def _read(name: str) -> bytes:
    return (HERE / name).read_bytes()


def _encoded(name: str, codec: str, mark: bytes) -> bytes:
    text = _read(f"wires/{name}").decode()
    for character, instead in REPLACED.get(codec, {}).items():
        text = text.replace(character, instead)
    return mark + text.encode(codec)


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((HERE / "sources/zip").rglob("*.*")):
            name = path.relative_to(HERE / "sources/zip").as_posix()
            archive.writestr(zipfile.ZipInfo(name, MADE_AT.timetuple()[:6]), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _encrypted_zip() -> bytes:
    """An archive whose one member says that it is encrypted; the standard library cannot write a real one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("sealed.txt", MADE_AT.timetuple()[:6]), random.Random(3).randbytes(300))
    data = bytearray(packed.getvalue())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    return bytes(data)


def _warc(*, packed: bool) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed, warc_version="1.1")
    responses = [
        (
            "raft",
            "https://press.example.org/raft-euphrates",
            "200 OK",
            "text/html; charset=utf-8",
            "warc/ferry-bridge.html",
        ),
        ("feed", "https://press.example.org/feed.xml", "200 OK", "application/rss+xml", "warc/feed.xml"),
        ("gone", "https://press.example.org/no-such-page", "404 Not Found", "text/html", None),
    ]
    for name, url, status, kind, source in responses:
        body = b"<html><title>Not found</title><p>There is no such page.</p></html>"
        if source is not None:
            body = _read(f"sources/{source}")
        headers = StatusAndHeaders(status, [("Content-Type", kind), ("Content-Length", str(len(body)))], "HTTP/1.1")
        record = writer.create_warc_record(
            url,
            "response",
            payload=io.BytesIO(body),
            http_headers=headers,
            warc_headers_dict={
                "WARC-Record-ID": f"<urn:x-seed:{name}>",
                "WARC-Date": MADE_AT.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        )
        writer.write_record(record)
    return out.getvalue()


def _truncated(data: bytes) -> bytes:
    """Two thirds of it: what a broken connection leaves behind."""
    return data[: len(data) * 2 // 3]


def build() -> dict[str, bytes]:
    """Every file this script makes, by its path below seeds/."""
    relief = _read("sources/relief.jsonl")
    noise = random.Random(1)
    made = {f"wires/undeclared-encodings/{name}": _encoded(*how) for name, how in ENCODINGS.items()}
    made |= {name: _read(f"sources/{text}").decode().encode(codec) for name, (text, codec) in LEGACY.items()}
    made |= {
        "archives/relief.jsonl.gz": gzip.compress(relief, mtime=0),
        "archives/ice-factory.txt.bz2": bz2.compress(_read("sources/ice-factory.txt")),
        "archives/weather-station.html.zst": zstandard.compress(_read("sources/weather-station.html")),
        "archives/desk.zip": _zip(),
        "archives/responses.warc": _warc(packed=False),
        "archives/responses.warc.gz": _warc(packed=True),
        "broken/binary.txt": b"\x7fELF\x02\x01\x01\x00" + noise.randbytes(1500),
        "broken/image-called-text.txt": PNG + noise.randbytes(600),
        "broken/document.pdf": PDF,
        "broken/garbage.txt": bytes(noise.choice(range(0x80, 0x100)) for _ in range(900)),
        "broken/truncated.txt.gz": _truncated(gzip.compress(_read("sources/ice-factory.txt"), mtime=0)),
        "broken/truncated.jsonl.gz": _truncated(gzip.compress(_read("sources/night-desk.jsonl"), mtime=0)),
        "broken/bomb.txt.gz": gzip.compress(b"nothing " * 4_000_000, mtime=0),
        "broken/encrypted.zip": _encrypted_zip(),
        "broken/cut-off.zip": _truncated(_zip()),
    }
    return made


def main() -> None:
    """Write them all."""
    for name, data in build().items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main()
