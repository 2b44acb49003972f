"""The rules that come with the program are taken as checked only as long as they are what was checked."""

import shutil
from importlib.resources import files

import pytest

from schemas import gazetteer, taxonomy
from schemas.gazetteer import GazetteerError, parse_gazetteer
from schemas.rules import load_rules
from schemas.taxonomy import TaxonomyError, digest, fault_lines

OURS = files("schemas")


@pytest.fixture
def edited(tmp_path, monkeypatch):
    """A folder of the rules that come with the program, for an editor to work in."""
    for name in ("topics.yaml", "topics.schema.json", "gazetteer.tsv"):
        shutil.copy(OURS / name, tmp_path)
    for module in (taxonomy, gazetteer):
        monkeypatch.setattr(module, "files", lambda _: tmp_path)
    return tmp_path


def test_our_rules_have_no_fault():
    assert fault_lines((OURS / "topics.yaml").read_bytes(), "topics.yaml") == []
    parse_gazetteer((OURS / "gazetteer.tsv").read_bytes(), "gazetteer.tsv")


@pytest.mark.parametrize(("loader", "name"), [(taxonomy, "topics.yaml"), (gazetteer, "gazetteer.tsv")])
def test_our_rules_are_those_that_were_checked(loader, name):
    now, code = digest((OURS / name).read_bytes()), f"schemas/{loader.__name__.rpartition('.')[2]}.py"
    assert now == loader.CHECKED, (
        f"schemas/{name} was edited, so each run checks it anew. If test_our_rules_have_no_fault passes, "
        f'write into {code}: CHECKED: Final = "{now}"'
    )


def test_our_rules_as_they_are_are_not_checked_again(monkeypatch):
    def never(*_):
        raise AssertionError("checked")

    monkeypatch.setattr(taxonomy, "taxonomy_faults", never)
    monkeypatch.setattr(gazetteer, "_check_name", never)
    for parse in (taxonomy.parse_taxonomy, parse_gazetteer):
        parse.cache_clear()
    assert load_rules().taxonomy.topics


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("  - id: idlib\n", r"topics\.yaml: line \d+: topics\[\d+\]: '.+' is a required property"),
        ("  - *all\n", r"topics\.yaml: line \d+: not YAML as it should be: aliases are not allowed"),
    ],
)
def test_a_fault_in_our_taxonomy_is_told_in_one_line(edited, added, told):
    with (edited / "topics.yaml").open("a", encoding="utf-8") as file:
        file.write(added)
    with pytest.raises(TaxonomyError, match=rf"\A{told}\Z"):
        load_rules()


def test_a_fault_in_our_gazetteer_is_told_in_one_line(edited):
    with (edited / "gazetteer.tsv").open("a", encoding="utf-8") as file:
        file.write("Quay\tWM\tcity\t1\t2\t3\tQuay (Old\n")
    with pytest.raises(GazetteerError, match=r"\Agazetteer\.tsv: line \d+: en: .+\Z"):
        load_rules()
