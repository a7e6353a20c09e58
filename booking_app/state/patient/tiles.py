"""What happens to the times on the screen while others take and give back."""

from dataclasses import dataclass, replace
from datetime import datetime

from booking_app.dto.booking import TimesCard, TimeTile
from booking_app.i18n import pgettext

TAKEN = "taken"
_PARTS = ("morning", "afternoon", "evening")


@dataclass(frozen=True)
class Change:
    """A day's times after a look at the diary, and what became of those shown before.

    ``moved`` are times that another clinician has now, because the one shown was taken.
    """

    times: TimesCard
    taken: tuple[TimeTile, ...] = ()
    moved: tuple[TimeTile, ...] = ()
    freed: tuple[TimeTile, ...] = ()


def tiles_of(times: TimesCard) -> list[TimeTile]:
    """Return all tiles of a day, in order."""
    return [tile for part in _PARTS for tile in getattr(times, part)]


def find_tile(times: TimesCard, key: str) -> TimeTile | None:
    """Return the tile called ``key`` if it can be chosen."""
    return next((t for t in tiles_of(times) if t.key == key and t.state != TAKEN), None)


def mine(times: TimesCard) -> TimeTile | None:
    """Return the tile of the time that is held for this visitor, if it is of this day."""
    return next((tile for tile in tiles_of(times) if tile.state == "mine"), None)


def after(shown: TimesCard, fresh: TimesCard) -> Change:
    """Return ``fresh`` with the times that went since ``shown`` still in their places.

    Only what was on the screen can be "just taken"; on another day there is nothing to
    compare. A time that another clinician can take over is shown with that clinician.
    """
    if shown.iso != fresh.iso:
        return Change(fresh)
    before = {tile.key: tile for tile in tiles_of(shown)}
    now = {tile.key: tile for tile in tiles_of(fresh)}
    starts = {tile.starts_at for tile in now.values()}
    had = {tile.starts_at for tile in before.values() if tile.state != TAKEN}
    gone = {key: tile for key, tile in before.items() if key not in now}
    parts = {
        part: _in_order(
            *getattr(fresh, part),
            *(
                _as_taken(tile)
                for tile in getattr(shown, part)
                if tile.key in gone and tile.starts_at not in starts
            ),
        )
        for part in _PARTS
    }
    return Change(
        replace(fresh, **parts),
        taken=tuple(
            tile for tile in gone.values() if tile.state != TAKEN and tile.starts_at not in starts
        ),
        moved=tuple(
            tile for key, tile in now.items() if key not in before and tile.starts_at in had
        ),
        freed=tuple(
            tile for key, tile in now.items() if key in before and before[key].state == TAKEN
        ),
    )


def without(times: TimesCard, key: str) -> TimesCard:
    """Return ``times`` with one of them shown as taken, still in its place."""
    parts = {
        part: [_as_taken(tile) if tile.key == key else tile for tile in getattr(times, part)]
        for part in _PARTS
    }
    return replace(times, **parts)


def news(change: Change) -> str:
    """Return what to say about times that were taken or came free, "" about nothing."""
    texts = (
        (pgettext("book.time.say_taken", "{time} has just been taken."), change.taken),
        (pgettext("book.time.say_moved", "{time} is now with {who}."), change.moved),
        (pgettext("book.time.say_freed", "{time} is free again."), change.freed),
    )
    return " ".join(
        text.format(time=tile.time, who=tile.who) for text, tiles in texts for tile in tiles
    )


def nearest(times: TimesCard, to: TimeTile) -> str:
    """Return the time closest to ``to`` that is still free, in words; "" where there is none."""
    free = [tile for tile in tiles_of(times) if tile.state != TAKEN]
    if not free:
        return ""
    wanted = datetime.fromisoformat(to.starts_at)
    closest = min(free, key=lambda t: abs(datetime.fromisoformat(t.starts_at) - wanted))
    if closest.starts_at != to.starts_at:
        return closest.time
    return pgettext("book.time.with", "{time} with {who}").format(
        time=closest.time, who=closest.who
    )


def _as_taken(tile: TimeTile) -> TimeTile:
    if tile.state == TAKEN:
        return tile
    label = pgettext("book.time.taken_label", "{tile}, just taken").format(tile=tile.label)
    return replace(tile, state=TAKEN, label=label)


def _in_order(*tiles: TimeTile) -> list[TimeTile]:
    return sorted(tiles, key=lambda tile: (tile.starts_at, tile.key))
