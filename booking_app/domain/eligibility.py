"""What a patient may change online, and the first reason why not.

Both functions ask in a fixed order and name the first reason they meet, so that
button, page and server event always say the same. Words for the reasons are made
elsewhere. Source: lifecycle 3.3, S1-8 to S1-12, S3-17, S3-21, S3-33.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from booking_app.domain.lifecycle import AppointmentStatus
from booking_app.domain.policies import ChangePolicy, is_in_grace, is_outside_cutoff

T = TypeVar("T")


class Reason(StrEnum):
    """Why a patient may not cancel or move a visit online."""

    SWITCHED_OFF = "switched_off"
    NOT_CONFIRMED = "not_confirmed"
    STARTED = "started"
    NOT_ALLOWED = "not_allowed"
    CUTOFF = "cutoff"
    GROUP_MEMBER = "group_member"
    DURATION_CHANGED = "duration_changed"
    TYPE_NOT_ONLINE = "service_not_online"
    OVERLAPPING_SERVICES = "overlapping_services"
    CLINICIAN_NOT_ONLINE = "clinician_not_online"
    NO_TIMES_LEFT = "min_notice"


@dataclass(frozen=True, slots=True)
class ChangeRules:
    """What the clinic allows for visits of one type, with the type's own settings applied."""

    is_switched_on: bool
    may_cancel: bool
    may_reschedule: bool
    policy: ChangePolicy


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """What there is to know about a visit for either question.

    ``booked_online_at`` is None for what staff booked; only a patient's own booking
    has a grace. The last six matter for moving only.
    """

    status: AppointmentStatus
    starts_at: datetime
    booked_online_at: datetime | None
    is_group_member: bool = False
    is_duration_changed: bool = False
    is_type_online: bool = True
    has_overlapping_services: bool = False
    is_clinician_online: bool = True
    has_times_left: bool = True


@dataclass(frozen=True, slots=True)
class TypeOverrides:
    """What an appointment type says about changes; None asks the clinic's settings.

    Cut-offs are minutes before the start, and ``…_never`` wins over them.
    """

    edit_cutoff: int | None = None
    edit_never: bool = False
    cancel_cutoff: int | None = None
    cancel_never: bool = False
    allow_self_reschedule: bool | None = None
    allow_self_cancel: bool | None = None
    late_cancel_window: int | None = None


@dataclass(frozen=True, slots=True)
class ClinicRules:
    """What the clinic's settings say about changes by a manage link; minutes, None is never."""

    is_switched_on: bool
    allow_self_reschedule: bool
    allow_self_cancel: bool
    edit_cutoff: int | None
    cancel_cutoff: int | None
    late_cancel_window: int
    post_booking_grace: int


def change_rules(clinic: ClinicRules, overrides: TypeOverrides) -> ChangeRules:
    """Return the rules in force for one type: inherited, never, or its own minutes."""
    late_window = _first(overrides.late_cancel_window, clinic.late_cancel_window)
    return ChangeRules(
        is_switched_on=clinic.is_switched_on,
        may_cancel=_first(overrides.allow_self_cancel, clinic.allow_self_cancel),
        may_reschedule=_first(overrides.allow_self_reschedule, clinic.allow_self_reschedule),
        policy=ChangePolicy(
            edit_cutoff=_cutoff(overrides.edit_cutoff, clinic.edit_cutoff, overrides.edit_never),
            cancel_cutoff=_cutoff(
                overrides.cancel_cutoff, clinic.cancel_cutoff, overrides.cancel_never
            ),
            late_cancel_window=timedelta(minutes=late_window),
            post_booking_grace=timedelta(minutes=clinic.post_booking_grace),
        ),
    )


def why_not_cancel(visit: VisitFacts, rules: ChangeRules, *, now: datetime) -> Reason | None:
    """Return why the patient may not cancel online at ``now``, or None where they may."""
    return _first_reason(
        _why_no_change(
            visit, rules, is_allowed=rules.may_cancel, cutoff=rules.policy.cancel_cutoff, now=now
        ),
        Reason.GROUP_MEMBER if visit.is_group_member else None,
    )


def why_not_reschedule(visit: VisitFacts, rules: ChangeRules, *, now: datetime) -> Reason | None:
    """Return why the patient may not move the visit online at ``now``, or None where they may."""
    return _first_reason(
        _why_no_change(
            visit, rules, is_allowed=rules.may_reschedule, cutoff=rules.policy.edit_cutoff, now=now
        ),
        Reason.GROUP_MEMBER if visit.is_group_member else None,
        Reason.DURATION_CHANGED if visit.is_duration_changed else None,
        None if visit.is_type_online else Reason.TYPE_NOT_ONLINE,
        Reason.OVERLAPPING_SERVICES if visit.has_overlapping_services else None,
        None if visit.is_clinician_online else Reason.CLINICIAN_NOT_ONLINE,
        None if visit.has_times_left else Reason.NO_TIMES_LEFT,
    )


def _why_no_change(
    visit: VisitFacts,
    rules: ChangeRules,
    *,
    is_allowed: bool,
    cutoff: timedelta | None,
    now: datetime,
) -> Reason | None:
    if not rules.is_switched_on:
        return Reason.SWITCHED_OFF
    if visit.status is not AppointmentStatus.CONFIRMED:
        return Reason.NOT_CONFIRMED
    if now >= visit.starts_at:
        return Reason.STARTED
    if not is_allowed or cutoff is None:
        # "Never online" is a refusal of its own kind: no haste or grace changes it.
        return Reason.NOT_ALLOWED
    in_time = is_outside_cutoff(visit.starts_at, cutoff, now=now)
    if not in_time and not is_in_grace(visit.booked_online_at, rules.policy, now=now):
        return Reason.CUTOFF
    return None


def _cutoff(own: int | None, inherited: int | None, is_never: bool) -> timedelta | None:
    minutes = None if is_never else _first(own, inherited)
    return None if minutes is None else timedelta(minutes=minutes)


def _first(own: T | None, inherited: T) -> T:
    return inherited if own is None else own


def _first_reason(*reasons: Reason | None) -> Reason | None:
    return next((reason for reason in reasons if reason is not None), None)
