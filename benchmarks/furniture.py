"""Site furniture: what of it is left in stored texts, and what of the articles is lost with it.

    python -m benchmarks.furniture [--pages 2000] [--hosts 60] [--batches 20] [--seed 1] [--workers 2]

Pages of invented hosts in ten languages, made of `data/furniture.json`, are ingested batch by batch with the real
pipeline. Each host has a layout and furniture of its own: newsletter lines, labels in the midst of the text, teasers,
counters that differ on each page, copyright, a box about the outlet. Beside these **standing** lines there are
**varying** ones, which only some pages have: bylines, a box about the author, headlines and leads of other articles.
What an article may share with others of its host is there, too: a paragraph of background, subheads, a last line,
items of lists, the same story at another address, a live report that goes on at a new one.

Counted is what the extractor lets through, for each batch. A line is known if at least two articles that had it in
their text, figures aside, were published before the batch began. In the end every page is delivered again with other
counters: all must be unchanged; and some with a paragraph more: those must be new versions. The exit code is 1 where a
known standing line was left or a line of an article was lost.
"""

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Final

import newsbeam
from pipeline.ingest import ingest
from pipeline.options import ReadOptions
from transforms.core.furniture import HostProfile, Page, blocks_of, learn, note_blocks, without_furniture
from transforms.core.normalise import body_key
from transforms.core.page import read_page
from transforms.core.pieces import Limits

DATA: Final = json.loads((Path(__file__).parent / "data" / "furniture.json").read_text(encoding="utf-8"))
NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
_FIGURES: Final = re.compile(r"[\d.,:/]+")
ITEMS: Final = ("- 42 / 17", "- 3 / 8", "- 1 FC", "- 250 g")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a page and what it is."""

    text: str
    kind: str  #: article, subhead, item, standing or varying


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A page in the making."""

    number: int
    host: "Host"
    story: int  #: pages of one story have its number
    title: str
    lines: tuple[Line, ...]
    author: str
    subject: str
    town: str
    people: tuple[str, ...]

    @property
    def url(self) -> str:
        """Where it is found."""
        return f"https://{self.host.name}/news/{self.number}"


@dataclass(slots=True, kw_only=True)
class Host:
    """An invented site."""

    name: str
    outlet: str
    language: str
    layout: int
    head: list[str]
    midst: list[str]
    tail: list[str]
    authors: list[str]
    subject: str
    town: str
    person: str
    subheads: str  #: the element they stand in
    has_related: bool
    articles: list[Article] = field(default_factory=list)

    @property
    def words(self) -> dict[str, str]:
        """What the language has for each kind of furniture."""
        return DATA[self.language]


def make_host(number: int, rng: random.Random) -> Host:
    """A site of its own."""
    language = list(DATA)[number % len(DATA)]
    words = DATA[language]
    tail = [kind for kind in ("follow", "counter", "copyright", "about", "cookies", "teaser") if rng.random() < 0.6]
    midst = [kind for kind in ("label", "newsletter", "teaser") if kind not in tail and rng.random() < 0.5]
    return Host(
        name=f"{rng.choice(['www.', 'news.', ''])}ledger{number}.example",
        outlet=f"Ledger {words['towns'][number % 6]}",
        language=language,
        layout=number % 4,
        head=[kind for kind in ("byline", "minutes", "label") if kind not in midst and rng.random() < 0.5],
        midst=midst,
        tail=tail or ["copyright"],
        authors=rng.sample(words["names"], 2),
        subject=rng.choice(words["subjects"]),
        town=rng.choice(words["towns"]),
        person=rng.choice(words["names"]),
        subheads=rng.choice(["h2", "h3"]),
        has_related=rng.random() < 0.4,
    )


