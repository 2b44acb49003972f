"""`newsbeam topics`: each planted error is found where it stands; a text gets what the rules say."""

import io
import json
import sys

import pytest

from pipeline.cli import main

GOOD = """version: "1"
words:
  aid: {en: [aid, relief]}
topics:
  - id: corridor
    kind: theme
    parent: war
    iptc: medtop:20000065
    wikidata: Q123
    labels: {en: Corridors, fr: Couloirs}
    definition: Ways out.
    expressions:
      en:
        - humanitarian corridor
        - {text: corridor, with: [<aid>], without: [military], within: 5}
        - safe … passage
      fr:
        - couloir humanitaire
    unless:
      en: [humanitarian corridor game]
  - id: war
    kind: theme
    labels: {en: War}
    definition: Fighting.
    expressions:
      en: [battle, offensive, war]
  - id: treaty
    kind: theme
    labels: {en: Treaties}
    definition: Treaties.
    expressions:
      en: [treaty, accord, pact]
"""
#: What is planted: where, what instead; the line and the words that tell it; the exit code.
PLANTED = {
    "unknown parent": ("parent: war", "parent: peace", 7, "there is no topic 'peace'", 2),
    "cycle of parents": ("labels: {en: War}", "labels: {en: War}\n    parent: corridor", 7, "parents go round", 2),
    "duplicate id": ("- id: war", "- id: corridor", 21, "stands already at topics[0]", 2),
    "empty list": ("en: [battle, offensive, war]", "en: []", 26, "must not be empty", 2),
    "unknown language": ("      fr:\n", "      xx:\n", 13, "'xx' is not one of", 2),
    "bad gap": ("safe … passage", "safe …40 passage", 16, "a gap spans 1 to 12 words", 2),
    "bad weight": ("[battle,", "[{text: battle, weight: 7},", 26, "7 is greater than the maximum", 2),
    "bad iptc": ("medtop:20000065", "medtop:65", 8, "'medtop:65' does not match", 2),
    "bad wikidata": ("Q123", "P123", 9, "'P123' does not match", 2),
    "missing label": ("labels: {en: War}", "labels: {fr: Guerre}", 23, "'en' is a required property", 2),
    "missing definition": ("    definition: Fighting.\n", "", 21, "'definition' is a required property", 2),
    "no letters": ("[battle,", '["...", "-",', 26, "a gap needs words on both sides", 2),
    "unknown slot": ("[<aid>]", "[<help>]", 15, "no list of words is called 'help'", 2),
    "brackets": ("[battle,", "[(battle,", 26, "brackets do not match", 2),
    "one expression in two topics": (
        "[treaty,",
        "[Humanitarian corridor, treaty,",
        32,
        "stands already at topics[0]",
        2,
    ),
    "key twice": ("    wikidata: Q123", "    kind: theme", 9, "key 'kind' stands twice", 2),
    "unreachable": ("[battle,", '["battle, won",', 26, "unreachable: 'battle, won' does not find", 1),
    "own forbidden company": ("without: [military]", "without: [corridor]", 15, "unreachable: 'corridor' does not", 1),
    "shadowed": ("safe … passage", "humanitarian corridors", 16, "'humanitarian corridors' adds nothing", 1),
    "duplicate": ("[battle,", "[battle, battle,", 26, "shadowed: 'battle' adds nothing to 'battle'", 1),
    "ambiguous": ("[treaty,", "[battles, treaty,", 32, "ambiguous: 'battles' speaks for another topic too", 1),
    "idle unless": ("accord, pact]", "accord]\n    unless: {en: [chess]}", 33, "idle: no expression of the topic", 1),
    "silent": ("[battle, offensive, war]", "[{text: war, weight: 0.1}]", 26, "they claim nothing", 1),
}


def told(capsys, *words):
    with pytest.raises(SystemExit) as ended:
        main(["topics", *map(str, words)])
    said = capsys.readouterr()
    return ended.value.code, said.out.splitlines(), said.err.splitlines()


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "mine.yaml"
        path.write_text(content, encoding="utf-8")
        return path

    return write


