"""The same deliveries give the same result, in any order, batching, number of workers and runners."""

import json
import random

import pytest
from apache_beam.runners.portability.local_job_service import LocalJobServicer

import newsbeam
from schemas.tables import TABLES

#: Columns that tell of the first delivery, and where a row lies.
ASIDE = "origin, raw_address, first_seen_at, date, load_id, stored_in"
NAMES = ["Marrin", "Oskel", "Tavira", "Belda", "Qarun", "Sefton", "Ilmar", "Hadley", "Noor", "Castel"]
WORDS = (
    "harbour council ferry border convoy relief family school clinic winter flour bakery bridge river valley road "
    "engineer doctor teacher market farmer harvest station radio evening morning village district official spokesman "
    "agreement truce ceasefire corridor shelter blanket medicine water electricity cable repair crossing lorry driver"
).split()


def _sentence(rng):
    words = [rng.choice(WORDS) for _ in range(rng.randint(9, 16))]
    return f"{rng.choice(NAMES)} said the {' '.join(words)} on the {rng.randint(2, 28)}th."


def _story(rng, paragraphs=7):
    return [" ".join(_sentence(rng) for _ in range(3)) for _ in range(paragraphs)]


def deliveries(seed=11):
    """Stories of an agency with versions, copies of all kinds, repetitions, templates, an embargo, rejections."""
    rng = random.Random(seed)
    lines = []
    for number in range(14):
        body = _story(rng)
        wire = {
            "uri": f"urn:wire:{number}",
            "provider": "NPB",
            "headline": f"{rng.choice(NAMES)} story {number}",
            "version": "1",
            "published": f"2026-02-{number % 27 + 1:02}T08:00:00Z",
            "body_text": "\n\n".join(body),
        }
        lines.append(wire)
        if number % 2:
            later = {**wire, "version": "3", "versioncreated": f"2026-02-{number % 27 + 1:02}T12:00:00Z"}
            lines.append({**later, "body_text": "\n\n".join([*body, _sentence(rng) + " " + _sentence(rng)])})
        if number % 3 == 0:
            for outlet in range(3):
                text = [f"NORTHPORT (NPB) - {body[0]}", *body[1:]]
                lines.append(_page(f"https://outlet{outlet}.example/{number}", f"Outlet {outlet}: {number}", text))
        if number % 4 == 0:
            lines.append(_page(f"https://cut.example/{number}", "Cut", body[:4]))
        if number % 5 == 0:
            edited = [part.replace(" the ", " a ", 1) for part in body]
            lines.append(_page(f"https://edited.example/{number}", "Edited", edited))
        if number % 6 == 0:
            lines.append(wire)
    for day, (shares, points) in enumerate([(412, 1_204), (377, 1_198)]):
        lines.append(
            _page(
                f"https://markets.example/{day}",
                "Markets at the close",
                [
                    f"The harbour index closed at {points} points on day {day + 3}, with {shares} shares traded.",
                    f"Ferry Lines moved {shares / 100:.2f} percent and Belda Flour {points / 300:.2f} percent.",
                ],
            )
        )
    lines.append(
        {**lines[0], "uri": "urn:wire:later", "embargoed": "2031-01-01T00:00:00Z", "body_text": " ".join(_story(rng))}
    )
    lines += [{"uri": "urn:wire:empty", "provider": "NPB", "headline": "No body"}, {"uri": 7, "headline": ["wrong"]}]
    return [json.dumps(line) for line in lines]


def _page(url, title, paragraphs):
    return {"url": url, "title": title, "text": "\n\n".join(paragraphs), "published": "2026-02-28T10:00:00Z"}


def outcome(out):
    """What must be the same: the views, and the texts of articles and copies less those poorer than a richer one."""
    with newsbeam.open(out) as archive:
        views = [
            archive.sql(f"FROM {view} SELECT * EXCLUDE ({ASIDE}) ORDER BY ALL").fetchall()
            for view in ("articles_current", "stories")
        ]
        union = archive.sql(
            "SELECT article_id, version, title, text FROM articles UNION SELECT article_id, version, title, text "
            "FROM copies ORDER BY ALL"
        ).fetchall()
        rejected = archive.sql("SELECT DISTINCT stage, reason, detail, title FROM rejected ORDER BY ALL").fetchall()
    return {"articles_current": views[0], "stories": views[1], "union": union, "rejected": rejected}