def make_article(number: int, host: Host, rng: random.Random) -> Article:
    """An article, now and then one that shares more with an earlier one than furniture."""
    author = rng.choice(host.authors)
    chance = rng.random()
    if host.articles and chance < 0.07:  # the same story at another address, or a live report that goes on at a new one
        told = rng.choice(host.articles)
        more = (
            (Line(text=_paragraph(host, rng, told.subject, told.town, told.people), kind="article"),)
            if chance < 0.03
            else ()
        )
        return replace(told, number=number, lines=(*more, *told.lines))
    words = host.words
    is_running = rng.random() < 0.35
    subject = host.subject if is_running else rng.choice(words["subjects"])
    town = host.town if is_running else rng.choice(words["towns"])
    people = [host.person if is_running else rng.choice(words["names"]), rng.choice(words["names"])]
    body = [Line(text=_paragraph(host, rng, subject, town, people), kind="article") for _ in range(rng.randint(3, 9))]
    if is_running:
        background = words["background"].format(s=host.subject, t=host.town, p=host.person)
        body.insert(rng.choice([2, len(body) - 1, len(body)]), Line(text=background, kind="article"))
    if rng.random() < 0.4 and len(body) > 3:
        for at, subhead in zip((3, 2), rng.sample(words["subheads"], 2), strict=True):
            body.insert(at, Line(text=subhead, kind="subhead"))
    if rng.random() < 0.15:
        body[2:2] = [Line(text=item, kind="item") for item in rng.sample(ITEMS, 3)]
    if rng.random() < 0.1:
        body.append(Line(text=words["remark"], kind="article"))
    frame = _fill(rng.choice(words["frames"]), rng, subject, town, people)
    return Article(
        number=number,
        host=host,
        story=number,
        title=f"{subject[:1].upper()}{subject[1:]}: {town}, {rng.randint(2, 99)} – {frame[:24].split(',')[0]}",
        lines=tuple(body),
        author=author,
        subject=subject,
        town=town,
        people=tuple(people),
    )


def _paragraph(host: Host, rng: random.Random, subject: str, town: str, people: Sequence[str]) -> str:
    frames = rng.sample(host.words["frames"], rng.randint(2, 3))
    joint = "" if host.language in ("zh", "ja") else " "
    return joint.join(_fill(frame, rng, subject, town, people) for frame in frames)


def _fill(frame: str, rng: random.Random, subject: str, town: str, people: Sequence[str]) -> str:
    day = f"{rng.randint(1, 28)}.{rng.randint(1, 12)}."
    return frame.format(s=subject, t=town, p=rng.choice(people), n=rng.randint(2, 98), d=day)


def lines_of(article: Article, rng: random.Random) -> list[Line]:
    """The lines of its page, furniture and all; counters are drawn anew."""
    host = article.host

    def furniture(kinds: Sequence[str]) -> list[Line]:
        return [
            Line(
                text=host.words[kind].format(p=article.author, h=host.outlet, n=rng.randint(2, 3000)),
                kind="varying" if kind in ("byline", "bio") else "standing",
            )
            for kind in kinds
        ]

    body = list(article.lines)
    for place, line in enumerate(furniture(host.midst)):
        body.insert(min(1 + 2 * place, len(body)), line)
    tail = furniture([*host.tail, *(["bio"] if "byline" in host.head else [])])
    if host.has_related:
        others = [other for other in host.articles if other.number < article.number and other.story != article.story]
        tail += furniture(["related"])
        for other in random.Random(article.number).sample(others, min(2, len(others))):
            tail += [Line(text=other.title, kind="varying"), Line(text=other.lines[0].text, kind="varying")]
    return [*furniture(host.head), *body, *tail]


def html_of(article: Article, lines: Sequence[Line]) -> str:
    """The page."""
    host = article.host
    parts = []
    for line in lines:
        said = escape(line.text)
        if line.kind == "subhead":
            parts.append(f"<{host.subheads}>{said}</{host.subheads}>")
        elif line.kind == "item":
            parts.append(f"<ul><li>{said.removeprefix('- ')}</li></ul>")
        elif line.kind == "article" or host.layout in (0, 2):
            parts.append(f"<p>{said}</p>")
        elif host.layout == 1:
            parts.append(f'<div class="c{len(line.text) % 7}">{said}</div>')
        else:
            parts.append(f'<p class="c{len(line.text) % 7}"><em>{said}</em></p>')
    opens, closes = [
        ("<article>", "</article>"),
        ('<div class="content">', "</div>"),
        ('<main><section class="text">', "</section></main>"),
        ('<div id="story"><div class="body">', "</div></div>"),
    ][host.layout]
    return (
        f'<!doctype html><html lang="{host.language}"><head><meta charset="utf-8"><title>{escape(article.title)} | '
        f'{escape(host.outlet)}</title><meta property="og:site_name" content="{escape(host.outlet)}"></head>'
        f"<body><nav><a href='/'>{escape(host.outlet)}</a></nav>{opens}"
        f"<h1>{escape(article.title)}</h1>{''.join(parts)}{closes}<footer>{escape(host.outlet)}</footer></body></html>"
    )


