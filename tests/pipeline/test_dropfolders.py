"""Dropped files are read once, when they are whole, whatever they are called."""

import errno
import hashlib
import os
import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pipeline.aside
import pipeline.dropfolders
from pipeline.aside import ChangedMeanwhile, move_aside
from pipeline.dropfolders import DropFolders
from pipeline.feedlist import FolderSettings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that moves when told; the time of day may jump on its own."""

    def __init__(self):
        self.time, self.tick = NOON, 100.0

    def now(self):
        return self.time

    def monotonic(self):
        return self.tick

    def pass_(self, seconds):
        self.time += timedelta(seconds=seconds)
        self.tick += seconds


class Desk:
    """A drop folder, an agency that writes into it, and who watches it."""

    def __init__(self, base, **more):
        self.base = base
        self.clock = Clock()
        self.path = base / "drop"
        self.path.mkdir(exist_ok=True)
        self.folder = FolderSettings(path=self.path, settle_s=5.0, **more)
        self.drops = DropFolders(base / "out")

    def write(self, name, content, *, age=0.0):
        """Write a file as if it were done just now, by the desk's clock."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
        self.touch(path, age=age)
        return path

    def touch(self, path, *, age=0.0):
        stamp = int((self.clock.time.timestamp() - age) * 1_000_000_000)
        os.utime(path, ns=(stamp, stamp))

    def look(self, *folders):
        return self.drops.ready(folders or [self.folder], self.clock)

    def ready(self, *folders):
        """The names of the files that are whole."""
        return [os.path.relpath(drop.path, self.path) for drop in self.look(*folders).drops]

    def handle(self):
        """Look twice, and handle what is whole; the names."""
        self.look()
        self.clock.pass_(5)
        look = self.look()
        self.drops.handled(look.drops)
        return [os.path.relpath(drop.path, self.path) for drop in look.drops]

    def restart(self):
        self.drops.close()
        self.drops = DropFolders(self.base / "out")


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    desk.drops.close()


def test_a_file_is_whole_when_it_rested_between_two_looks(desk):
    path = desk.write("a.xml", "one")
    look = desk.look()
    assert (look.drops, look.wait_s) == ((), 5.0)
    desk.clock.pass_(3)
    assert (desk.look().drops, desk.look().wait_s) == ((), 2.0)
    desk.clock.pass_(2)
    look = desk.look()
    (drop,) = look.drops
    assert (drop.path, drop.size, drop.folder) == (str(path), 3, desk.folder)
    assert drop.digest == hashlib.blake2b(b"one", digest_size=16).digest()
    assert look.wait_s is None


def test_a_file_that_grows_is_left_alone_until_it_rests(desk):
    for content in ("one", "one two", "one two three"):
        desk.write("a.xml", content)
        assert desk.ready() == []
        desk.clock.pass_(4)
    assert desk.ready() == []
    desk.clock.pass_(1)
    assert desk.ready() == ["a.xml"]


def test_same_size_and_another_time_is_a_file_still_being_written(desk):
    desk.write("a.xml", "one")
    desk.look()
    desk.clock.pass_(5)
    desk.write("a.xml", "two")
    assert desk.ready() == []


def test_an_old_file_too_is_looked_at_twice(desk):
    desk.write("a.xml", "one", age=3_600)
    assert desk.ready() == []
    desk.clock.pass_(4.9)
    assert desk.ready() == []
    desk.clock.pass_(0.1)
    assert desk.ready() == ["a.xml"]


def test_a_clock_that_jumps_neither_hurries_nor_stops_a_file(desk):
    desk.write("a.xml", "one")
    desk.look()
    desk.clock.time += timedelta(days=1)
    assert desk.ready() == []
    desk.clock.tick += 5
    assert desk.ready() == ["a.xml"]
    desk.write("b.xml", "two")
    desk.clock.time -= timedelta(days=400)
    assert desk.ready() == ["a.xml"]
    desk.clock.pass_(5)
    assert desk.ready() == ["a.xml", "b.xml"]


@pytest.mark.parametrize(
    "name",
    ["a.part", "a.xml.PART", "a.tmp", "a.filepart", "a.crdownload", ".a.xml", "a.xml~", "~a.xml", ".hidden/a.xml"],
)
def test_names_that_say_unfinished_are_left_alone_until_they_are_renamed(desk, name):
    path = desk.write(name, "one", age=100)
    look = desk.look()
    assert (look.drops, look.wait_s) == ((), None)
    desk.clock.pass_(100)
    assert desk.ready() == []
    path.rename(desk.path / "a.xml")
    if not name.startswith(".hidden"):
        assert desk.ready() == ["a.xml"], "it rested under its other name"
    else:
        desk.look()
        desk.clock.pass_(5)
        assert desk.ready() == ["a.xml"]


