import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.taxonomy import LANGUAGES, load_taxonomy
from transforms.core.topics import MAX_EVIDENCE, SUBJECT, Tagger

TAGGER = Tagger(load_taxonomy())

# Sentences written for these tests: (language, sentence, topics it must get, topics it must not get).
SENTENCES = [
    ("en", "The truce around Idlib held for a third night.", "idlib ceasefire", ""),
    ("en", "Cease-fires were announced and cease fires were broken.", "ceasefire", ""),
    ("en", "Families left Maaret al-Numan through humanitarian corridors.", "idlib humanitarian-corridors", ""),
    ("en", "Khan-Shaikhoun's hospital treated victims of a sarin attack.", "idlib health chemical-weapons", ""),
    ("en", "Warplanes struck Hama; air strikes also hit Homs.", "hama homs airstrikes", ""),
    ("en", "Hamas said its delegation was leaving.", "hamas", "hama"),
    ("en", "Go home and eat hummus, the chef said.", "", "homs hama"),
    ("en", "Roast turkey is served with cranberries.", "", "turkey"),
    ("en", "Turkey's soldiers crossed the border.", "turkey", ""),
    ("en", "The bank's lawyer Karim Idelbi declined to comment.", "", "idlib"),
    ("en", "An Iranian carpet hung on the wall.", "", "iran"),
    ("en", "The minister told reporters the siege mentality must end.", "", "siege journalists"),
    ("en", "Shell reported higher profits.", "", "shelling"),
    ("en", "Aleppo pepper is mild.", "", "aleppo"),
    ("en", "They will cease. Fire crews were late.", "", "ceasefire"),
    (
        "en",
        "Two prisoners were freed in a prisoner swap brokered by the U.N. envoy.",
        "prisoner-exchange united-nations",
        "",
    ),
    ("en", "His remarks were offensive to many viewers.", "", "military-offensive"),
    ("en", "At least nine civilians, among them two women, were killed.", "civilian-casualties", ""),
    ("en", "The actor was killed off in the second season.", "", "civilian-casualties"),
    ("en", "Michael Jordan sold the team.", "", "jordan"),
    ("ar", "وصلت قافلة مساعدات إلى ريف إدلب", "idlib humanitarian-aid", ""),
    ("ar", "اشتباكات بإدلب رغم الهدنة", "idlib ceasefire", ""),
    ("ar", "وإدلب تحت القصف", "idlib shelling", ""),
    ("ar", "طالب المبعوث بوقفٍ لإطلاق النار فورا", "ceasefire", ""),
    ("ar", "فتح الممرات الإنسانية أمام المدنيين", "humanitarian-corridors", ""),
    ("ar", "مقتل خمسة مدنيين بغارات جوية على معرة النعمان", "idlib airstrikes civilian-casualties", ""),
    ("ar", "عودة النازحين واللاجئين إلى حلب", "displacement refugees aleppo", ""),
    ("ar", "قصفت المدفعية أحياء في حماة وحمص", "hama homs shelling", ""),
    ("ar", "نائبا عن كتلة يقودها أحمد الإدلبي", "", "idlib"),
    ("ar", "طبق حمص بالطحينة مع زيت الزيتون", "", "homs"),
    ("ar", "ارتدى درعا واقيا من الرصاص", "", "daraa"),
    ("ar", "عقد الوزير مؤتمر صحفي في العاصمة", "", "journalists"),
    ("ar", "فازت الفرق في حلبة السباق", "", "aleppo"),
    ("ar", "زلزال سياسي يهز الحكومة", "", "earthquake"),
    ("ar", "صفقة لتبادل الأسرى والمعتقلين", "prisoner-exchange", ""),
    ("ar", "زيارة إلى أريحا في غور الأردن", "jordan", "idlib"),
    ("tr", "İdlib'de ateşkesin uzatılması bekleniyor.", "idlib ceasefire", ""),
    ("tr", "İDLİB'E İNSANİ YARDIM KONVOYU GİRDİ", "idlib humanitarian-aid", ""),
    ("tr", "Halep'ten gelen sığınmacılar sınırda.", "aleppo refugees", ""),
    ("tr", "Siviller için insani koridorların açılması istendi.", "humanitarian-corridors", ""),
    ("tr", "Savaş uçaklarının hava saldırısında hastaneler vuruldu.", "airstrikes health", ""),
    ("tr", "Şam'daki görüşmelerde esir takası konuşuldu.", "damascus prisoner-exchange", ""),
    ("tr", "Yerinden edilmiş çocuklar çadırlarda yaşıyor.", "displacement children", ""),
    ("tr", "BM Güvenlik Konseyi'nde yaptırımlar oylandı.", "united-nations sanctions", ""),
    ("tr", "Depremzedelere içme suyu dağıtıldı.", "earthquake water", ""),
    ("tr", "Şam fıstığı fiyatları arttı.", "", "damascus"),
    ("tr", "Bunu sana söylemiştim.", "", "yemen"),
    ("tr", "Mahkum açlık grevi yapıyor.", "", "food-security"),
    ("tr", "Sam dün okula gitti, humus yedi.", "", "damascus homs"),
    ("tr", "Halepli bir ustanın dükkânı.", "", "aleppo"),
    ("ru", "В Идлибе введён режим тишины.", "idlib ceasefire", ""),
    ("ru", "Из Идлиба вывели боевиков.", "idlib armed-groups", ""),
    ("ru", "Открыты гуманитарные коридоры для беженцев.", "humanitarian-corridors refugees", ""),
    ("ru", "Перемирием воспользовались обе стороны.", "ceasefire", ""),
    ("ru", "Авиаударами разрушена больница в Алеппо.", "airstrikes health aleppo", ""),
    ("ru", "Бои идут под Хамой и в Хомсе.", "hama homs", ""),
    ("ru", "Он хам и грубиян.", "", "hama"),
    ("ru", "Цены на газ выросли, газу стало меньше.", "", "gaza"),
    ("ru", "В секторе Газа не хватает питьевой воды.", "gaza water", ""),
    ("ru", "Обмен пленными прошёл по формуле «всех на всех».", "prisoner-exchange", ""),
    ("ru", "Осаждённый город остался без продовольствия.", "siege food-security", ""),
    ("ru", "Наступление весны ждут в апреле.", "", "military-offensive"),
    ("ru", "Выпали осадки.", "", "siege"),
    ("ru", "Химическую атаку расследует ОЗХО.", "chemical-weapons", ""),
    ("fr", "La trêve à Idleb a été rompue.", "idlib ceasefire", ""),
    ("fr", "Des couloirs humanitaires ont été ouverts à Alep.", "humanitarian-corridors aleppo", ""),
    ("fr", "Les frappes aériennes ont tué des civils.", "airstrikes civilian-casualties", ""),
    ("fr", "L'aide humanitaire n'arrive plus aux déplacés.", "humanitarian-aid displacement", ""),
    ("fr", "Un cessez-le-feu est entré en vigueur.", "ceasefire", ""),
    ("fr", "L'État islamique a revendiqué l'attentat-suicide.", "islamic-state terrorism-attack", ""),
    ("fr", "Les réfugiées syriennes ont rejoint la Turquie.", "refugees turkey", ""),
    ("fr", "Un pays est un état islamique selon sa constitution.", "", "islamic-state"),
    ("fr", "Le siège de l'ONU est à New York.", "united-nations", "siege"),
    ("fr", "Un homme et un chien.", "", "united-nations"),
    ("fr", "Il joue aux dames sur un damas de soie.", "", "damascus"),
    ("fr", "Le gouvernement de Damas négocie.", "damascus", ""),
    ("fr", "Le ministre a déclaré aux journalistes que tout allait bien.", "", "journalists"),
    ("de", "Waffenruhen in Idlib halten selten.", "idlib ceasefire", ""),
    ("de", "Humanitäre Korridore sollen Zivilisten die Flucht ermöglichen.", "humanitarian-corridors", ""),
    ("de", "Bei Luftangriffen auf Aleppos Osten starben Zivilisten.", "airstrikes aleppo civilian-casualties", ""),
    ("de", "Die Belagerung der Stadt dauert an, Trinkwasser fehlt.", "siege water", ""),
    ("de", "Die Türkei nimmt Flüchtlinge auf.", "turkey refugees", ""),
    ("de", "Der UN-Sicherheitsrat verhängte Sanktionen.", "united-nations sanctions", ""),
    ("de", "Nach dem Erdbeben wurden Hilfsgüter geliefert.", "earthquake humanitarian-aid", ""),
    ("de", "Gefangenenaustausch zwischen Regierung und Rebellen", "prisoner-exchange armed-groups", ""),
    ("de", "Das Treffen der Hamas-Führung", "hamas", "hama"),
    ("de", "Das Kind aß einen Granatapfel.", "children", "shelling"),
    ("de", "Eine Charmeoffensive des Kanzlers", "", "military-offensive"),
    ("de", "Das ist gut und der Kaffee ist heiß.", "", "islamic-state"),
    ("de", "Der Häftling ist im Hungerstreik.", "", "food-security"),
    ("es", "La tregua en Idlib sigue en pie.", "idlib ceasefire", ""),
    ("es", "Altos el fuego y corredores humanitarios en Alepo", "humanitarian-corridors aleppo", ""),
    (
        "es",
        "Los bombardeos aéreos mataron a civiles en Deir al Zur; hay diez muertos.",
        "airstrikes deir-ez-zor civilian-casualties",
        "",
    ),
    ("es", "Las desplazadas y los niños necesitan agua potable.", "children water", ""),
    (
        "es",
        "El canje de prisioneros se hizo con mediación de la ONU.",
        "prisoner-exchange united-nations peace-talks",
        "",
    ),
    ("es", "Damasco niega el uso de armas químicas.", "damascus chemical-weapons", ""),
    ("es", "Damas y caballeros, bienvenidos.", "", "damascus"),
    ("es", "Sin embargo, nadie respondió.", "", "sanctions"),
    ("es", "Subió la marea en la playa.", "", "aleppo"),
    ("es", "Su casa es grande y su perro, pequeño.", "", "water"),
    ("es", "Turquía acoge a los refugiados sirios.", "turkey refugees", ""),
    ("es", "Un hombre y un perro", "", "united-nations"),
    ("es", "La guerra civil de 1936", "", "civilian-casualties"),
    ("und", "Обстрел в Идлибе", "idlib shelling", ""),
    ("und", "بإدلب", "idlib", ""),
    ("it", "I corridoi di Idlib, su richiesta", "idlib", "water"),
    ("pt", "O ministro dará entrevista, mas num outro periodo.", "", "daraa health journalists"),
    ("es", "En ese periodo, Siri y Alexa mejoraron; fue un negocio.", "", "journalists syria peace-talks"),
    ("es", "Se desplazaron atentamente a un lugar cerca del mar.", "", "displacement terrorism-attack siege"),
    (
        "fr",
        "Le journal a négocié exactement ce qu'il faut pour vivre.",
        "",
        "journalists peace-talks war-crimes food-security",
    ),
    ("de", "Die Wahl zwischen Tee und Kaffee ist ein Kampf im Vertrieb.", "", "elections armed-groups displacement"),
    ("ar", "تدور حوله جميع الأجزاء", "", "homs"),
    ("ka", "იდლიბი", "", "idlib"),
]


