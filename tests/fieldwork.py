"""A wave with cases of one worker, and what a device does in Python: enrol, close boxes, make records."""

import base64
import json
import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDH, SECP256R1, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from survey.accounts.account import Account, Role
from survey.actions.accounts.add_account import add_account
from survey.actions.fieldwork.enrol_device import Enrolment, enrol_device
from survey.fieldwork.case import SampledCase
from survey.fieldwork.place_token import Place, seal_place
from survey.fieldwork.sealed_box import INFO
from survey.invitation.invitation import SelectionDesign
from survey.storage import Storage
from survey.storage.fieldwork import save_cases
from tests.factories import COMMUNITY, DISTRICT, KEY, NOW, STREET, StoredWave

WORKER, PASSWORD = "fy-01@field.example", "four dull grey bicycles"
DESIGN = SelectionDesign(STREET, COMMUNITY, 40.0)


@dataclass(frozen=True)
class Field:
    """The wave, its worker and the worker's cases."""

    stored: StoredWave
    account: Account
    cases: tuple[SampledCase, ...]


def store_field(storage: Storage, stored: StoredWave, cases: int = 3, worker: str = WORKER) -> Field:
    """A worker with cases in the first community of the wave, in the order of the route."""
    now = datetime.now(UTC)
    words = {"email": worker, "name": "访问员01", "role": Role.INTERVIEWER, "area": DISTRICT, "password": PASSWORD}
    account = add_account(storage, **words, now=now, actor="test")  # type: ignore[arg-type]
    made = tuple(
        SampledCase(
            wave=stored.wave.id,
            id=str(uuid.uuid4()),
            area=COMMUNITY,
            address=f"云溪路{number}号",
            design=DESIGN,
            route_order=number,
            interviewer=account.interviewer_code,
        )
        for number in range(1, cases + 1)
    )
    with storage.write() as session:
        save_cases(session, made)
    return Field(stored, account, made)


def enrol(storage: Storage, field: Field, key: str = KEY) -> Enrolment:
    return enrol_device(storage, key, field.account, "红色手机", NOW)


def close_box(record: object, office_point: str) -> dict[str, str]:
    """The Python twin of box.js, so that tests of the server need no browser."""
    office = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), base64.b64decode(office_point))
    own = generate_private_key(SECP256R1())
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    derive = HKDF(algorithm=SHA256(), length=32, salt=point, info=INFO)
    iv = os.urandom(12)
    content = AESGCM(derive.derive(own.exchange(ECDH(), office))).encrypt(iv, json.dumps(record).encode(), None)
    parts = {"point": point, "iv": iv, "content": content}
    return {name: base64.b64encode(part).decode() for name, part in parts.items()}


def body_of(record: object, enrolment: Enrolment) -> bytes:
    """What a device sends for a record."""
    return json.dumps(close_box(record, enrolment.office_point)).encode()


def answer_record(field: Field, key: str = KEY, **changed: Any) -> dict[str, Any]:
    """An answer at the door as the app writes it, of the questionnaire `resident`."""
    wave = field.stored.wave
    record = {
        "kind": "answer",
        "id": str(uuid.uuid4()),
        "wave": wave.id,
        "questionnaire": wave.questionnaire,
        "version": wave.version,
        "language": "zh-Hans",
        "mode": "R",
        "place": seal_place(key, Place(wave.id, COMMUNITY, DESIGN)),
        "started": "2026-05-18T10:00:00+08:00",
        "ended": "2026-05-18T10:09:30+08:00",
        "answers": {"age_confirmed": ["1"], "a1": ["3"]},
        "sealed": None,
        "eligible": 2,
    }
    return record | changed


def visit_record(field: Field, number: int = 0, **changed: Any) -> dict[str, Any]:
    case = field.cases[number]
    record = {
        "kind": "visit",
        "id": str(uuid.uuid4()),
        "wave": case.wave,
        "case": case.id,
        "at": "2026-05-18T10:10:00+08:00",
        "disposition": "224",
        "note": "",
        "mode": None,
        "present": [],
        "next_appointment": None,
    }
    return record | changed
