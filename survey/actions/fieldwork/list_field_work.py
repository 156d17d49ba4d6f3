"""List what a device needs for a day without network: its worker's cases with history and places, questionnaires."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey.actions.fieldwork.list_my_cases import MyCase, MyWave, list_my_cases
from survey.fieldwork.device import Device, DeviceError, StoppedDeviceError
from survey.fieldwork.device_token import Purpose, read_token
from survey.fieldwork.place_token import Place, seal_place
from survey.instrument.load import from_definition
from survey.instrument.questionnaire import Questionnaire
from survey.programme.area import AreaTree
from survey.programme.wave import Wave
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.devices import load_device
from survey.storage.questionnaires import load_definition
from survey.storage.waves import load_wave


@dataclass(frozen=True)
class FieldWork:
    """`definitions`: the questionnaire of each wave as storage keeps it."""

    device: Device
    waves: tuple[MyWave, ...]
    areas: AreaTree
    definitions: Mapping[str, Mapping[str, Any]]

    def place(self, secret_key: str, one: MyCase) -> str:
        """What an answer at this door carries instead of the case."""
        return seal_place(secret_key, Place(one.case.wave, one.case.area, one.case.design))


def read_device(storage: Storage, secret_key: str, token: str) -> Device:
    """The device of a token for reading. Raises `DeviceTokenError` or `StoppedDeviceError`."""
    device_id = read_token(secret_key, token, Purpose.WORK)
    with storage.read() as session:
        device = load_device(session, device_id)
    if device is None:
        raise DeviceError(f"device {device_id}: expected one that was enrolled, found none")
    if device.stopped_at is not None:
        raise StoppedDeviceError(f"device {device_id}: taken out of service at {device.stopped_at.isoformat()}")
    return device


def list_field_work(storage: Storage, secret_key: str, token: str) -> FieldWork:
    """Raises `DeviceTokenError` or `StoppedDeviceError`."""
    device = read_device(storage, secret_key, token)
    waves = tuple(list_my_cases(storage, device.interviewer))
    with storage.read() as session:
        areas = load_area_tree(session)
        texts = {one.wave.id: load_definition(session, one.wave.questionnaire, one.wave.version) for one in waves}
    return FieldWork(device, waves, areas, {wave: json.loads(text) for wave, text in texts.items() if text})


def load_field_form(
    storage: Storage, secret_key: str, token: str, wave_id: str, questionnaire: str, version: int
) -> tuple[Wave, Questionnaire, AreaTree] | None:
    """A wave, a published version and the areas that it offers; None when the wave never asks it."""
    read_device(storage, secret_key, token)
    with storage.read() as session:
        wave = load_wave(session, wave_id)
        text = load_definition(session, questionnaire, version)
        if wave is None or wave.questionnaire != questionnaire or text is None:
            return None
        return wave, from_definition(json.loads(text)), load_area_tree(session)
