import stat
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.durations import EXAMPLES, duration_s, said_duration
from pipeline.feededit import add_feed, add_feeds, remove_feed
from pipeline.feedkeys import FEED, FOLDER, NETWORK
from pipeline.feedlist import FeedListError, FolderSettings, parse_list, read_list
from transforms.core.polling import FeedSettings, NetworkSettings

LIST = Path("feeds.toml")


def faults(text):
    with pytest.raises(FeedListError) as raised:
        parse_list(text, LIST)
    return list(raised.value.faults)


def fault(text):
    [only] = faults(text)
    return only


def feed(text):
    [only] = parse_list(f"[[feeds]]\n{text}", LIST).feeds
    return only


# Reading


def test_every_setting_is_read(tmp_path):
    path = tmp_path / "feeds.toml"
    path.write_text(
        """
[network]
contact = "desk@example.org"
pause = "2s"
timeout = 20
total = "1m"
max_bytes = 5_000_000
max_redirects = 3
hosts_at_once = 4
pages_per_round = 50
allow_private = true

[[feeds]]
url = "https://example.org/feed"
source = " Harbour Gazette "
interval = "1h 30m"
language = "pt-BR"
full_text = "always"
ignore_http_cache = true
headers = {Authorization = "Bearer x", X-Desk = "7"}

[[folders]]
path = "drop"
settle = "1m"
move_to = "/var/done"
""",
        encoding="utf-8",
    )
    found = read_list(path)
    assert found.network == NetworkSettings(
        contact="desk@example.org",
        pause_s=2.0,
        timeout_s=20.0,
        total_s=60.0,
        max_bytes=5_000_000,
        max_redirects=3,
        hosts_at_once=4,
        pages_per_round=50,
        allow_private=True,
    )
    assert found.feeds == (
        FeedSettings(
            url="https://example.org/feed",
            source="Harbour Gazette",
            interval_s=5400,
            language="pt-BR",
            full_text="always",
            ignore_http_cache=True,
            headers=(("Authorization", "Bearer x"), ("X-Desk", "7")),
        ),
    )
    assert found.folders == (FolderSettings(path=tmp_path / "drop", settle_s=60.0, move_to=Path("/var/done")),)


def test_there_is_a_key_for_every_setting_and_no_other():
    for keys, settings_class in ((FEED, FeedSettings), (FOLDER, FolderSettings), (NETWORK, NetworkSettings)):
        assert sorted(name for name, _ in keys.values()) == sorted(each.name for each in fields(settings_class))


def test_defaults_stand_where_a_feed_says_nothing():
    text = (
        '[defaults]\ninterval = "1h"\nlanguage = "de"\nfull_text = false\n[[feeds]]\nurl = "https://a.example/1"\n'
        '[[feeds]]\nurl = "https://a.example/2"\ninterval = 60\nlanguage = "fr"\nfull_text = true\n'
    )
    one, two = parse_list(text, LIST).feeds
    assert (one.interval_s, one.language, one.full_text) == (3600, "de", "never")
    assert (two.interval_s, two.language, two.full_text) == (60, "fr", "auto")


def test_an_empty_list_is_one():
    assert parse_list("", LIST).feeds == ()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [(90, 90), (0.5, 0.5), ("90", 90), ("90s", 90), ("15m", 900), ("1H 30m", 5400), ("2d", 172_800)],
)
def test_durations_are_seconds_or_said_with_units(said, seconds):
    assert duration_s(said) == seconds


@pytest.mark.parametrize("said", ["", "soon", "15 min", "-5m", "1h30", "m", -1, True, None, [], 1e300, "9w9w9w9w9w9w"])
def test_other_durations_are_none(said):
    with pytest.raises(ValueError, match="not a duration"):
        duration_s(said)


@settings(deadline=None)
@given(st.integers(0, 366 * 86_400 * 4))
def test_a_duration_comes_back_from_what_is_said(quarters):
    assert duration_s(said_duration(quarters / 4)) == quarters / 4


# Faults


def test_all_faults_are_told_at_once_with_their_lines():
    text = (
        'intervall = 3\n[network]\npause = "soon"\n\n# one\n[[feeds]]\nurl = "https://a.example/feed"\nlang = "en"\n'
        '[[feeds]]\nsource = "B"\n[[feeds]]\nurl = "file:///etc/passwd"\n'
    )
    assert faults(text) == [
        "feeds.toml, line 1: unknown table or key 'intervall'; known are network, defaults, feeds, folders",
        "feeds.toml, line 3 ([network]): pause: 'soon' is no duration; write " + EXAMPLES,
        "feeds.toml, line 8 (feed 1): unknown key 'lang'; did you mean 'language'?",
        'feeds.toml, line 9 (feed 2): url is missing; write url = "…"',
        "feeds.toml, line 12 (feed 3): url: 'file:///etc/passwd' is not of the web; write an http or https address",
    ]


