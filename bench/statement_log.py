"""What a use case says to the database, caught in one run of it, to be said again without it.

Replaying a log sends the same statements in the same transactions over the bare driver, with
fresh keys, names and times in the places of the caught ones. What the product's rules and the
library between add to that is the difference in time.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

BEGIN, COMMIT, ROLLBACK = "BEGIN", "COMMIT", "ROLLBACK"
_SQLITE_INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")
_SQLITE_FORMAT = "%Y-%m-%d %H:%M:%S.%f"
_HEX_UID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Step:
    """One statement as the driver gets it."""

    statement: str
    parameters: tuple[object, ...] = ()


@dataclass(slots=True)
class StatementLog:
    """The steps of one run, in order."""

    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def being_taken(self, engines: Sequence[AsyncEngine]) -> Iterator[None]:
        """Take down all that these engines say during the block.

        An engine that was ever listened to stays slower. Measure with another one.
        """
        listeners = [
            (engine.sync_engine, name, listener)
            for engine in engines
            for name, listener in (
                ("before_cursor_execute", self._note_statement),
                ("begin", self._note_begin),
                ("commit", self._note_commit),
                ("rollback", self._note_rollback),
            )
        ]
        for listener in listeners:
            event.listen(*listener)
        try:
            yield
        finally:
            for listener in listeners:
                event.remove(*listener)

    def _note_statement(
        self,
        _connection: Connection,
        _cursor: object,
        statement: str,
        parameters: Sequence[object] | None,
        _context: object,
        executemany: bool,
    ) -> None:
        if executemany:
            raise ValueError(f"a statement for many rows is not replayed: {statement}")
        self.steps.append(Step(statement, tuple(parameters or ())))

    def _note_begin(self, connection: Connection) -> None:
        # On SQLite the engine sends BEGIN as a statement, which is noted as one.
        if _has_transactions(connection) and connection.dialect.name != "sqlite":
            self.steps.append(Step(BEGIN))

    def _note_commit(self, connection: Connection) -> None:
        if _has_transactions(connection):
            self.steps.append(Step(COMMIT))

    def _note_rollback(self, connection: Connection) -> None:
        if _has_transactions(connection):
            self.steps.append(Step(ROLLBACK))


def _has_transactions(connection: Connection) -> bool:
    return connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT"


@dataclass(frozen=True, slots=True)
class Caught:
    """Values in a log that have to be others in each replay.

    ``keys`` are those the database gave, with their tables; ``texts`` are unique ones that are
    not uids. Instants after ``moves_after`` belong to the visit and move with it.
    """

    keys: Mapping[int, str]
    texts: Sequence[str]
    moves_after: datetime


class Replay:
    """One run through a log. Keys that the database gives become known on the way."""

    def __init__(self, caught: Caught, *, moved_by: timedelta) -> None:
        self._keys = caught.keys
        self._moves_after = caught.moves_after
        self._moved_by = moved_by
        self._texts = {text: _unique_text(len(text)) for text in caught.texts}
        self._uids: dict[UUID, UUID] = {}
        self._given: dict[str, int] = {}

    def parameters(self, step: Step) -> tuple[object, ...]:
        return tuple(self._fresh(value) for value in step.parameters)

    def note(self, step: Step, rows: Sequence[Sequence[object]]) -> None:
        """Remember the key that the database gave in answer to an insert."""
        if step.statement.startswith("INSERT INTO ") and rows and isinstance(rows[0][0], int):
            self._given[step.statement.split(maxsplit=3)[2]] = rows[0][0]

    def _fresh(self, value: object) -> object:
        if isinstance(value, int) and value in self._keys:
            return self._given[self._keys[value]]
        if isinstance(value, UUID):
            return self._uids.setdefault(value, uuid4())
        if isinstance(value, datetime) and value > self._moves_after:
            return value + self._moved_by
        return self._fresh_text(value) if isinstance(value, str) else value

    def _fresh_text(self, value: str) -> str:
        if value in self._texts:
            return self._texts[value]
        if _HEX_UID.fullmatch(value):
            return self._uids.setdefault(UUID(value), uuid4()).hex
        if _SQLITE_INSTANT.fullmatch(value):
            at = datetime.strptime(value, _SQLITE_FORMAT).replace(tzinfo=UTC)
            return (
                (at + self._moved_by).strftime(_SQLITE_FORMAT) if at > self._moves_after else value
            )
        for uid, fresh in self._uids.items():
            value = value.replace(str(uid), str(fresh))
        return value


def _unique_text(length: int) -> str:
    return (uuid4().hex + uuid4().hex)[:length]
