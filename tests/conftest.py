"""What every test may rely on: no network, a fixed clock, real data where it is.

Helpers
    loopback_only  blocks every address but this machine's own; always on
Data
    data_dir       the folder of real data (NEWSBEAM_DATA, default ../shared/data); skips where it is absent
    project        the project's folder
Time
    now            one fixed moment
Processes
    DEAR, CORE     modules whose tests one process of pytest-xdist runs: they share what is dear to make, or are small
"""

import gc
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A busy machine fails no law: how long an example takes is measured in benchmarks/.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

PROJECT = Path(__file__).resolve().parent.parent
LOOPBACK = ("localhost", "::1", "0.0.0.0", "::", "")  # noqa: S104 names to compare with, nothing listens on them

#: Files by name. Those of the core stay whole, too: their tests are so small that to hand out each costs as much. All
#: other tests go one by one to whichever process is free.
DEAR = {"test_hostile.py", "test_isolation.py", "test_readme.py", "test_seeds.py"}
CORE = "tests/core/"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:  # xdist's own
    """Give out the tests of such a module at once, and first; then the others as they come."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if Path(file).name in DEAR or file.startswith(CORE) else nodeid

    return Scheduling(config, log)


def pytest_collection_finish() -> None:
    """Keep the garbage collector out of what is there before the first test: it would go through it often."""
    gc.collect()
    gc.freeze()


class NetworkUsedError(Exception):
    """A test, or what it runs, reached for the network."""


def _is_loopback(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    return name is None or (isinstance(name, str) and (name in LOOPBACK or name.startswith("127.")))


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse to connect to, or look up, anything but this machine. Processes that a test starts are not covered."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def refuse_others(address: object) -> None:
        host = address[0] if isinstance(address, tuple) else None  # a path: a Unix socket
        if not _is_loopback(host):
            raise NetworkUsedError(f"a test tried to reach {host!r}")

    def guarded_connect(self: socket.socket, address: object) -> None:
        refuse_others(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: object) -> int:
        refuse_others(address)
        return connect_ex(self, address)

    def guarded_look_up(host: object, *args: object, **kwargs: object) -> object:
        refuse_others((host,))
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's folder."""
    return PROJECT


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data; tests that use it live under tests/conformance."""
    folder = Path(os.environ.get("NEWSBEAM_DATA") or PROJECT.parent / "shared" / "data").resolve()
    if not (folder / "README.md").is_file():
        pytest.skip(f"no real data in {folder}; NEWSBEAM_DATA names the folder")
    return folder


@pytest.fixture
def now() -> datetime:
    """One fixed moment: noon of 1 March 2026, later than every date in seeds/ but the embargo's."""
    return datetime(2026, 3, 1, 12, tzinfo=UTC)
