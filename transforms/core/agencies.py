# ruff: noqa: E501  # a list of names
"""Names of news agencies as datelines write them. Does no I/O."""

import re

_NAMES = """
AP|Associated Press|The Associated Press|Reuters|Thomson Reuters|Thomson Reuters Foundation|AFP|Agence France-Presse|UPI|
dpa|dpa-AFX|DPA International|epd|KNA|sid|APA|ATS|SDA|Keystone-SDA|Keystone-ATS|ANSA|AGI|Adnkronos|EFE|Agencia EFE|Europa Press|Lusa|
ANP|Belga|NTB|TT|Ritzau|STT|PA|PA Media|Press Association|CP|The Canadian Press|AAP|ČTK|CTK|MTI|PAP|BTA|HINA|Tanjug|Agerpres|
TASS|ITAR-TASS|RIA|RIA Novosti|Sputnik|Interfax|INTERFAX.RU|Prime|Regnum|Ukrinform|UNIAN|BelTA|Kazinform|Trend|Azertac|Report|
AA|Anadolu|Anadolu Agency|Anadolu Ajansı|DHA|İHA|IHA|ANKA|ANHA|ANF|Rudaw|ARA News|North Press|Kurdistan 24|
SANA|IRNA|ISNA|Tasnim|Fars|Mehr|Press TV|Petra|KUNA|WAM|SPA|QNA|BNA|ONA|MENA|NNA|WAFA|INA|Saba|LANA|MAP|TAP|APS|
Xinhua|Kyodo|Kyodo News|Jiji|Jiji Press|Yonhap|CNA|PTI|ANI|IANS|UNI|APP|BSS|Bernama|Antara|VNA|MNA|KCNA|
Bloomberg|BBC|CNN|VOA|RFE/RL|RFI|DW|Al Jazeera|Al Arabiya|Asharq Al-Awsat|Enab Baladi|Qasioun|SOHR|Step News|IRIN|OCHA|
ТАСС|ИТАР-ТАСС|РИА|РИА Новости|РИА Новости/Прайм|Интерфакс|Рейтер|Рейтерс|АП|АФП|ДПА|ЭФЭ|Анадолу|Синьхуа|Спутник|Росбалт|Прайм|САНА|
رويترز|أ ف ب|ا ف ب|فرانس برس|وكالة فرانس برس|أ ب|ا ب|أسوشيتد برس|أسوشييتد برس|اسوشيتد برس|د ب أ|د ب ا|الألمانية|الأناضول|الاناضول|
وكالة الأناضول|سانا|واس|وام|كونا|قنا|بترا|وفا|بنا|واع|أ ش أ|ا ش ا|سبوتنيك|تاس|نوفوستي|إنترفاكس|شينخوا|إفي|إرنا|ارنا|فارس|تسنيم|
عنب بلدي|وكالات|الجزيرة|العربية|الشرق الأوسط|هاوار|نورث برس|روداو
"""
_BETWEEN = re.compile(r"\s*(?:/|,|;|\+|&|\bund\b|\band\b|\bet\b|\by\b|\bve\b|\bи\b)\s*")
#: What an agency calls itself: no place is called so.
_IN_FULL = re.compile(
    r"\b(?:agency|agence|agentur|agencia|ajansı|news|press|presse|agentura|agenzia|агентство|новости)\b|وكالة",
    re.IGNORECASE,
)


def _folded(name: str) -> str:
    return re.sub(r"[\s.\u0640\u200f\u200e]+", "", name).casefold()


_KNOWN = frozenset(_folded(name) for name in _NAMES.replace("\n", "").split("|"))


def is_agency(name: str) -> bool:
    """Whether this is an agency, or several.

    >>> is_agency("dpa/AFP"), is_agency("أ.ف.ب"), is_agency("CDU")
    (True, True, False)
    """
    return _folded(name) in _KNOWN or all(_folded(part) in _KNOWN for part in _BETWEEN.split(name))


def names_agency(text: str) -> bool:
    """Whether this speaks of an agency, as "Agence France-Presse" does: then it is no place."""
    return bool(_IN_FULL.search(text)) or _folded(text) in _KNOWN