def _files(folder, lines, parts=1):
    folder.mkdir()
    paths = []
    for part in range(parts):
        path = folder / f"part{part}.jsonl"
        path.write_text("\n".join(lines[part::parts]) + "\n")
        paths.append(path)
    return paths


#: (workers, deliveries of a batch, runs) that the same deliveries, shuffled anew, are read in.
WAYS = [(1, 40, 1), (2, 5_000, 3)]
MORE_WAYS = [(1, 50, 1), (2, 50, 5), (1, 5_000, 5), (2, 7, 1)]


@pytest.mark.parametrize("ways", [WAYS, pytest.param(MORE_WAYS, marks=pytest.mark.slow)], ids=["few", "many"])
def test_order_batches_workers_and_runs_do_not_matter(run, tmp_path, ways):
    lines = deliveries()
    run(*_files(tmp_path / "in", lines), out=tmp_path / "straight")
    expected = outcome(tmp_path / "straight")
    assert len(expected["union"]) > len(expected["stories"]) >= 14
    shuffled = list(lines)
    for number, (workers, batch_size, runs) in enumerate(ways):
        random.Random(number).shuffle(shuffled)
        out = tmp_path / f"out{number}"
        for path in _files(tmp_path / f"in{number}", shuffled, runs):
            run(path, out=out, workers=workers, batch_size=batch_size)
        assert outcome(out) == expected, (workers, batch_size, runs)


def test_backwards_and_twice_is_the_same(run, tmp_path):
    lines = deliveries()
    run(*_files(tmp_path / "in", lines), out=tmp_path / "straight")
    for path in _files(tmp_path / "back", [*lines[::-1], *lines], 3):
        run(path, out=tmp_path / "out")
    assert outcome(tmp_path / "out") == outcome(tmp_path / "straight")


def test_what_the_stories_are(run, tmp_path, rows):
    run(*_files(tmp_path / "in", deliveries()))
    stories = rows(tmp_path / "out", "SELECT title, copies, versions FROM stories ORDER BY title")
    by_number = {
        row["title"].rsplit(" ", 1)[-1]: (row["copies"], row["versions"]) for row in stories if "story" in row["title"]
    }
    # three outlets at 0, 3, 6, 9, 12; a cut copy at 0, 4, 8, 12; an edited one at 0, 5, 10; two versions at odd numbers
    copies = {n: 3 * (n % 3 == 0) + (n % 4 == 0) + (n % 5 == 0) for n in range(14)}
    assert by_number == {str(n): (copies[n], 1 + n % 2) for n in range(14)}
    assert [row["title"] for row in stories if "Markets" in row["title"]] == ["Markets at the close"] * 2


@pytest.fixture
def job_server(tmp_path):
    """Beam's local job server: the graph crosses it, as it does to a cluster."""
    server = LocalJobServicer(str(tmp_path / "job-server"))
    port = server.start_grpc_server(0)
    yield f"localhost:{port}"
    server.stop()


def test_a_job_server_stores_the_same_rows(run, tmp_path, job_server):
    paths = _files(tmp_path / "in", deliveries())
    run(*paths, out=tmp_path / "direct")
    run(
        *paths,
        out=tmp_path / "portable",
        beam_args=["--runner=PortableRunner", f"--job_endpoint={job_server}", "--environment_type=LOOPBACK"],
    )
    assert _tables(tmp_path / "portable") == _tables(tmp_path / "direct")


def _tables(out):
    """Every row of every table, but what says how long a load took."""
    with newsbeam.open(out) as archive:
        tables = {name: archive.table(name).to_table().to_pylist() for name in TABLES}
    for row in tables["loads"]:
        for column in ("started_at", "finished_at", "timings"):
            del row[column]
    return {name: sorted(rows, key=repr) for name, rows in tables.items()}