def test_no_more_faults_are_told_than_a_person_reads():
    found = faults("".join(f"[[feeds]]\nurl = 'https://a.example/{n}'\nx = 1\n" for n in range(25)))
    assert len(found) == 21
    assert found[-1] == "feeds.toml: 5 more faults"


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ('interval = "0s"', "interval: '0s' is not from 1s to 366d"),
        ('interval = "400d"', "interval: '400d' is no duration; write a number of seconds or a text such as"),
        ('language = "english!"', "language: 'english!' is no language tag; write one such as \"en\""),
        ('full_text = "sometimes"', 'full_text: \'sometimes\' is none of "auto", "never", "always", true, false'),
        ("full_text = 1", "full_text: 1 is none of"),
        ('ignore_http_cache = "yes"', "ignore_http_cache: 'yes' is neither true nor false"),
        ("source = 3", "source: 3 is not a text of one line"),
        ('source = "a\\nb"', "source: 'a\\nb' is not a text of one line"),
        ("headers = 3", "headers: is not a table"),
        ('headers = {Host = "x"}', "headers: Host is sent as the request needs it; take it out"),
        ('headers = {user-agent = "x"}', "headers: User-Agent says who is asking; write contact in [network]"),
        ('headers = {"A b" = "x"}', "headers: 'A b' is not the name of a header"),
        ('headers = {A = "secret\\r\\nB: x"}', "headers: the value of A is not one line of ASCII"),
        ('headers = {A = "x", a = "y"}', "headers: names a header twice"),
        ("interva = 3", "unknown key 'interva'; did you mean 'interval'?"),
    ],
)
def test_a_wrong_value_says_what_to_write_instead(setting, said):
    found = fault(f'[[feeds]]\nurl = "https://a.example/feed"\n{setting}\n')
    assert found.startswith(f"feeds.toml, line 3 (feed 1): {said}")
    assert "secret" not in found
    assert "\n" not in found


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "'' has no scheme; write https://example.org/feed"),
        ("a.example:8080/feed", "has no scheme; write https://a.example:8080/feed"),
        ("a.example/feed", "has no scheme; write https://a.example/feed"),
        ("localhost:80/feed", "has no scheme; write https://localhost:80/feed"),
        ("feed://a.example/feed", "begins with feed:; write https://a.example/feed"),
        ("feed:http://a.example/feed", "begins with feed:; write http://a.example/feed"),
        ("ftp://a.example/feed", "is not of the web"),
        ("https://user:secret@a.example/feed", "holds a user name or password"),
        ("https:///feed", "names no host"),
        ("https://a.example:0/feed", "names no host"),
        ("https://a.example:99999/feed", "is no address"),
        ("http://[::1/feed", "is no address"),
        ("https://a.example/fe ed", "holds the character ' '; write it as %20"),
        ("https://a.example/" + "x" * 5000, "is longer than 4096 characters"),
    ],
)
def test_a_wrong_address_says_what_to_write_instead(url, said):
    found = fault(f"[[feeds]]\nurl = '{url}'\n")
    assert said in found
    assert "secret" not in found
    assert len(found) < 300


@pytest.mark.parametrize(
    "url",
    ["http://a.example/", "https://[2001:db8::1]:8443/f?x=1|2", "https://müller.example/ü", "https://127.0.0.1/f"],
)
def test_addresses_that_can_be_asked_are_kept_as_written(url):
    assert feed(f"url = '{url}'").url == url


def test_the_same_feed_twice_is_a_fault():
    text = '[[feeds]]\nurl = "https://a.example/feed"\n[[feeds]]\n# again\nurl = "http://www.a.example/feed/?utm_source=x"\n'
    assert fault(text) == (
        "feeds.toml, line 5 (feed 2): 'http://www.a.example/feed/?utm_source=x' is the same as number 1, line 2; "
        "take one of them out"
    )


