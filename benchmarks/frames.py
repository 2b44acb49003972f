"""Invented wires of the kind that agencies fill in day by day: the same sentences, other figures, dates and names.

Two fillings of one frame are two stories, however alike they look. Written for this benchmark; nothing in the program
knows them.
"""

import random
from collections.abc import Callable

#: Where a frame's slot is filled from: a list to pick from, or a function of the random source.
Fill = list[str] | Callable[[random.Random], str]


def _number(low: int, high: int) -> Callable[[random.Random], str]:
    return lambda source: str(source.randint(low, high))


def _decimal(low: float, high: float, places: int = 2) -> Callable[[random.Random], str]:
    return lambda source: f"{source.uniform(low, high):.{places}f}"


_FILLS: dict[str, Fill] = {
    "day": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
    "tag": ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag"],
    "jour": ["lundi", "mardi", "mercredi", "jeudi", "vendredi"],
    "dia": ["lunes", "martes", "miércoles", "jueves", "viernes"],
    "gun": ["pazartesi", "salı", "çarşamba", "perşembe", "cuma"],
    "yawm": ["الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة"],
    "den": ["понедельник", "вторник", "среду", "четверг", "пятницу"],
    "xingqi": ["周一", "周二", "周三", "周四", "周五"],
    "updown": ["rose", "fell", "gained", "slipped"],
    "firm": ["Norvane", "Kelbrook Group", "Tessal Foods", "Ardent Rail", "Millbay Energy", "Corvia", "Halden Steel"],
    "chief": ["Maria Lund", "Peter Okoro", "James Fielding", "Anna Kruger", "Ravi Menon", "Louise Barr"],
    "analyst": ["Tom Hadley", "Grace Idowu", "Stefan Ruhl", "Mina Sato", "Carl Weems", "Dana Forst"],
    "house": ["Pell & Co", "Northgate", "Banque Orsel", "Kite Research", "Delmar Securities"],
    "town": ["Harwick", "Sandmouth", "Kirby", "Ollerton", "Brayfield", "Westholm", "Tarnley"],
    "ort": ["Hagenau", "Lindtal", "Wesselburg", "Ostheim", "Brückfeld", "Marlach"],
    "ville": ["Brévans", "Tournoy", "Saint-Aubert", "Marsillac", "Villedoux"],
    "pueblo": ["Almenara", "Torrecilla", "San Bruno", "Villalba", "Río Seco"],
    "ilce": ["Karaova", "Denizköy", "Yeşilburun", "Akçatepe", "Taşlıca"],
    "balda": ["النخيل", "الزهراء", "تل العين", "الكرامة", "السهل", "باب الريح"],
    "gorod": ["Верхнереченск", "Соколово", "Приморье", "Каменка", "Луговое"],
    "club": ["Rovers", "Albion", "City", "United", "Athletic", "Wanderers", "Town", "Rangers"],
    "verein": ["SV Hagenau", "TSV Lindtal", "Eintracht Ostheim", "FC Wesselburg", "VfB Marlach"],
    "equipo": ["Almenara", "Deportivo Bruno", "Villalba", "Real Seco", "Unión Torre"],
    "takim": ["Karaovaspor", "Denizköy", "Akçatepe SK", "Taşlıcaspor", "Burunspor"],
    "man": ["Ellis", "Novak", "Diarra", "Soler", "Whitby", "Amadi", "Kowal", "Prins", "Tanaka", "Borg"],
    "mann": ["Keller", "Brandt", "Yilmaz", "Hofer", "Lorenz", "Petrov", "Sommer"],
    "hombre": ["Ibarra", "Montes", "Quiroga", "Salas", "Peña", "Lozano"],
    "adam": ["Demir", "Kaya", "Aslan", "Yıldız", "Koç", "Şahin"],
    "n1": _number(1, 9),
    "n2": _number(10, 99),
    "n3": _number(100, 999),
    "n4": lambda source: f"{source.randint(1, 9)},{source.randint(100, 999)}",
    "d1": _decimal(0.1, 3.9, 1),
    "d2": _decimal(40, 120),
    "d4": _decimal(1, 3, 4),
    "year": _number(2011, 2024),
}

_MARKETS = """Stocks {updown} on {day} as investors weighed fresh data on jobs and inflation. The benchmark index
closed {d1} percent lower at {n4}.{n2}, while the broader all-share index lost {n2} points, or {d1} percent, to
{n4}.{n2}. Shares of {firm} led the movers with a change of {d1} percent after the company said quarterly orders had
come in at {n3} million dollars. {firm} and {firm} also moved, by {d1} percent and {d1} percent. "The market is
taking a breather after a strong run," said {analyst}, a strategist at {house}. Volume on the exchange was {n1}.{n2}
billion shares, compared with the {n1}.{n2} billion average for the last 20 trading days. Advancing issues
outnumbered declining ones by a {n1}.{n2}-to-1 ratio. In currency trading the euro bought {d4} dollars, after {d4} a
day earlier. The yield on the ten-year note stood at {d1} percent."""