def test_at_least_twelve_sentences_in_each_language():
    for language in LANGUAGES[:7]:
        assert sum(told == language for told, *_ in SENTENCES) >= 12


@pytest.mark.parametrize(("language", "sentence", "must", "must_not"), SENTENCES)
def test_sentence(language, sentence, must, must_not):
    got = {topic.id for topic in TAGGER.tag("", sentence, language)}
    assert set(must.split()) <= got
    assert not set(must_not.split()) & got


def surfaces(topics, wanted):
    return [proof.surface for topic in topics if topic.id == wanted for proof in topic.evidence]


@pytest.mark.parametrize(
    ("language", "text", "topic", "expected"),
    [
        ("ru", "Бои в Идлибе и под Идлибом", "idlib", ["Идлибе", "Идлибом"]),
        ("tr", "İdlib'de, İDLİB’e ve Idlib", "idlib", ["İdlib", "İDLİB", "Idlib"]),
        ("ar", "بإدلب وادلب ولإدلب", "idlib", ["بإدلب", "وادلب", "ولإدلب"]),
        ("ar", "إِدْلِب وإدلـب", "idlib", ["إِدْلِب", "وإدلـب"]),
        ("ar", "الممرات الإنسانية", "humanitarian-corridors", ["الممرات الإنسانية"]),
        ("de", "Waffenruhen", "ceasefire", ["Waffenruhen"]),
        ("en", "👩‍👧 𝔘 e\u0301 İ Idlib’s cease\u00adfire", "idlib", ["Idlib"]),
        ("en", "👩‍👧 𝔘 e\u0301 İ Idlib’s cease\u00adfire", "ceasefire", ["cease\u00adfire"]),
        ("en", "Maarat al-Numan, al Numan", "idlib", ["Maarat al-Numan"]),
    ],
)
def test_surface_is_what_stands_there(language, text, topic, expected):
    topics = TAGGER.tag("", text, language)
    assert surfaces(topics, topic) == expected
    assert all(text[p.start : p.end] == p.surface for t in topics for p in t.evidence)


