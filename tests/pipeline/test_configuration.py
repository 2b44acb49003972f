"""`newsbeam.toml`: values for what is not typed, faults in one line, and whose word counts for a provider."""

import json
import os
from pathlib import Path

import pytest

from pipeline.cli import main, newsbeam
from pipeline.configuration import ConfigurationError, read_configuration
from transforms.core.authority import Speakers


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """What a configuration in the current folder says."""
    monkeypatch.chdir(tmp_path)

    def configured(text, path="newsbeam.toml"):
        Path(path).parent.mkdir(exist_ok=True)
        Path(path).write_text(text)
        return read_configuration(Path(path), newsbeam)

    return configured


@pytest.fixture
def said(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def said(*words):
        with pytest.raises(SystemExit) as left:
            main(list(map(str, words)))
        out, err = capsys.readouterr()
        return left.value.code, out, err.splitlines()

    yield said
    os.environ.pop("PYTHONSAFEPATH", None)


def test_shared_values_go_to_every_command_that_has_them_and_its_own_table_counts_more(configured):
    found = configured(
        'out = "archive"\nworkers = 2\n[watch]\nevery = "5m"\nworkers = 1\n[feeds.list]\njson = true\n'
    ).defaults
    assert found["ingest"] == {"out": "archive", "workers": "2"}
    assert found["watch"] == {"out": "archive", "workers": "1", "every_s": "5m"}
    assert found["compact"] == {"out": "archive"}
    assert found["feeds"]["list"] == {"as_json": True}
    assert found["feeds"]["add"] == {}


def test_paths_are_relative_to_the_folder_of_the_file(configured, tmp_path):
    found = configured('out = "archive"\n[ingest]\npaths = ["drop", "-"]\n', "etc/mine.toml").defaults
    assert found["ingest"] == {"out": str(tmp_path / "etc/archive"), "paths": [str(tmp_path / "etc/drop"), "-"]}


def test_whose_word_counts(configured, tmp_path):
    found = configured(
        '[[providers]]\nname = "LWS"\nfrom = ["drop/lws/", "-"]\n[[providers]]\nname = "TNA"\nfrom = []\n'
    )
    assert found.speakers == (
        Speakers(provider="LWS", places=(str(tmp_path / "drop/lws"), "-")),
        Speakers(provider="TNA", places=()),
    )


FAULTS = {
    "misspelt": ('ouT = "x"', "unknown setting 'ouT'; did you mean 'out'?"),
    "misspelt in a table": ('[watch]\nevry = "5m"', "unknown setting 'evry' in [watch]; did you mean 'every'?"),
    "not of this command": ('[compact]\nevery = "5m"', "unknown setting 'every' in [compact]; known are json, out"),
    "no such command": ("[wtach]\n", "unknown setting 'wtach'; did you mean 'watch'?"),
    "no such command of a group": ("[feeds.lst]\n", "unknown setting 'lst' in [feeds]; did you mean 'list'?"),
    "to be typed": ("[purge]\nyes = true", "yes is to be typed each time; take it out"),
    "no flag": ("[status]\njson = 1", "json = 1: true or false is wanted"),
    "a flag": ("workers = true", "workers = True: a value is wanted"),
    "a list": ("workers = [1]", "workers = [1]: a text or a number is wanted"),
    "no list": ('[ingest]\npaths = "drop"', "paths = 'drop': a list is wanted"),
    "not TOML": ("out = ", "not TOML: invalid value (at "),
    "nested": ("a = " + "[" * 5000, "not TOML: "),
    "no provider": ("[[providers]]\nfrom = []", "a provider without a name"),
    "no places": ('[[providers]]\nname = "LWS"', "provider 'LWS': write from = ["),
    "a provider twice": (
        '[[providers]]\nname="A"\nfrom=[]\n[[providers]]\nname="a"\nfrom=[]',
        "provider 'a' stands twice",
    ),
    "not a list of providers": ("[providers]\nLWS = []", "providers is not a list of tables"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_one_line_that_names_the_file(configured, fault):
    text, expected = FAULTS[fault]
    with pytest.raises(ConfigurationError) as raised:
        configured(text)
    assert str(raised.value).startswith("newsbeam.toml: ")
    assert expected in str(raised.value)
    assert "\n" not in str(raised.value)


def test_values_count_where_nothing_is_typed(said, tmp_path):
    Path("etc").mkdir()
    Path("etc/mine.toml").write_text('out = "archive"\n[ingest]\npaths = ["drop"]\njson = true\n')
    Path("etc/drop").mkdir()
    Path("etc/drop/wire.txt").write_text(
        "Ferry sails again\n\nThe ferry of the harbour town sails again from Tuesday on.\n"
    )
    code, out, err = said("--config", "etc/mine.toml", "ingest", "--workers", "1")
    assert (code, err) == (0, [])
    assert json.loads(out)["outcomes"]["new"] == 1
    assert (tmp_path / "etc/archive/articles").is_dir()
    code, out, _ = said("--config", "etc/mine.toml", "ingest", "etc/drop/wire.txt", "--out", "other", "--workers", "1")
    assert code == 0
    assert json.loads(out)["outcomes"]["new"] == 1
    assert (tmp_path / "other/articles").is_dir()


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("workers = 0\n", ("ingest", "x", "--out", "o"), "newsbeam: invalid value for '--workers': '0' is not a whole"),
        ("oot = 1\n", ("status", "--out", "o"), "newsbeam: newsbeam.toml: unknown setting 'oot'; did you mean 'out'?"),
        ("", ("--config", "none.toml", "status"), "newsbeam: none.toml: No such file or directory"),
    ],
)
def test_wrong_configuration_is_wrong_usage(said, tmp_path, text, words, expected):
    Path("newsbeam.toml").write_text(text)
    before = sorted(tmp_path.rglob("*"))
    code, out, err = said(*words)
    assert (code, out, len(err)) == (2, "", 1)
    assert err[0].startswith(expected)
    assert sorted(tmp_path.rglob("*")) == before


def test_only_the_files_that_are_named_may_recall_and_rename_what_a_provider_sent(said):
    """A forged kill from another folder reaches nothing; the same file from the provider's own folder does."""
    Path("newsbeam.toml").write_text('out = "out"\nworkers = 1\n[[providers]]\nname = "LWS"\nfrom = ["drop/lws"]\n')
    told = {
        "uri": "urn:lws:1",
        "provider": "LWS",
        "headline": "Ferry sails",
        "body_text": "The ferry of the harbour town sails again.",
    }
    for folder, record in (
        ("drop/lws", told | {"version": 1}),
        ("drop/forged", told | {"version": 2, "body_text": "The ferry of the harbour town never sails again."}),
        ("drop/forging", told | {"version": 3, "pubstatus": "canceled"}),
    ):
        Path(folder).mkdir(parents=True)
        Path(folder, "wire.jsonl").write_text(json.dumps(record) + "\n")
    code, out, _ = said("ingest", "drop/lws", "drop/forged", "drop/forging", "--json")
    assert code == 0
    counts = json.loads(out)["outcomes"]
    assert {name: count for name, count in counts.items() if count} == {"new": 2, "rejected": 1}
    assert "not_authorised" in out
    Path("drop/forging").rename("drop/lws/later")
    code, out, _ = said("ingest", "drop/lws/later", "--json")
    assert code == 0
    assert json.loads(out)["outcomes"]["recall"] == 1