_EARNINGS = """{firm} on {day} reported earnings that beat the expectations of analysts. The company said net income
in the {year} quarter was {n3} million dollars, or {n1}.{n2} dollars a share, compared with {n3} million dollars, or
{n1}.{n2} dollars a share, in the same period a year earlier. Revenue rose {d1} percent to {n1}.{n2} billion
dollars. Analysts had on average expected a profit of {n1}.{n2} dollars a share, according to a survey of {n2}
analysts. For the full year the company expects earnings of between {n1}.{n2} and {n1}.{n2} dollars a share. "We are
pleased with the results and remain confident in our strategy," chief executive {chief} said in a statement. Shares
of the company have gained {n2} percent since the beginning of the year."""

_WEATHER = """The weather service expects a changeable {day} with scattered showers in {town} and sunny spells
later. Temperatures will reach {n2} degrees in {town} and {n2} degrees on the coast near {town}, with a light wind
from the west at {n2} kilometres per hour. During the night temperatures are expected to fall to {n1} degrees. The
chance of rain is {n2} percent. The service advised drivers to take care on roads near {town}, where fog may form in
the early hours. The outlook for the coming days remains unsettled, with highs of between {n2} and {n2} degrees."""

_FOOTBALL = """{club} beat {club} {n1}-{n1} on {day} to move up to place {n2} in the table. {man} opened the scoring
in the {n2}th minute after a pass from {man}, and {man} doubled the lead shortly before the break. {man} pulled one
back in the {n2}th minute, but {man} made sure of the points with a header from close range. "It was a difficult
game and the boys gave everything," said manager {man}. {club} have now won {n1} of their last {n2} matches and
travel to {club} next weekend, while {club} host {club}. The attendance was {n2},{n3}."""

_QUAKE = """An earthquake with a magnitude of {n1}.{n1} struck near {town} on {day}, the geological service said.
The quake hit at a depth of {n2} kilometres, about {n3} kilometres from {town}. There were no immediate reports of
casualties or damage. Residents of {town} said they felt the ground shake for about {n2} seconds. The region lies on
a fault and is hit by tremors regularly."""

_BULLETIN = """The monitoring mission recorded {n3} ceasefire violations on {day}, including {n2} explosions,
compared with {n3} violations in the previous reporting period. Most were recorded near {town} and {town}. The
mission confirmed that {n1} civilians had been injured by shelling in {town} and that a house in {town} was damaged.
The mission's patrols were denied passage at {n1} checkpoints. An unmanned aerial vehicle spotted {n2} armoured
vehicles near {town}. The mission continued to follow up on reports of damage to civilian property and monitored the
security situation at the water pumping station near {town}."""

_COURT = """A {n2}-year-old man from {town} was sentenced to {n2} years in prison on {day} for the killing of
{chief}, {n2}, at a house in {town}. The jury took {n1} hours to reach its verdict after a trial of {n1} weeks.
Judge {analyst} told the defendant that he would serve a minimum of {n2} years before he could be considered for
parole. "No sentence can bring back a much loved member of our family," relatives said in a statement read outside
the court."""

_OIL = """Oil prices {updown} on {day} after data showed a change in stockpiles. Brent crude futures moved {n2}
cents to {d2} dollars a barrel by {n1} p.m., while the American benchmark traded {n2} cents away at {d2} dollars.
Stockpiles changed by {n1}.{n1} million barrels last week to {n3} million barrels, against expectations of {n1}.{n1}
million barrels. {analyst} of {house} said demand remained the main concern of the market. Both benchmarks have
moved {d1} percent this week."""

_BOERSE = """Der deutsche Aktienmarkt hat am {tag} nach einem ruhigen Handelstag leichter geschlossen. Der Leitindex
verlor {d1} Prozent auf {n4} Punkte, der Index der mittelgroßen Werte gab um {d1} Prozent auf {n4} Zähler nach.
Gefragt waren Papiere von {firm} mit einem Plus von {d1} Prozent, am Ende des Feldes standen {firm} mit einem
Abschlag von {d1} Prozent. Der Euro wurde am Abend mit {d4} Dollar gehandelt. Am Rentenmarkt stieg die Umlaufrendite
auf {d1} Prozent. Händler verwiesen auf die anstehenden Konjunkturdaten aus den Vereinigten Staaten, vor denen sich
viele Anleger zurückhielten."""