def test_evidence_names_the_language_of_the_expression():
    (topic,) = TAGGER.tag("", "The road to Deyrizor is closed", "en")
    assert [(proof.surface, proof.language) for proof in topic.evidence] == [("Deyrizor", "tr")]


def test_nested_phrases_serve_each_topic_once():
    topics = TAGGER.tag("", "UN humanitarian corridors in Idlib", "en")
    assert surfaces(topics, "humanitarian-corridors") == ["humanitarian corridors"]
    assert surfaces(topics, "united-nations") == ["UN"]
    assert surfaces(topics, "idlib") == ["Idlib"]
    assert surfaces(TAGGER.tag("", "a suicide bomb attack", "en"), "terrorism-attack") == [
        "suicide bomb",
        "bomb attack",
    ]
    assert surfaces(TAGGER.tag("", "the siege of the town", "en"), "siege") == ["siege of"]


def test_title_outweighs_body_and_evidence_is_complete():
    filler = " ".join(["word"] * 200)
    titled = {t.id: t for t in TAGGER.tag("Truce in Idlib", f"{filler} Aleppo", "en")}
    assert titled["idlib"].score >= SUBJECT
    assert titled["ceasefire"].score >= SUBJECT
    assert titled["aleppo"].score < SUBJECT
    assert [(p.field, p.start) for p in titled["idlib"].evidence] == [("title", 9)]
    both = TAGGER.tag("Idlib", f"Idlib {filler} Idlib", "en")[0]
    assert [p.field for p in both.evidence] == ["title", "text", "text"]
    assert both.score > titled["idlib"].score


