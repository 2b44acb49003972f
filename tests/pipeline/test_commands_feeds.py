import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from click.testing import CliRunner

from pipeline.commands.feeds import feeds
from pipeline.feedlist import read_list
from pipeline.opml import read_opml

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour\xe2\x80\xaeGazette</title>
<item><title>Ferry strike ends</title><link>http://127.0.0.1:PORT/news/1</link><guid>1</guid>
<pubDate>Sun, 01 Mar 2026 08:00:00 GMT</pubDate><description>Crews went back to work.</description></item>
</channel></rss>"""
PAGE = (
    b"<link rel=alternate type=application/rss+xml href=/rss><link rel=alternate type=application/rss+xml href=/sport>"
)
OWN = """# mine
[network]
allow_private = true
pause = 0

[[feeds]]
url = "https://a.example/1"  # the first
source = "A & B"
interval = "1h"
headers = {Authorization = "secret"}

[[folders]]
path = "drop"
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "feeds.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def site():
    pages = {"/": ("text/html", PAGE), "/rss": ("application/rss+xml", RSS), "/news/1": ("text/html", b"<p>Crews")}

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            kind, body = pages.get(self.path, ("text/plain", b""))
            body = body.replace(b"PORT", b"%d" % self.server.server_port)
            self.send_response(200 if self.path in pages else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def run(*words):
    result = CliRunner().invoke(feeds, words)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_a_sites_address_adds_its_feed_with_the_settings_given(own, site):
    code, out, err = run("add", site, "--source", "Gazette", "--interval", "90m", "--language", "en", "--no-full-text")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"added {site}/rss (RSS, “Harbour Gazette”, 1 entry)",
        f"  also there: {site}/sport",
    ]
    assert own.read_text(encoding="utf-8").startswith(OWN)
    feed = read_list(own).feeds[-1]
    assert (feed.url, feed.source, feed.interval_s, feed.language, feed.full_text) == (
        f"{site}/rss", "Gazette", 5400, "en", "never",
    )  # fmt: skip
    assert run("add", f"{site}/rss") == (0, f"{site}/rss is in the list already\n", "")


def test_one_address_without_a_feed_does_not_keep_the_others_out(own, site):
    code, out, err = run("add", f"{site}/none", f"{site}/rss")
    assert (code, err) == (1, f"newsbeam: {site}/none: 404 Not Found\n")
    assert out.startswith(f"added {site}/rss")
    assert len(read_list(own).feeds) == 2


def test_full_text_is_written_where_the_list_says_otherwise(own, site):
    own.write_text(OWN + "[defaults]\nfull_text = false\n", encoding="utf-8")
    assert run("add", f"{site}/rss", "--full-text")[0] == 0
    assert read_list(own).feeds[-1].full_text == "auto"
    assert run("remove", f"{site}/rss")[0] == 0
    assert run("add", f"{site}/rss")[0] == 0
    assert read_list(own).feeds[-1].full_text == "never"


def test_private_addresses_are_asked_only_where_the_list_allows_it(tmp_path, monkeypatch, site):
    monkeypatch.chdir(tmp_path)
    code, _, err = run("add", f"{site}/rss")
    assert code == 1
    assert "not a public address" in err
    assert not (tmp_path / "feeds.toml").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "https://a.example", "--interval", "soon"), "'soon' is no duration; write a number of seconds"),
        (("add", "https://a.example", "--language", "x!"), "'x!' is no language tag"),
        (("add", "ftp://a.example"), "'ftp://a.example' is not of the web"),
        (("add", "https://u:secret@a.example"), "holds a user name or password"),
        (("add", "nonsense"), "has no scheme; write https://nonsense"),
        (("check", "file:///etc/passwd"), "is not of the web"),
        (("import", "none.opml"), "none.opml: No such file or directory"),
        (("import", "feeds.toml"), "feeds.toml: not OPML"),
        (("list", "--feeds", "none.toml"), "none.toml: there is no such feed list; make one by: newsbeam feeds add"),
        (("remove", "https://a.example/1", "--feeds", "none.toml"), "none.toml: there is no such feed list"),
    ],
)
def test_wrong_usage_is_one_line_and_code_2(own, words, said):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert said in err
    assert "secret" not in err
    assert own.read_text(encoding="utf-8") == OWN


