import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from random import Random

import langdetect
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langdetect.detector import Detector

from transforms.core import language
from transforms.core.language import detect

SAMPLES = {
    "en": "The ferry returned to harbour after its engine failed, and all passengers were taken ashore by fishermen.",
    "de": "Die Fähre kehrte nach einem Maschinenschaden in den Hafen zurück, alle Fahrgäste wurden an Land gebracht.",
    "fr": "Le traversier est rentré au port après une panne de moteur et tous les passagers ont été ramenés à terre.",
    "es": "El transbordador regresó al puerto tras una avería y todos los pasajeros fueron llevados a tierra firme.",
    "tr": "Feribot motor arızası nedeniyle limana geri döndü ve bütün yolcular balıkçılar tarafından karaya çıkarıldı.",
    "ru": "Паром вернулся в порт из-за поломки двигателя, всех пассажиров доставили на берег местные рыбаки.",
    "ar": "عادت العبارة إلى الميناء بعد تعطل محركها ونقل الصيادون جميع الركاب إلى الشاطئ بسلام.",
    "fa": "کشتی پس از خراب شدن موتور به بندر بازگشت و ماهیگیران همه مسافران را به ساحل رساندند.",
    "he": "המעבורת חזרה לנמל לאחר תקלה במנוע, וכל הנוסעים הובאו לחוף בידי דייגים מקומיים.",
    "ja": "フェリーはエンジンの故障で港に引き返し、乗客は全員漁師の手で岸に運ばれた。",
    "ko": "여객선은 엔진 고장으로 항구로 돌아왔고 승객들은 모두 어민들의 도움으로 육지에 올랐다.",
    "zh-cn": "渡轮因发动机故障返回港口，所有乘客都被当地渔民送上了岸，没有人员受伤。",
    "th": "เรือข้ามฟากกลับเข้าท่าหลังเครื่องยนต์ขัดข้อง ผู้โดยสารทุกคนถูกนำขึ้นฝั่งอย่างปลอดภัย",
    "el": "Το πλοίο επέστρεψε στο λιμάνι λόγω βλάβης στη μηχανή και όλοι οι επιβάτες αποβιβάστηκαν με ασφάλεια.",
}
TOO_LITTLE = [
    "", " ", "Reuters", "Idlib", "12345", "12.5% 3:1 (4)", "😀😀😀😀😀😀😀😀😀😀😀😀", "東京", "a", "\x00\x01", "…—!?",
    "\ud800",    "https://example.org/the/address/of/a/page/about/the/ferry someone@example.org",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
]  # fmt: skip


@pytest.mark.parametrize(("code", "text"), SAMPLES.items())
def test_languages(code, text):
    found, confidence = detect(text)
    assert found == code
    assert 0.9 < confidence <= 1


@pytest.mark.parametrize("text", TOO_LITTLE)
def test_too_little_text_is_undetermined(text):
    assert detect(text) == ("und", 0.0)
    assert detect("", title=text) == ("und", 0.0)


def test_the_title_counts_with_the_body():
    assert (
        detect("It sank.", title="Passengers were taken ashore by fishermen after the engine of a ferry failed")[0]
        == "en"
    )


def test_a_script_that_no_profile_knows_is_undetermined_unless_the_document_names_it():
    armenian = "Լաստանավը վերադարձավ նավահանգիստ շարժիչի խափանման պատճառով, բոլոր ուղևորները ափ հանվեցին։"
    assert detect(armenian) == ("und", 0.0)
    assert detect(armenian, hint="hy-AM") == ("hy", 0.0)


def test_the_document_is_believed_only_about_languages_without_a_profile():
    icelandic = "Ferjan sneri aftur til hafnar eftir vélarbilun og sjómenn fluttu alla farþega í land."
    assert detect(icelandic, hint="is") == ("is", 0.0)
    assert detect(SAMPLES["de"], hint="en")[0] == "de"
    assert detect(SAMPLES["de"], hint="x-nonsense")[0] == "de"
    assert detect("12345", hint="is") == ("und", 0.0)


@pytest.mark.parametrize("text", SAMPLES.values())
def test_stopping_early_gives_the_answer_of_all_trials(text):
    for length in (40, 60, 90):
        whole, early = Detector(language._factory()), language._EarlyDetector(language._factory())
        whole.append(text[:length])
        early.append(text[:length])
        assert early.detect() == whole.detect()


@given(st.text(st.characters()), st.text(max_size=20), st.text(max_size=10))
def test_any_text_has_an_answer(text, title, hint):
    code, confidence = detect(text, title=title, hint=hint)
    assert code
    assert 0 <= confidence <= 1


_ASK_A_THOUSAND_TIMES = """
import json, random, sys
import langdetect
from transforms.core.language import detect
texts, seed = json.loads(sys.stdin.read()), int(sys.argv[1])
langdetect.DetectorFactory.seed = seed
questions = [text for text in texts for _ in range(1000 // len(texts) + 1)]
random.Random(seed).shuffle(questions)
answers = {}
for text in questions:
    answers.setdefault(text, set()).add(detect(text))
print(json.dumps(sorted([text, sorted(found)] for text, found in answers.items())))
"""


def test_the_same_text_gets_the_same_answer_in_every_process_order_and_repetition():
    texts = [text[:length] for text in SAMPLES.values() for length in (34, 50, 500)]
    asked = [
        subprocess.run(
            [sys.executable, "-c", _ASK_A_THOUSAND_TIMES, seed],
            input=json.dumps(texts),
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed in ("1", "2")
    ]
    assert asked[0] == asked[1]
    assert all(len(answers) == 1 for _, answers in json.loads(asked[0]))


def test_threads_and_the_global_seed_do_not_matter(monkeypatch):
    texts = [text[:50] for text in SAMPLES.values()] * 8
    expected = [detect(text) for text in texts]
    monkeypatch.setattr(langdetect.DetectorFactory, "seed", 12345)
    order = list(range(len(texts)))
    Random(7).shuffle(order)  # an order, not a secret
    with ThreadPoolExecutor(4) as threads:
        found = dict(zip(order, threads.map(lambda place: detect(texts[place]), order), strict=True))
    assert [found[place] for place in range(len(texts))] == expected
    assert langdetect.DetectorFactory.seed == 12345
