"""Host profiles end to end: what recurs on a host's pages is taken off later ones, and makes no versions."""

import json
import random
import shutil
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from deltalake import DeltaTable

import newsbeam
from pipeline.commands.purge import purge
from pipeline.ingest import ingest
from pipeline.options import ReadOptions
from pipeline.output import MARKER, open_output
from pipeline.publish import Step
from transforms.core.pieces import Limits

WORDS = "harbour council ferry border convoy relief school winter flour bridge valley road doctor market farmer".split()
ABOUT = "The paper is owned by its readers, publishes without fear or favour, and depends on small monthly gifts. " * 2


def body(seed, paragraphs=4):
    """Paragraphs of an article of its own."""
    rng = random.Random(seed)
    return [
        f"In {rng.choice(['Marrin', 'Oskel', 'Belda'])}{seed} they said the {' '.join(rng.choices(WORDS, k=16))}."
        for _ in range(paragraphs)
    ]


def page(seed, lines, reader, host="paper.example", title="", site="", about=ABOUT):
    """A record of an archive: a page of a host, with the furniture of its site."""
    told = [f"{reader} min read", *lines, "Follow us on every channel", about.strip(), "All rights reserved"]
    head = f"<title>{title or f'Report {seed}'}</title><meta property='og:site_name' content='{site}'>"
    html = f"{head}<article>{''.join(f'<p>{line}</p>' for line in told)}</article>"
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}"
    return (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://{host}/{seed}\r\nContent-Type: "
        f"application/http; msgtype=response\r\nContent-Length: {len(block.encode())}\r\n\r\n{block}\r\n\r\n"
    )


def deliver(run, folder, *pages, **more):
    """Ingest pages as one load."""
    path = folder / f"{len(list(folder.glob('*.warc')))}.warc"
    path.write_text("".join(pages))
    return run(path, **more)


def texts(out):
    """By address, what is current."""
    with newsbeam.open(out) as archive:
        return dict(archive.sql("SELECT url, text FROM articles_current").fetchall())


def last_counts(out):
    with newsbeam.open(out) as archive:
        ((counts,),) = archive.sql("SELECT counts FROM loads ORDER BY load_id DESC LIMIT 1").fetchall()
    return {count["outcome"]: count["count"] for count in counts}


@pytest.fixture
def known(run, tmp_path):
    """An archive of two pages of a host and one of another: only of the first host something is known."""
    pages = [page(seed, body(seed), seed) for seed in (1, 2)]
    deliver(run, tmp_path, *pages, page(3, body(3), 7, host="other.example"))
    return tmp_path / "out"


def test_furniture_is_taken_off_later_pages_and_no_host_knows_of_another(run, known, tmp_path):
    deliver(run, tmp_path, page(4, body(4), 31), page(5, body(5), 8, host="other.example"))
    found = texts(known)
    assert found["https://paper.example/4"] == "\n\n".join(body(4))
    for host, seed in (("paper", 1), ("other", 3), ("other", 5)):
        text = found[f"https://{host}.example/{seed}"]
        assert text.endswith("All rights reserved")
        assert all(line in text for line in body(seed))


def test_a_stored_page_that_differs_only_by_furniture_is_unchanged_and_one_that_really_changed_is_clean(
    run, known, tmp_path
):
    before = texts(known)
    deliver(run, tmp_path, page(1, body(1), 99), page(2, [*body(2), *body(20, 1)], 5))
    assert last_counts(known) == {"unchanged": 1, "new_version": 1}
    after = texts(known)
    assert after["https://paper.example/1"] == before["https://paper.example/1"]
    assert after["https://paper.example/2"] == "\n\n".join([*body(2), *body(20, 1)])
    deliver(run, tmp_path, page(2, body(2), 6), now=datetime(2026, 3, 1, 14, tzinfo=UTC))
    assert last_counts(known) == {"unchanged": 1}
    assert texts(known)["https://paper.example/2"] == before["https://paper.example/2"]


