"""What is offered for services and cron: systemd accepts it, and the commands in it are ours."""

import configparser
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from pipeline.cli import newsbeam

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted(path.name for path in DEPLOY.iterdir() if path.suffix in (".service", ".timer"))
SERVICES = [name for name in UNITS if name.endswith(".service")]


@pytest.fixture
def unit():
    """The settings of a unit, by section."""

    def unit(name):
        parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), strict=True)
        parser.optionxform = str
        parser.read_string((DEPLOY / name).read_text(encoding="utf-8"))
        return parser

    return unit


def parsed(line):
    """The command and its options, as the command line reads them."""
    program, name, *words = shlex.split(line)
    assert Path(program).is_absolute()
    assert Path(program).name == "newsbeam"
    command = newsbeam.commands[name]
    return command, command.make_context(name, words, parent=click.Context(newsbeam)).params


def test_there_are_the_three_units():
    assert UNITS == ["newsbeam-watch.service", "newsbeam.service", "newsbeam.timer"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_runs_a_command_of_ours_on_what_it_may_write(unit, name):
    service = unit(name)["Service"]
    command, options = parsed(service["ExecStart"])
    assert command.name == {"newsbeam.service": "poll", "newsbeam-watch.service": "watch"}[name]
    assert options["out"].is_relative_to(service["ReadWritePaths"])
    assert options["out"].is_relative_to(Path("/var/lib") / service["StateDirectory"])
    assert options["list_path"].is_relative_to(Path("/etc") / service["ConfigurationDirectory"])
    assert service["ProtectSystem"] == "strict"
    assert int(service["TimeoutStopSec"]) > 90  # what a stop may take, and then some
    assert service["KillMode"] == "mixed"  # readers are stopped by the program, not behind its back
    user = (DEPLOY / "newsbeam.sysusers.conf").read_text().splitlines()[-1].split()
    assert service["User"] == user[1]


def test_a_watch_is_started_again_but_not_where_that_cannot_help(unit):
    service = unit("newsbeam-watch.service")["Service"]
    assert (service["Restart"], service["RestartPreventExitStatus"].split()) == ("on-failure", ["75", "2"])
    assert unit("newsbeam.service")["Service"]["SuccessExitStatus"] == "75"


def test_both_services_may_do_the_same(unit):
    def allowed(name):
        own = {"Type", "ExecStart", "Restart", "RestartSec", "RestartPreventExitStatus", "SuccessExitStatus"}
        return {key: value for key, value in unit(name)["Service"].items() if key not in own}

    assert allowed("newsbeam.service") == allowed("newsbeam-watch.service")


def test_each_line_for_cron_is_a_command_of_ours():
    lines = [
        line
        for line in (DEPLOY / "crontab.example").read_text().splitlines()
        if line and not line.startswith("#") and not re.match(r"[A-Z]+=", line)
    ]
    said = []
    for line in lines:
        *when, command = line.split(None, 5)
        assert all(re.fullmatch(r"[\d*/,-]+", part) for part in when)
        assert "%" not in command  # a newline, for cron
        said.append(parsed(command.removesuffix("> /dev/null")))
    assert [command.name for command, _ in said] == ["poll", "status", "status"]
    assert said[1][1]["check"]
    assert said[2][1]["metrics"].suffix == ".prom"


def test_systemd_accepts_the_units(tmp_path):
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("no systemd-analyze")
    for name in UNITS:
        text = (DEPLOY / name).read_text().replace("/opt/newsbeam/bin/newsbeam", shutil.which("true"))
        (tmp_path / name).write_text(re.sub("(?m)^User=.*$", "User=root", text))
    done = subprocess.run(
        [verify, "verify", "--man=no", *(str(tmp_path / name) for name in UNITS)],
        capture_output=True,
        text=True,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
