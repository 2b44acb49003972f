import json
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from random import Random

import langdetect
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.core import language
from transforms.core.language import detect


@pytest.fixture(scope="module", autouse=True)
def _warm():
    language.warm()


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
    assert 0.8 < confidence <= 1


@pytest.mark.parametrize("text", TOO_LITTLE)
def test_too_little_text_is_undetermined(text):
    assert detect(text) == ("und", 0.0)
    assert detect("", title=text) == ("und", 0.0)


def test_the_title_counts_with_the_body():
    assert (
        detect("It sank.", title="Passengers were taken ashore by fishermen after the engine of a ferry failed")[0]
        == "en"
    )


def test_a_script_that_no_profile_knows_is_noted_and_the_document_may_name_its_language():
    armenian = "Լաստանավը վերադարձավ նավահանգիստ շարժիչի խափանման պատճառով, բոլոր ուղևորները ափ հանվեցին։"
    assert detect(armenian) == ("und-Armn", 0.0)
    code, confidence = detect(armenian, hint="hy-AM")
    assert code == "hy"
    assert confidence > 0.9
    assert detect(armenian, hint="ka") == ("und-Armn", 0.0)


#: Languages without a profile, told from those that they are most like.
UNKNOWN = {
    "is": "Ferjan sneri aftur til hafnar eftir vélarbilun og sjómenn fluttu alla farþega í land í gær.",
    "ga": "D'fhill an bád farantóireachta ar an gcuan tar éis cliseadh innill agus tháinig na paisinéirí slán.",
    "eu": "Ferrya portura itzuli zen motorra matxuratu ondoren, eta arrantzaleek bidaiariak lehorreratu zituzten.",
    "zu": "Isikebhe sabuyela echwebeni ngemva kokonakala kwenjini futhi bonke abagibeli basiwa ogwini ngabadobi.",
    "az": "Mühərriki xarab olduqdan sonra bərə limana qayıtdı və bütün sərnişinlər sahilə çıxarıldı.",
    "yo": "Ọkọ̀ ojú omi náà padà sí èbúté lẹ́yìn tí ẹ̀rọ rẹ̀ bàjẹ́, àwọn apẹja sì gbé gbogbo àwọn èrò wá sí etíkun.",
    "kk": "Паром қозғалтқышы істен шыққаннан кейін портқа қайтып оралды, жолаушыларды балықшылар жағаға шығарды.",
    "be": "Паром вярнуўся ў порт пасля паломкі рухавіка, усіх пасажыраў даставілі на бераг мясцовыя рыбакі.",
    "sr": "Трајект се вратио у луку након квара на мотору, а сви путници су безбедно превезени на обалу.",
    "ps": "کښتۍ د انجن له خرابېدو وروسته بېرته بندر ته راغله او ټول مسافر کب نیوونکو وچې ته ورسول.",
}


@pytest.mark.parametrize(("code", "text"), UNKNOWN.items())
def test_a_language_without_a_profile_is_none_of_those_that_have_one_unless_it_is_named(code, text):
    found, confidence = detect(text)
    script = "Cyrl" if code in {"kk", "be", "sr"} else "Arab" if code == "ps" else "Latn"
    assert (found, confidence) == (f"und-{script}", 0.0) or (code == "sr" and confidence < 0.2)
    assert detect(text, hint=code)[0] == code


PAIRS = {
    "no": ("Regjeringen vil ikke gi mer penger til skolene neste år, sier hun.", "da"),
    "da": ("Regeringen vil ikke give flere penge til skolerne næste år, siger hun.", "no"),
    "sv": ("Regeringen vill inte ge mer pengar till skolorna nästa år, säger hon.", "no"),
    "pt": ("O governo não vai dar mais dinheiro às escolas no próximo ano, disse ela.", "es"),
    "es": ("El gobierno no dará más dinero a las escuelas el próximo año, dijo ella.", "pt"),
    "cs": ("Vláda nedá školám příští rok více peněz, řekla včera ministryně.", "sk"),
    "sk": ("Vláda nedá školám budúci rok viac peňazí, povedala včera ministerka.", "cs"),
    "hr": ("Vlada sljedeće godine neće dati više novca školama, rekla je ministrica.", "sl"),
    "sl": ("Vlada prihodnje leto ne bo dala več denarja šolam, je dejala ministrica.", "hr"),
    "uk": ("Уряд не дасть школам більше грошей наступного року, сказала міністерка.", "ru"),
    "ru": ("Правительство не даст школам больше денег в следующем году, сказала она.", "bg"),
    "bg": ("Правителството няма да даде повече пари на училищата догодина, каза тя.", "mk"),
    "mk": ("Владата нема да даде повеќе пари на училиштата следната година, рече таа.", "bg"),
    "fa": ("دولت سال آینده به مدرسه‌ها پول بیشتری نخواهد داد، او گفت.", "ur"),
    "ur": ("حکومت اگلے سال اسکولوں کو مزید رقم نہیں دے گی، انہوں نے کہا۔", "fa"),
    "ar": ("لن تمنح الحكومة المدارس مزيدا من المال في العام المقبل كما قالت الوزيرة.", "fa"),
    "hi": ("सरकार अगले साल स्कूलों को और पैसा नहीं देगी, उन्होंने कहा।", "mr"),
    "mr": ("सरकार पुढच्या वर्षी शाळांना अधिक पैसे देणार नाही, असे त्यांनी सांगितले.", "hi"),
    "ne": ("सरकारले अर्को वर्ष विद्यालयहरूलाई थप पैसा दिने छैन, उनले भनिन्।", "hi"),
    "nl": ("De regering geeft de scholen volgend jaar niet meer geld, zei ze gisteren.", "af"),
    "af": ("Die regering sal nie volgende jaar meer geld aan skole gee nie, het sy gesê.", "nl"),
}  # fmt: skip


