"""Languages of sentences that others collected; `python -m benchmarks.language` tells more of the same."""

import json
import os
from pathlib import Path

import pytest

from transforms.core.language import detect
from transforms.core.profiles import LANGUAGES

DATA = Path(os.environ.get("NEWSBEAM_DATA", Path(__file__).resolve().parents[2] / "../shared/data"))
KNOWN = {language.partition("-")[0] for language in LANGUAGES}


@pytest.fixture(scope="module")
def sentences():
    """Every second sentence: (language, text)."""
    corpus = DATA / "language" / "lingua_sentences.jsonl"
    if not corpus.is_file():
        pytest.skip("no sentences")
    rows = [json.loads(line) for line in corpus.read_text(encoding="utf-8").strip().split("\n")[::2]]
    return [({"nb": "no"}.get(row["lang"], row["lang"]), row["text"]) for row in rows]


@pytest.mark.parametrize(("words", "share"), [(None, 0.985), (5, 0.935)])
def test_sentences_are_in_their_language(sentences, words, share):
    right = [
        detect(" ".join(text.split()[:words]))[0].partition("-")[0] == spoken
        for spoken, text in sentences
        if spoken in KNOWN
    ]
    assert len(right) > 1000
    assert sum(right) / len(right) >= share


@pytest.mark.parametrize("words", [None, 5])
def test_languages_without_a_profile_are_rarely_mistaken_for_certain(sentences, words):
    answers = [detect(" ".join(text.split()[:words])) for spoken, text in sentences if spoken not in KNOWN]
    assert len(answers) > 1000
    assert sum(confidence >= 0.9 for _, confidence in answers) / len(answers) <= 0.05
    assert sum(code.startswith("und") for code, _ in answers) / len(answers) >= 0.5


def test_a_tenth_of_confidence_is_as_often_right_as_it_says(sentences):
    held = {tenth: [] for tenth in range(10)}
    for spoken, text in sentences:
        for asked in (text, " ".join(text.split()[:5])):
            code, confidence = detect(asked)
            if not code.startswith("und"):
                held[min(9, int(confidence * 10))].append((confidence, code.partition("-")[0] == spoken))
    for answers in held.values():
        mean = sum(confidence for confidence, _ in answers) / len(answers)
        assert abs(sum(right for _, right in answers) / len(answers) - mean) <= 0.1