def test_empty_files_links_and_what_is_no_file_are_left_alone(desk, tmp_path):
    desk.write("empty.xml", "")
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (desk.path / "link.xml").symlink_to(secret)
    (desk.path / "loop").symlink_to(desk.path)
    os.mkfifo(desk.path / "pipe.xml")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.xml").write_text("two")
    (desk.path / "folder").symlink_to(outside)
    assert desk.handle() == []


def test_the_oldest_comes_first_and_folders_are_searched(desk):
    for name, age in (("b/c.xml", 30), ("a.xml", 20), ("b/d/e.xml", 40), ("z.xml", 40)):
        desk.write(name, name, age=age)
    assert desk.handle() == ["b/d/e.xml", "z.xml", "b/c.xml", "a.xml"]


def test_a_handled_file_is_not_handled_again_whatever_it_is_called(desk):
    path = desk.write("a.xml", "one")
    assert desk.handle() == ["a.xml"]
    assert desk.handle() == []
    path = path.rename(desk.path / "b.xml")
    assert desk.handle() == []
    (desk.path / "sub").mkdir()
    path = path.rename(desk.path / "sub" / "a.xml")
    assert desk.handle() == []
    path.unlink()
    assert desk.handle() == []
    desk.write("again.xml", "one")
    assert desk.handle() == []
    desk.restart()
    desk.write("once more.xml", "one")
    assert desk.handle() == []


def test_a_file_that_was_changed_or_appended_to_is_another_one(desk):
    path = desk.write("a.xml", "one")
    desk.handle()
    with path.open("a") as file:
        file.write(" two")
    desk.touch(path)
    assert desk.handle() == ["a.xml"]
    desk.write("a.xml", "three")
    assert desk.handle() == ["a.xml"]
    desk.write("a.xml", "one")
    assert desk.handle() == []


