"""`newsbeam extract`: what is taken from a page, from where and why, from files and from a server of our own."""

import gzip
import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from pipeline.commands.extract import extract_

SENTENCE = "The ferry to Brume left the harbour with forty people on board, the first since the storm"
PAGE = f"""<html lang=en-GB><head><title>Ferry leaves again | The Lantern</title>
<meta property="og:site_name" content="The Lantern">
<meta property="article:published_time" content="2099-01-01">
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Ferry leaves again",
"datePublished": "2025-12-05T08:00:00+02:00", "author": {{"@type": "Person", "name": "Ada Byron"}}}}</script>
<link rel=canonical href="https://lantern.example/ferry"></head>
<body><main><h1>Ferry leaves again</h1>{"".join(f"<p>{SENTENCE} {n}, {SENTENCE}.</p>" for n in range(4))}</main>"""


@pytest.fixture
def there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words):
    result = CliRunner().invoke(extract_, words)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_all_is_told_with_its_evidence(there):
    (there / "ferry.html").write_text(PAGE)
    code, out, err = run("ferry.html", "--json")
    told = json.loads(out)

    assert (code, err, told["is_article"], told["reason"]) == (0, "", True, None)
    assert (told["title"], told["title_from"]) == ("Ferry leaves again", "h1")
    assert {"text": "Ferry leaves again | The Lantern", "from": "title"} in told["titles"]
    assert (told["published_at"], told["published_from"]) == ("2025-12-05T06:00:00+00:00", "json-ld datePublished")
    assert [(each["from"], each["believed"]) for each in told["dates"]] == [
        ("meta article:published_time", False),
        ("json-ld datePublished", True),
    ]
    assert (told["authors"], told["site"], told["language"]) == (["Ada Byron"], "The Lantern", "en")
    assert (told["canonical_url"], told["language_said"]) == ("https://lantern.example/ferry", "en-GB")
    assert told["text"].count(SENTENCE) == 8
    assert told["extractor"].startswith("trafilatura/")
    assert [path.name for path in there.iterdir()] == ["ferry.html"]


def test_a_person_reads_it_on_a_screen(there):
    (there / "ferry.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    code, out, _ = run("ferry.html.gz")
    lines = out.splitlines()

    assert (code, lines[:3]) == (
        0, ["ferry.html.gz", "  is         an article", "  title      Ferry leaves again"],
    )  # fmt: skip
    assert "  published  2025-12-05 06:00:00 UTC from json-ld datePublished" in lines
    assert "             meta article:published_time: 2099-01-01, written 2099-01-01 (not believed)" in lines
    assert lines[-1].startswith(SENTENCE)


def test_a_page_that_is_no_article_is_told_with_the_reason(there):
    cards = "".join(
        f"<div><h3><a href=/s/{n}>Ferry leaves harbour {n}</a></h3><p>{SENTENCE}.</p></div>" for n in range(12)
    )
    (there / "list.html").write_text(f"<html><body><main>{cards}</main></body></html>")

    code, out, _ = run("list.html")
    assert (code, out.splitlines()[1]) == (
        0, "  is         rejected: section_page: 12 linked headings and next to no running text besides",
    )  # fmt: skip
    assert json.loads(run("list.html", "--json")[1])["reason"] == "section_page"


def test_nothing_on_a_page_steers_the_terminal(there):
    hostile = PAGE.replace("Ferry leaves again", "Ferry \u202eleaves\x9b31m again").replace(
        "Ada Byron", "Ada\u2066 Byron"
    )
    (there / "ferry.html").write_text(hostile.replace("storm", "storm\u202e\x85"), encoding="utf-8")
    out = run("ferry.html")[1]

    assert out.replace("\n", "").isprintable()
    assert "Ferry \\u202eleaves" in out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("none.html",), 2, "none.html: there is no such file"),
        (("file:///etc/passwd",), 2, "is not of the web"),
        (("note.txt",), 1, "note.txt: not a page but text"),
        (("bad.gz",), 1, "bad.gz: "),
    ],
)
def test_what_is_no_page_is_one_line(there, words, code, said):
    (there / "note.txt").write_text(f"{SENTENCE}.")
    (there / "bad.gz").write_bytes(gzip.compress(PAGE.encode())[:-20])
    result = run(*words)
    assert (result[0], result[1]) == (code, "")
    assert said in result[2]


def test_an_address_is_asked_politely_and_only_where_it_may_be(there, outlet):
    outlet.put("/ferry", PAGE, "text/html; charset=utf-8")
    outlet.put("/robots.txt", "User-agent: *\nDisallow: /secret", "text/plain")
    url = f"{outlet.base}/ferry"

    assert run(url)[0] == 1
    assert "not a public address" in run(url)[2]
    (there / "feeds.toml").write_text("[network]\nallow_private = true\npause = 0\n")
    told = json.loads(run(url, "--json")[1])
    assert (told["url"], told["title"]) == (url, "Ferry leaves again")
    assert run(f"{outlet.base}/secret") == (1, "", f"newsbeam: {outlet.base}/secret: robots.txt\n")
    assert run(f"{outlet.base}/gone")[2] == f"newsbeam: {outlet.base}/gone: 404 Not Found\n"


def test_help_loads_nothing_heavy(project):
    program = (
        "import sys; from pipeline.commands.extract import extract_; extract_.main(['--help'], standalone_mode=False); "
        "print(sorted({'apache_beam', 'deltalake', 'trafilatura', 'httpcore2'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(project)}, capture_output=True, text=True
    )
    assert result.stdout.splitlines()[-1] == "[]", result.stderr
