import numpy as np
import pytest

from transforms.core.profiles import LANGUAGES, profiles_of
from transforms.core.scripts import codes_of


def weighed(script, text):
    evidence = profiles_of(script).weigh(codes_of(text))
    return evidence, dict(zip(evidence.languages, evidence.weights.tolist(), strict=True))


def test_every_language_is_of_one_script():
    scripts = "Latn Cyrl Arab Deva Beng Grek Gujr Guru Hang Hani Hebr Jpan Knda Mlym Taml Telu Thai".split()
    assert sorted(language for script in scripts for language in profiles_of(script).languages) == list(LANGUAGES)
    assert len(LANGUAGES) == 55
    assert profiles_of("Armn") is None


def test_a_text_is_likeliest_in_its_own_language_and_fits_it():
    evidence, weights = weighed("Latn", "the passengers were taken ashore")
    assert max(weights, key=weights.get) == "en"
    assert evidence.letters == len("the passengers were taken ashore ")
    assert evidence.fits[evidence.languages.index("en")] > -0.3
    assert evidence.fits[evidence.languages.index("vi")] < evidence.fits[evidence.languages.index("en")] - 0.3


def test_letters_of_no_profile_fit_nothing():
    evidence, _ = weighed("Latn", "ɓəŋ ɗəŋ ƙəŋ ʋəŋ")
    assert evidence.fits.max() < -3


def test_each_letter_counts_once_and_what_is_no_letter_of_the_script_not_at_all():
    plain, weights = weighed("Cyrl", "паром вернулся")
    noisy, same = weighed("Cyrl", " 12% — паром, \n(Ferry 7) вернулся! 東京")
    assert weights == same
    assert plain.letters == noisy.letters == len("паром вернулся ")


def test_words_in_capitals_are_names_unless_all_are():
    _, weights = weighed("Latn", "the NATO ferry")
    assert weights == weighed("Latn", "the ferry")[1]
    assert weighed("Latn", "THE FERRY")[1] == weights


@pytest.mark.parametrize("text", ["", " ", "12", "東京"])
def test_without_letters_nothing_is_said(text):
    evidence, _ = weighed("Latn", text)
    assert evidence.letters == 0
    assert not evidence.weights.any()


def test_weights_are_sums_of_whole_thousandths_so_that_no_rounding_depends_on_the_order():
    evidence, _ = weighed("Latn", "the passengers were taken ashore " * 20)
    assert np.allclose(evidence.weights * 1000, np.rint(evidence.weights * 1000), rtol=0, atol=1e-6)
