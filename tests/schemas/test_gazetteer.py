"""A gazetteer is checked when it is read, in one line that says where; and ours is right."""

import re

import pytest

from schemas.gazetteer import GazetteerError, PlaceName, load_gazetteer, parse_gazetteer
from schemas.rules import load_rules
from schemas.taxonomy import LANGUAGES

HEAD = "name\tcountry\tkind\tlatitude\tlongitude\tpopulation\ten\tar\n"
QUAY = "Quay\tWM\tcity\t10.5\t-20\t900\tQuay; (Old|New) Quay; ?=Key; !Quay Street\tكي\n"
DUMP = (
    "17\tKestrel\tKestrel\tKestrelbay,Кестрель,كسترل,KST,凱\t10.5\t-20.25\tP\tPPL\tWM\t\t01\t\t\t\t1200\t\t5\tEtc/UTC\t2026-01-01\n"
    "18\tKestrel Reef\tKestrel Reef\t\t10\t-20\tH\tRF\tWM\t\t01\t\t\t\t0\t\t5\tEtc/UTC\t2026-01-01\n"
    "19\tWestmark\tWestmark\t\t11\t-20\tA\tPCLI\tWM\t\t00\t\t\t\t50000\t\t5\tEtc/UTC\t2026-01-01\n"
)


def test_a_place_and_its_names():
    (place,) = parse_gazetteer((f"# a remark\n{HEAD}\n{QUAY}").encode()).places
    assert (place.name, place.country, place.kind) == ("Quay", "WM", "city")
    assert (place.latitude, place.longitude, place.population) == (10.5, -20.0, 900)
    assert place.names == (
        PlaceName("Quay", "en"),
        PlaceName("(Old|New) Quay", "en"),
        PlaceName("=Key", "en", "doubtful"),
        PlaceName("Quay Street", "en", "other"),
        PlaceName("كي", "ar"),
    )


def test_the_name_is_the_english_one_where_none_is_given():
    (place,) = parse_gazetteer(b"name\tcountry\tkind\tlatitude\tlongitude\nQuay\tWM\tcity\t1\t2\n").places
    assert (place.names, place.population) == ((PlaceName("Quay", "en"),), 0)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "own.tsv: no place in it"),
        ("name\tcountry\n", "own.tsv: line 1: the head line has no column 'kind'"),
        (HEAD.replace("ar\n", "xx\n"), "own.tsv: line 1: no column is called 'xx'"),
        (HEAD + "\tWM\tcity\t1\t2\n", "own.tsv: line 2: no name"),
        (HEAD + QUAY.replace("WM", "West"), "own.tsv: line 2: country 'West' is not an ISO code of two capitals"),
        (HEAD + QUAY.replace("city", "town"), "own.tsv: line 2: kind 'town' is none of country, region, city"),
        (HEAD + QUAY.replace("10.5", "105"), "own.tsv: line 2: latitude '105' is not a number from -90 to 90"),
        (HEAD + QUAY.replace("-20", "west"), "own.tsv: line 2: longitude 'west' is not a number from -180 to 180"),
        (HEAD + QUAY.replace("10.5", "nan"), "own.tsv: line 2: latitude 'nan' is not a number from -90 to 90"),
        (HEAD + QUAY.replace("900", "9e2"), "own.tsv: line 2: population '9e2' is not a whole number"),
        (HEAD + QUAY + "#\n" + QUAY, "own.tsv: line 4: 'Quay' stands already in line 2"),
        (HEAD + QUAY.replace("\n", "\tmore\n"), "own.tsv: line 2: 9 columns, but the head line has 8"),
        (HEAD + QUAY.replace("(Old", "Old"), "own.tsv: line 2: en: 'Old|New) Quay': brackets do not match"),
        (
            HEAD + QUAY.replace("New) Quay", "New) … Quay"),
            "own.tsv: line 2: en: '(Old|New) … Quay': a place has no gaps",
        ),
        (HEAD + QUAY.replace("Quay Street", "…"), "own.tsv: line 2: en: '…'"),
        (DUMP + "20\tshort\n", "own.tsv: line 4: 2 columns, but a dump of GeoNames has 19"),
        (DUMP.replace("10.5", "x"), "own.tsv: line 1: latitude 'x' is not a number"),
    ],
)
def test_faults_are_told_in_one_line_with_file_and_line(content, fault):
    with pytest.raises(GazetteerError) as raised:
        parse_gazetteer(content.encode(), "own.tsv")
    assert str(raised.value).startswith(fault)
    assert "\n" not in str(raised.value)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(GazetteerError, match=r"none\.tsv: cannot be read: No such file"):
        load_gazetteer(tmp_path / "none.tsv")
    (tmp_path / "own.tsv").write_bytes(HEAD.encode() + b"\xff")
    with pytest.raises(GazetteerError, match=r"own\.tsv: not UTF-8: invalid start byte at byte 54"):
        load_gazetteer(tmp_path / "own.tsv")


def test_a_dump_of_geonames_gives_settlements_regions_and_countries():
    kestrel, westmark = parse_gazetteer(DUMP.replace("1200", "120000").encode()).places
    assert (kestrel.kind, kestrel.latitude, kestrel.longitude, kestrel.population) == ("city", 10.5, -20.25, 120_000)
    assert kestrel.names == (
        PlaceName("Kestrel", "en"),
        PlaceName("Kestrelbay", "en"),
        PlaceName("Кестрель", "ru"),
        PlaceName("كسترل", "ar"),
    ), "neither abbreviations nor scripts that are not matched"
    assert westmark.kind == "country"
    small, _ = parse_gazetteer(DUMP.encode()).places
    assert small.names == (
        PlaceName("Kestrel", "en", "doubtful"),
        PlaceName("Кестрель", "ru", "doubtful"),
        PlaceName("كسترل", "ar", "doubtful"),
    ), "a small one counts only in company"


def test_a_gazetteer_of_ones_own_keeps_our_countries_and_not_our_towns(tmp_path):
    (tmp_path / "own.tsv").write_text(HEAD + QUAY + "Syria\tSY\tcountry\t1\t2\n")
    own = load_gazetteer(tmp_path / "own.tsv").places
    assert [place.latitude for place in own if place.country == "SY"] == [1.0]
    assert {place.name for place in own} >= {"Quay", "Turkey"}
    assert "Damascus" not in {place.name for place in own}


def test_the_version_of_the_rules_names_both_files(tmp_path):
    (tmp_path / "own.tsv").write_text(HEAD + QUAY)
    ours, own = load_rules(), load_rules(None, tmp_path / "own.tsv")
    assert ours.version == f"{ours.taxonomy.version}/{ours.gazetteer.version}"
    assert re.fullmatch(r"[^/]+/[0-9a-f]{10}", ours.version)
    assert own.version.partition("/")[0] == ours.version.partition("/")[0]
    assert own.version != ours.version


def test_ours_holds_what_a_conflict_desk_names_in_ten_languages():
    places = load_gazetteer().places
    assert len([place for place in places if place.kind == "country"]) >= 195
    assert len([place for place in places if place.country == "SY"]) >= 90
    for place in places:
        spoken = {name.language for name in place.names if name.says != "other"}
        if place.kind == "country" or place.name in ("Idlib", "Aleppo", "Damascus", "Beirut", "Kyiv"):
            assert {"en", "ar", "ru", "fa", "uk"} <= spoken, place.name
    assert set(LANGUAGES) == {name.language for place in places for name in place.names}
