"""What is stored, joined with a batch as collections: the same rows as when the index is asked."""

import json
import random
from dataclasses import replace

import pytest

import newsbeam
from pipeline import ingest
from schemas.tables import TABLES
from transforms.indexed import IndexedDoFn

WORDS = "harbour council ferry border convoy relief school winter flour bridge valley road doctor market farmer".split()


def body(rng, paragraphs=4):
    sentence = lambda: f"{rng.choice(['Marrin', 'Oskel', 'Belda'])} said the {' '.join(rng.choices(WORDS, k=12))}."  # noqa: E731
    return [" ".join(sentence() for _ in range(2)) for _ in range(paragraphs)]


def wire(number, body, version, **more):
    named = {"uri": f"urn:wire:{number}", "provider": "NPB", "headline": f"Item {number}", "version": str(version)}
    return named | {"body_text": "\n\n".join(body)} | more


def line(host, number, body):
    return {"url": f"https://{host}.example/{number}", "title": f"{host} {number}", "text": "\n\n".join(body)}


def page(host, number, body, reader):
    """A record of an archive: a page with the furniture of its site."""
    lines = [f"{reader} min read", *body, "Follow us on every channel", f"The {host} is owned by its readers. " * 4]
    html = f"<title>{host} {number}</title><article>{''.join(f'<p>{line}</p>' for line in lines)}</article>"
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}"
    return (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://{host}.example/{number}\r\nContent-Type: "
        f"application/http; msgtype=response\r\nContent-Length: {len(block.encode())}\r\n\r\n{block}\r\n\r\n"
    )


def archives():
    """Pages of each of three runs: the first are delivered again when their furniture is known, one changed."""
    rng = random.Random(6)
    told = [body(rng) for _ in range(6)]
    first = [page("site", number, told[number], number) for number in range(3)]
    second = [page("site", 3, told[3], 7), page("site", 0, told[0], 8), page("site", 1, told[4], 9)]
    return [first, second, [page("site", 2, told[2], 5), page("site", 5, told[5], 4)]]


def runs():
    """Of each story something in each of three runs."""
    rng = random.Random(5)
    first, second, third = [], [], []
    for number in range(8):
        told = body(rng)
        first += [wire(number, told, 1), line("early", number, told), {"uri": number, "headline": ["wrong"]}]
        second += [wire(number, [*told, *body(rng, 1)], 3), line("cut", number, told[:3]), line("same", number, told)]
        third += [line("early", number, [*told, *body(rng, 1)]), line("late", number, told)]
        third += [wire(number, told, 4, pubstatus="withheld")] if number % 3 == 0 else []
        third += [wire(number, told, 2, pubstatus="canceled")] if number % 4 == 0 else []
        second += [wire(number, body(rng), 2, embargoed="noon")] if number == 5 else []
    return [first, second, third]


def tables(out):
    """Every row of every table, but what says how long a load took."""
    with newsbeam.open(out) as archive:
        tables = {name: archive.table(name).to_table().to_pylist() for name in TABLES}
    for row in tables["loads"]:
        for column in ("started_at", "finished_at", "timings"):
            del row[column]
    return {name: sorted(rows, key=repr) for name, rows in tables.items()}


@pytest.mark.slow
def test_joined_with_what_is_stored_a_batch_gives_the_same_rows(run, tmp_path, monkeypatch):
    paths = [tmp_path / f"{number}.jsonl" for number in range(3)]
    for path, records in zip(paths, runs(), strict=True):
        path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    sites = [tmp_path / f"{number}.warc" for number in range(3)]
    for path, pages in zip(sites, archives(), strict=True):
        path.write_text("".join(pages))

    def read(out):
        for some in (*zip(paths, sites, strict=True), [*paths, *sites]):  # each, and then all of them again
            run(*some, out=out)
        return tables(out)

    expected = read(tmp_path / "asked")

    def refuse(_):
        raise AssertionError("the index is asked")

    def joined(*args, plan_batch=ingest.plan_batch, **more):
        return replace(plan_batch(*args, **more), joins=True)

    monkeypatch.setattr(ingest, "plan_batch", joined)
    monkeypatch.setattr(IndexedDoFn, "setup", refuse)  # only where a load is published may the index be asked
    assert {name for name, rows in expected.items() if not rows} == {"requests"}
    assert read(tmp_path / "joined") == expected
