"""What others take and give back shows on open pages at once, and is said politely."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import People
from tests.support import journeys, moments
from tests.support.browser import DESK, has_focus
from tests.support.demo_clinic import ANCHOR
from tests.support.journeys import choose, heading, strip, tile
from tests.support.server import LiveServer

A_SECOND_MS = 1_000
ENDED = timedelta(minutes=15, seconds=1)


@pytest.mark.requirement("S2-3")
def test_a_time_that_somebody_takes_is_just_taken_on_other_pages_within_a_second(
    people: People,
) -> None:
    watcher, booker = people(size=DESK), people()
    watched = journeys.open_times(watcher)
    tiles = watched.locator("label.slot > span")
    places = tiles.all_inner_texts()
    moments.watch_for(watched, "Just taken")

    page = journeys.open_times(booker)
    moments.watch_for(page, "Held for you until")
    journeys.hold_tile(page, "9:20am")

    assert moments.seen_at(watched) - moments.seen_at(page) <= A_SECOND_MS
    taken = tile(watched, "9:20am, just taken")
    expect(taken).to_be_disabled()
    expect(taken.locator("xpath=ancestor::label")).to_contain_text("Just taken")
    expect(journeys.say(watched)).to_have_text("9:20am has just been taken.")
    assert tiles.all_inner_texts() == places, "a tile has moved"


@pytest.mark.requirement("S2-3")
def test_whoever_had_chosen_it_is_told_and_named_the_nearest_without_losing_the_focus(
    people: People,
) -> None:
    loser, winner = people(size=DESK), people()
    page = journeys.open_times(loser)
    choose(tile(page, "9:20am"))
    expect(page.get_by_role("region", name="Your choice")).to_contain_text("9:20am")
    day = tile(page, "Tuesday 14 July")
    day.focus()

    journeys.hold(winner, "9:20am")

    expect(page.get_by_role("alert").first).to_have_text(
        "Someone has just taken 9:20am. Please choose another time. The nearest is 9:40am."
    )
    expect(page.get_by_role("region", name="Your choice")).to_contain_text("Choose a time")
    expect(tile(page, "9:20am")).not_to_be_checked()
    assert has_focus(day)


@pytest.mark.requirement("S2-3")
@pytest.mark.requirement("S2-5")
@pytest.mark.requirement("K-4")
def test_a_hold_that_runs_out_is_free_again_on_other_pages_within_a_second(
    people: People, clinic: LiveServer
) -> None:
    watcher, booker = people(size=DESK), people()
    watched = journeys.open_times(watcher)
    journeys.hold(booker, "9:20am")
    expect(tile(watched, "9:20am, just taken")).to_be_disabled()
    moments.watch_for(watched, "9:20am is free again.")

    ends_at = clinic.now + ENDED
    clinic.set_clock(ends_at)
    moved_at = moments.now()

    assert moments.seen_at(watched) - moved_at <= A_SECOND_MS
    expect(tile(watched, "9:20am")).to_be_enabled()
    expect(journeys.say(watched)).to_have_text("9:20am is free again.")


@pytest.mark.requirement("S2-3")
def test_ones_own_held_time_says_so_when_going_back(people: People) -> None:
    patient = people()
    page = journeys.hold(patient, "9:20am")

    page.get_by_role("link", name="Back").click()

    expect(heading(page)).to_have_text("Choose a day and time")
    mine = tile(page, "9:20am")
    expect(mine).to_be_checked()
    expect(mine.locator("xpath=ancestor::label")).to_contain_text("Held for you")
    page.get_by_role("button", name="Continue with Tuesday 14 July, 9:20am").click()
    expect(heading(page)).to_have_text("Your details")


@pytest.mark.requirement("S2-3")
def test_another_time_in_a_second_tab_lets_go_of_the_first_and_the_first_tab_says_so(
    people: People,
) -> None:
    watcher, patient = people(size=DESK), people()
    first = journeys.hold(patient, "9:20am")
    watched = journeys.open_times(watcher)
    expect(tile(watched, "9:20am")).to_have_count(0)

    second = patient.new_tab()
    second.goto(journeys.times_address())
    expect(tile(second, "9:20am")).to_be_checked()
    journeys.hold_tile(second, "9:40am")

    expect(first.get_by_role("alert").first).to_have_text(
        "You chose another time in another window, so we let go of the first one."
        " We are now holding Tuesday 14 July at 9:40am."
    )
    expect(strip(first)).to_contain_text("Held for you until")
    expect(tile(watched, "9:20am")).to_be_enabled()
    expect(tile(watched, "9:40am, just taken")).to_be_disabled()


@pytest.mark.requirement("S2-3")
def test_a_time_that_is_not_wanted_is_given_back_at_once(people: People) -> None:
    watcher, patient = people(size=DESK), people()
    watched = journeys.open_times(watcher)
    page = journeys.hold(patient, "9:20am")
    expect(tile(watched, "9:20am, just taken")).to_be_disabled()
    journeys.fill_details(page)
    journeys.continue_to_check(page)

    page.get_by_role("button", name="Do not book this").click()

    expect(heading(page)).to_have_text("What do you need?")
    expect(page.get_by_role("main")).to_contain_text(
        "Nothing is booked. We have let go of your time."
    )
    expect(tile(watched, "9:20am")).to_be_enabled()


@pytest.mark.requirement("K-1")
def test_choosing_a_day_changes_the_times_without_a_page_load(people: People) -> None:
    page = journeys.open_times(people())
    before = journeys.free_times(page)
    page.evaluate("() => { window.isSamePage = true; }")

    choose(tile(page, "Wednesday 15 July"))

    expect(page.get_by_role("heading", name="Wednesday 15 July")).to_be_visible()
    assert journeys.free_times(page) != before
    assert page.evaluate("() => window.isSamePage")
    expect(journeys.say(page)).to_have_text(
        f"{len(journeys.free_times(page))} free on Wednesday 15 July."
    )


@pytest.mark.requirement("S2-2")
def test_a_forged_time_outside_the_published_windows_is_refused(
    people: People, clinic: LiveServer
) -> None:
    page = journeys.open_times(people())
    at_night = ANCHOR.replace(hour=3, minute=0) + timedelta(days=1)
    forged = f"amara-osei-{int(at_night.timestamp()) // 60}"
    choose(tile(page, "9:20am"))
    tile(page, "9:20am").evaluate("(radio, key) => { radio.value = key; }", forged)

    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("alert").first).to_contain_text("Please choose another time.")
    expect(heading(page)).to_have_text("Choose a day and time")