def test_a_list_with_faults_tells_all_of_them(own):
    own.write_text(OWN + "\n[[feeds]]\nlang = 'en'\nurl = 'x'\n", encoding="utf-8")
    code, _, err = run("list")
    assert code == 2
    assert [line.partition(" (feed 2): ")[0] for line in err.splitlines()] == [
        "newsbeam: feeds.toml, line 16",
        "newsbeam: feeds.toml, line 17",
    ]


def test_the_list_is_shown_without_its_secrets(own, monkeypatch):
    code, out, _ = run("list")
    assert (code, out.splitlines()) == (
        0,
        [
            "https://a.example/1",
            "    “A & B”, every 1h at most, headers Authorization",
            f"{own.parent / 'drop'} (a folder)",
        ],
    )
    found = json.loads(run("list", "--json")[1])
    assert found["feeds"][0] == {
        "url": "https://a.example/1", "source": "A & B", "interval_s": 3600, "language": "", "full_text": "auto",
        "ignore_http_cache": False, "headers": ["Authorization"],
    }  # fmt: skip
    assert found["folders"] == [{"path": str(own.parent / "drop"), "settle_s": 10.0, "move_to": None}]
    elsewhere = own.rename(own.with_name("other.toml"))
    monkeypatch.setenv("NEWSBEAM_FEEDS", str(elsewhere))
    assert run("list")[1] == out


def test_feeds_are_taken_out_and_the_rest_stays(own):
    code, out, err = run("remove", "http://www.a.example/1", "https://b.example/")
    assert (code, out) == (1, "removed https://a.example/1\n")
    assert err == "newsbeam: https://b.example/ is not in feeds.toml\n"
    assert (
        own.read_text(encoding="utf-8")
        == '# mine\n[network]\nallow_private = true\npause = 0\n\n[[folders]]\npath = "drop"\n'
    )


def test_lists_of_other_programs_come_in_and_go_out(own):
    own.with_name("in.opml").write_text(
        '<opml><body><outline text="R&D" xmlUrl="https://b.example/?a=1&b=2"/><outline text="x" xmlUrl="https://a.example/1"/>'
        '<outline text="y" xmlUrl="file:///etc/passwd"/></body></opml>',
        encoding="utf-8",
    )
    code, out, err = run("import", "in.opml")
    assert (code, out) == (0, "1 feed added to feeds.toml; 1 there already\n")
    assert "not added: 'file:///etc/passwd' is not of the web" in err
    wanted = [("https://a.example/1", "A & B"), ("https://b.example/?a=1&b=2", "R&D")]
    assert run("export", "out.opml") == (0, "", "")
    for document in (own.with_name("out.opml").read_bytes(), run("export")[1].encode()):
        assert [(feed.url, feed.source) for feed in read_opml(document).feeds] == wanted


@pytest.mark.usefixtures("own")
def test_a_check_says_what_a_feed_offers(site):
    code, out, err = run("check", f"{site}/rss")
    assert (code, err) == (0, "")
    assert out.splitlines()[:3] == [
        f"{site}/rss",
        "  is       RSS, “Harbour Gazette”",
        "  entries  1, from 2026-03-01 08:00 to 2026-03-01 08:00 UTC",
    ]
    found = json.loads(run("check", f"{site}/rss", "--json")[1])
    assert (found["usable"], found["form"], found["entries"], found["summaries"]) == (True, "RSS", 1, 1)
    assert found["troubles"] == ["neither ETag nor Last-Modified: every poll transfers the whole feed"]


@pytest.mark.usefixtures("own")
def test_a_check_of_what_is_no_feed_exits_with_1(site):
    assert run("check", site) == (1, f"{site}\n  no usable feed: a page, not a feed\n", "")
    code, out, _ = run("check", f"{site}/none", "--json")
    assert (code, json.loads(out)["fault"]) == (1, "404 Not Found")


@pytest.mark.usefixtures("own")
def test_showing_the_list_loads_nothing_heavy(project):
    program = (
        "import sys; from pipeline.commands.feeds import feeds; feeds.main(['list'], standalone_mode=False); "
        "print(sorted({'apache_beam', 'deltalake', 'pyarrow', 'trafilatura', 'httpcore2'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(project)}, capture_output=True, text=True
    )
    assert result.stdout.splitlines()[-1] == "[]", result.stderr