_SPIEL = """{verein} hat am {tag} mit {n1}:{n1} gegen {verein} gewonnen und den {n1}. Tabellenplatz gefestigt. Vor
{n4} Zuschauern traf {mann} in der {n2}. Minute zur Führung, {mann} erhöhte nach einer Ecke. Der Anschlusstreffer
durch {mann} in der {n2}. Minute kam zu spät. "Wir haben uns das hart erarbeitet", sagte Trainer {mann} nach dem
Spiel. Am nächsten Spieltag empfängt {verein} den Gegner {verein}, während {verein} bei {verein} antreten muss."""

_UNFALL = """Bei einem Verkehrsunfall in der Nähe von {ort} ist am {tag} ein {n2} Jahre alter Mann schwer verletzt
worden. Nach Angaben der Polizei kam er gegen {n2} Uhr mit seinem Wagen von der Landstraße {n3} ab und prallte gegen
einen Baum. Ein Rettungshubschrauber brachte ihn in ein Krankenhaus nach {ort}. Seine {n2} Jahre alte Beifahrerin
wurde leicht verletzt. Der Schaden wird auf {n2}.000 Euro geschätzt. Die Straße zwischen {ort} und {ort} war mehrere
Stunden gesperrt."""

_BOURSE = """La Bourse a terminé en légère baisse {jour}, de {d1}%, dans un marché attentiste avant la publication
de chiffres sur l'emploi. L'indice vedette a cédé {n2},{n2} points à {n4},{n2} points. Du côté des valeurs, {firm} a
pris {d1}% à {n2},{n2} euros après avoir annoncé un chiffre d'affaires de {n3} millions d'euros. A l'inverse, {firm}
a perdu {d1}% à {n2},{n2} euros. L'euro valait {d4} dollar en fin de journée. "Les investisseurs préfèrent rester
prudents", a expliqué {analyst}, gérant chez {house}."""

_METEO = """Le temps sera nuageux {jour} avec quelques averses près de {ville} et de belles éclaircies l'après-midi.
Les températures atteindront {n2} degrés à {ville} et {n2} degrés à {ville}, avec un vent faible de {n2} km/h. La
nuit, le mercure descendra jusqu'à {n1} degrés. Le risque de pluie est de {n2}%. Les automobilistes sont appelés à
la prudence autour de {ville}, où des bancs de brouillard pourraient se former au petit matin."""

_SISMO = """Un sismo de magnitud {n1},{n1} sacudió este {dia} la zona de {pueblo}, informó el servicio geológico. El
temblor se produjo a las {n2}:{n2} horas, a {n2} kilómetros de profundidad y a {n3} kilómetros de {pueblo}. Hasta el
momento no hay informes de víctimas ni de daños materiales. Los vecinos de {pueblo} salieron a la calle cuando
sintieron el movimiento, que duró unos {n2} segundos. La región registra con frecuencia movimientos de este tipo."""

_PARTIDO = """{equipo} venció {n1}-{n1} a {equipo} este {dia} y suma ya {n2} puntos en la clasificación. {hombre}
adelantó a los locales en el minuto {n2} con un disparo desde fuera del área y {hombre} amplió la ventaja poco antes
del descanso. {hombre} recortó distancias en el minuto {n2}. "Ha sido un partido muy difícil y el equipo ha
trabajado bien", declaró el entrenador {hombre}. En la próxima jornada {equipo} visitará a {equipo}, mientras que
{equipo} recibirá a {equipo}."""

_DOVIZ = """Dolar {gun} günü güne {n2},{n2} liradan başladı. Serbest piyasada avro {n2},{n2} liradan, sterlin ise
{n2},{n2} liradan işlem görüyor. Borsa endeksi önceki kapanışa göre {n3},{n2} puan artarak {n4},{n2} puana çıktı.
Bankacılık endeksi yüzde {d1}, holding endeksi yüzde {d1} değer kazandı. Analistler, gün içinde açıklanacak
enflasyon verilerinin piyasaların yönü üzerinde etkili olacağını, endekste {n4} puanın direnç, {n4} puanın destek
konumunda olduğunu kaydetti."""

_MAC = """{takim}, {gun} günü sahasında {takim} takımını {n1}-{n1} yendi. Karşılaşmanın ilk golü {n2}. dakikada
{adam} tarafından atıldı. {adam} ikinci yarının başında farkı ikiye çıkardı. Konuk ekibin tek golünü {n2}. dakikada
{adam} kaydetti. Maçın ardından konuşan teknik direktör {adam}, oyuncularını kutladığını ve zor bir maçı
kazandıklarını söyledi. {takim} gelecek hafta deplasmanda {takim} ile karşılaşacak. Ev sahibi ekip puanını {n2}
yaptı."""

