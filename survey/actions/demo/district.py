"""The invented district 春禾区: three streets, twelve communities, their population, the responsible units."""

from survey.instrument.text import Text
from survey.programme.area import Area, AreaLevel
from survey.programme.margin import AGE_BANDS, SEXES, Margin
from survey.programme.unit import Unit, UnitRole

DISTRICT = "990101"  # 99 is no province's number in GB/T 2260
ADULTS_PER_DWELLING = 2.26

_NAMES = {
    "990101": Text("春禾区", "Chunhe District", "春禾區"),
    "990101001": Text("澄和街道", "Chenghe Street", "澄和街道"),
    "990101001001": Text("望荷社区", "Wanghe Community", "望荷社區"),
    "990101001002": Text("青瓦里社区", "Qingwali Community", "青瓦里社區"),
    "990101001003": Text("石渡桥社区", "Shiduqiao Community", "石渡橋社區"),
    "990101001004": Text("听禾苑社区", "Tingheyuan Community", "聽禾苑社區"),
    "990101002": Text("栖桐街道", "Qitong Street", "棲桐街道"),
    "990101002001": Text("桐影社区", "Tongying Community", "桐影社區"),
    "990101002002": Text("松谣社区", "Songyao Community", "松謠社區"),
    "990101002003": Text("晨曦里社区", "Chenxili Community", "晨曦里社區"),
    "990101002004": Text("麦浪社区", "Mailang Community", "麥浪社區"),
    "990101003": Text("竹溆镇", "Zhuxu Town", "竹漵鎮"),
    "990101003001": Text("竹溆社区", "Zhuxu Community", "竹漵社區"),
    "990101003002": Text("芦荻湾村", "Ludiwan Village", "蘆荻灣村"),
    "990101003003": Text("柳笛村", "Liudi Village", "柳笛村"),
    "990101003004": Text("南秧村", "Nanyang Village", "南秧村"),
}
_LEVELS = {6: AreaLevel.DISTRICT, 9: AreaLevel.STREET, 12: AreaLevel.COMMUNITY}

# Dwellings per community: the size measure of the sample and the base of the population.
DWELLINGS = {
    "990101001001": 2150, "990101001002": 1640, "990101001003": 1980, "990101001004": 1230,
    "990101002001": 2400, "990101002002": 1760, "990101002003": 2050, "990101002004": 1390,
    "990101003001": 1050, "990101003002": 840, "990101003003": 900, "990101003004": 740,
}  # fmt: skip

# Share of each age band among people of 16 and older, by street: the town is older than the city streets.
AGE_SHARES = {
    "990101001": (0.21, 0.30, 0.26, 0.07, 0.16),
    "990101002": (0.19, 0.28, 0.27, 0.08, 0.18),
    "990101003": (0.13, 0.22, 0.29, 0.10, 0.26),
}
_MALE_SHARE = (0.52, 0.50, 0.50, 0.49, 0.46)  # by age band


def areas() -> tuple[Area, ...]:
    return tuple(
        Area(code, name, _LEVELS[len(code)], code[:-3] if len(code) > 6 else None) for code, name in _NAMES.items()
    )


def streets() -> tuple[str, ...]:
    return tuple(AGE_SHARES)


def communities(street: str) -> tuple[str, ...]:
    return tuple(code for code in DWELLINGS if code.startswith(street))


def name_of(code: str) -> Text:
    return _NAMES[code]


def population(street: str) -> int:
    """People of 16 and older who live in the street."""
    return round(sum(DWELLINGS[code] for code in communities(street)) * ADULTS_PER_DWELLING)


def margins() -> tuple[Margin, ...]:
    """Street × sex × age band, in whole people; the cells of a street add up to its population."""
    return tuple(margin for street in streets() for margin in _margins_of(street))


def _margins_of(street: str) -> list[Margin]:
    exact = {
        (sex, band): population(street) * share * (male if sex == "1" else 1 - male)
        for band, share, male in zip(AGE_BANDS, AGE_SHARES[street], _MALE_SHARE, strict=True)
        for sex in SEXES
    }
    whole = {cell: int(people) for cell, people in exact.items()}
    # Largest remainders get the people that rounding down left over.
    left = population(street) - sum(whole.values())
    for cell in sorted(exact, key=lambda cell: whole[cell] - exact[cell])[:left]:
        whole[cell] += 1
    return [Margin(street, sex, band, float(people)) for (sex, band), people in whole.items()]


def units() -> tuple[Unit, ...]:
    """The bodies that answer for the indicators, each in a lead or a cooperating role."""
    return tuple(
        Unit(
            code,
            name,
            tuple((indicator, UnitRole.LEAD) for indicator in lead)
            + tuple((indicator, UnitRole.COOPERATING) for indicator in cooperating),
        )
        for code, name, lead, cooperating in _UNITS
    )


_UNITS: tuple[tuple[str, Text, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "office",
        Text("春禾区创建办（虚构）", "Creation Office of Chunhe (fictional)", "春禾區創建辦（虛構）"),
        ("AWARE", "SUPPORT", "PARTIC", "SAT_ALL", "VOL_SUP"),
        ("WINDOW", "LAW_EDU"),
    ),
    (
        "environment",
        Text("春禾区生态环境分局（虚构）", "Environment Branch of Chunhe (fictional)", "春禾區生態環境分局（虛構）"),
        ("ENV",),
        (),
    ),
    (
        "police",
        Text("春禾区公安分局（虚构）", "Police Branch of Chunhe (fictional)", "春禾區公安分局（虛構）"),
        ("SAFE",),
        ("LAW_EDU",),
    ),
    (
        "transport",
        Text("春禾区交通运输局（虚构）", "Transport Bureau of Chunhe (fictional)", "春禾區交通運輸局（虛構）"),
        ("BUS",),
        ("ENV",),
    ),
    (
        "health",
        Text("春禾区卫生健康局（虚构）", "Health Bureau of Chunhe (fictional)", "春禾區衛生健康局（虛構）"),
        ("CHC", "MARROW"),
        ("WINDOW",),
    ),
    (
        "education",
        Text("春禾区教育局（虚构）", "Education Bureau of Chunhe (fictional)", "春禾區教育局（虛構）"),
        ("EDU",),
        ("VOL_SUP",),
    ),
    (
        "services",
        Text(
            "春禾区政务服务局（虚构）", "Government Services Bureau of Chunhe (fictional)", "春禾區政務服務局（虛構）"
        ),
        ("WINDOW", "GOV_EFF"),
        ("GOV_BOTH",),
    ),
    (
        "discipline",
        Text(
            "春禾区纪检监察机关（虚构）",
            "Discipline and Supervision Body of Chunhe (fictional)",
            "春禾區紀檢監察機關（虛構）",
        ),
        ("GOV_CLEAN", "GOV_BOTH"),
        ("GOV_EFF",),
    ),
    (
        "justice",
        Text("春禾区司法局（虚构）", "Justice Bureau of Chunhe (fictional)", "春禾區司法局（虛構）"),
        ("LAW_EDU",),
        (),
    ),
)
