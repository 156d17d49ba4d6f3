"""Opinions of the demonstration on their way: just received, with a unit, late, answered, judged by their writers."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from survey.actions.demo.district import DISTRICT
from survey.actions.demo.survey_wave import WAVE
from survey.actions.opinion.assign_opinion import Assignment, assign_opinion
from survey.actions.opinion.judge_reply import judge_reply
from survey.actions.opinion.reply_to_opinion import reply_to_opinion
from survey.actions.opinion.send_opinion import find_opinion, send_opinion
from survey.opinion.opinion import OpinionState, Topic
from survey.programme.wave import OFFICE_TIME
from survey.storage import Storage

_OFFICE = "office@chunhe.example"
_NAMESPACE = uuid.UUID("8a5cf1d0-6a39-4a51-9a0c-5d2f6e0f7b11")


@dataclass(frozen=True)
class _Story:
    """`days`: how long ago it was written; `due_in`: days that its unit got; `solved` is the writer's word."""

    text: str
    topic: Topic
    days: int
    unit: str | None = None
    due_in: int = 15
    reply: str = ""
    solved: bool | None = None


_STORIES = (
    _Story("公交站到菜场这一段没有路灯，老人晚上走路不方便。", Topic.FACILITIES, 1),
    _Story("施工噪声早上六点就开始了，影响休息。", Topic.ENVIRONMENT, 2),
    _Story("办事大厅午休时间没有人值班，上班的人很难去办事。", Topic.SERVICES, 4, "services"),
    _Story("社区卫生站下午排队久，希望加一个窗口。", Topic.SERVICES, 9, "health"),
    _Story("卫生站门口的坡道太陡，轮椅上不去。", Topic.FACILITIES, 18, "health", due_in=10),
    _Story(
        "公交站牌被树挡住了，看不见车次。",
        Topic.TRAFFIC,
        16,
        "transport",
        reply="已经修剪站牌两侧的树枝，并加装了一块低位站牌。",
        solved=True,
    ),
    _Story(
        "小学门口放学时段堵得厉害，能不能错峰。",
        Topic.TRAFFIC,
        17,
        "education",
        reply="从下周一起分两批放学，间隔二十分钟，志愿者到场引导。",
    ),
    _Story(
        "楼道里有人给电动车充电，不安全。",
        Topic.SAFETY,
        19,
        "police",
        reply="已上门劝导，并请物业加装充电棚。",
        solved=False,
    ),
)


def write_opinion_cases(storage: Storage, now: datetime) -> None:
    """Through the same actions as any other opinion; what an interrupted load did already stays as it is."""
    for number, story in enumerate(_STORIES):
        written = now - timedelta(days=story.days)
        code = send_opinion(
            storage,
            id_=str(uuid.uuid5(_NAMESPACE, str(number))),
            wave=WAVE,
            topic=story.topic,
            area=DISTRICT,
            text=story.text,
            language="zh-Hans",
            today=written.astimezone(OFFICE_TIME).date(),
        )
        found = find_opinion(storage, code)
        if story.unit is not None and found is not None and found[0].state is OpinionState.RECEIVED:
            _tell(storage, code, story, story.unit, written)


def _tell(storage: Storage, code: str, story: _Story, unit: str, written: datetime) -> None:
    sent = written + timedelta(days=1)
    due_on = sent.astimezone(OFFICE_TIME).date() + timedelta(days=story.due_in)
    assign_opinion(storage, code, DISTRICT, Assignment(unit, due_on), sent, _OFFICE)
    if story.reply:
        reply_to_opinion(storage, code, unit, story.reply, sent + timedelta(days=5), f"{unit}@chunhe.example")
    if story.solved is not None:
        judge_reply(storage, code, solved=story.solved, text="", now=sent + timedelta(days=8))
