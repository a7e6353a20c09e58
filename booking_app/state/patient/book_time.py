"""Step 3: the day and the time, live while others take and give back."""

from datetime import datetime

import reflex as rx
from typing_extensions import TypedDict

from booking_app import clock, routes
from booking_app.domain import live_topics
from booking_app.domain.errors import BookingClosed, BookingRefused, SlotTaken
from booking_app.dto.booking import (
    Choice,
    ChosenTime,
    MonthCard,
    PickerCard,
    TimesCard,
    TimeTile,
    WayOnRow,
)
from booking_app.i18n import pgettext
from booking_app.services import availability, booking, catalogue, clinics
from booking_app.state.notices import sentence
from booking_app.state.patient import frame, tiles
from booking_app.state.patient.steps import choice_in_address, ignored_notice, step_address
from booking_app.state.session import device_zone, query_value
from booking_app.web import live
from booking_app.web.gate import current_visitor, handler

NO_TILE = TimeTile("", "", "", "", "", "", "")


class TimeForm(TypedDict, total=False):
    """What step 3 sends: a day, and the key of a tile; nothing for what was not chosen."""

    day: str
    slot: str


class BookTimeState(rx.State):
    """A month, one day of it, and the time chosen there."""

    soonest: rx.Field[str] = rx.field("")
    zone_line: rx.Field[str] = rx.field("")
    device_zone_line: rx.Field[str] = rx.field("")
    month: rx.Field[MonthCard] = rx.field(default_factory=MonthCard)
    times: rx.Field[TimesCard] = rx.field(default_factory=TimesCard)
    chosen: rx.Field[TimeTile] = rx.field(default_factory=lambda: NO_TILE)
    back: rx.Field[str] = rx.field(routes.BOOK)
    address: rx.Field[str] = rx.field("")
    is_loaded: rx.Field[bool] = rx.field(False)
    has_times: rx.Field[bool] = rx.field(True)
    none_heading: rx.Field[str] = rx.field("")
    none_text: rx.Field[str] = rx.field("")
    ways_on: rx.Field[list[WayOnRow]] = rx.field(default_factory=list)

    _choice: Choice = Choice("")

    @handler("public")
    @frame.telling_refusals
    async def open_page(self) -> rx.event.EventSpec | None:
        """Show the first free day, or the day and the time that the address names."""
        self.is_loaded = False
        clinic = await frame.enter_page(self)
        if clinic is None:
            return frame.unknown_page()
        resolved = await catalogue.resolve(
            clinic=clinic, choice=choice_in_address(self, clinic.slug)
        )
        choice, ignored = resolved.choice, ignored_notice(resolved.ignored)
        if not (choice.appointment_type and choice.clinician) and clinic.online_booking_enabled:
            await frame.leave_notice(self, ignored)
            step = routes.BOOK_WHO if choice.appointment_type else routes.BOOK
            return rx.redirect(step_address(step, choice), replace=True)
        await frame.add_notice(self, ignored)
        self._choice = choice
        if clinic.online_booking_enabled:
            people = await catalogue.list_clinicians(
                clinic=clinic, choice=choice, now=clock.utc_now()
            )
            self.back = step_address(routes.BOOK if len(people) == 1 else routes.BOOK_WHO, choice)
            await self._find_times(day=query_value(self, "day"))
            if not tiles.tiles_of(self._shown()):
                await self._find_times()  # a link's day may have filled since
            self._choose(tiles.find_tile(self._shown(), query_value(self, "time")))
            await self._follow()
        self.is_loaded = True
        return None

    @handler("public", supersedes=True)
    @frame.telling_refusals
    async def choose_day(self, day: str) -> None:
        """Show the times of ``day``, an ISO date."""
        await frame.clear_problem(self)
        clinic = await clinics.require_clinic(slug=self._choice.clinic)
        try:
            self.times = await availability.day_times(
                clinic=clinic,
                choice=self._choice,
                day=day,
                visitor=await current_visitor(self),
                device_zone=device_zone(self),
                now=clock.utc_now(),
            )
        except BookingClosed:
            self._take_away()
            raise
        self._choose(tiles.mine(self._shown()))
        await frame.announce(self, self.times.say)

    @handler("public", supersedes=True)
    @frame.telling_refusals
    async def turn_to_month(self, month: str) -> None:
        """Show ``month``, an ISO month, and the first day of it that has times."""
        await frame.clear_problem(self)
        await self._find_times(month=month)
        self._choose(tiles.mine(self._shown()))
        await frame.announce(self, self.times.say)

    @handler("public")
    async def choose_time(self, key: str) -> None:
        """Repeat in words what was touched. Nothing is kept for anybody yet."""
        await frame.clear_problem(self)
        self._choose(tiles.find_tile(self._shown(), key))

    @handler("visitor")
    @frame.telling_refusals
    async def go_on(self, form: TimeForm) -> rx.event.EventSpec | None:
        """Hold the chosen time and go on to the details, or say that it is gone."""
        key = form.get("slot", "")
        if not key:
            await frame.tell_problem(self, pgettext("err.slot", "Choose a time"))
            return None
        try:
            await self._hold(key)
        except SlotTaken:
            # In a rush this is the answer of nearly everybody: first the word, then the search.
            lost = self._chosen()
            self.times = tiles.without(self._shown(), key)
            self._choose(None)
            await frame.tell_refusal(self, self._taken(lost))
            live.look_again_soon(self, BookTimeState.look_again)
            return None
        except BookingRefused as refusal:
            await self._look_again()
            await frame.tell_refusal(self, refusal)
            return None
        return rx.redirect(routes.with_query(routes.BOOK_DETAILS, clinic=self._choice.clinic))

    async def _hold(self, key: str) -> None:
        tile = tiles.find_tile(self._shown(), key)
        if tile is None:
            raise SlotTaken
        await booking.hold_slot(
            visitor=await current_visitor(self),
            choice=self._choice,
            chosen=ChosenTime(tile.clinician, datetime.fromisoformat(tile.starts_at)),
            now=clock.utc_now(),
        )

    @handler("server")
    @frame.telling_refusals
    async def look_again(self) -> None:
        """Show what others have taken and given back since, without moving anything."""
        if not self.is_loaded:
            return
        chosen = self._chosen()
        await self._look_again()
        if chosen.key and not self.chosen.key:
            await frame.warn(self, sentence(self._taken(chosen)))

    async def _look_again(self) -> None:
        shown = self._shown()
        await self._find_times(month=self.month.iso, day=shown.iso)
        change = tiles.after(shown, self._shown())
        self.times = change.times
        self._choose(tiles.find_tile(change.times, self.chosen.key))
        await frame.announce(self, tiles.news(change) or self.times.say)

    async def _find_times(self, *, month: str = "", day: str = "") -> None:
        clinic = await clinics.require_clinic(slug=self._choice.clinic)
        try:
            picker = await availability.picker(
                clinic=clinic,
                choice=self._choice,
                month=month,
                day=day,
                visitor=await current_visitor(self),
                device_zone=device_zone(self),
                now=clock.utc_now(),
            )
        except BookingClosed:
            self._take_away()
            raise
        self._show(picker)

    def _take_away(self) -> None:
        """Leave nothing to choose: the clinic has switched online booking off meanwhile."""
        self._show(PickerCard())
        self.chosen = NO_TILE

    def _show(self, picker: PickerCard) -> None:
        self.soonest, self.zone_line = picker.soonest, picker.zone_line
        self.device_zone_line = picker.device_zone_line
        self.month, self.times = picker.month, picker.times
        self.has_times, self.ways_on = picker.has_times, picker.ways_on
        self.none_heading, self.none_text = picker.none_heading, picker.none_text

    def _choose(self, tile: TimeTile | None) -> None:
        self.chosen = tile or tiles.mine(self._shown()) or NO_TILE
        self.address = step_address(
            routes.BOOK_TIME, self._choice, day=self.times.iso, time=self.chosen.key
        )

    def _taken(self, tile: TimeTile) -> SlotTaken:
        if not tile.key:
            return SlotTaken()
        return SlotTaken(time=tile.time, other=tiles.nearest(self._shown(), tile))

    def _shown(self) -> TimesCard:
        """Return the times on the screen without what watches them for changes.

        Nothing changes a card in place, and walking a day of tiles through the watcher costs
        more than all the rest of an answer.
        """
        return self.get_value("times")

    def _chosen(self) -> TimeTile:
        return self.get_value("chosen")

    async def _follow(self) -> None:
        clinic = await clinics.require_clinic(slug=self._choice.clinic)
        visitor = await current_visitor(self)
        resources = await availability.resource_ids(clinic=clinic, choice=self._choice)
        topics = [live_topics.diary(resource) for resource in resources]
        live.subscribe(
            self, [*topics, live_topics.visitor(visitor.session_key)], BookTimeState.look_again
        )