def test_a_stored_brief_that_others_quote_is_unchanged_though_its_outlet_has_words_of_its_title(run, tmp_path):
    lead = (
        "Thieves took the ledger of ships from the harbour office of Thornwick early on Tuesday, the coastguard said."
    )
    about = (
        "The Thornwick Harbour Ledger is owned by those who read it, and publishes without fear or favour, every day."
    )
    of = {"site": "Thornwick Harbour Ledger", "about": ""}
    title = "Harbour ledger stolen in Thornwick"
    quoting = page(2, [*body(2), lead, about], 5, **of)
    deliver(run, tmp_path, page(1, [lead, about], 4, title=title, **of), quoting, page(3, body(3), 6, **of))
    before = texts(tmp_path / "out")
    deliver(run, tmp_path, page(1, [lead, about], 9, title=title, **of))
    assert last_counts(tmp_path / "out") == {"unchanged": 1}
    assert texts(tmp_path / "out") == before


def test_with_a_profile_order_and_batches_make_no_difference(run, tmp_path):
    deliveries = [page(1, body(1), 4), page(6, body(6), 5), page(1, [*body(1), *body(10, 1)], 6), page(1, body(1), 7)]
    seen = []
    for name, batches in {"at once": [[0, 1, 2, 3]], "backwards": [[3, 2], [1, 0]]}.items():
        folder = tmp_path / name
        folder.mkdir()
        deliver(run, folder, *(page(seed, body(seed), seed) for seed in (1, 2)), out=folder / "out")
        for batch in batches:
            deliver(run, folder, *(deliveries[each] for each in batch), out=folder / "out")
        keys = "SELECT article_id, version, title, text FROM articles UNION SELECT article_id, version, title, text "
        with newsbeam.open(folder / "out") as archive:
            seen.append(archive.sql(f"{keys} FROM copies ORDER BY ALL").fetchall())
    assert len(seen[0]) == 4
    assert seen[1] == seen[0]


def test_only_pages_are_noted(run, tmp_path, rows):
    records = [
        {"url": f"https://paper.example/w{seed}", "title": f"W {seed}", "text": "\n\n".join([*body(seed), ABOUT])}
        for seed in (1, 2, 3)
    ]
    path = tmp_path / "records.jsonl"
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    run(path)
    assert rows(tmp_path / "out", "FROM profiles") == []
    deliver(run, tmp_path, page(4, body(4), 2))
    (noted,) = rows(tmp_path / "out", "SELECT host, version, len(blocks) AS blocks FROM profiles")
    (stored,) = rows(tmp_path / "out", "SELECT version FROM articles WHERE text_from = 'page'")
    assert noted == {"host": "paper.example", "version": stored["version"], "blocks": 8}


def test_a_plan_that_died_gives_the_same_when_it_runs_again(known, tmp_path):
    class Died(BaseException):
        """A kill, without the cost of a process."""

    def die(step):
        if step is Step.STAGED_SYNCED:
            raise Died

    path = tmp_path / "more.warc"
    path.write_text(page(1, body(1), 4) + page(4, body(4), 31))
    options = ReadOptions(
        out=known, command="test", workers=2, batch_size=100, limits=Limits(), now=datetime(2026, 3, 1, 13, tzinfo=UTC)
    )

    class Silent:
        def begin(self, total):
            """Say nothing."""

        def advance(self, size, deliveries):
            """Say nothing."""

    with pytest.raises(Died):
        ingest(options, [str(path)], progress=Silent(), stop=lambda: False, at=die)
    report = ingest(options, [str(path)], progress=Silent(), stop=lambda: False)
    assert report.resumed
    assert last_counts(known) == {"unchanged": 1, "new": 1}
    assert texts(known)["https://paper.example/4"] == "\n\n".join(body(4))


def test_what_was_purged_is_no_longer_evidence(run, known, tmp_path, rows):
    done = CliRunner().invoke(purge, ["https://paper.example/1", "--out", str(known), "--yes"])
    assert done.exit_code == 0, done.output
    assert [row["host"] for row in rows(known, "SELECT host FROM profiles ORDER BY host")] == [
        "other.example",
        "paper.example",
    ]
    deliver(run, tmp_path, page(4, body(4), 31))
    assert texts(known)["https://paper.example/4"].endswith("All rights reserved")


def test_a_folder_of_the_first_schema_gets_the_table(known):
    shutil.rmtree(known / "profiles")
    (known / MARKER).write_text(json.dumps({"schema_version": 1, "complete": True}))
    with newsbeam.open(known) as archive:
        assert archive.sql("FROM profiles").fetchall() == []
    with open_output(known, command="test"):
        pass
    assert DeltaTable(known / "profiles").version() == 0
    assert json.loads((known / MARKER).read_text())["schema_version"] == 2
