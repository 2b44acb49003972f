"""Nothing in the folder a user stands in, or in the one that is read, is taken for a module, here or in workers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
BODY = "The council of the harbour town said on Tuesday that the ferry would sail again from the first of the month."
#: Ours, those that we use, and those that Python looks for by itself.
MODULES = ("sitecustomize", "usercustomize", "newsbeam", "json", "socket", "msgspec", "click", "warcio", "duckdb")
PACKAGES = ("transforms", "transforms/core", "pipeline", "schemas", "apache_beam", "lxml", "trafilatura", "deltalake")


@pytest.fixture
def ran(tmp_path):
    """The file that a decoy writes its name to."""
    return tmp_path / "ran"


def lay_decoys(folder, ran):
    code = f"import os\nopen({str(ran)!r}, 'a').write(f'{{__name__}} in {{os.getpid()}}\\n')\n"
    for name in MODULES:
        (folder / f"{name}.py").write_text(code)
    for name in PACKAGES:
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "__init__.py").write_text(code)
    for name in ("transforms/worker", "transforms/isolation", "pipeline/cli", "pipeline/__main__", "pipeline/ingest"):
        (folder / f"{name}.py").write_text(code)
    (folder / "pyproject.toml").write_text("[tool.newsbeam]\n")
    (folder / "decoys.pth").write_text(f"import sys; open({str(ran)!r}, 'a').write('pth')\n")


def console_script(tmp_path):
    """The command as pip installs it; where this interpreter has none, a script like it that finds the project."""
    installed = Path(sys.executable).with_name("newsbeam")
    if installed.exists():
        return [str(installed)]
    script = tmp_path / "bin" / "newsbeam"
    script.parent.mkdir()
    script.write_text(
        f"import sys\nsys.path.append({str(PROJECT)!r})\nfrom pipeline.cli import main\nsys.exit(main())\n"
    )
    return [sys.executable, str(script)]


def wires(folder):
    folder.mkdir(exist_ok=True)
    for number in range(3):
        (folder / f"wire-{number}.txt").write_text(f"Ferry number {number} sails\n\n{BODY} It is number {number}.\n")
    return folder


def ingest(tmp_path, *paths, cwd, prefix=(), **environment):
    given = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | environment
    return subprocess.run(
        [*prefix, *console_script(tmp_path), "ingest", *map(str, paths), "--out", str(tmp_path / "out"), "--json"],
        cwd=cwd,
        env=given,
        capture_output=True,
        text=True,
    )


def report_of(done):
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


@pytest.mark.parametrize("path", [None, "unrelated"])
def test_no_decoy_runs_where_the_user_stands_and_nothing_is_left_there(tmp_path, ran, path):
    stand = tmp_path / "stand"
    stand.mkdir()
    lay_decoys(stand, ran)
    laid = sorted(stand.rglob("*"))
    (tmp_path / "unrelated").mkdir()
    given = {"PYTHONPATH": str(tmp_path / path)} if path else {}
    report = report_of(ingest(tmp_path, wires(tmp_path / "in"), cwd=stand, **given))
    assert not ran.exists(), ran.read_text()
    assert (report["delivered"], report["rejected"]) == (3, {})
    assert sorted(stand.rglob("*")) == laid


def test_decoys_would_run(tmp_path, ran):
    """The decoys are good ones: Python itself, started there in the common way, falls for them."""
    stand = tmp_path / "stand"
    stand.mkdir()
    lay_decoys(stand, ran)
    plain = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONSAFEPATH")}
    subprocess.run([sys.executable, "-m", "transforms.worker"], cwd=stand, capture_output=True, env=plain)
    assert ran.read_text().startswith("transforms in ")


def test_no_decoy_runs_out_of_the_folder_that_is_read(tmp_path, ran):
    folder = wires(tmp_path / "in")
    lay_decoys(folder, ran)
    report = report_of(ingest(tmp_path, ".", cwd=folder))
    assert not ran.exists(), ran.read_text()
    assert report["delivered"] > 3, "the decoys are texts like others"


@pytest.mark.slow
def test_no_decoy_runs_in_workers_of_beams_own(tmp_path, ran):
    """Beam starts them with the environment and the folder of their parent."""
    stand = tmp_path / "stand"
    stand.mkdir()
    lay_decoys(stand, ran)
    script = console_script(tmp_path)
    options = ["--direct_running_mode=multi_processing", "--direct_num_workers=2"]
    done = subprocess.run(
        [*script, "ingest", str(wires(tmp_path / "in")), "--out", str(tmp_path / "out"), "--json", "--", *options],
        cwd=stand,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
    )
    assert not ran.exists(), ran.read_text()
    assert json.loads(done.stdout)["delivered"] == 3, done.stderr


def test_the_folder_the_user_stands_in_may_be_gone(tmp_path):
    stand = tmp_path / "gone"
    stand.mkdir()
    wires(tmp_path / "in")
    enter = ["sh", "-c", f'cd "{stand}" && rmdir "{stand}" && exec "$@"', "sh"]
    assert report_of(ingest(tmp_path, tmp_path / "in", cwd=tmp_path, prefix=enter))["delivered"] == 3


def test_a_path_from_a_folder_that_is_gone_is_one_line(tmp_path):
    stand = tmp_path / "gone"
    stand.mkdir()
    enter = ["sh", "-c", f'cd "{stand}" && rmdir "{stand}" && exec "$@"', "sh"]
    done = ingest(tmp_path, "in", cwd=tmp_path, prefix=enter)
    assert (done.returncode, done.stderr) == (2, "newsbeam: in: no such file or folder\n")
