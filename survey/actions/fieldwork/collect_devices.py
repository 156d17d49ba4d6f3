"""Devices that work with ODK Collect: set one up (its token is shown once), list, revoke, recognise one that calls."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from survey.accounts.account import Account, Role
from survey.actions.programme.list_waves_in_area import codes_within
from survey.fieldwork.collect_device import CollectDevice, CollectDeviceError, new_token, token_sha256
from survey.storage import Storage, collect
from survey.storage.accounts import list_credentials
from survey.storage.areas import load_area_tree
from survey.storage.events import new_event, record_event


@dataclass(frozen=True)
class IssuedDevice:
    """The only moment at which the token is known."""

    device: CollectDevice
    token: str


def issue_collect_device(
    storage: Storage, interviewer: str, label: str, *, area: str, now: datetime, actor: str
) -> IssuedDevice:
    """Set up a device for an interviewer (their code) of `area` or below.

    Raises `CollectDeviceError` for an unknown interviewer and for a name that is empty or too long.
    """
    token = new_token()
    with storage.write() as session:
        inside = codes_within(load_area_tree(session), area)
        accounts = [one.account for one in list_credentials(session)]
        known = {one.interviewer_code: one for one in accounts if _works_in(one, inside)}
        if interviewer not in known:
            raise CollectDeviceError(
                f"interviewer: expected one of {', '.join(known) or 'none'}, found {interviewer!r}"
            )
        device = CollectDevice(
            id=str(uuid.uuid4()),
            token_sha256=token_sha256(token),
            interviewer=interviewer,
            area=known[interviewer].area,
            label=label.strip(),
            issued_at=now,
            issued_by=actor,
        )
        collect.insert_device(session, device)
        record_event(
            session, new_event(now, actor, "issue_collect_device", device.id, f"{interviewer}: {device.label}")
        )
    return IssuedDevice(device, token)


def list_collect_devices(storage: Storage, area: str) -> tuple[list[CollectDevice], list[Account]]:
    """The devices of `area` and below, and the interviewers there who may get one."""
    with storage.read() as session:
        inside = codes_within(load_area_tree(session), area)
        devices = collect.list_devices(session, inside)
        accounts = [one.account for one in list_credentials(session)]
    return devices, [one for one in accounts if _works_in(one, inside)]


def find_collect_device(storage: Storage, device_id: str, area: str) -> CollectDevice | None:
    """A device of `area` or below."""
    with storage.read() as session:
        device = collect.load_device(session, device_id)
        return device if device and device.area in codes_within(load_area_tree(session), area) else None


def revoke_collect_device(storage: Storage, device_id: str, *, area: str, now: datetime, actor: str) -> bool:
    """From now on its token opens nothing. False when it was revoked before, or is no device of this area."""
    with storage.write() as session:
        device = collect.load_device(session, device_id)
        if device is None or device.area not in codes_within(load_area_tree(session), area):
            return False
        changed = collect.revoke_device(session, device_id, now)
        if changed:
            record_event(session, new_event(now, actor, "revoke_collect_device", device_id, device.label))
        return changed


def recognise_collect_device(storage: Storage, token: str) -> CollectDevice | None:
    """The device whose token this is; None for every other text, after it was revoked, and when its worker has left."""
    with storage.read() as session:
        device = collect.find_device(session, token_sha256(token))
        if device is None or device.revoked_at is not None:
            return None
        accounts = [one.account for one in list_credentials(session)]
    works = any(one.active and one.interviewer_code == device.interviewer for one in accounts)
    return device if works else None


def note_contact(storage: Storage, device: CollectDevice, now: datetime) -> None:
    """Remember when the device was last heard of."""
    with storage.write() as session:
        collect.count_contact(session, device.id, now)


def _works_in(account: Account, inside: frozenset[str]) -> bool:
    return account.role is Role.INTERVIEWER and account.active and account.area in inside
