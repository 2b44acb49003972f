"""The commands that poll, as far as they come without polling."""

import io
import logging
import os

import pytest

from pipeline.cli import main
from pipeline.logs import set_up_logs
from pipeline.output import open_output


@pytest.fixture
def said(tmp_path, monkeypatch, capsys):
    """Run a command in this process, where an empty feed list is: its exit code, and what it prints."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "feeds.toml").write_text("")
    monkeypatch.setenv("PYTHONSAFEPATH", "")  # set by the program, put back here

    def said(*words):
        with pytest.raises(SystemExit) as left:
            main(list(words))
        return left.value.code, *capsys.readouterr()

    yield said
    logging.disable(logging.NOTSET)
    set_up_logs("text", io.StringIO())


@pytest.mark.parametrize("command", ["poll", "watch"])
def test_where_another_run_polls_it_leaves_with_75_and_one_line(command, said, tmp_path):
    with open_output(tmp_path / "out", command="newsbeam poll"):
        before = sorted(tmp_path.rglob("*"))
        code, out, err = said(command, "--out", "out")
        assert sorted(tmp_path.rglob("*")) == before
    assert (code, out, err.count("\n")) == (75, "", 1)
    assert f"in use by 'newsbeam poll', process {os.getpid()} on " in err


@pytest.mark.parametrize("command", ["poll", "watch"])
def test_without_a_feed_list_it_says_how_to_make_one_and_makes_nothing(command, said, tmp_path):
    (tmp_path / "feeds.toml").unlink()
    code, out, err = said(command, "--out", "out")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "newsbeam feeds add " in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["poll", "watch"])
def test_it_takes_the_limits_that_other_commands_take(command, said):
    code, _, err = said(command, "--out", "out", "--max-item-mb", "0")
    assert code == 2
    assert "'0' is not a whole number from 1 to 4,000" in err
