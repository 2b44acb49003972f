import copy
import json
from importlib.resources import files

import pytest
import yaml

from schemas.expressions import Company, Piece
from schemas.taxonomy import LANGUAGES, MAX_BYTES, TaxonomyError, fault_lines, load_taxonomy, parse_taxonomy

GOOD = {
    "version": "7",
    "topics": [
        {
            "id": "idlib",
            "kind": "place",
            "labels": {"en": "Idlib", "ar": "إدلب"},
            "definition": "A  governorate.",
            "expressions": {"en": ["Idlib", {"text": "=Ariha", "weight": 0.3}], "ar": ["إدلب"]},
            "unless": {"en": ["Idlib street"]},
        },
        {
            "id": "ceasefire",
            "kind": "theme",
            "labels": {"en": "Ceasefire"},
            "definition": "An end of fighting.",
            "expressions": {"en": ["(truce|cease-fire)"]},
        },
    ],
}


def as_yaml(document):
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False).encode()


def test_what_is_read():
    taxonomy = parse_taxonomy(as_yaml(GOOD))
    idlib, ceasefire = taxonomy.topics
    assert (idlib.id, idlib.kind, idlib.definition) == ("idlib", "place", "A governorate.")
    assert idlib.labels == (("en", "Idlib"), ("ar", "إدلب"))
    assert [(e.text, e.language, e.weight) for e in idlib.expressions] == [
        ("Idlib", "en", 1.0),
        ("=Ariha", "en", 0.3),
        ("إدلب", "ar", 1.0),
    ]
    assert [e.text for e in idlib.unless] == ["Idlib street"]
    assert ceasefire.expressions[0].pieces()[0].spellings == ("truce", "cease-fire")


def test_version_changes_with_the_file_and_not_with_line_ends():
    first = parse_taxonomy(as_yaml(GOOD)).version
    assert first == parse_taxonomy(as_yaml(GOOD).replace(b"\n", b"\r\n")).version
    changed = copy.deepcopy(GOOD)
    changed["topics"][1]["expressions"]["en"].append("armistice")
    second = parse_taxonomy(as_yaml(changed)).version
    assert first != second
    assert first.startswith("7+")
    assert second.startswith("7+")


def put(path, value):
    def change(document):
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


def drop(*path):
    def change(document):
        for step in path[:-1]:
            document = document[step]
        del document[path[-1]]

    return change