def test_feeds_that_a_parameter_tells_apart_are_two():
    text = '[[feeds]]\nurl = "https://a.example/q?rss=sport"\n[[feeds]]\nurl = "https://a.example/q?rss=world"\n'
    assert len(parse_list(text, LIST).feeds) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[feeds]]\nurl == 'https://a.example/1'\n", "feeds.toml, line 2: not TOML: "),
        ("feeds = [1", "feeds.toml, at its end: not TOML: unclosed array"),
        (
            "[feeds]\nurl='https://a.example/1'",
            "feeds.toml, line 1 ([feeds]): feeds is not a list of tables; write [[feeds]]",
        ),
        (
            "feeds = ['https://a.example/1']",
            "feeds.toml (feed 1): 'https://a.example/1' is not a table; write [[feeds]]",
        ),
        ("[[network]]\npause = 1", "feeds.toml, line 1 ([network]): network is not one table; write [network]"),
        ("interval = '1h'", "feeds.toml, line 1: unknown table or key 'interval'; known are network"),
        ("x = " + "[" * 5000, "feeds.toml: not a feed list: nested too deeply"),
        (
            "[network]\nmax_bytes = true",
            "feeds.toml, line 2 ([network]): max_bytes: True is not a whole number from 1,000",
        ),
        (
            "[network]\ncontact = 'a (b)'",
            "feeds.toml, line 2 ([network]): contact: 'a (b)' cannot stand in a User-Agent",
        ),
        ("[network]\ntimeout = 0", "feeds.toml, line 2 ([network]): timeout: 0 is not from 0.1s to 1h"),
        ("[[folders]]\nsettle = 1", "feeds.toml, line 1 (folder 1): path is missing; write path"),
        ("[[folders]]\npath = 'a'\n[[folders]]\npath = './a'", "feeds.toml, line 4 (folder 2): "),
        ("[[folders]]\npath = 'a'\nmove_to = 'a'", "feeds.toml, line 3 (folder 1): move_to: is the folder itself"),
    ],
)
def test_a_list_that_is_written_wrongly_says_where(text, said):
    assert fault(text).startswith(said)


def test_a_list_that_cannot_be_read_says_why(tmp_path):
    path = tmp_path / "feeds.toml"
    with pytest.raises(
        FeedListError, match=r"feeds\.toml: there is no such feed list; make one by: newsbeam feeds add"
    ):
        read_list(path)
    path.mkdir()
    with pytest.raises(FeedListError, match=r"feeds\.toml: Is a directory"):
        read_list(path)
    other = tmp_path / "latin.toml"
    other.write_bytes(b"[[feeds]]\nsource = '\xe9'\n")
    with pytest.raises(FeedListError, match=r"latin\.toml, line 2: not UTF-8"):
        read_list(other)


def test_a_byte_order_mark_is_no_fault(tmp_path):
    path = tmp_path / "feeds.toml"
    path.write_bytes(b"\xef\xbb\xbf[[feeds]]\nurl = 'https://a.example/1'\n")
    assert len(read_list(path).feeds) == 1


# Changing

OWN = """# My feeds

[network]
contact = "desk@example.org"  # mine

# Politics
[[feeds]]
url = "https://a.example/1"   # the first
source = '''
A'''
[feeds.headers]
X-Desk = "1"

# Folders
[[folders]]
path = "drop"

# Sport
[[feeds]]
url = "https://a.example/2"
# the end
"""
OWN = OWN.replace("'''\nA'''", "'A'")


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "feeds.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_a_feed_is_added_behind_the_others_and_all_else_stays(own):
    new = FeedSettings(
        url="https://b.example/?a=1&b=2",
        source='Der "Bote" \\ Süd',
        interval_s=5400,
        language="de",
        full_text="never",
        ignore_http_cache=True,
        headers=(("X-A", "1"),),
    )
    before = read_list(own)
    assert add_feed(own, new)
    assert own.read_text(encoding="utf-8").startswith(OWN)
    after = read_list(own)
    assert after.feeds == (*before.feeds, new)
    assert (after.folders, after.network) == (before.folders, before.network)
    assert 'interval = "1h 30m"' in own.read_text(encoding="utf-8")


def test_a_feed_that_is_there_is_not_added_again(own):
    assert not add_feed(own, FeedSettings(url="http://www.a.example/1/"))
    assert own.read_text(encoding="utf-8") == OWN
    twice = (FeedSettings(url="https://c.example/1"), FeedSettings(url="http://c.example/1"))
    assert add_feeds(own, twice) == twice[:1]


