"""The slot search over the database: who is free when, for one type at one look.

See docs/mechanisms/availability.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.queries import catalogue as catalogue_queries
from booking_app.db.queries import diary as diary_queries
from booking_app.db.queries.catalogue import Bookable, BookableType, Place
from booking_app.db.queries.diary import LiveHold
from booking_app.domain.busy_masks import Occupied
from booking_app.domain.free_starts import BookingLimits, FreeStarts
from booking_app.domain.slot_grid import SlotGrid
from booking_app.domain.slots import SlotRequest
from booking_app.domain.timespan import epoch_minute
from booking_app.services.prepared_diaries import Question, prepared_diaries

MAX_ADVANCE_DAYS = 731
"""No search looks further ahead, whatever a type says."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a clinic lets patients book, and who holds a time, at one look."""

    organization_id: int
    types: list[BookableType]
    bookables: list[Bookable]
    holds: list[LiveHold] = field(default_factory=list)

    def offered_types(self) -> list[BookableType]:
        """Return the types that somebody offers."""
        offered = {each.type_id for each in self.bookables}
        return [kind for kind in self.types if kind.id in offered]

    def of_type(self, kind: BookableType) -> list[Bookable]:
        return [each for each in self.bookables if each.type_id == kind.id]


@dataclass(frozen=True, slots=True)
class FreeTime:
    """When each of several clinicians is free for one type, limits and live holds heeded.

    No clinician is in it twice at one start: of two places the first one counts. ``mine`` is the
    visitor's own live hold if it is one of these times.
    """

    kind: BookableType
    grid: SlotGrid
    found: list[tuple[Bookable, FreeStarts]]
    mine: LiveHold | None = None

    @property
    def places(self) -> list[Place]:
        """Return the places at which any time is free, in the order of the bookables."""
        return list(dict.fromkeys(each.place for each, free in self.found if free.mask))

    def at(self, place: Place) -> FreeStarts:
        """Return the starts at which anyone is free there."""
        return FreeStarts.union(
            self.grid, [free for each, free in self.found if each.place == place]
        )

    def soonest(self) -> tuple[int, Place] | None:
        """Return the first start of all and its place, or None where nothing is free."""
        starts = [(next(iter(self.at(place))), place) for place in self.places]
        return min(starts, key=lambda start: start[0], default=None)

    def counts_by_day(self) -> dict[date, int]:
        """Return how many times there are on each local date of their place, in order."""
        counts: dict[date, int] = {}
        for place in self.places:
            for day, count in self.at(place).counts_by_day(ZoneInfo(place.zone)).items():
                counts[day] = counts.get(day, 0) + count
        return dict(sorted(counts.items()))

    def on(self, day: date) -> list[tuple[int, list[Bookable]]]:
        """Return the starts of a local date in order, each with who is free then at one place."""
        starts: list[tuple[int, list[Bookable]]] = []
        for place in self.places:
            zone = ZoneInfo(place.zone)
            those = [(each, free.on(day, zone)) for each, free in self.found if each.place == place]
            starts += [
                (start, [each for each, free in those if start in free])
                for start in FreeStarts.union(self.grid, [free for _, free in those])
            ]
        return sorted(starts, key=lambda start: start[0])


def booking_limits(kind: BookableType) -> BookingLimits:
    """Return how soon and how far ahead patients may book ``kind``."""
    return BookingLimits(kind.min_notice, min(kind.max_advance_days, MAX_ADVANCE_DAYS))


def slot_request(kind: BookableType, bookable: Bookable) -> SlotRequest:
    """Return what ``kind`` asks of a diary, in the time this clinician needs for it."""
    return SlotRequest(
        bookable.minutes,
        step_minutes=kind.slot_step,
        buffer_before_minutes=kind.buffer_before,
        buffer_after_minutes=kind.buffer_after,
    )


