"""What is asked of Beam once, and what it then says."""

import re

import apache_beam as beam
import pytest
from apache_beam.coders import StrUtf8Coder
from apache_beam.transforms import userstate
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec

from pipeline.runners import RunnerFailed, run_graph

SPEC = ReadModifyWriteStateSpec("last", StrUtf8Coder())
LAST = beam.DoFn.StateParam(SPEC)


class Plain(beam.DoFn):
    def process(self, element):
        yield element


class Stateful(beam.DoFn):
    def process(self, element, last=LAST):
        yield element, last.read()


class Borrowing(beam.DoFn):
    """Each has the method that it was given."""

    def __init__(self, method):
        self.process = method


def test_beam_hears_of_a_dofn_what_it_would_have_found_itself():
    dofns = [Plain(), Stateful(), Plain(), Borrowing(Stateful().process), Borrowing(Plain().process), Stateful()]
    alone, heard = [*map(userstate.get_dofn_specs, dofns)], []

    run_graph(lambda _: heard.extend(userstate.get_dofn_specs(dofn) for dofn in dofns * 2), ())

    assert heard == alone * 2
    assert alone == [(set(), set()), ({SPEC}, set()), (set(), set()), ({SPEC}, set()), (set(), set()), ({SPEC}, set())]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError("engine failed"), "engine failed"),
        (ValueError("engine failed"), "ValueError: engine failed"),
        (OSError(28, "No space left on device", "a"), "OSError: [Errno 28] No space left on device: 'a'"),
        (MemoryError(), "MemoryError"),
    ],
)
def test_whatever_is_raised_in_a_transform_the_run_failed_and_beam_is_left_as_it_was(error, told):
    def fail(_element):
        raise error

    before = userstate.get_dofn_specs

    with pytest.raises(RunnerFailed, match=rf"^{re.escape(told)} \[while running 'Map\(fail\)'\]$"):
        run_graph(lambda p: p | beam.Create([0]) | beam.Map(fail), ())

    assert userstate.get_dofn_specs is before


def test_each_class_is_looked_through_once(monkeypatch):
    asked, ask = [], userstate.get_dofn_specs
    monkeypatch.setattr(userstate, "get_dofn_specs", lambda dofn: (asked.append(type(dofn)), ask(dofn))[1])

    run_graph(lambda p: p | beam.Create(["a"]) | beam.ParDo(Plain()) | "Again" >> beam.ParDo(Plain()), ())

    assert asked.count(Plain) == 1
