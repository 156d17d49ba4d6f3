"""A street of sampled dwellings with an interviewer, and records of visits there as a device fills them in."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as Tree

from survey.accounts.account import Account, Role
from survey.actions.accounts.add_account import add_account
from survey.actions.fieldwork.collect_devices import IssuedDevice, issue_collect_device
from survey.fieldwork.case import SampledCase
from survey.invitation.invitation import SelectionDesign
from survey.storage import Storage
from survey.storage.fieldwork import save_cases
from tests.factories import COMMUNITY, DISTRICT, STREET, StoredWave, make_wave
from tests.published import store_real_wave

VISIT, ANSWERS = "visit_part", "answer_part"


@dataclass(frozen=True)
class Field:
    """What is stored: a wave, an interviewer, their dwellings and their device."""

    wave: StoredWave
    interviewer: Account
    cases: list[SampledCase]
    device: IssuedDevice


def store_field(storage: Storage, questionnaire: str = "doorstep", cases: int = 6) -> Field:
    """An open wave that asks a real questionnaire at dwellings that are assigned to one interviewer."""
    stored = store_real_wave(storage, questionnaire, make_wave("door-1", questionnaire=questionnaire))
    account = make_interviewer(storage)
    drawn = [make_case(account, number) for number in range(cases)]
    with storage.write() as session:
        save_cases(session, drawn)
    now = datetime.now(UTC)
    device = issue_collect_device(storage, account.interviewer_code, "1 号手机", area=DISTRICT, now=now, actor="test")
    return Field(stored, account, drawn, device)


def make_interviewer(storage: Storage, name: str = "fy-01") -> Account:
    return add_account(
        storage,
        email=f"{name}@office.example",
        name="测试访问员",
        role=Role.INTERVIEWER,
        area=STREET,
        password="four dull grey bicycles",
        now=datetime.now(UTC),
        actor="test",
    )


def make_case(account: Account, number: int, wave: str = "door-1") -> SampledCase:
    return SampledCase(
        wave=wave,
        id=str(uuid.uuid4()),
        area=COMMUNITY,
        address=f"云溪路{number + 1}号",
        design=SelectionDesign(STREET, COMMUNITY, 40.0),
        route_order=number,
        interviewer=account.interviewer_code,
    )


@dataclass
class Sent:
    """A record before it is written as XML; a test changes what it is about."""

    case: str
    form: str = "door-1"
    version: str = "1"
    instance: str = field(default_factory=lambda: f"uuid:{uuid.uuid4()}")
    visit: str = field(default_factory=lambda: str(uuid.uuid4()))
    outcome: str = "110"
    eligible: str = "2"
    note: str = ""
    answers: dict[str, str] = field(
        default_factory=lambda: {
            "age_confirmed": "1",
            "a1": "3",
            "a3": "4 1",
            "interview_how": "1",
            "interview_present": "99",
        }
    )
    meta: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)  # elements of the visit, such as what was recorded
    started: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(minutes=9))

    def xml(self) -> bytes:
        root = Tree.Element("data", {"id": self.form, "version": self.version})
        Tree.SubElement(root, "visit_start").text = self.started.isoformat()
        Tree.SubElement(root, "visit_end").text = (self.started + timedelta(minutes=8)).isoformat()
        visit = Tree.SubElement(root, VISIT)
        values = (("id", self.visit), ("case", self.case), ("outcome", self.outcome), ("eligible", self.eligible))
        for name, value in (*values, ("note", self.note)):
            Tree.SubElement(visit, f"visit_{name}").text = value
        for name, value in self.beside.items():
            Tree.SubElement(visit, name).text = value
        if self.outcome in {"110", "120"}:
            answers = Tree.SubElement(root, ANSWERS)
            for name, value in self.answers.items():
                Tree.SubElement(answers, name).text = value
        meta = Tree.SubElement(root, "meta")
        for name, value in {"instanceID": self.instance, "instanceName": "云溪路1号", **self.meta}.items():
            Tree.SubElement(meta, name).text = value
        return Tree.tostring(root, encoding="utf-8", xml_declaration=True)