async def read_catalogue(
    rx: AsyncConnection, *, organization_id: int, type_slug: str = ""
) -> Published:
    """Return what can be booked, of one type where ``type_slug`` names one; no holds."""
    types = await catalogue_queries.list_types(rx, organization_id=organization_id)
    only = next((kind.id for kind in types if kind.slug == type_slug), None)
    bookables = await catalogue_queries.list_bookables(
        rx, organization_id=organization_id, type_id=only
    )
    return Published(organization_id, types, bookables)


async def read_published(
    rx: AsyncConnection,
    *,
    organization_id: int,
    type_slug: str = "",
    session_key: str = "",
    now: datetime,
) -> Published:
    """Return what can be booked (see ``read_catalogue``) and who holds a time.

    The holds are read first. A hold that is confirmed in between is then met twice, as a hold and
    in the diary with its new ``rev``; the other way round it would be met nowhere.
    """
    holds = await diary_queries.list_live_holds(
        rx, organization_id=organization_id, session_key=session_key, now=now
    )
    published = await read_catalogue(rx, organization_id=organization_id, type_slug=type_slug)
    return replace(published, holds=holds)


async def find_free_time(
    rx: AsyncConnection,
    published: Published,
    kind: BookableType,
    bookables: Sequence[Bookable],
    *,
    now: datetime,
) -> FreeTime:
    """Return when ``bookables`` are free for ``kind``; the visitor's own hold is in no one's way."""
    if not bookables:
        return FreeTime(kind, SlotGrid.covering(now, now + timedelta(minutes=1)), [])
    limits = booking_limits(kind)
    questions = [Question(each, slot_request(kind, each)) for each in bookables]
    grid, diaries = await prepared_diaries(rx).answer(
        rx,
        questions,
        organization_id=published.organization_id,
        days=limits.max_advance_days or 0,
        now=now,
    )
    in_the_way = _holds_by_resource(published.holds)
    found: list[tuple[Bookable, FreeStarts]] = []
    elsewhere: dict[int, int] = {}
    for question, diary in zip(questions, diaries, strict=True):
        each = question.bookable
        holds = in_the_way.get(each.clinician.resource_id, ())
        free = diary.free_starts(question.request, holds).within(limits, now=now)
        mask = free.mask & ~elsewhere.get(each.clinician.id, 0)
        elsewhere[each.clinician.id] = elsewhere.get(each.clinician.id, 0) | mask
        found.append((each, FreeStarts(grid, mask)))
    return _with_own_hold(FreeTime(kind, grid, found), published.holds)


def _holds_by_resource(holds: Sequence[LiveHold]) -> Mapping[int, list[Occupied]]:
    by_resource: dict[int, list[Occupied]] = {}
    for hold in holds:
        if not hold.is_mine:
            by_resource.setdefault(hold.resource_id, []).append(hold.occupied)
    return by_resource


def _with_own_hold(free_time: FreeTime, holds: Sequence[LiveHold]) -> FreeTime:
    """Return ``free_time`` with the time the visitor holds, even where notice rules it out by now."""
    mine = next(
        (
            hold
            for hold in holds
            if hold.is_mine
            and hold.type_id == free_time.kind.id
            and any(_is_held_by(hold, each) for each, _ in free_time.found)
        ),
        None,
    )
    if mine is None:
        return free_time
    minute = epoch_minute(mine.starts_at)
    start = free_time.grid.mask_between(minute, minute + 1)
    found = [
        (each, FreeStarts(free_time.grid, _moved(free.mask, start, _is_held_by(mine, each))))
        if each.clinician.resource_id == mine.resource_id
        else (each, free)
        for each, free in free_time.found
    ]
    return replace(free_time, found=found, mine=mine)


def _is_held_by(hold: LiveHold, bookable: Bookable) -> bool:
    return (hold.resource_id, hold.place_id) == (
        bookable.clinician.resource_id,
        bookable.place.id,
    )


def _moved(mask: int, start: int, is_here: bool) -> int:
    return mask | start if is_here else mask & ~start
