"""A clinic with something to steal, and those who come for it."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from booking_app.db.base import TableModel, core
from booking_app.db.session import reading, transaction
from booking_app.db.tables import ManageLink, VisitorGrant
from booking_app.domain.actors import Visitor
from booking_app.services import access, booking, drafts
from booking_app.web import visitor_cookie
from tests import factories
from tests.factories import NOW, AClinic, AnAppointment

# Tables in which a stranger's own visit may leave something, or that only count.
OWN_MARKS = frozenset({"visitor_session", "rate_counter"})


@dataclass(frozen=True)
class Victim:
    """A patient with an appointment, a held time and details half typed."""

    cookie: str
    appointment: AnAppointment
    link: str
    hold_uid: str
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Scene:
    clinic: AClinic
    victim: Victim
    intruders: dict[str, str]
    """Who comes, and the visitor cookie they bring; "" is none."""


async def set_scene() -> Scene:
    """Write a clinic, a victim, and intruders with every kind of right that is not to the victim's."""
    clinic = await factories.a_clinic(clinicians=2)
    victim = await _victim(clinic)
    intruders = {"without cookie": "", "with a forged cookie": "x" * 43, "new": _new_cookie()}
    for number, kind in enumerate(("own visit", "grant that ran out", "revoked link"), start=2):
        cookie = _new_cookie()
        patient = await factories.a_patient(clinic, last_name=f"Other {number}")
        visit = await factories.an_appointment(
            clinic, starts_at=clinic.at(f"{10 + number}:00"), patient_id=patient
        )
        await _open_link(clinic, visit, cookie)
        intruders[f"with {kind}"] = cookie
        if kind == "grant that ran out":
            await _change(VisitorGrant, visit.id, expires_at=NOW - timedelta(days=1))
        if kind == "revoked link":
            await _change(ManageLink, visit.id, revoked_at=NOW - timedelta(days=1))
    return Scene(clinic, victim, intruders)


async def fingerprints() -> dict[str, frozenset[str]]:
    """Return, for every table, a hash of each of its rows."""
    async with reading() as rx:
        return {
            table.name: frozenset(
                hashlib.sha256(repr(tuple(row)).encode()).hexdigest()
                for row in await rx.execute(select(table))
            )
            for table in TableModel.metadata.sorted_tables
        }


async def _victim(clinic: AClinic) -> Victim:
    cookie = _new_cookie()
    visitor = _visitor(cookie)
    patient = await factories.a_patient(
        clinic,
        first_name="Quillon",
        last_name="Zephyrine",
        last_name_norm="zephyrine",
        email="quillon@victim.example",
        phone="+442079460999",
    )
    visit = await factories.an_appointment(clinic, starts_at=clinic.at("10:00"), patient_id=patient)
    token = await _open_link(clinic, visit, cookie)
    choice = clinic.choice(clinic.clinicians[1])
    tile = factories.ChosenTime(choice.clinician, clinic.at("15:30"))
    held = await booking.hold_slot(visitor=visitor, choice=choice, chosen=tile, now=NOW)
    draft = {"first_name": "Ottoline", "email": "ottoline@victim.example", "help_with": "Wartwort"}
    await drafts.save_draft(visitor=visitor, clinic_slug=clinic.slug, fields=draft, now=NOW)
    return Victim(
        cookie,
        visit,
        token,
        held.hold_uid,
        (
            *("Quillon", "Zephyrine", "quillon@victim.example", "+442079460999"),
            *draft.values(),
            *(token, held.hold_uid, held.appointment_uid, cookie),
            visitor.session_key,
        ),
    )


async def _open_link(clinic: AClinic, visit: AnAppointment, cookie: str) -> str:
    async with transaction() as tx:
        _, token = await access.issue_manage_link(
            tx,
            organization_id=clinic.organization_id,
            appointment_id=visit.id,
            issued_by="system",
            channel="email",
            now=NOW,
        )
    await access.exchange_manage_link(visitor=_visitor(cookie), token=token, now=NOW)
    return token


async def _change(model: type[TableModel], appointment_id: int, **values: Any) -> None:
    table = core(model)
    async with transaction() as tx:
        await tx.execute(
            update(table).where(table.c.appointment_id == appointment_id).values(**values)
        )


def _visitor(cookie: str) -> Visitor:
    return Visitor(session_key=visitor_cookie.session_key(cookie), address_hash="a" * 64)


def _new_cookie() -> str:
    return visitor_cookie.new_value()