@pytest.mark.parametrize(("code", "text", "other"), [(code, *pair) for code, pair in PAIRS.items()])
def test_close_pairs_are_told_apart_whatever_the_document_says(code, text, other):
    assert detect(text)[0] == code
    assert detect(text, hint=other)[0] == code


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("no", "Barna leker ute i hagen"),
        ("es", "No me gusta la carne"),
        ("ca", "Abans de sopar"),
        ("hr", "Pas spava na stolu"),
        ("pt", "Gosto de ler à noite"),
    ],
)
def test_where_letters_leave_it_open_words_tell(code, text):
    assert detect(text)[0] == code


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_marks_that_may_be_left_out_do_not_matter(form):
    vowelled = "العَرَبِيَّةُ لُغَةٌ جَمِيلَةٌ يَتَكَلَّمُهَا مَلَايِينُ"
    assert detect(unicodedata.normalize(form, vowelled)) == detect("العربية لغة جميلة يتكلمها ملايين")
    vietnamese = "Các hành khách đã được đưa lên bờ an toàn"
    assert detect(unicodedata.normalize(form, vietnamese)) == detect(vietnamese)


def test_chinese_is_of_two_scripts_and_as_sure_as_chinese():
    assert detect("渡轮因发动机故障返回港口，所有乘客都被当地渔民送上了岸。")[0] == "zh-cn"
    traditional, confidence = detect("渡輪因發動機故障返回港口，所有乘客都被當地漁民送上了岸。")
    assert traditional == "zh-tw"
    assert confidence > 0.9


def test_a_headline_of_han_signs_alone_is_japanese_if_it_is_said_to_be():
    assert detect("東京五輪開幕")[0].startswith("zh")
    assert detect("東京五輪開幕", hint="ja")[0] == "ja"
    assert detect("渡轮因发动机故障返回港口，所有乘客都被当地渔民送上了岸，没有人员受伤。", hint="ja")[0] == "zh-cn"


def test_capitals_do_not_matter():
    text = "The ferry returned to harbour after its engine failed, and all passengers were taken ashore"
    assert detect(text.upper())[0] == "en"


def test_names_in_latin_letters_do_not_make_a_text_english():
    mixed = "Компания Apple представила iPhone 17 Pro Max и MacBook Air на выставке Consumer Electronics Show"
    assert detect(mixed)[0] == "ru"


def test_a_hint_tips_what_the_text_leaves_open_and_no_more():
    open_text = "De kom til festen sammen"
    plain = detect(open_text)
    assert detect(open_text, hint="da-DK")[0] == "da"
    assert detect(open_text, source_hint="nb")[0] == "no"
    assert plain[1] < 0.9
    assert detect(SAMPLES["de"], hint="en", source_hint="en-GB")[0] == "de"
    assert detect(SAMPLES["de"], hint="x-nonsense")[0] == "de"
    assert detect(SAMPLES["en"], hint="is", source_hint="is")[0] == "en"
    assert detect(SAMPLES["ru"], hint="is")[0] == "ru"
    assert detect("12345", hint="is") == ("und", 0.0)
    assert detect("Reuters", hint="en", source_hint="en") == ("und", 0.0)


def test_a_relative_of_a_language_with_a_profile_is_believed_when_it_is_named():
    malay = "Feri itu kembali ke pelabuhan selepas enjinnya rosak dan semua penumpang dibawa ke darat oleh nelayan."
    assert detect(malay)[0] in {"id", "und-Latn"}
    assert detect(malay, hint="ms-MY")[0] == "ms"
    of_both = "Presiden mengumumkan program baru untuk membantu petani di desa"
    assert detect(of_both)[0] == "id"
    assert detect(of_both, hint="ms")[0] == "ms"
    assert detect("Harga minyak dunia naik lagi pada akhir tahun ini", hint="bs")[0] == "id"


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
