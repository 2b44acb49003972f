import pytest

from schemas.taxonomy import parse_taxonomy
from transforms.core.topiccheck import check_taxonomy, coverage

HEAD = 'version: "1"\ntopics:\n'


def topic(name, body, kind="theme", parent=""):
    above = f"\n    parent: {parent}" if parent else ""
    return f"  - id: {name}\n    kind: {kind}{above}\n    labels: {{en: {name}}}\n    definition: d\n{body}"


def findings(*topics):
    taxonomy = parse_taxonomy((HEAD + "".join(topics)).encode())
    return [(finding.path, finding.kind, finding.message) for finding in check_taxonomy(taxonomy)]


def en(*entries):
    return "    expressions:\n      en:\n" + "".join(f"        - {entry}\n" for entry in entries)


@pytest.mark.parametrize(
    ("entries", "place", "kind", "message"),
    [
        (["truce", "truces"], 1, "shadowed", "'truces' adds nothing to 'truce'"),
        (["truce", "(truce|truces)"], 1, "shadowed", "adds nothing to 'truce'"),
        (["humanitarian corridor", "humanitarian … corridor"], 0, "shadowed", "to 'humanitarian … corridor'"),
        (["truce", "{text: truce, with: [army]}"], 1, "shadowed", "'truce' adds nothing to 'truce'"),
        (["truce", "{text: truce, weight: 0.5}"], 1, "shadowed", "'truce' adds nothing to 'truce'"),
        (["~fire", "ceasefire"], 1, "shadowed", "'ceasefire' adds nothing to '~fire'"),
        (["Paris, Texas"], 0, "unreachable", "'Paris, Texas' does not find 'Paris, Texas"),
        (["{text: aid corridor, without: [aid]}"], 0, "unreachable", "which is company that it forbids"),
        (["{text: corridor, with: [aid], without: [aid]}"], 0, "unreachable", "though the company it wants is there"),
    ],
)
def test_fault_of_an_expression(entries, place, kind, message):
    (finding,) = findings(topic("one", en(*entries)))
    assert finding[:2] == (("topics", 0, "expressions", "en", place), kind)
    assert message in finding[2]


@pytest.mark.parametrize(
    "entries",
    [
        ["truce", "truce deal"],
        ["truce", "(truce|armistice)"],
        ["{text: truce, with: [army]}", "{text: truce, with: [navy]}"],
        ["{text: truce, weight: 0.5}", "truce deal"],
        ["=UN", "=U.N. envoy", "WHO"],
        ["Artillery", "Artillery~", "~artillery"],
        ["open … passage", "open …6 passage"],
        ["<number> dead", "open … safe passage", "Luftangriff~"],
        ["{text: corridor, with: [(aid|relief) convoy], within: 4, without: [military]}"],
    ],
)
def test_nothing_wrong(entries):
    assert findings(topic("one", en(*entries))) == []


def test_expression_of_two_topics_is_told_once_at_the_later():
    two = [topic("one", en("truce")), topic("two", en("armistice", "truces"))]
    assert findings(*two) == [
        (
            ("topics", 1, "expressions", "en", 1),
            "ambiguous",
            "'truces' speaks for another topic too, as 'truce' at topics[0].expressions.en[0]",
        )
    ]


@pytest.mark.parametrize(
    ("first", "second", "parent"),
    [
        ("truce", "{text: truces, with: [army]}", ""),
        ("truce", "{text: truces, weight: 0.4}", ""),
        ("truce", "truces", "one"),
        ("truce", "truces deal", ""),
    ],
)
def test_two_topics_may_share_what_is_doubtful_or_in_the_family(first, second, parent):
    told = findings(topic("one", en(first)), topic("two", en("peace", second), parent=parent))
    assert [kind for _, kind, _ in told] == []


def test_unless():
    body = en("siege", "siege engine") + "    unless:\n      en: [siege engine, siege mentality, shellfish]\n"
    assert [(path[2:], kind) for path, kind, _ in findings(topic("one", body))] == [
        (("expressions", "en", 1), "unreachable"),
        (("unless", "en", 2), "idle"),
    ]


def test_doubtful_words_that_never_add_up():
    body = en("{text: perhaps, weight: 0.2}", "{text: maybe, weight: 0.2}")
    assert findings(topic("one", body)) == [
        (
            ("topics", 0, "expressions", "en"),
            "silent",
            "the expressions weigh 0.4 together, less than 0.5: they claim nothing",
        )
    ]


def test_other_languages_are_looked_at_too():
    body = "    expressions:\n      ar: [نازح, نازحين]\n      tr: [gazeteci]\n"
    body += "    unless:\n      tr: [gazetecilere açıklama]\n"
    assert [(path[2:], kind) for path, kind, _ in findings(topic("one", body))] == [
        (("expressions", "ar", 1), "shadowed")
    ]


def test_coverage():
    wide = "    expressions:\n      en: [a b, c d, e f, g h, i j, k l, m n, o p, q r, s t, u v, w x, y z]\n"
    wide += "      de: [aa, bb, cc]\n"
    taxonomy = parse_taxonomy(
        (HEAD + topic("one", wide) + topic("two", "    expressions:\n      tr: [Ada]\n", kind="place")).encode()
    )
    one, two = coverage(taxonomy)
    assert one.counts == {"en": 13, "tr": 0, "de": 3}
    assert one.thin == {"tr", "de"}
    assert one.unlabelled == {"tr", "de"}
    assert two.thin == {"en", "de"}
