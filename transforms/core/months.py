# ruff: noqa: E501  one language, one line
"""Month names in the languages wires are written in.

Does no I/O. A word is a month if it is a name below or an unmistakable beginning of one (three letters or more):
"sept.", "янв", "août". Beginnings that two months share ("jui") are none.
"""

import unicodedata
from collections import defaultdict
from functools import lru_cache
from typing import Final

_ENGLISH: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: January to December, separated by blanks; forms of one month by strokes.
_NAMES: Final = """
January February March April May June July August September October November December
Jan Feb Mar Apr May Jun Jul Aug Sep|Sept Oct Nov Dec
января|январь февраля|февраль марта|март апреля|апрель мая|май июня|июнь июля|июль августа|август сентября|сентябрь октября|октябрь ноября|ноябрь декабря|декабрь
січня|січень лютого|лютий березня|березень квітня|квітень травня|травень червня|червень липня|липень серпня|серпень вересня|вересень жовтня|жовтень листопада|листопад грудня|грудень
Januar|Jänner Februar|Feber März|Maerz April Mai Juni Juli August September Oktober November Dezember
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
enero febrero marzo abril mayo junio julio agosto septiembre|setiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
januari februari maart|mrt april mei juni juli augustus september oktober november december
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts|mars april maj|mai juni juli august september oktober november desember
tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta
Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık
stycznia|styczeń lutego|luty marca|marzec kwietnia|kwiecień maja|maj czerwca|czerwiec lipca|lipiec sierpnia|sierpień września|wrzesień października|październik listopada|listopad grudnia|grudzień
ledna|leden února|únor března|březen dubna|duben května|květen června|červen července|červenec srpna|srpen září října|říjen listopadu prosince|prosinec
ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
január február március április május június július augusztus szeptember október november december
Ιανουαρίου|Ιαν|Ιανουάριος Φεβρουαρίου|Φεβ|Φεβρουάριος Μαρτίου|Μαρ|Μάρτιος Απριλίου|Απρ|Απρίλιος Μαΐου|Μάιος|Μαϊ Ιουνίου|Ιουν|Ιούνιος Ιουλίου|Ιουλ|Ιούλιος Αυγούστου|Αυγ|Αύγουστος Σεπτεμβρίου|Σεπ|Σεπτέμβριος Οκτωβρίου|Οκτ|Οκτώβριος Νοεμβρίου|Νοε|Νοέμβριος Δεκεμβρίου|Δεκ|Δεκέμβριος
Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember
يناير|جانفي فبراير|فيفري|شباط مارس|آذار|اذار أبريل|إبريل|ابريل|أفريل|نيسان مايو|ماي|أيار|ايار يونيو|يونيه|جوان|حزيران يوليو|يوليه|جويلية|تموز أغسطس|اغسطس|أوت|آب سبتمبر|أيلول|ايلول أكتوبر|اكتوبر نوفمبر ديسمبر
ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر
јануар|јануари фебруар|фебруари март април мај јун|јуни јул|јули август септембар|септември октобар|октомври новембар|ноември децембар|декември
януари февруари март април май юни юли август септември октомври ноември декември
студзеня|студзень лютага|люты сакавіка|сакавік красавіка|красавік мая|май чэрвеня|чэрвень ліпеня|ліпень жніўня|жнівень верасня|верасень кастрычніка|кастрычнік лістапада|лістапад снежня|снежань
қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан
հունվարի|հունվար փետրվարի|փետրվար մարտի|մարտ ապրիլի|ապրիլ մայիսի|մայիս հունիսի|հունիս հուլիսի|հուլիս օգոստոսի|օգոստոս սեպտեմբերի|սեպտեմբեր հոկտեմբերի|հոկտեմբեր նոյեմբերի|նոյեմբեր դեկտեմբերի|դեկտեմբեր
იანვარი|იანვარს თებერვალი|თებერვალს მარტი|მარტს აპრილი|აპრილს მაისი|მაისს ივნისი|ივნისს ივლისი|ივლისს აგვისტო|აგვისტოს სექტემბერი|სექტემბერს ოქტომბერი|ოქტომბერს ნოემბერი|ნოემბერს დეკემბერი|დეკემბერს
ינואר|בינואר|ינו פברואר|בפברואר|פבר מרץ|במרץ|מרס|במרס אפריל|באפריל|אפר מאי|במאי יוני|ביוני יולי|ביולי אוגוסט|באוגוסט|אוג ספטמבר|בספטמבר|ספט אוקטובר|באוקטובר|אוק נובמבר|בנובמבר|נוב דצמבר|בדצמבר|דצמ
جنوری|جنوري فروری|فبروري|فېبروري مارچ اپریل|اپرېل مئی جون جولائی|جولای اگست|اګست ستمبر|سپتمبر|سېپتمبر اکتوبر نومبر دسمبر
ژانویهٔ فوریهٔ مارس آوریل|آپریل می|مهٔ ژوئن|جون ژوئیهٔ|جولای|ژوییه اوت|آگوست|اگوست سپتامبر|سپتمبر اکتبر|اکتوبر نوامبر|نومبر دسامبر|دسمبر
जनवरी|जन॰|जानेवारी फ़रवरी|फरवरी|फ़र॰|फेब्रुअरी|फेब्रुवारी मार्च अप्रैल|अप्रिल|एप्रिल मई|मे जून|जुन जुलाई|जुलै अगस्त|अगस्ट|ऑगस्ट सितंबर|सितम्बर|सेप्टेम्बर|सप्टेंबर अक्टूबर|अक्तूबर|अक्टोबर|ऑक्टोबर नवंबर|नवम्बर|नोभेम्बर|नोव्हेंबर दिसंबर|दिसम्बर|डिसेम्बर|डिसेंबर
জানুয়ারি|জানুয়ারী ফেব্রুয়ারি|ফেব্রুয়ারী মার্চ এপ্রিল মে জুন জুলাই আগস্ট|অগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর
ஜனவரி பிப்ரவரி மார்ச் ஏப்ரல் மே ஜூன் ஜூலை ஆகஸ்ட் செப்டம்பர் அக்டோபர் நவம்பர் டிசம்பர்
జనవరి ఫిబ్రవరి మార్చి ఏప్రిల్ మే జూన్ జులై|జూలై ఆగస్టు|ఆగస్ట్ సెప్టెంబర్|సెప్టెంబరు అక్టోబర్|అక్టోబరు నవంబర్|నవంబరు డిసెంబర్|డిసెంబరు
ജനുവരി ഫെബ്രുവരി മാർച്ച് ഏപ്രിൽ മേയ്|മെയ് ജൂൺ ജൂലൈ ഓഗസ്റ്റ് സെപ്റ്റംബർ ഒക്ടോബർ നവംബർ ഡിസംബർ
ಜನವರಿ ಫೆಬ್ರವರಿ ಮಾರ್ಚ್ ಏಪ್ರಿಲ್ ಮೇ ಜೂನ್ ಜುಲೈ ಆಗಸ್ಟ್ ಸೆಪ್ಟೆಂಬರ್ ಅಕ್ಟೋಬರ್ ನವೆಂಬರ್ ಡಿಸೆಂಬರ್
જાન્યુઆરી ફેબ્રુઆરી માર્ચ એપ્રિલ મે જૂન જુલાઈ ઑગસ્ટ|ઓગસ્ટ સપ્ટેમ્બર ઑક્ટોબર|ઓક્ટોબર નવેમ્બર ડિસેમ્બર
ਜਨਵਰੀ ਫ਼ਰਵਰੀ|ਫਰਵਰੀ ਮਾਰਚ ਅਪ੍ਰੈਲ ਮਈ ਜੂਨ ਜੁਲਾਈ ਅਗਸਤ ਸਤੰਬਰ ਅਕਤੂਬਰ ਨਵੰਬਰ ਦਸੰਬਰ
มกราคม|มค กุมภาพันธ์|กพ มีนาคม|มีค เมษายน|เมย พฤษภาคม|พค มิถุนายน|มิย กรกฎาคม|กค สิงหาคม|สค กันยายน|กย ตุลาคม|ตค พฤศจิกายน|พย ธันวาคม|ธค
ဇန်နဝါရီ|ဇန်နဝါရီလ ဖေဖော်ဝါရီ|ဖေဖော်ဝါရီလ မတ်|မတ်လ ဧပြီ|ဧပြီလ မေ|မေလ ဇွန်|ဇွန်လ ဇူလိုင်|ဇူလိုင်လ ဩဂုတ်|ဩဂုတ်လ စက်တင်ဘာ|စက်တင်ဘာလ အောက်တိုဘာ|အောက်တိုဘာလ နိုဝင်ဘာ|နိုဝင်ဘာလ ဒီဇင်ဘာ|ဒီဇင်ဘာလ
មករា កុម្ភៈ មីនា មេសា ឧសភា មិថុនា កក្កដា សីហា កញ្ញា តុលា វិច្ឆិកា ធ្នូ
ມັງກອນ ກຸມພາ ມີນາ ເມສາ ພຶດສະພາ ມິຖຸນາ ກໍລະກົດ ສິງຫາ ກັນຍາ ຕຸລາ ພະຈິກ ທັນວາ
ጃንዋሪ|ጃንዩወሪ ፌብሩዋሪ|ፌብሩወሪ ማርች|ማርች ኤፕሪል ሜይ ጁን ጁላይ ኦገስት|ኦገስት ሴፕቴምበር ኦክቶበር ኖቬምበር ዲሴምበር
"""
#: Languages whose names mean other months elsewhere, or are common words: they count where the language is known.
_OF_LANGUAGES: Final = """
hr: siječnja|siječanj veljače|veljača ožujka|ožujak travnja|travanj svibnja|svibanj lipnja|lipanj srpnja|srpanj kolovoza|kolovoz rujna|rujan listopada|listopad studenoga|studeni|studenog prosinca|prosinac
sr: januar februar mart april maj jun|juni jul|juli avgust septembar oktobar novembar decembar
bs: januar|januara februar|februara mart|marta april|aprila maj|maja juni|juna jul|juli|jula august|augusta|avgust septembar|septembra oktobar|oktobra novembar|novembra decembar|decembra
sl: januar|januarja februar|februarja marec|marca april|aprila maj|maja junij|junija julij|julija avgust|avgusta september|septembra oktober|oktobra november|novembra december|decembra
sk: januára|január februára|február marca|marec apríla|apríl mája|máj júna|jún júla|júl augusta|august septembra|september októbra|október novembra|november decembra|december
lt: sausio|sausis vasario|vasaris kovo|kovas balandžio|balandis gegužės|gegužė birželio|birželis liepos|liepa rugpjūčio|rugpjūtis rugsėjo|rugsėjis spalio|spalis lapkričio|lapkritis gruodžio|gruodis
lv: janvāris|janvārī februāris|februārī marts|martā aprīlis|aprīlī maijs|maijā jūnijs|jūnijā jūlijs|jūlijā augusts|augustā septembris|septembrī oktobris|oktobrī novembris|novembrī decembris|decembrī
et: jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember
is: janúar|jan febrúar|feb mars apríl|apr maí júní júlí ágúst september|sept október|okt nóvember|nóv desember|des
ca: gener|gen febrer|febr març abril maig juny juliol|jul agost|ag setembre|set octubre|oct novembre|nov desembre|des
gl: xaneiro|xan febreiro|feb marzo abril maio xuño xullo agosto setembro|set outubro|out novembro decembro
eu: urtarrilaren|urtarrila|urtarrilak|urt otsailaren|otsaila|otsailak|ots martxoaren|martxoa|martxoak|mar apirilaren|apirila|apirilak|api maiatzaren|maiatza|maiatzak|mai ekainaren|ekaina|ekainak|eka uztailaren|uztaila|uztailak|uzt abuztuaren|abuztua|abuztuak|abu irailaren|iraila|irailak|ira urriaren|urria|urriak|urr azaroaren|azaroa|azaroak|aza abenduaren|abendua|abenduak|abe
sq: janar shkurt mars prill maj qershor korrik gusht shtator tetor nëntor dhjetor
az: yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr
uz: yanvar fevral mart aprel may iyun iyul avgust sentabr|sentyabr oktabr|oktyabr noyabr dekabr
ku: rêbendan|rêbendanê|çile reşemî|sibat|sibatê adar|adarê avrêl|nîsan|nîsanê gulan|gulanê hezîran|hezîranê pûşper|tîrmeh|tîrmehê tebax|tebaxê îlon|îlonê cotmeh|cotmehê mijdar|mijdarê berfanbar|kanûn
ckb: کانوونیدووەم شوبات ئازار نیسان ئایار حوزەیران تەمموز ئاب ئەیلوول تشرینییەکەم تشرینیدووەم کانوونییەکەم
sw: januari februari machi aprili mei juni julai agosti septemba oktoba novemba desemba
ms: januari februari mac april mei jun julai ogos september oktober november disember
fil: enero pebrero marso abril mayo hunyo hulyo agosto setyembre oktubre nobyembre disyembre
ga: eanáir feabhra márta aibreán bealtaine meitheamh iúil lúnasa fómhair fómhair samhain nollaig
cy: ionawr chwefror mawrth ebrill mai mehefin gorffennaf awst medi hydref tachwedd rhagfyr
af: januarie februarie maart april mei junie julie augustus september oktober november desember
zu: januwari|ujanuwari februwari mashi ephreli meyi juni julayi agasti septhemba okthoba novemba disemba
ha: janairu faburairu maris afirilu mayu yuni yuli agusta satumba oktoba nuwamba disamba
so: janaayo|jannaayo febraayo|feebraayo maarso abriil maayo|may juun luulyo|luuliyo agoosto|ogosto sebtembar|sebteembar oktoobar noofembar|nofembar disembar|diseembar
mt: jannar frar marzu april mejju ġunju lulju awwissu settembru ottubru novembru diċembru
lb: januar februar mäerz abrëll mee juni juli august september oktober november dezember
"""
#: Months of the Solar Hijri calendar, Iranian and Afghan names.
_SOLAR: Final = """
فروردین اردیبهشت خرداد تیر مرداد|امرداد شهریور مهر آبان آذر دی بهمن اسفند
حمل ثور جوزا سرطان اسد سنبله میزان عقرب قوس جدی دلو حوت
وری غویی غبرګولی چنګاښ زمری وږی تله لړم لیندۍ مرغومی سلواغه کب
"""
#: Months that are two words.
MONTH_PHRASES: Final = {
    "كانون الثاني": "Jan",
    "تشرين الأول": "Oct",
    "تشرين الاول": "Oct",
    "تشرين الثاني": "Nov",
    "كانون الأول": "Dec",
    "كانون الاول": "Dec",
}
#: Beginnings of weekdays that read as months: mardi, martes, martedì; Turkish Pazar is none.
_ALSO_WEEKDAYS: Final = frozenset({"mar", "mart"})


