"""Step 2, the sentences on posters and letters: Chinese first, English beside it. None of them hints at an answer."""

from dataclasses import dataclass

from survey.instrument.population import Population
from survey.programme.wave import Wave

_ASKED_OF = {
    Population.RESIDENTS: ("居民", "residents"),
    Population.MERCHANTS: ("店铺商家", "shops and merchants"),
    Population.STAFF: ("企业员工", "staff of enterprises"),
    Population.STUDENTS: ("学生", "students"),
}


@dataclass(frozen=True)
class PrintWords:
    """Everything on a page that does not change from code to code. `legal`: label, English label, value."""

    organiser: str
    organiser_en: str
    title: str
    title_en: str
    purpose: str
    purpose_en: str
    scan: str
    scan_en: str
    by_hand: str
    by_hand_lines: str
    by_hand_en: str
    privacy: str
    privacy_lines: str
    privacy_en: str
    once: str
    once_en: str
    letter: tuple[str, ...]
    letter_en: tuple[str, ...]
    legal: tuple[tuple[str, str, str], ...]


def wave_words(wave: Wave, *, reminder: bool = False) -> PrintWords:
    """The sentences for one wave; `reminder` makes the letter a second one."""
    people, people_en = _ASKED_OF[wave.population]
    organiser, header = wave.organiser, wave.header
    until = header.valid_until
    return PrintWords(
        organiser=organiser.name.zh_hans,
        organiser_en=_latin(organiser.name.en),
        title=wave.name.zh_hans,
        title_en=_latin(wave.name.en),
        purpose=f"想听听{people}对身边环境、秩序和服务的真实看法。\n好的、不好的都可以说，结果用来改进工作。",
        purpose_en=f"We ask {people_en} what they really think of surroundings, order and services, good or bad.",
        scan="微信或手机浏览器扫一扫，几分钟答完",
        scan_en="Scan with WeChat or your phone's browser; it takes a few minutes",
        by_hand="不扫码也能回答",
        by_hand_lines="在手机或电脑的浏览器里输入下面的网址：",
        by_hand_en="No scanner? Type this address into any browser.",
        privacy="您的隐私",
        privacy_lines="不问姓名、电话、身份证号和门牌号；哪一题不想答都可以跳过；答案只用于统计，不公布个人作答。",
        privacy_en="No name, phone, ID or house number is asked. Skip any question. Answers serve statistics only.",
        once="此码仅限本户使用，只能提交一次",
        once_en="For your household only; one answer",
        letter=_letter(wave.population, organiser.name.zh_hans, reminder=reminder),
        letter_en=_letter_en(wave.population, reminder=reminder),
        legal=(
            ("表号", "Form number", header.form_number),
            ("制定机关", "Issued by", header.authority),
            ("批准机关", "Approved by", header.approved_by),
            ("批准文号", "Approval number", header.approval_number),
            ("有效期至", "Valid until", f"{until.year}年{until.month}月{until.day}日"),
            ("核实电话", "Call to verify", organiser.phone),
        ),
    )


def _letter(population: Population, organiser: str, *, reminder: bool) -> tuple[str, ...]:
    who = (
        "请家中16周岁及以上、在本地住满半年的成员里，下一个过生日的那一位来回答。"
        if population is Population.RESIDENTS
        else "请由贵处熟悉情况的一位来回答。"
    )
    greeting = (
        "您好！前些日子给您寄过一封信，到打印这封信时，信上的编码还没有用过。如果您刚刚答完，谢谢您，请不必理会这封信。"
        if reminder
        else "您好！"
    )
    return (
        greeting,
        f"{organiser}正在开展一次抽样调查，想了解大家对身边环境、秩序和服务的真实看法。您这里是随机抽中的，"
        "您的回答也代表许多没有被抽到的人。",
        f"{who}用手机扫右边的二维码，几分钟就能答完。满意或者不满意，都请照实说。",
        "参加与否完全自愿。信上不写姓名，答案里不保存这个编号，谁也不能从答案查到您这里。",
    )


def _letter_en(population: Population, *, reminder: bool) -> tuple[str, ...]:
    who = (
        "Please let the household member aged 16 or over, resident for at least half a year, "
        "whose birthday comes next answer. "
        if population is Population.RESIDENTS
        else "Please let one person who knows the place answer. "
    )
    again = "A reminder: if you have answered in the meantime, thank you, and please ignore it. " if reminder else ""
    return (
        again
        + "You were drawn at random for this survey. "
        + who
        + "Taking part is voluntary; the code is not stored with the answers.",
    )


def _latin(text: str) -> str:
    """A Chinese face draws the typographic apostrophe as wide as a character; the plain one is narrow."""
    return text.replace("’", "'")