_NAFT = """ارتفعت أسعار النفط يوم {yawm} بعد صدور بيانات عن تغير المخزونات. وزادت العقود الآجلة لخام برنت {n2} سنتا
إلى {d2} دولار للبرميل بحلول الساعة {n1} بتوقيت غرينتش، كما صعدت عقود الخام الأمريكي {n2} سنتا إلى {d2} دولار.
وأظهرت البيانات أن المخزونات تغيرت بمقدار {n1}.{n1} مليون برميل في الأسبوع الماضي إلى {n3} مليون برميل، مقارنة مع
توقعات المحللين البالغة {n1}.{n1} مليون برميل. وقال محللون إن الطلب لا يزال مصدر القلق الرئيسي في السوق. وبلغت مكاسب
الخامين {d1} في المئة هذا الأسبوع."""

_QASF = """قتل {n1} مدنيين وأصيب {n2} آخرون في قصف استهدف بلدة {balda} يوم {yawm}، بحسب ما أفاد الدفاع المدني. وقالت
فرق الإنقاذ إن القصف طال أيضا بلدتي {balda} و{balda} وأدى إلى تدمير {n1} منازل. ونقل المصابون إلى مستشفى {balda}
لتلقي العلاج. وأضافت الفرق أن عمليات البحث عن ناجين تحت الأنقاض استمرت {n1} ساعات. وتشهد المنطقة تصعيدا منذ أسابيع."""

_KURS = """Официальный курс доллара на {den} установлен на уровне {n2},{n4} рубля, что на {n2} копеек отличается от
предыдущего показателя. Курс евро составил {n2},{n4} рубля, изменившись на {n2} копеек. Индекс биржи к закрытию
торгов составил {n4},{n2} пункта, прибавив {d1} процента. Бумаги компании «{gorod}» подорожали на {d1} процента,
акции «{gorod}» подешевели на {d1} процента. Аналитики отмечают, что участники рынка ждут публикации данных об
инфляции."""

_POGODA = """В {den} в городе {gorod} ожидается переменная облачность, местами небольшой дождь. Температура воздуха
днём составит {n2} градусов, ночью опустится до {n1} градусов. Ветер западный, {n1} метров в секунду. В районе
города {gorod} возможен туман, видимость на дорогах снизится до {n3} метров. Атмосферное давление составит {n3}
миллиметров ртутного столба. Водителей просят соблюдать осторожность на трассе у города {gorod}."""

_GUSHI = """{xingqi}，股市小幅收跌。截至收盘，综合指数报{n4}.{n2}点，跌幅为百分之{d1}；成分指数报
{n4}.{n2}点，跌幅为百分之{d1}。两市成交额为{n4}亿元，较上一交易日减少{n3}亿元。银行板块上涨百分之{d1}，
煤炭板块下跌百分之{d1}。分析人士认为，投资者正在等待即将公布的经济数据，短期内市场仍将维持震荡格局。
汇率方面，人民币对美元中间价报{n1}.{n4}，较前一交易日调整{n2}个基点。"""

FRAMES = {
    "en markets": _MARKETS, "en earnings": _EARNINGS, "en weather": _WEATHER, "en football": _FOOTBALL,
    "en quake": _QUAKE, "en bulletin": _BULLETIN, "en court": _COURT, "en oil": _OIL,
    "de markets": _BOERSE, "de football": _SPIEL, "de accident": _UNFALL, "fr markets": _BOURSE,
    "fr weather": _METEO, "es quake": _SISMO, "es football": _PARTIDO, "tr markets": _DOVIZ,
    "tr football": _MAC, "ar oil": _NAFT, "ar shelling": _QASF, "ru markets": _KURS,
    "ru weather": _POGODA, "zh markets": _GUSHI,
}  # fmt: skip


def fill(frame: str, figures: random.Random, names: random.Random) -> str:
    """One wire: the frame with each slot filled; names do not repeat within a wire while there are others."""
    unused = {slot: names.sample(values, len(values)) for slot, values in _FILLS.items() if isinstance(values, list)}
    parts = frame.replace("\n", " ").split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        slot, rest = part.split("}", 1)
        values = _FILLS[slot]
        if isinstance(values, list):
            filled.append(unused[slot].pop() if unused[slot] else names.choice(values))
        else:
            filled.append(values(figures))
        filled.append(rest)
    return "".join(filled)


def template_pairs(seed: int, each: int) -> list[tuple[str, str, str]]:
    """(name, one wire, another) for each frame; every third pair has the same names, and only its figures differ."""
    source = random.Random(seed)
    pairs: list[tuple[str, str, str]] = []
    for name, frame in FRAMES.items():
        for number in range(each):
            one = source.random()
            other = one if number % 3 == 2 else source.random()
            pairs.append((name, fill(frame, source, random.Random(one)), fill(frame, source, random.Random(other))))
    return pairs
