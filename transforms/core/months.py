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


def _fold(word: str) -> str:
    """Case and marks aside.

    >>> _fold("Août."), _fold("KASIM"), _fold("Kasım")
    ('aout', 'kasim', 'kasim')
    """
    bare = unicodedata.normalize("NFKD", word.strip(".").replace("ı", "i").casefold())
    return "".join(c for c in bare if not unicodedata.combining(c))


def _table() -> dict[str, str]:
    exact: dict[str, set[int]] = defaultdict(set)
    starts: dict[str, set[int]] = defaultdict(set)
    for line in _NAMES.strip().splitlines():
        for number, forms in enumerate(line.split()):
            for form in map(_fold, forms.split("|")):
                exact[form].add(number)
                for end in range(3, len(form)):
                    starts[form[:end]].add(number)
    table = {word: _ENGLISH[min(numbers)] for word, numbers in starts.items() if len(numbers) == 1}
    return table | {word: _ENGLISH[min(numbers)] for word, numbers in exact.items() if len(numbers) == 1}


_MONTHS: Final = _table()


@lru_cache(maxsize=4096)
def month_of(word: str, *, unless_weekday: bool = False) -> str:
    """The English abbreviation of the month a word names; empty: none.

    >>> month_of("сентября"), month_of("Sept."), month_of("jui"), month_of("mar", unless_weekday=True)
    ('Sep', 'Sep', '', '')
    """
    folded = _fold(word)
    return "" if unless_weekday and folded in _ALSO_WEEKDAYS else _MONTHS.get(folded, "")