def test_nothing_wrong(capsys, written):
    code, out, err = told(capsys, "check", written(GOOD))
    assert (code, err) == (0, [])
    assert out[0] == ""
    assert out[1].split() == ["expressions", "en", "fr"]
    assert out[2].split() == ["corridor", "3", "1!"]
    assert out[3].split() == ["war", "3", "0!?"]
    assert out[-1].endswith("3 topics, 10 expressions, 2 languages; 0 findings, 3 topics thin somewhere")


@pytest.mark.parametrize("planted", PLANTED)
def test_planted_error_is_found_at_its_line(planted, capsys, written):
    old, new, line, message, expected = PLANTED[planted]
    assert GOOD.count(old) == 1
    path = written(GOOD.replace(old, new))
    code, out, err = told(capsys, "check", path)
    lines = err if expected == 2 else out
    assert code == expected
    assert [each for each in lines if f"{path}: line {line}: " in each and message in each]


def test_two_faults_are_two_lines(capsys, written):
    path = written(GOOD.replace("Q123", "x").replace("medtop:20000065", "y"))
    code, out, err = told(capsys, "check", path)
    assert (code, out) == (2, [])
    assert [each.split(": ")[2] for each in err] == ["line 8", "line 9"]


def test_broken_taxonomy_is_one_line_elsewhere(capsys, written):
    path = written(GOOD.replace("Q123", "x").replace("medtop:20000065", "y"))
    code, out, err = told(capsys, "try", "war", "--topics", path)
    assert (code, out) == (2, [])
    (line,) = err
    assert line.startswith(f"newsbeam: {path}: line 8: topics[0].iptc: 'y' does not match")


def test_report_for_a_machine(capsys, written):
    path = written(GOOD.replace("[battle,", "[battle, battles,"))
    code, out, _ = told(capsys, "check", path, "--json")
    report = json.loads("\n".join(out))
    assert code == 1
    assert report["findings"] == [
        {
            "line": 26,
            "node": "topics[1].expressions.en[1]",
            "kind": "shadowed",
            "message": "'battles' adds nothing to 'battle'",
        }
    ]
    assert report["topics"][1] == {"id": "war", "expressions": {"en": 4, "fr": 0}, "thin": ["fr"], "unlabelled": ["fr"]}


def test_text_is_tried(capsys, written):
    text = "The relief corridor, the only corridor, stayed open."
    words = [text, "--title", "No war", "--language", "en", "--topics", written(GOOD)]
    code, out, err = told(capsys, "try", *words)
    assert (code, err) == (0, [])
    assert out[0].startswith("language en, taxonomy 1+")
    assert out[1:] == [
        "0.568  corridor (Corridors), subject",
        "       text 11-19  corridor  by 'corridor' (en)",
        "       text 30-38  corridor  by 'corridor' (en)",
        "0.220  war (War), mentioned",
        "       title 3-6  war  by 'war' (en), denied",
    ]
    code, out, _ = told(capsys, "try", *words, "--json")
    (corridor, war) = json.loads("\n".join(out))["topics"]
    assert (corridor["id"], war["evidence"][0]["stance"]) == ("corridor", "denied")


def test_language_is_found_out_and_text_read_from_standard_input(capsys, written, monkeypatch):
    text = "Un couloir humanitaire a été ouvert hier pour les habitants de la ville."
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    code, out, _ = told(capsys, "try", "-", "--topics", written(GOOD))
    assert code == 0
    assert out[0].startswith("language fr")
    assert out[1].endswith("corridor (Couloirs), subject")


def test_no_topic(capsys, written):
    code, out, _ = told(capsys, "try", "Nothing at all", "--language", "en", "--topics", written(GOOD))
    assert (code, out[1:]) == (0, ["no topic"])


def test_file_that_is_not_there(capsys, tmp_path):
    code, out, err = told(capsys, "check", tmp_path / "none.yaml")
    assert (code, out) == (2, [])
    assert err == [f"newsbeam: {tmp_path / 'none.yaml'}: cannot be read: No such file or directory"]
