"""The house: who may import whom, what an installation holds, what tracked files may say."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = ("schemas", "transforms", "pipeline")
#: What each layer may import of ours; the layer is the longest prefix that fits.
MAY_IMPORT = {
    "schemas": {"schemas"},
    "transforms.core": {"schemas", "transforms.core"},
    "transforms": {"schemas", "transforms.core", "transforms"},
    "pipeline": {"schemas", "transforms.core", "transforms", "pipeline", "newsbeam"},  # commands read as readers do
    "newsbeam": {"schemas", "transforms.core", "transforms", "pipeline"},
}
#: What the pure core must not reach for: engines, networks, processes, clocks.
IMPURE = {
    "apache_beam",
    "socket",
    "ssl",
    "http",
    "urllib.request",
    "requests",
    "httpx",
    "subprocess",
    "time",
    "asyncio",
}
#: What `newsbeam --help` must not pay for.
HEAVY = (
    "apache_beam",
    "pyarrow",
    "numpy",
    "deltalake",
    "duckdb",
    "trafilatura",
    "feedparser",
    "lxml",
    "langdetect",
    "pandas",
    "polars",
)


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=PROJECT, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [PROJECT / name for name in listed.stdout.split("\0") if name and (PROJECT / name).is_file()]


@cache
def _modules() -> dict[str, Path]:
    files = [PROJECT / "newsbeam.py", *(path for package in PACKAGES for path in (PROJECT / package).rglob("*.py"))]
    names = {}
    for path in files:
        if path.is_file():
            names[".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")] = path
    return names


@cache
def _imported(path: Path, module: str) -> set[str]:
    """Every module the file imports anywhere in it, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively; write the whole name"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _layer(module: str) -> str | None:
    fitting = [layer for layer in MAY_IMPORT if module == layer or module.startswith(f"{layer}.")]
    return max(fitting, key=len, default=None)


@pytest.mark.parametrize("module", sorted(_modules()))
def test_imports_go_one_way(module):
    layer = _layer(module)
    # `from transforms import core` names the package above only in passing
    used = {imported for imported in _imported(_modules()[module], module) if imported in _modules()}
    wrong = {name for name in used if _layer(name) not in MAY_IMPORT[layer] and name != "transforms"}
    assert not wrong, f"{module} ({layer}) must not import {sorted(wrong)}"


@pytest.mark.parametrize("module", sorted(name for name in _modules() if _layer(name) == "transforms.core"))
def test_core_is_pure(module):
    used = _imported(_modules()[module], module)
    assert not used & IMPURE
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(_modules()[module].read_bytes()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & {"open", "print", "input", "exec", "eval"}


def _loaded_after(statement: str) -> set[str]:
    script = f"import sys\n{statement}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_core_does_not_load_beam():
    names = sorted(name for name in _modules() if _layer(name) == "transforms.core")
    assert names
    assert "apache_beam" not in _loaded_after(f"import {', '.join(names)}")


@pytest.mark.skipif(not (PROJECT / "pipeline" / "cli.py").is_file(), reason="the command line is not there")
@pytest.mark.parametrize("words", [["--help"], ["ingest", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(words):
    statement = f"""
import pipeline.cli
sys.argv = ["newsbeam", *{words!r}]
shown, sys.stdout = sys.stdout, sys.stderr
try:
    pipeline.cli.main()
except SystemExit as end:
    assert not end.code, end.code
sys.stdout = shown
"""
    assert not _loaded_after(statement) & set(HEAVY)


def test_modules_come_from_the_project():
    script = f"import importlib\nfor name in {PACKAGES}: print(importlib.import_module(name).__file__)"
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [Path(line) for line in done.stdout.split()] == [PROJECT / package / "__init__.py" for package in PACKAGES]


@pytest.mark.slow
def test_wheel_holds_what_is_tracked(tmp_path):
    source = tmp_path / "source"
    for path in _tracked():
        copy = source / path.relative_to(PROJECT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    build = [sys.executable, "-m", "pip", "wheel", "-qq", "--no-deps", "--wheel-dir", str(tmp_path), str(source)]
    done = subprocess.run(build, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("newsbeam-*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == {path.relative_to(PROJECT).as_posix() for path in _tracked(*PACKAGES, "newsbeam.py")}


@pytest.mark.skipif(not (PROJECT / "pipeline" / "build.py").is_file(), reason="no graph yet")
def test_the_graph_fits_one_screen():
    assert len((PROJECT / "pipeline" / "build.py").read_text().splitlines()) <= 100


def test_every_lint_exception_has_a_reason():
    section = (PROJECT / "pyproject.toml").read_text().partition("\n[tool.ruff.lint]")[2]
    config = tomllib.loads("[tool.ruff.lint]" + section)["tool"]["ruff"]["lint"]
    rules = [*config["ignore"], *(rule for rules in config["per-file-ignores"].values() for rule in rules)]
    explained = re.findall(r'^ +"([A-Z]+[0-9]*)", *# *\S', section, re.MULTILINE)
    assert sorted(rules) == sorted(explained)


def test_every_dependency_says_what_it_is_for():
    text = (PROJECT / "pyproject.toml").read_text()
    project = tomllib.loads(text)["project"]
    extras = project["optional-dependencies"]
    wanted = [
        *project["dependencies"],
        *extras["readers"],
        *(name for name in extras["test"] if name != "newsbeam[readers]"),
    ]
    explained = re.findall(r'^ +"([^"]+)", *# *\S', text.partition("[project.scripts]")[0], re.MULTILINE)
    assert set(wanted) <= set(explained), f"without a reason: {sorted(set(wanted) - set(explained))}"


@pytest.mark.parametrize("path", _modules().values(), ids=_modules())
def test_every_suppression_names_its_rule_and_reason(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if "# noqa" in line:
            assert re.search(r"# noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*\b *\S", line), (
                f"{path.name}:{number}: {line.strip()}"
            )
        if "# type: ignore" in line:
            assert re.search(r"# type: ignore\[[a-z-]+(, ?[a-z-]+)*\]", line), f"{path.name}:{number}: {line.strip()}"


def test_tracked_files_name_no_machine():
    absolute = re.compile(rb"(?<![A-Za-z0-9._/~-])/(?:work|farm|root|home|Users|tmp/v)/[A-Za-z]")
    for path in _tracked():
        if path.relative_to(PROJECT).parts[0] == "seeds" or path == Path(__file__).resolve():
            continue
        hit = absolute.search(path.read_bytes())
        assert hit is None, f"{path.relative_to(PROJECT)}: {hit.group().decode()}"


def test_tests_have_no_init_files():
    assert not list((PROJECT / "tests").rglob("__init__.py"))
