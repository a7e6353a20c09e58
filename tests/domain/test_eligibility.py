"""What a patient may change online, and the first reason why not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from booking_app.domain.eligibility import (
    ChangeRules,
    ClinicRules,
    Reason,
    TypeOverrides,
    VisitFacts,
    change_rules,
    why_not_cancel,
    why_not_reschedule,
)
from booking_app.domain.lifecycle import AppointmentStatus
from booking_app.domain.policies import ChangePolicy, is_late_cancellation

START = datetime(2026, 7, 14, 8, 20, tzinfo=UTC)
BOOKED = START - timedelta(days=10)
SECOND = timedelta(seconds=1)
DAY = timedelta(hours=24)

VISIT = VisitFacts(AppointmentStatus.CONFIRMED, START, BOOKED)
OPEN = ChangeRules(is_switched_on=True, may_cancel=True, may_reschedule=True, policy=ChangePolicy())
CLINIC = ClinicRules(
    is_switched_on=True,
    allow_self_reschedule=True,
    allow_self_cancel=True,
    edit_cutoff=60,
    cancel_cutoff=120,
    late_cancel_window=1440,
    post_booking_grace=15,
)

BOTH = pytest.mark.parametrize("why_not", [why_not_cancel, why_not_reschedule])


def with_cutoff(cutoff: timedelta | None) -> ChangeRules:
    return replace(OPEN, policy=ChangePolicy(edit_cutoff=cutoff, cancel_cutoff=cutoff))


@BOTH
def test_a_confirmed_visit_ahead_may_be_changed(why_not):
    assert why_not(VISIT, OPEN, now=START - DAY) is None


@BOTH
def test_a_visit_may_be_changed_until_the_very_second_it_starts(why_not):
    assert why_not(VISIT, OPEN, now=START - SECOND) is None
    assert why_not(VISIT, OPEN, now=START) is Reason.STARTED


@BOTH
@pytest.mark.parametrize(
    "status", [status for status in AppointmentStatus if status is not AppointmentStatus.CONFIRMED]
)
def test_only_a_confirmed_visit_may_be_changed(why_not, status):
    visit = replace(VISIT, status=status)
    assert why_not(visit, OPEN, now=START - DAY) is Reason.NOT_CONFIRMED


@BOTH
@pytest.mark.requirement("S0-2")
def test_exactly_the_cutoff_before_the_start_is_still_in_time(why_not):
    rules = with_cutoff(DAY)
    assert why_not(VISIT, rules, now=START - DAY) is None
    assert why_not(VISIT, rules, now=START - DAY + SECOND) is Reason.CUTOFF


@BOTH
def test_in_the_grace_after_booking_the_cutoff_does_not_bind(why_not):
    rules = with_cutoff(DAY)
    visit = replace(VISIT, booked_online_at=START - timedelta(hours=2))
    grace_ends = START - timedelta(hours=2) + timedelta(minutes=15)
    assert why_not(visit, rules, now=grace_ends - SECOND) is None
    assert why_not(visit, rules, now=grace_ends) is Reason.CUTOFF


@BOTH
def test_what_staff_booked_has_no_grace(why_not):
    visit = replace(VISIT, booked_online_at=None)
    assert why_not(visit, with_cutoff(DAY), now=START - timedelta(hours=2)) is Reason.CUTOFF


@BOTH
def test_the_grace_ends_with_the_start_of_the_visit(why_not):
    visit = replace(VISIT, booked_online_at=START - timedelta(minutes=5))
    assert why_not(visit, OPEN, now=START) is Reason.STARTED


@BOTH
def test_never_online_is_never_whatever_the_grace(why_not):
    visit = replace(VISIT, booked_online_at=START - DAY)
    assert why_not(visit, with_cutoff(None), now=START - DAY + SECOND) is Reason.NOT_ALLOWED


def test_cancelling_and_moving_are_allowed_apart():
    only_move = replace(OPEN, may_cancel=False)
    assert why_not_cancel(VISIT, only_move, now=BOOKED) is Reason.NOT_ALLOWED
    assert why_not_reschedule(VISIT, only_move, now=BOOKED) is None
    only_cancel = replace(OPEN, may_reschedule=False)
    assert why_not_cancel(VISIT, only_cancel, now=BOOKED) is None
    assert why_not_reschedule(VISIT, only_cancel, now=BOOKED) is Reason.NOT_ALLOWED


COMMON_ORDER = [
    (Reason.SWITCHED_OFF, {"is_switched_on": False}, {}, START - DAY),
    (Reason.NOT_CONFIRMED, {}, {"status": AppointmentStatus.CANCELLED}, START - DAY),
    (Reason.STARTED, {}, {}, START),
    (Reason.NOT_ALLOWED, {"may_cancel": False, "may_reschedule": False}, {}, START - DAY),
    (
        Reason.CUTOFF,
        {"policy": ChangePolicy(edit_cutoff=2 * DAY, cancel_cutoff=2 * DAY)},
        {},
        START - DAY,
    ),
    (Reason.GROUP_MEMBER, {}, {"is_group_member": True}, START - DAY),
]
MOVING_ORDER = [
    *COMMON_ORDER,
    (Reason.DURATION_CHANGED, {}, {"is_duration_changed": True}, START - DAY),
    (Reason.TYPE_NOT_ONLINE, {}, {"is_type_online": False}, START - DAY),
    (Reason.OVERLAPPING_SERVICES, {}, {"has_overlapping_services": True}, START - DAY),
    (Reason.CLINICIAN_NOT_ONLINE, {}, {"is_clinician_online": False}, START - DAY),
    (Reason.NO_TIMES_LEFT, {}, {"has_times_left": False}, START - DAY),
]


@pytest.mark.parametrize(
    ("why_not", "order"), [(why_not_cancel, COMMON_ORDER), (why_not_reschedule, MOVING_ORDER)]
)
def test_the_first_reason_in_the_fixed_order_is_told(why_not, order):
    """Each reason is met alone and then together with every later one: the earlier is told."""
    for place, (reason, rules, facts, now) in enumerate(order):
        alone = why_not(replace(VISIT, **facts), replace(OPEN, **rules), now=now)
        assert alone is reason
        for _, more_rules, more_facts, later in order[place + 1 :]:
            met = why_not(
                replace(VISIT, **(more_facts | facts)),
                replace(OPEN, **(more_rules | rules)),
                now=max(now, later),
            )
            assert met is reason


def test_what_only_hinders_moving_does_not_hinder_cancelling():
    visit = replace(
        VISIT,
        is_duration_changed=True,
        is_type_online=False,
        has_overlapping_services=True,
        is_clinician_online=False,
        has_times_left=False,
    )
    assert why_not_cancel(visit, OPEN, now=BOOKED) is None


def test_a_type_without_own_rules_takes_the_clinics():
    rules = change_rules(CLINIC, TypeOverrides())
    assert rules.policy == ChangePolicy(
        edit_cutoff=timedelta(hours=1),
        cancel_cutoff=timedelta(hours=2),
        late_cancel_window=DAY,
        post_booking_grace=timedelta(minutes=15),
    )
    assert rules.may_cancel
    assert rules.may_reschedule


def test_a_types_own_minutes_win_even_where_they_are_nought():
    rules = change_rules(
        CLINIC, TypeOverrides(edit_cutoff=0, cancel_cutoff=0, late_cancel_window=0)
    )
    assert rules.policy.edit_cutoff == timedelta(0)
    assert rules.policy.cancel_cutoff == timedelta(0)
    assert rules.policy.late_cancel_window == timedelta(0)


def test_a_type_may_say_never_against_the_clinic():
    rules = change_rules(
        CLINIC, TypeOverrides(cancel_cutoff=30, cancel_never=True, edit_never=True)
    )
    assert rules.policy.cancel_cutoff is None
    assert rules.policy.edit_cutoff is None


def test_a_type_may_allow_or_forbid_against_the_clinic():
    closed = replace(CLINIC, allow_self_cancel=False, allow_self_reschedule=False)
    allowing = TypeOverrides(allow_self_cancel=True, allow_self_reschedule=True)
    assert change_rules(closed, allowing).may_cancel
    assert change_rules(closed, allowing).may_reschedule
    forbidding = TypeOverrides(allow_self_cancel=False, allow_self_reschedule=False)
    assert not change_rules(CLINIC, forbidding).may_cancel
    assert not change_rules(CLINIC, forbidding).may_reschedule


spans = st.timedeltas(timedelta(0), timedelta(days=40))


@given(ahead=spans, cutoff=spans, window=spans, grace=spans, since_booking=spans)
@example(ahead=DAY, cutoff=DAY, window=DAY, grace=timedelta(0), since_booking=DAY)
@example(ahead=DAY, cutoff=DAY + SECOND, window=DAY + SECOND, grace=DAY, since_booking=DAY)
@example(ahead=SECOND, cutoff=DAY, window=DAY, grace=DAY, since_booking=DAY - SECOND)
@pytest.mark.requirement("S0-20")
def test_cutoff_late_window_and_grace_meet_at_exact_instants(
    ahead, cutoff, window, grace, since_booking
):
    """Told in plain comparisons of elapsed time, over every order of the instants involved."""
    now = START - ahead
    visit = VisitFacts(AppointmentStatus.CONFIRMED, START, now - since_booking)
    policy = ChangePolicy(
        edit_cutoff=cutoff,
        cancel_cutoff=cutoff,
        late_cancel_window=window,
        post_booking_grace=grace,
    )
    in_grace = since_booking < grace
    if ahead <= timedelta(0):
        expected = Reason.STARTED
    elif ahead >= cutoff or in_grace:
        expected = None
    else:
        expected = Reason.CUTOFF
    rules = replace(OPEN, policy=policy)
    assert why_not_cancel(visit, rules, now=now) is expected
    assert why_not_reschedule(visit, rules, now=now) is expected
    late = is_late_cancellation(START, visit.booked_online_at, policy, now=now)
    assert late is (ahead < window and not in_grace)
