"""How many times one address, or one person, can keep from others."""

import asyncio
from datetime import timedelta

import pytest

from booking_app.db.tables import Hold
from booking_app.domain.errors import TooManyHolds
from booking_app.services import booking, confirming, drafts
from tests.factories import NOW, a_clinic, a_visitor, some_details
from tests.support.rows import count_all, rows_of

pytestmark = pytest.mark.usefixtures("database")

MINUTE = timedelta(minutes=1)
SHARED = "127.9.9.9"
TIMES = tuple(f"{hour:02}:{minute:02}" for hour in range(9, 17) for minute in (0, 30))


async def hold(clinic, wall_time, visitor, *, clinician=None, now=NOW):
    return await booking.hold_slot(
        visitor=visitor,
        choice=clinic.choice(clinician),
        chosen=clinic.chosen(wall_time, clinician=clinician),
        now=now,
    )


@pytest.mark.requirement("S2-3")
async def test_six_holds_run_at_one_address_and_the_seventh_is_refused():
    clinic = await a_clinic()
    for number in range(6):
        await hold(clinic, TIMES[number], a_visitor(number, address=SHARED))
    rows = await count_all()
    with pytest.raises(TooManyHolds):
        await hold(clinic, TIMES[6], a_visitor(6, address=SHARED))
    assert await count_all() == rows
    assert await hold(clinic, TIMES[6], a_visitor(7, address="127.8.8.8"))


async def test_a_visitor_among_six_may_still_change_the_choice():
    clinic = await a_clinic()
    for number in range(6):
        await hold(clinic, TIMES[number], a_visitor(number, address=SHARED))
    moved = await hold(clinic, TIMES[8], a_visitor(0, address=SHARED))
    assert moved.starts_at == clinic.at(TIMES[8])
    with pytest.raises(TooManyHolds):
        await hold(clinic, TIMES[9], a_visitor(9, address=SHARED))


async def test_holds_that_lapsed_were_given_back_or_confirmed_do_not_count_at_the_address():
    clinic = await a_clinic()
    visitors = [a_visitor(number, address=SHARED) for number in range(8)]
    held = [await hold(clinic, TIMES[n], visitors[n]) for n in range(6)]
    await booking.release_hold(visitor=visitors[0], clinic_slug=clinic.slug, now=NOW)
    assert await hold(clinic, TIMES[6], visitors[6])
    await confirming.confirm_hold(
        visitor=visitors[1],
        clinic_slug=clinic.slug,
        hold_uid=held[1].hold_uid,
        details=some_details(),
        now=NOW,
    )
    assert await hold(clinic, TIMES[7], visitors[7])
    later = NOW + 15 * MINUTE
    for number in range(10, 16):
        assert await hold(clinic, TIMES[number], a_visitor(number, address=SHARED), now=later)


@pytest.mark.requirement("S2-3")
async def test_forty_browsers_of_one_address_at_the_same_instant_get_exactly_six_holds():
    clinic = await a_clinic(clinicians=40)
    answers = await asyncio.gather(
        *(
            hold(clinic, "09:30", a_visitor(number, address=SHARED), clinician=clinician)
            for number, clinician in enumerate(clinic.clinicians)
        ),
        return_exceptions=True,
    )
    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert {type(answer) for answer in refused} == {TooManyHolds}
    assert len(refused) == 34
    assert len(await rows_of(Hold)) == 6


async def let_lapse(clinic, times, visitor, *, now=NOW):
    """Hold each of the times in turn and let it run out; return when the last one did."""
    for wall_time in times:
        now = (await hold(clinic, wall_time, visitor, now=now)).expires_at
    return now


@pytest.mark.requirement("S2-3")
async def test_who_let_three_holds_run_out_today_gets_no_fourth_before_tomorrow():
    clinic = await a_clinic()
    visitor = a_visitor()
    now = await let_lapse(clinic, TIMES[:3], visitor)
    with pytest.raises(TooManyHolds):
        await hold(clinic, TIMES[4], visitor, now=now)
    tomorrow = NOW.date() + timedelta(days=1)
    midnight = clinic.at("00:00", tomorrow)
    chosen = clinic.chosen("09:30", tomorrow)
    with pytest.raises(TooManyHolds):
        await booking.hold_slot(
            visitor=visitor,
            choice=clinic.choice(),
            chosen=chosen,
            now=midnight - timedelta(seconds=1),
        )
    assert await booking.hold_slot(
        visitor=visitor, choice=clinic.choice(), chosen=chosen, now=midnight
    )


async def test_changing_the_choice_and_giving_it_back_are_not_held_against_anybody():
    clinic = await a_clinic()
    visitor = a_visitor()
    for wall_time in TIMES[:8]:
        await hold(clinic, wall_time, visitor)
    for wall_time in TIMES[:8]:
        await hold(clinic, wall_time, visitor)
        await booking.release_hold(visitor=visitor, clinic_slug=clinic.slug, now=NOW)
    assert await hold(clinic, TIMES[9], visitor)


async def test_a_hold_that_became_an_appointment_is_not_held_against_anybody():
    clinic = await a_clinic()
    visitor = a_visitor()
    now = await let_lapse(clinic, TIMES[:2], visitor)
    for number in range(3):
        held = await hold(clinic, TIMES[5 + number], visitor, now=now)
        await confirming.confirm_hold(
            visitor=visitor,
            clinic_slug=clinic.slug,
            hold_uid=held.hold_uid,
            details=some_details(number),
            now=now,
        )
    assert await hold(clinic, TIMES[9], visitor, now=now)


async def test_a_person_is_the_same_in_every_browser_of_their_home_that_names_their_email():
    clinic = await a_clinic()
    browsers = [a_visitor(number, address=SHARED) for number in range(4)]
    spellings = ("maya@example.org", " Maya@Example.org ", "MAYA@EXAMPLE.ORG", "maya@example.org")
    for browser, email in zip(browsers, spellings, strict=True):
        await drafts.save_draft(
            visitor=browser, clinic_slug=clinic.slug, fields={"email": email}, now=NOW
        )
    for number in range(3):
        await hold(clinic, TIMES[number], browsers[number])
    with pytest.raises(TooManyHolds) as refusal:
        await hold(clinic, TIMES[3], browsers[3])
    assert refusal.value.values == {"scope": "person"}
    assert await hold(clinic, TIMES[3], a_visitor(5))


async def test_a_stranger_who_types_somebodys_email_does_not_keep_them_from_booking():
    clinic = await a_clinic()
    strangers, victim = [a_visitor(number) for number in range(3)], a_visitor(9)
    for browser in (*strangers, victim):
        await drafts.save_draft(
            visitor=browser,
            clinic_slug=clinic.slug,
            fields={"email": "maya@example.org"},
            now=NOW,
        )
    for number, stranger in enumerate(strangers):
        await hold(clinic, TIMES[number], stranger)
    assert await hold(clinic, TIMES[3], victim)


async def test_browsers_in_which_nothing_was_typed_are_not_one_person():
    clinic = await a_clinic()
    for number in range(5):
        visitor = a_visitor(number)
        await drafts.save_draft(
            visitor=visitor, clinic_slug=clinic.slug, fields={"email": ""}, now=NOW
        )
        assert await hold(clinic, TIMES[number], visitor)