def test_each_further_mention_raises_the_score():
    filler = " ".join(["word"] * 80)
    scores = [TAGGER.tag("", f"{filler}{' Idlib word' * n}", "en")[0].score for n in range(1, 20)]
    assert scores == sorted(set(scores))
    assert scores[0] < SUBJECT


def test_sorted_by_score_then_id():
    topics = TAGGER.tag("Truce", "Homs. Hama. A truce.", "en")
    assert [t.id for t in topics] == ["ceasefire", "hama", "homs"]


def test_doubtful_word_needs_company():
    assert "idlib" not in {t.id for t in TAGGER.tag("", "They reached Ariha.", "en")}
    assert surfaces(TAGGER.tag("", "They reached Ariha in Idlib.", "en"), "idlib") == ["Ariha", "Idlib"]


def test_region_of_the_language_tag_is_ignored():
    assert TAGGER.tag("", "Waffenruhen", "de-AT") == TAGGER.tag("", "Waffenruhen", "de")


@pytest.mark.parametrize("text", ["", " ", "\x00", "🙂", "\u0301", "\ud800", "ﷺ", "='=", "ـــ"])
def test_nothing_in_nothing(text):
    for language in (*LANGUAGES, "und", ""):
        assert TAGGER.tag(text, text, language) == ()


