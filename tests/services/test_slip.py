from datetime import timedelta

import pytest

from booking_app.dto.booking import ANYONE, Choice
from booking_app.services import booking, catalogue, slip
from tests.factories import NOW, a_clinic, a_visitor
from tests.services.quay import open_quay
from tests.services.times import utc

VISIT = slip.SlipVisit(
    starts_at=utc("2026-07-14T08:20:00"),
    ends_at=utc("2026-07-14T08:35:00"),
    zone="Europe/London",
    type_name="GP video visit",
    modality="video",
    clinician_name="Dr Amara Osei",
    place_name="Marlow Street Clinic",
)


@pytest.mark.usefixtures("database")
async def test_an_empty_slip_fills_with_each_choice():
    clinic = await open_quay()

    async def lines(*choice: str) -> tuple[str, str, str]:
        resolved = await catalogue.resolve(clinic=clinic, choice=Choice("quay", *choice))
        card = slip.choice_slip(resolved)
        assert (card.state, card.number, card.time) == ("empty", "", "")
        return card.type_line, card.with_line, card.where_line

    not_yet = "Not chosen yet"
    assert await lines() == (not_yet, not_yet, not_yet)
    assert await lines("gp-video") == ("GP video visit, 15 minutes", not_yet, "Online")
    assert await lines("gp-video", ANYONE) == (
        "GP video visit, 15 minutes",
        "Anyone who is free",
        "Online",
    )
    assert await lines("gp", "yusuf-demir") == ("GP visit, 15 minutes", "Dr Yusuf Demir", not_yet)
    assert await lines("gp", "yusuf-demir", "south") == (
        "GP visit, 15 minutes",
        "Dr Yusuf Demir",
        "South Quay",
    )


@pytest.mark.usefixtures("database")
async def test_only_the_first_step_says_that_no_account_is_needed():
    clinic = await open_quay()
    resolved = await catalogue.resolve(clinic=clinic, choice=Choice("quay", "gp-video"))

    first = slip.choice_slip(resolved, is_first_step=True)

    assert first.foot == "No account or password needed. It takes about 3 minutes."
    assert first.is_video
    assert slip.choice_slip(resolved).foot == ""


@pytest.mark.usefixtures("database")
async def test_a_held_slip_says_until_when():
    made = await a_clinic(duration=30)
    held = await booking.hold_slot(
        visitor=a_visitor(1), choice=made.choice(), chosen=made.chosen("09:00"), now=NOW
    )

    card = await slip.held_slip(held=held)

    assert card.state == "held"
    assert (card.number, card.weekday, card.month) == ("2", "Monday", "March 2026")
    assert (card.weekday_short, card.month_short) == ("Mon", "March")
    assert card.spoken_date == "Monday 2 March 2026"
    assert (card.time, card.type_line) == ("9am", "Check-up, 30 minutes")
    assert (card.with_line, card.where_line) == ("Dr Number 1", "Main building. UK time")
    assert (card.foot, card.foot_strong) == ("Held for you until", "6:45am")


def test_a_confirmed_slip_has_the_whole_visit_and_its_reference():
    card = slip.confirmed_slip(VISIT, reference="MSC4H72KD")

    assert (card.state, card.foot_strong, card.foot) == ("ok", "Confirmed", "")
    assert card.time == "9:20am to 9:35am"
    assert (card.type_line, card.with_line) == ("GP video visit", "Dr Amara Osei")
    assert (card.where_line, card.is_video) == ("Online, UK time", True)
    assert card.reference == "MSC 4H7 2KD"


def test_a_confirmed_slip_names_the_patient_only_where_that_is_given():
    card = slip.confirmed_slip(VISIT, reference="MSC4H72KD", patient_name="Priya Raman")

    assert card.foot == "for Priya Raman"


@pytest.mark.parametrize(
    ("is_late", "foot"),
    [(True, "today at 3:42pm. Late cancellation."), (False, "today at 3:42pm.")],
)
def test_a_cancelled_slip_says_when_and_whether_it_was_late(is_late, foot):
    cancelled_at = utc("2026-07-13T14:42:00")

    card = slip.cancelled_slip(
        VISIT,
        cancelled_at=cancelled_at,
        is_late=is_late,
        now=cancelled_at + timedelta(minutes=5),
    )

    assert (card.state, card.foot_strong, card.foot) == ("off", "Cancelled", foot)
    assert card.spoken_date == "Tuesday 14 July 2026, cancelled"
    assert (card.time, card.where_line) == ("9:20am", "")


@pytest.mark.parametrize(
    ("modality", "words"),
    [("video", "Online"), ("phone", "By phone"), ("in_person", "North or South")],
)
def test_where_is_said_by_how_the_visit_takes_place(modality, words):
    assert slip.where_words(modality, "North", "South") == words