FAULTS = {
    "duplicate id": (put(["topics", 1, "id"], "idlib"), "topics[1].id: topic 'idlib' stands already at topics[0]"),
    "empty list": (put(["topics", 0, "expressions", "ar"], []), "topics[0].expressions.ar: must not be empty"),
    "empty text": (put(["topics", 0, "expressions", "ar", 0], ""), "topics[0].expressions.ar[0]: must not be empty"),
    "no word": (put(["topics", 0, "expressions", "ar", 0], "="), "topics[0].expressions.ar[0]: '=' may be no word"),
    "empty choice": (
        put(["topics", 0, "expressions", "ar", 0], "(a|)"),
        "topics[0].expressions.ar[0]: '(a|)' may be no word",
    ),
    "no topics": (put(["topics"], []), "topics: must not be empty"),
    "unknown key": (
        put(["topics", 1, "keywords"], ["x"]),
        "topics[1]: Additional properties are not allowed ('keywords'",
    ),
    "unknown language": (put(["topics", 1, "expressions", "xx"], ["x"]), "topics[1].expressions: 'xx' is not one of"),
    "unknown label": (put(["topics", 1, "labels", "xx"], "x"), "topics[1].labels: 'xx' is not one of"),
    "unknown kind": (put(["topics", 1, "kind"], "thing"), "topics[1].kind: 'thing' is not one of"),
    "no label": (put(["topics", 1, "labels"], {"ar": "x"}), "topics[1].labels: 'en' is a required property"),
    "no definition": (drop("topics", 1, "definition"), "topics[1]: 'definition' is a required property"),
    "bad id": (put(["topics", 1, "id"], "Cease Fire"), "topics[1].id: 'Cease Fire' does not match"),
    "number": (put(["topics", 1, "expressions", "en", 0], 5), "topics[1].expressions.en[0]: 5 is not of type"),
    "yes": (put(["topics", 1, "expressions", "en", 0], True), "topics[1].expressions.en[0]: True is not of type"),
    "weight": (
        put(["topics", 0, "expressions", "en", 1, "weight"], 2),
        "topics[0].expressions.en[1].weight: 2 is greater",
    ),
    "bracket": (
        put(["topics", 1, "expressions", "en", 0], "(truce"),
        "topics[1].expressions.en[0]: '(truce': brackets do not match",
    ),
    "same expression": (
        put(["topics", 1, "expressions", "en", 0], "(truce|IDLIB)"),
        "topics[1].expressions.en[0]: 'IDLIB' stands already at topics[0].expressions.en[0]",
    ),
    "explosion": (
        put(["topics", 1, "expressions", "en", 0], "(a|b)" * 40),
        "topics[1].expressions.en[0]: ",
    ),
    "unknown parent": (put(["topics", 1, "parent"], "war"), "topics[1].parent: there is no topic 'war'"),
    "own parent": (
        put(["topics", 1, "parent"], "ceasefire"),
        "topics[1].parent: the parents go round: ceasefire > ceasefire",
    ),
    "iptc": (put(["topics", 1, "iptc"], "medtop:2000"), "topics[1].iptc: 'medtop:2000' does not match"),
    "wikidata": (put(["topics", 1, "wikidata"], "210392"), "topics[1].wikidata: '210392' does not match"),
    "gap at the end": (
        put(["topics", 1, "expressions", "en", 0], "truce …"),
        "topics[1].expressions.en[0]: 'truce …': a gap needs words on both sides",
    ),
    "gap too wide": (
        put(["topics", 1, "expressions", "en", 0], "truce …13 holds"),
        "topics[1].expressions.en[0]: 'truce …13 holds': a gap spans 1 to 12 words",
    ),
    "gap in a choice": (
        put(["topics", 1, "expressions", "en", 0], "(truce … holds|armistice)"),
        "a gap may not stand inside a choice",
    ),
    "many gaps": (put(["topics", 1, "expressions", "en", 0], "a … b … c … d … e"), "more than 3 gaps"),
    "unknown slot": (
        put(["topics", 1, "expressions", "en", 0], "<aid> convoy"),
        "no list of words is called 'aid' in this language",
    ),
    "part of a word inside": (
        put(["topics", 1, "expressions", "en", 0], "truce~ holds"),
        "~ stands before the first or after the last word",
    ),
    "short part": (put(["topics", 1, "expressions", "en", 0], "ai~"), "'ai~' would match too much"),
    "company": (
        put(["topics", 1, "expressions", "en", 0], {"text": "truce", "with": ["a … b"]}),
        "topics[1].expressions.en[0].with[0]: company has no gaps",
    ),
    "empty company": (
        put(["topics", 1, "expressions", "en", 0], {"text": "truce", "without": []}),
        "topics[1].expressions.en[0].without: must not be empty",
    ),
    "within": (
        put(["topics", 1, "expressions", "en", 0], {"text": "truce", "with": ["a"], "within": 0}),
        "topics[1].expressions.en[0].within: 0 is less than",
    ),
    "version": (put(["version"], 3), "version: 3 is not of type 'string'"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_told_in_one_line_with_its_place(fault):
    change, expected = FAULTS[fault]
    document = copy.deepcopy(GOOD)
    change(document)
    with pytest.raises(TaxonomyError) as caught:
        parse_taxonomy(as_yaml(document), "mine.yaml")
    message = str(caught.value)
    assert message.startswith("mine.yaml: line ")
    assert expected in message
    assert "\n" not in message
    assert len(message) < 400


def test_line_number_is_that_of_the_node():
    head = b"version: '1'\ntopics:\n- id: a\n  kind: theme\n  labels: {en: A}\n  definition: d\n"
    content = head + b"  expressions:\n    en:\n    - x\n    - 7\n"
    with pytest.raises(TaxonomyError, match=r"^t: line 10: topics\[0\]\.expressions\.en\[1\]: 7 is not of type"):
        parse_taxonomy(content, "t")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: [", "line 2: not YAML"),
        (b"version: '1'\nversion: '2'\n", "line 2: not YAML as it should be: key 'version' stands twice"),
        (b"a: &x [1]\nb: *x\n", "aliases are not allowed"),
        (b"b:\n  <<: {k: 1}\n", "merge keys are not allowed"),
        (b"a: &x [*x]\n", "aliases are not allowed"),
        (b"x: !!python/object/apply:os.system ['true']\n", "only words may have tags"),
        (b"x: !!python/name:os.system y\n", "could not determine a constructor"),
        (b"\xff\xfe", "not UTF-8"),
        (b"", "document: None is not of type 'object'"),
        (b"- a\n", "document: ['a'] is not of type 'object'"),
        (b"[" * 1_000_000 + b"]" * 1_000_000, "nest"),
        (b"- " * 1_000_000 + b"x", "nested too deeply"),
        (b"? [a]\n: b\n", "not YAML"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_file_that_is_no_taxonomy(content, expected):
    with pytest.raises(TaxonomyError) as caught:
        parse_taxonomy(content, "mine.yaml")
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_alias_bomb_ends_at_once():
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    with pytest.raises(TaxonomyError, match="aliases"):
        parse_taxonomy("\n".join(lines).encode())


def test_unreadable_and_too_large(tmp_path):
    with pytest.raises(TaxonomyError, match=r"nowhere\.yaml: cannot be read: No such file"):
        load_taxonomy(tmp_path / "nowhere.yaml")
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(TaxonomyError, match="larger than"):
        load_taxonomy(large)


def test_own_file_is_read(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_bytes(as_yaml(GOOD))
    assert [topic.id for topic in load_taxonomy(path).topics] == ["idlib", "ceasefire"]


def test_schema_knows_the_languages():
    schema = json.loads((files("schemas") / "topics.schema.json").read_text(encoding="utf-8"))
    assert schema["$defs"]["perLanguage"]["propertyNames"]["enum"] == list(LANGUAGES)


def test_longer_cycle_is_told_at_each_of_its_topics_and_not_below_it():
    document = copy.deepcopy(GOOD)
    third = copy.deepcopy(GOOD["topics"][1]) | {"id": "third", "parent": "ceasefire"}
    third["expressions"] = {"en": ["armistice"]}
    document["topics"].append(third)
    document["topics"][0]["parent"] = "ceasefire"
    document["topics"][1]["parent"] = "idlib"
    lines = fault_lines(as_yaml(document), "mine.yaml")
    assert [line.partition("parent: ")[2] for line in lines] == [
        "the parents go round: idlib > ceasefire > idlib",
        "the parents go round: ceasefire > idlib > ceasefire",
    ]


def test_all_faults_are_told_with_their_lines():
    document = copy.deepcopy(GOOD)
    document["topics"][0]["parent"] = "war"
    document["topics"][1]["expressions"]["en"].append("(a")
    content = as_yaml(document)
    lines = fault_lines(content, "mine.yaml")
    wanted = [n for n, line in enumerate(content.decode().splitlines(), 1) if "parent: war" in line or "- (a" in line]
    assert [int(line.split()[2].rstrip(":")) for line in lines] == wanted
    assert fault_lines(as_yaml(GOOD), "mine.yaml") == []
    assert fault_lines(b"a: [", "mine.yaml")[0].startswith("mine.yaml: line 2: not YAML")


def test_company_slots_and_links_are_read():
    document = copy.deepcopy(GOOD)
    document["words"] = {"aid": {"en": ["aid", "relief"]}}
    document["topics"][1] |= {
        "parent": "idlib",
        "iptc": "medtop:20000065",
        "wikidata": "Q210392",
        "expressions": {
            "en": [
                "<aid> … (truce|pause)",
                {"text": "corridor", "with": ["<aid>"], "without": ["military"], "within": 4, "weight": 0.5},
            ]
        },
    }
    topic = parse_taxonomy(as_yaml(document)).topics[1]
    assert (topic.parent, topic.iptc, topic.wikidata) == ("idlib", "medtop:20000065", "Q210392")
    assert topic.expressions[0].pieces() == (Piece(("aid", "relief")), Piece(("truce", "pause"), 3))
    assert topic.expressions[0].company is None
    assert topic.expressions[1].weight == 0.5
    assert topic.expressions[1].company == Company(wanted=("(aid|relief)",), barred=("military",), within=4)


def test_trusted_file_gives_the_same():
    content = as_yaml(GOOD)
    assert parse_taxonomy(content, trusted=True) == parse_taxonomy(content)


def test_the_default_taxonomy():
    taxonomy = load_taxonomy()
    ids = {topic.id for topic in taxonomy.topics}
    assert len(ids) >= 36
    assert {"idlib", "ceasefire", "humanitarian-corridors", "displacement", "aleppo", "siege", "sanctions"} <= ids
    for topic in taxonomy.topics:
        assert [language for language, _ in topic.labels][:7] == list(LANGUAGES)[:7]
        assert {told.language for told in topic.expressions} >= set(LANGUAGES[:7])