def test_a_change_that_keeps_size_and_time_is_noticed(desk):
    path = desk.write("a.xml", "one", age=60)
    desk.handle()
    before = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(before.st_mtime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert desk.handle() == ["a.xml"]


def test_of_files_with_one_content_the_first_is_handled(desk):
    desk.write("b.xml", "one", age=30)
    desk.write("a.xml", "one", age=20)
    assert desk.handle() == ["b.xml"]
    assert desk.handle() == []


def test_what_was_handled_is_not_read_again(desk, monkeypatch):
    for number in range(5):
        desk.write(f"{number}.xml", f"{number}", age=60)
    assert len(desk.handle()) == 5
    desk.write("again.xml", "1", age=60)
    desk.handle()
    monkeypatch.setattr(pipeline.dropfolders, "open_regular", lambda path: pytest.fail(f"{path} was read"))
    assert desk.handle() == []
    desk.restart()
    assert desk.handle() == []


def test_what_is_not_noted_as_handled_is_ready_again(desk):
    desk.write("a.xml", "one")
    desk.look()
    desk.clock.pass_(5)
    assert desk.ready() == desk.ready() == ["a.xml"]
    desk.restart()
    assert desk.ready() == []
    desk.clock.pass_(5)
    assert desk.ready() == ["a.xml"]


def test_a_file_that_changed_while_it_was_read_is_ready_again(desk):
    desk.write("a.xml", "one")
    desk.look()
    desk.clock.pass_(5)
    drops = desk.look().drops
    desk.write("a.xml", "two")
    desk.drops.handled(drops)
    assert desk.handle() == ["a.xml"]
    desk.write("b.xml", "one")
    assert desk.handle() == ["b.xml"]


def test_a_file_that_changes_while_it_is_looked_into_is_not_whole(desk, monkeypatch):
    path = desk.write("a.xml", "one")
    desk.look()
    desk.clock.pass_(5)
    opened = pipeline.dropfolders.open_regular

    def open_late(name):
        path.write_bytes(b"one and more")
        return opened(name)

    monkeypatch.setattr(pipeline.dropfolders, "open_regular", open_late)
    look = desk.look()
    assert (look.drops, look.wait_s) == ((), 5.0)
    path.unlink()
    assert desk.look().drops == ()


@pytest.mark.parametrize("harm", ["lost", "garbage", "cut"])
def test_a_state_that_is_lost_or_damaged_costs_a_second_reading(desk, harm):
    desk.write("a.xml", "one")
    desk.handle()
    desk.drops.close()
    state = desk.base / "out" / "state" / "drops.sqlite"
    if harm == "lost":
        state.unlink()
    else:
        state.write_bytes(b"garbage" * 1_000 if harm == "garbage" else state.read_bytes()[:5_000])
    desk.drops = DropFolders(desk.base / "out")
    assert desk.handle() == ["a.xml"]
    assert desk.handle() == []
    assert state.with_name("drops.sqlite.damaged").exists() == (harm != "lost")


def test_the_state_does_not_grow_with_files_that_are_gone(desk):
    for number in range(20):
        desk.write(f"{number}.xml", f"{number}")
    desk.handle()
    for path in desk.path.iterdir():
        path.unlink()
    desk.look()
    desk.drops.close()
    with sqlite3.connect(desk.base / "out" / "state" / "drops.sqlite") as db:
        assert db.execute("SELECT count(*) FROM stamps").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM contents").fetchone() == (20,)
    db.close()
    desk.drops = DropFolders(desk.base / "out")


def test_a_folder_that_is_gone_is_told_of_once_and_forgets_nothing(desk):
    desk.write("a.xml", "one", age=60)
    desk.handle()
    away = desk.path.rename(desk.base / "away")
    assert desk.look().troubles == (f"{desk.path}: No such file or directory",)
    assert desk.look().troubles == ()
    other = FolderSettings(path=desk.base / "other", settle_s=0.0)
    other.path.mkdir()
    (other.path / "b.xml").write_text("two")
    desk.clock.time = datetime.now(UTC) + timedelta(seconds=5)
    assert [Path(drop.path).name for drop in desk.look(desk.folder, other).drops] == ["b.xml"]
    away.rename(desk.path)
    assert len(desk.drops._handled.stamps) == 1
    assert desk.handle() == []
    desk.path.rename(away)
    assert len(desk.look().troubles) == 1


def test_names_that_are_no_utf8_are_files_like_others(desk):
    name = os.fsdecode(b"\xff\xfe.xml")
    desk.write(name, "one")
    assert desk.handle() == [name]
    assert desk.handle() == []


def test_a_file_that_may_not_be_read_is_ready_once(desk, monkeypatch):
    """Reading it is what records why."""

    def refuse(path):
        raise PermissionError(errno.EACCES, "Permission denied", path)

    path = desk.write("a.xml", "one")
    with monkeypatch.context() as patched:
        patched.setattr(pipeline.dropfolders, "open_regular", refuse)
        assert desk.handle() == ["a.xml"]
        assert desk.handle() == []
    assert desk.handle() == []
    path.chmod(0o644)
    assert desk.handle() == ["a.xml"]


def test_a_disk_that_fails_is_told_of_and_asked_again(desk, monkeypatch):
    def fail(path):
        raise OSError(errno.EIO, "Input/output error", path)

    desk.write("a.xml", "one")
    with monkeypatch.context() as patched:
        patched.setattr(pipeline.dropfolders, "open_regular", fail)
        assert desk.handle() == []
        assert desk.drops._told == {f"{desk.path / 'a.xml'}: Input/output error"}
    assert desk.handle() == ["a.xml"]


def test_a_look_is_bounded_and_the_next_goes_on(desk, monkeypatch):
    monkeypatch.setattr(pipeline.dropfolders, "LOOK_FILES", 2)
    for number in range(5):
        desk.write(f"{number}.xml", f"{number}", age=60 - number)
    desk.look()
    desk.clock.pass_(5)
    names = []
    for expected in (0.0, 0.0, None):
        look = desk.look()
        assert (len(look.drops) <= 2, look.wait_s) == (True, expected)
        names += [Path(drop.path).name for drop in look.drops]
        desk.drops.handled(look.drops)
    assert names == [f"{number}.xml" for number in range(5)]
    monkeypatch.setattr(pipeline.dropfolders, "LOOK_BYTES", 10)
    for number in range(3):
        desk.write(f"large-{number}.xml", f"{number}" * 11)
    assert [len(desk.handle()) for _ in range(4)] == [1, 1, 1, 0]


def test_each_folder_has_its_own_settings_and_the_inner_one_counts(desk):
    inner = FolderSettings(path=desk.path / "inner", settle_s=60.0)
    desk.write("inner/a.xml", "one")
    desk.write("b.xml", "two")
    desk.look(desk.folder, inner)
    desk.clock.pass_(5)
    assert desk.ready(desk.folder, inner) == ["b.xml"]
    desk.clock.pass_(55)
    assert desk.ready(desk.folder, inner, desk.folder) == ["b.xml", "inner/a.xml"]


def test_the_output_folder_is_not_looked_into(tmp_path):
    with DropFolders(tmp_path / "drop" / "out") as drops:
        clock, folder = Clock(), FolderSettings(path=tmp_path / "drop", settle_s=0.0)
        (tmp_path / "drop" / "out" / "a.xml").write_text("one")
        clock.time = datetime.now(UTC) + timedelta(seconds=5)
        assert drops.ready([folder], clock).drops == ()


@pytest.fixture
def aside(tmp_path):
    """A desk that moves what was handled to a folder inside of its own."""
    desk = Desk(tmp_path, move_to=tmp_path / "drop" / "done")
    yield desk
    desk.drops.close()


def below(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_handled_files_are_moved_aside_only_then_and_only_if_asked(aside):
    aside.write("a.xml", "one")
    aside.write("sub/b.xml", "two")
    aside.look()
    aside.clock.pass_(5)
    look = aside.look()
    assert below(aside.path) == {"a.xml": "one", "sub/b.xml": "two"}
    assert aside.drops.handled(look.drops) == ()
    assert below(aside.path) == {"done/a.xml": "one", "done/sub/b.xml": "two"}
    assert aside.handle() == []


def test_nothing_is_ever_overwritten(aside):
    for number in range(3):
        aside.write("a.xml", f"{number}")
        assert aside.handle() == ["a.xml"]
    assert below(aside.path) == {"done/a.xml": "0", "done/a.2.xml": "1", "done/a.3.xml": "2"}


def test_what_was_handled_before_is_moved_too(aside):
    """It came again, it was handled by a run that was killed, or the setting is new."""
    aside.write("a.xml", "one")
    aside.handle()
    aside.write("b.xml", "one")
    assert aside.handle() == []
    assert below(aside.path) == {"done/a.xml": "one", "done/b.xml": "one"}
    stays = FolderSettings(path=aside.path, settle_s=5.0)
    aside.write("c.xml", "three")
    aside.look(stays)
    aside.clock.pass_(5)
    drops = aside.look(stays).drops
    aside.drops.handled(drops)
    aside.drops.handled(drops)
    assert below(aside.path)["c.xml"] == "three"
    look = aside.look()
    assert (look.drops, look.moved) == ((), 1)
    assert below(aside.path)["done/c.xml"] == "three"


def test_what_cannot_be_moved_is_told_once_and_not_read_again(aside):
    (aside.path / "done").write_text("in the way")
    aside.touch(aside.path / "done", age=60)
    for name in ("a.xml", "b.xml"):
        aside.write(name, name)
    aside.look()
    aside.clock.pass_(5)
    look = aside.look()
    (trouble,) = aside.drops.handled([drop for drop in look.drops if drop.path.endswith("xml")])
    assert trouble == f"{aside.path}: files cannot be moved to {aside.path / 'done'}: File exists"
    aside.clock.pass_(5)
    look = aside.look()
    assert ([Path(drop.path).name for drop in look.drops], look.troubles) == (["done"], ())
    (aside.path / "done").unlink()
    assert aside.look().moved == 2
    assert below(aside.path) == {"done/a.xml": "a.xml", "done/b.xml": "b.xml"}


def facts(path):
    status = path.stat()
    return {"size": status.st_size, "mtime_ns": status.st_mtime_ns}


def elsewhere(monkeypatch):
    """Make renaming fail as between two file systems."""
    replace = os.replace

    def refuse(source, target):
        if not str(source).endswith(".unfinished"):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        replace(source, target)

    monkeypatch.setattr(pipeline.aside.os, "replace", refuse)


def test_across_file_systems_a_file_is_copied_and_then_removed(tmp_path, monkeypatch):
    path = tmp_path / "a.xml"
    path.write_text("one")
    os.utime(path, ns=(10**18, 10**18))
    elsewhere(monkeypatch)
    assert move_aside(str(path), str(tmp_path / "done"), "sub/a.xml", **facts(path)) == f"{tmp_path}/done/sub/a.xml"
    assert below(tmp_path) == {"done/sub/a.xml": "one"}
    assert (tmp_path / "done/sub/a.xml").stat().st_mtime_ns == 10**18


@pytest.mark.parametrize("at", ["before", "while it is copied"])
def test_a_file_that_changed_is_not_moved(tmp_path, monkeypatch, at):
    path = tmp_path / "a.xml"
    path.write_text("one")
    known = facts(path)
    if at == "before":
        path.write_text("other")
    else:
        elsewhere(monkeypatch)
        copy = pipeline.aside.shutil.copy2

        def copy_slowly(source, target, **how):
            copy(source, target, **how)
            path.write_text("other")

        monkeypatch.setattr(pipeline.aside.shutil, "copy2", copy_slowly)
    with pytest.raises(ChangedMeanwhile):
        move_aside(str(path), str(tmp_path / "done"), "a.xml", **known)
    assert below(tmp_path) == {"a.xml": "other"}


def test_a_file_that_takes_the_name_at_the_last_moment_is_put_back(tmp_path, monkeypatch):
    path = tmp_path / "a.xml"
    path.write_text("one")
    known = facts(path)
    replace = os.replace

    def late(source, target):
        if source == str(path):
            path.write_text("the next")
        replace(source, target)

    monkeypatch.setattr(pipeline.aside.os, "replace", late)
    with pytest.raises(ChangedMeanwhile):
        move_aside(str(path), str(tmp_path / "done"), "a.xml", **known)
    assert below(tmp_path) == {"a.xml": "the next"}


def test_a_full_disk_leaves_the_file_where_it_is(tmp_path, monkeypatch):
    path = tmp_path / "a.xml"
    path.write_text("one")

    def fail(_source, target, **_how):
        Path(target).write_text("o")
        raise OSError(errno.ENOSPC, "No space left on device")

    elsewhere(monkeypatch)
    monkeypatch.setattr(pipeline.aside.shutil, "copy2", fail)
    with pytest.raises(OSError, match="No space left"):
        move_aside(str(path), str(tmp_path / "done"), "a.xml", **facts(path))
    assert below(tmp_path) == {"a.xml": "one"}


NAMES = st.sampled_from(["a.xml", "b.xml", "c.part", "d/e.xml"])
CONTENTS = st.sampled_from(["one", "two", "three"])
STEPS = st.one_of(
    st.tuples(st.just("write"), NAMES, CONTENTS),
    st.tuples(st.just("append"), NAMES, CONTENTS),
    st.tuples(st.just("rename"), NAMES, NAMES),
    st.tuples(st.just("remove"), NAMES, st.none()),
    st.tuples(st.just("look"), st.booleans(), st.booleans()),
    st.tuples(st.just("pass"), st.floats(0, 20), st.none()),
    st.tuples(st.just("jump"), st.floats(-1e6, 1e6), st.none()),
    st.tuples(st.just("restart"), st.none(), st.none()),
)


@given(steps=st.lists(STEPS, max_size=30), moves=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_the_end_each_content_was_handled_exactly_once(tmp_path_factory, steps, moves):
    """Whatever agencies, clocks and crashes do; crashes before a look is noted repeat it."""
    base = tmp_path_factory.mktemp("desk")
    desk = Desk(base, **({"move_to": base / "done"} if moves else {}))
    desk.path.joinpath("d").mkdir()
    handled = Counter()

    def look(*, noted=True):
        found = desk.look().drops
        contents = {drop.path: Path(drop.path).read_text() for drop in found}
        assert len(set(contents.values())) == len(contents)
        if noted:
            desk.drops.handled(found)
            handled.update(contents.values())

    def jump(seconds, _):
        desk.clock.time += timedelta(seconds=seconds)

    def rename(name, to):
        if (desk.path / name).exists():
            (desk.path / name).rename(desk.path / to)

    def append(name, content):
        if (desk.path / name).exists():
            desk.write(name, (desk.path / name).read_text() + content)

    act = {
        "write": desk.write,
        "append": append,
        "rename": rename,
        "remove": lambda name, _: (desk.path / name).unlink(missing_ok=True),
        "look": lambda noted, _: look(noted=noted),
        "pass": lambda seconds, _: desk.clock.pass_(seconds),
        "jump": jump,
        "restart": lambda *_: desk.restart(),
    }
    for step, one, other in steps:
        act[step](one, other)
    left = {path.read_text() for path in desk.path.rglob("*.xml")}
    newest = max((path.stat().st_mtime for path in desk.path.rglob("*.xml")), default=0)
    desk.clock.time = max(desk.clock.time, datetime.fromtimestamp(newest + 10, UTC))
    look()
    for _ in range(2):
        desk.clock.pass_(5)
        look()
    assert set(handled.values()) <= {1}
    assert left <= handled.keys()
    desk.drops.close()