#: Marks that are no letters stand below this: accents, points of Hebrew, hamza. Vowel signs of India and Thailand do not.
_VOWEL_SIGNS: Final = "\u0900"


def _fold(word: str) -> str:
    """Case, accents and full stops aside.

    >>> _fold("Août."), _fold("KASIM"), _fold("Kasım"), _fold("มี.ค.")
    ('aout', 'kasim', 'kasim', 'มีค')
    """
    bare = unicodedata.normalize("NFKD", word.translate(_STOPS).casefold())
    return "".join(c for c in bare if c >= _VOWEL_SIGNS or not unicodedata.combining(c))


def _table(lines: str) -> dict[str, str]:
    exact: dict[str, set[int]] = defaultdict(set)
    starts: dict[str, set[int]] = defaultdict(set)
    for line in lines.strip().splitlines():
        for number, forms in enumerate(line.split()):
            for form in map(_fold, forms.split("|")):
                exact[form].add(number)
                for end in range(3, len(form)):
                    starts[form[:end]].add(number)
    table = {word: _ENGLISH[min(numbers)] for word, numbers in starts.items() if len(numbers) == 1}
    return table | {word: _ENGLISH[min(numbers)] for word, numbers in exact.items() if len(numbers) == 1}


_STOPS: Final = str.maketrans({".": None, "׳": None, "'": None, "’": None, "॰": None, "ı": "i", "\u200c": None})
_MONTHS: Final = _table(_NAMES)
_OF_LANGUAGE: Final = {
    code: _table(names) for code, _, names in (line.partition(":") for line in _OF_LANGUAGES.strip().splitlines())
}
_SOLAR_MONTHS: Final = {
    _fold(form): number
    for line in _SOLAR.strip().splitlines()
    for number, forms in enumerate(line.split(), 1)
    for form in forms.split("|")
}


@lru_cache(maxsize=4096)
def month_of(word: str, *, unless_weekday: bool = False, language: str = "") -> str:
    """The English abbreviation of the month a word names; empty: none.

    Args:
        word: as written, without blanks.
        unless_weekday: beginnings that are weekdays, too, are none.
        language: of the text, where it is known, in two or three letters.

    >>> month_of("сентября"), month_of("Sept."), month_of("jui"), month_of("mar", unless_weekday=True)
    ('Sep', 'Sep', '', '')
    >>> month_of("listopada"), month_of("listopada", language="hr")
    ('Nov', 'Oct')
    """
    folded = _fold(word)
    own = _OF_LANGUAGE.get(language, {}).get(folded)
    return own or ("" if unless_weekday and folded in _ALSO_WEEKDAYS else _MONTHS.get(folded, ""))


def solar_month_of(word: str) -> int:
    """The number of the month of the Solar Hijri calendar that a word names; 0: none.

    >>> solar_month_of("آذر"), solar_month_of("قوس"), solar_month_of("مارس")
    (9, 9, 0)
    """
    return _SOLAR_MONTHS.get(_fold(word), 0)