def test_flood_of_one_word_is_bounded():
    (topic,) = TAGGER.tag("", "Idlib " * 100_000, "en")
    assert len(topic.evidence) == MAX_EVIDENCE


@pytest.mark.parametrize("text", ["a" * 1_000_000, "ا" * 500_000, "e\u0301" * 300_000, "' -" * 300_000, "U." * 300_000])
@pytest.mark.timeout(20)
def test_large_hostile_text_is_read_in_linear_time(text):
    for language in ("tr", "ar", "und"):
        TAGGER.tag("", text, language)


PIECES = st.sampled_from(
    """
    Idlib İdlib'de بإدلب Идлибе Ідлібі ادلب cease-fire cease\u00adfire humanitarian corridors UN U.N. EE.UU.
    الممرات الإنسانية آتش‌بس‌ها پناهندگان перемир'я перемирʼям перемирии ateşkesin Waffenruhen trêves treguas tregua
    réfugiés re\u0301fugie\u0301s
    إِدْلِب وإدلـب обстре\u0301лы no 2016 without 12 civilians killed 😀 👩‍👧‍👦 🇸🇾 ❤️
    e\u0301 \u200f \u0301 \u200d İ ﷺ « » “ ”
    """.split()
)
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=30).map(" ".join) | st.text(max_size=60)


@settings(max_examples=300, deadline=None)
@given(title=TEXTS, text=TEXTS, language=st.sampled_from([*LANGUAGES, "und", "pt"]))
def test_every_surface_slices_out_of_its_field(title, text, language):
    fields = {"title": title, "text": text}
    for topic in TAGGER.tag(title, text, language):
        assert 0 < topic.score <= 1
        assert topic.evidence
        assert len(set(topic.evidence)) == len(topic.evidence)
        for proof in topic.evidence:
            assert proof.surface
            assert fields[proof.field][proof.start : proof.end] == proof.surface


@settings(max_examples=100, deadline=None)
@given(marks=st.text("\u0301\u064e\u200d\u00ad😀👩🇸️İé \n.", max_size=12), language=st.sampled_from(LANGUAGES))
def test_marks_and_emoji_before_a_word_shift_its_offsets_exactly(marks, language):
    word = {
        "en": "truce", "ar": "هدنة", "tr": "ateşkes", "ru": "перемирие", "fr": "trêve", "de": "Waffenruhe",
        "es": "tregua", "it": "tregua", "fa": "آتش‌بس", "uk": "перемир'я",
    }[language]  # fmt: skip
    text = f"{marks} / {word}"
    spans = [(p.start, p.end) for t in TAGGER.tag("", text, language) if t.id == "ceasefire" for p in t.evidence]
    assert spans == [(len(marks) + 3, len(text))]


@settings(max_examples=60, deadline=None)
@given(before=st.text(max_size=20), after=st.text(max_size=20), language=st.sampled_from(LANGUAGES))
def test_a_name_is_found_between_any_characters_that_are_no_word(before, after, language):
    text = f"{before} | Idlib | {after}"
    if language in ("ar", "ru", "fa", "uk"):
        return
    assert "Idlib" in surfaces(TAGGER.tag("", text, language), "idlib")


def test_same_answer_in_another_process_and_with_another_hash_seed():
    code = (
        "import sys; from schemas.taxonomy import load_taxonomy; from transforms.core.topics import Tagger;"
        "t = Tagger(load_taxonomy());"
        "sys.stdout.buffer.write(repr([t.tag('Truce in Idlib', s, l) for l, s in "
        "[('en', 'Aleppo, Homs and Hama under siege'), ('und', 'Идлибе Idlib إدلب'), ('tr', 'Halep')]]).encode())"
    )
    root = Path(__file__).resolve().parents[2]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert b"aleppo" in outputs.pop()


def test_survives_pickling():
    again = pickle.loads(pickle.dumps(TAGGER))  # noqa: S301  # our own bytes
    assert again.tag("", "Waffenruhen in Idlib", "de") == TAGGER.tag("", "Waffenruhen in Idlib", "de")