def test_a_list_is_made_where_there_is_none(tmp_path):
    path = tmp_path / "feeds.toml"
    assert add_feed(path, FeedSettings(url="https://a.example/1"))
    assert [feed.url for feed in read_list(path).feeds] == ["https://a.example/1"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_removed_feed_takes_its_own_lines_and_no_others(own):
    assert remove_feed(own, "http://www.a.example/1") == "https://a.example/1"
    lines = OWN.splitlines()
    gone = lines.index("[[feeds]]"), lines.index('X-Desk = "1"')
    expected = [*lines[: gone[0]], *lines[gone[1] + 1 :]]
    assert own.read_text(encoding="utf-8").splitlines() == expected
    assert remove_feed(own, "https://a.example/2") == "https://a.example/2"
    assert own.read_text(encoding="utf-8").endswith("# Sport\n# the end\n")
    assert read_list(own).feeds == ()
    assert remove_feed(own, "https://a.example/2") == ""


@pytest.mark.parametrize(
    "text",
    [
        'feeds = [  # all\n  {url = "https://a.example/1"}, # one\n  {url = "https://a.example/2"},\n]\n',
        'feeds = [{url = "https://a.example/1"}, {url = "https://a.example/2"}]\n[network]\npause = 1\n',
        '[[feeds]]\nurl = "https://a.example/1"\nheaders = {A = """x\\\n  [[feeds]]"""}\n[[feeds]]\nurl = "https://a.example/2"',
        '[[ "feeds" ]]\r\nurl = "https://a.example/1"\r\n[["feeds"]]\r\nurl = "https://a.example/2"\r\n',
    ],
)
def test_lists_in_other_spellings_are_changed_too(tmp_path, text):
    path = tmp_path / "feeds.toml"
    path.write_bytes(text.encode())
    assert add_feed(path, FeedSettings(url="https://a.example/3", headers=(("A", "b"),)))
    assert remove_feed(path, "https://a.example/1")
    found = read_list(path)
    assert [feed.url for feed in found.feeds] == ["https://a.example/2", "https://a.example/3"]
    assert found.network == parse_list(text, path).network


def test_a_list_with_faults_is_left_alone(own):
    own.write_text(OWN + "interval = 'soon'\n", encoding="utf-8")
    before = own.read_bytes()
    with pytest.raises(FeedListError, match="interval: 'soon' is no duration"):
        add_feed(own, FeedSettings(url="https://b.example/1"))
    with pytest.raises(FeedListError, match="interval: 'soon' is no duration"):
        remove_feed(own, "https://a.example/1")
    assert own.read_bytes() == before


def test_nothing_is_written_for_settings_that_no_list_may_hold(own):
    for new in (FeedSettings(url="ftp://b.example/1"), FeedSettings(url="https://b.example/1", language="no language")):
        with pytest.raises(FeedListError):
            add_feed(own, new)
    assert own.read_text(encoding="utf-8") == OWN


@pytest.mark.parametrize("mode", [0o600, 0o664])
def test_permissions_and_links_stay(own, tmp_path, mode):
    own.chmod(mode)
    link = tmp_path / "link.toml"
    link.symlink_to(own)
    assert add_feed(link, FeedSettings(url="https://b.example/1"))
    assert link.is_symlink()
    assert stat.S_IMODE(own.stat().st_mode) == mode
    assert len(read_list(own).feeds) == 3


def test_a_list_in_a_folder_that_is_not_there_says_so(tmp_path):
    with pytest.raises(FeedListError, match="its folder cannot be used: No such file or directory"):
        add_feed(tmp_path / "no" / "feeds.toml", FeedSettings(url="https://b.example/1"))


lines = st.text(st.characters(min_codepoint=32, max_codepoint=0x1FFFF, exclude_categories=["Cs", "Cc", "Zl", "Zp"]))
feeds = st.lists(
    st.builds(
        FeedSettings,
        url=st.builds("https://{}.example/f".format, st.text("abcdef", min_size=1, max_size=6)),
        source=lines.map(str.strip),
        interval_s=st.integers(0, 366 * 86_400),
        language=st.sampled_from(["", "en", "zh-Hant"]),
        full_text=st.sampled_from(["auto", "never", "always"]),
        ignore_http_cache=st.booleans(),
        headers=st.dictionaries(st.text("abc", min_size=1), st.text("xyz#\"'\\", min_size=1)).map(
            lambda d: tuple(d.items())
        ),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda feed: feed.url,
)


@settings(deadline=None, max_examples=20)
@given(feeds, st.data())
def test_what_was_added_is_read_and_what_was_removed_is_not(tmp_path_factory, feeds, data):
    path = tmp_path_factory.mktemp("list") / "feeds.toml"
    assert add_feeds(path, feeds) == tuple(feeds)
    assert read_list(path).feeds == tuple(feeds)
    gone = data.draw(st.sampled_from(feeds))
    assert remove_feed(path, gone.url) == gone.url
    assert read_list(path).feeds == tuple(feed for feed in feeds if feed is not gone)
    assert tomllib.loads(path.read_text(encoding="utf-8")) is not None