def warc_of(url: str, html: str) -> bytes:
    """A record of an archive that holds the page."""
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}".encode()
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nContent-Type: application/http; "
        f"msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


class _Silent:
    def begin(self, total: int) -> None:
        """Say nothing."""

    def advance(self, size: int, deliveries: int) -> None:
        """Say nothing."""


def read(out: Path, path: Path, workers: int, number: int) -> None:
    """Ingest a file as a run of its own."""
    options = ReadOptions(
        out=out,
        command="benchmark",
        workers=workers,
        batch_size=100_000,
        limits=Limits(),
        now=NOW + timedelta(hours=number),
    )
    ingest(options, (str(path),), progress=_Silent(), stop=lambda: False)


def _keys(text: str) -> Counter[str]:
    return Counter(filter(None, map(body_key, text.split("\n"))))


def batches_of(pages: int, hosts: int, batches: int, seed: int) -> list[list[tuple[Article, list[Line], str]]]:
    """Articles with the lines and markup of their pages, by batch."""
    rng = random.Random(seed)
    sites = [make_host(number, rng) for number in range(hosts)]
    made: list[list[tuple[Article, list[Line], str]]] = [[] for _ in range(batches)]
    for number in range(pages):
        host = sites[number % hosts] if number < hosts else rng.choice(sites)
        article = make_article(number, host, rng)
        lines = lines_of(article, rng)
        host.articles.append(article)
        made[number * batches // pages].append((article, lines, html_of(article, lines)))
    return made


def _stored(out: Path) -> dict[str, str]:
    with newsbeam.open(out) as archive:
        return dict(
            archive.sql(
                "SELECT url_original, text FROM articles UNION SELECT url_original, text FROM copies"
            ).fetchall()
        )


def _outcomes(out: Path) -> Counter[str]:
    with newsbeam.open(out) as archive:
        ((counts,),) = archive.sql("SELECT counts FROM loads ORDER BY load_id DESC LIMIT 1").fetchall()
    told: Counter[str] = Counter()
    for count in counts:
        told[count["outcome"]] += count["count"]
    return told


def run(given: argparse.Namespace, folder: Path) -> bool:
    """Ingest, count, print; whether all is as it should be."""
    out = folder / "out"
    made = batches_of(given.pages, given.hosts, given.batches, given.seed)
    raw = {
        article.url: read_page(html.encode(), origin="", url=article.url).text
        for batch in made
        for article, _, html in batch
    }
    seen: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    left = lost = 0
    print(
        f"{given.pages} pages of {given.hosts} hosts in {len(DATA)} languages, {given.batches} batches, "
        f"seed {given.seed}"
    )
    print("       pages   lines of furniture in the texts as extracted     article lines")
    print("batch  all     standing, known  left   varying, known  left   first seen     lost")
    for number, batch in enumerate(made, 1):
        path = folder / f"{number}.warc"
        path.write_bytes(b"".join(warc_of(article.url, html) for article, _, html in batch))
        read(out, path, given.workers, number)
        stored = _stored(out)
        told: Counter[str] = Counter()
        new: list[tuple[Article, str]] = []
        for article, lines, _ in batch:
            before, after = _keys(raw[article.url]), _keys(stored[article.url])
            for line in lines:
                key = body_key(line.text)
                if not before[key]:
                    continue  # the extractor has dropped it
                if line.kind in ("standing", "varying"):
                    name = _FIGURES.sub("0", key)
                    what = line.kind if len(seen[article.host.name][name]) > 1 else "first"
                    new.append((article, name))
                else:
                    what = "article"
                told[what] += 1
                is_wrong = (after[key] > 0) == (what in ("standing", "varying")) and what != "first"
                told[f"{what} wrong"] += is_wrong
                if given.verbose and is_wrong and what != "varying":
                    print(f"   {what} {article.url} {line.kind}: {line.text[:90]}")
        for article, name in new:
            seen[article.host.name][name].add(article.story)
        left += told["standing wrong"]
        lost += told["article wrong"]
        print(
            f"{number:5}  {len(batch):4} {told['standing']:15} {told['standing wrong']:9} {told['varying']:12} "
            f"{told['varying wrong']:9} {told['first']:12} {told['article wrong']:8}"
        )
    again_ok = _again(made, folder, out, given)
    _cost(made, raw)
    print(f"standing lines left: {left}; article lines lost: {lost}")
    return left == 0 and lost == 0 and again_ok


def _again(
    made: list[list[tuple[Article, list[Line], str]]], folder: Path, out: Path, given: argparse.Namespace
) -> bool:
    """Deliver all pages again with other counters, each tenth with a paragraph more."""
    rng = random.Random(given.seed + 1)
    same, changed = folder / "same.warc", folder / "changed.warc"
    pages = [article for batch in made for article, _, _ in batch]
    same.write_bytes(b"".join(warc_of(each.url, html_of(each, lines_of(each, rng))) for each in pages))
    grown = []
    for each in pages[::10]:
        lines = lines_of(each, rng)
        first = next(at for at, line in enumerate(lines) if line.kind == "article")
        told = Line(text=_paragraph(each.host, rng, each.subject, each.town, each.people), kind="article")
        grown.append(warc_of(each.url, html_of(each, [*lines[: first + 1], told, *lines[first + 1 :]])))
    changed.write_bytes(b"".join(grown))
    read(out, same, given.workers, given.batches + 1)
    first = _outcomes(out)
    read(out, changed, given.workers, given.batches + 2)
    second = _outcomes(out)
    print(f"all delivered again, other counters: {dict(first)}; {len(grown)} with a paragraph more: {dict(second)}")
    return first == {"unchanged": len(pages)} and second == {"new_version": len(grown)}


def _cost(made: list[list[tuple[Article, list[Line], str]]], raw: dict[str, str]) -> None:
    """CPU of what a page costs more: its text is normalised once more where it is cleaned."""
    pages = [(article, raw[article.url]) for batch in made for article, _, _ in batch]
    notes: dict[str, list[Page]] = defaultdict(list)
    spent: dict[str, float] = defaultdict(float)
    clock = time.process_time
    for article, text in pages:
        began = clock()
        body_key(text)
        cut = clock()
        blocks = blocks_of(text)
        keyed = clock()
        noted = note_blocks(article.title, blocks, site=article.host.outlet)
        spent["(normalising)"] += cut - began
        spent["blocks"] += keyed - cut
        spent["noting"] += clock() - keyed
        notes[article.host.name].append(Page(article_id=article.url, blocks=noted))
    began = clock()
    profiles = {host: HostProfile(furniture=learn({}, seen[:32])) for host, seen in notes.items()}
    learning = (clock() - began) / len(profiles)
    for article, text in pages:
        blocks = blocks_of(text)
        began = clock()
        without_furniture(article.title, blocks, profiles[article.host.name])
        spent["cleaning"] += clock() - began
    told = ", ".join(f"{what} {1000 * took / len(pages):.3f}" for what, took in spent.items())
    print(f"CPU, ms a page: {told}; learning, ms a host of 32 pages: {1000 * learning:.2f}")


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    for name, default in (("pages", 2000), ("hosts", 60), ("batches", 20), ("seed", 1), ("workers", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--verbose", action="store_true")
    with tempfile.TemporaryDirectory() as folder:
        return 0 if run(parser.parse_args(), Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
