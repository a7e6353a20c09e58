"""Rules of the database that the database cannot check itself."""

import ast
import re

import pytest
from sqlalchemy import Column, DateTime, MetaData, Table

import booking_app.db.tables  # noqa: F401  registers every table
from booking_app.db.base import TableModel
from booking_app.db.types import UtcDateTime
from tests.architecture.source import Module, dotted, modules

# The life of an appointment: which module of db/queries writes which status, and no other does.
# "chosen" is a status that the service decides on, of the two outcomes of a visit.
STATUS_WRITERS = {
    ("claims", "HELD"),
    ("confirmations", "CONFIRMED"),
    ("holds", "EXPIRED"),
    ("cancellations", "CANCELLED"),
    ("attendance", "chosen"),
}
_OTHER_STATUSES = {"SlotStatus", "OutboxStatus"}
_RAW_WRITE = re.compile(r"\b(update|insert\s+into)\s+appointment\b(?!_)", re.IGNORECASE)


def naive_columns(metadata: MetaData) -> list[str]:
    """Return the columns that hold an instant without saying that it is UTC."""
    return [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, DateTime)
    ]


def status_writes(module: Module) -> set[tuple[str, str]]:
    """Return which appointment statuses a module writes, by ``values(status=…)`` or its like."""
    short = module.name.rpartition("/")[2].removesuffix(".py")
    names = (_name(value, is_statement=is_sent) for value, is_sent in _written(module.tree))
    return {(short, name) for name in names if name}


def assigned_statuses(module: Module) -> list[str]:
    """Return the places that set a status on an object, or by SQL as text."""
    found = []
    for node in ast.walk(module.tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Attribute) and target.attr == "status" for target in targets):
            found.append(f"{module.at(node)} sets .status")
        if isinstance(node, ast.Constant) and _RAW_WRITE.search(str(node.value)):
            found.append(f"{module.at(node)} writes appointments by text")
    return found


def _written(tree: ast.Module) -> list[tuple[ast.expr, bool]]:
    """Return the values given as ``status``, and whether it is a statement that takes them."""
    found: list[tuple[ast.expr, bool]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            is_statement = getattr(node.func, "attr", "") in {"values", "execute"}
            found += [(each.value, is_statement) for each in node.keywords if each.arg == "status"]
            if is_statement:
                found += [(value, True) for each in node.args for value in _status_in(each)]
        found += [(value, False) for value in _status_in(node)]
    return found


def _status_in(node: ast.AST) -> list[ast.expr]:
    if not isinstance(node, ast.Dict):
        return []
    return [
        value
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "status"
    ]


def _name(value: ast.expr, *, is_statement: bool) -> str | None:
    """Return the status, or None when it is not an appointment's."""
    kind, _, member = dotted(value).removesuffix(".value").partition(".")
    if kind == "AppointmentStatus":
        return member
    is_decided_elsewhere = kind not in _OTHER_STATUSES and not isinstance(value, ast.Constant)
    return "chosen" if is_statement and is_decided_elsewhere else None


def test_every_instant_is_stored_as_utc():
    assert naive_columns(TableModel.metadata) == []


def test_a_plain_datetime_column_is_noticed():
    metadata = MetaData()
    Table("visit", metadata, Column("at", DateTime), Column("ends_at", UtcDateTime))
    assert naive_columns(metadata) == ["visit.at"]


def test_each_status_of_an_appointment_is_written_in_one_place():
    written = set[tuple[str, str]]().union(*map(status_writes, modules("booking_app/db/queries")))
    assert written == STATUS_WRITERS


def test_no_status_is_written_any_other_way():
    assert [line for module in modules("booking_app") for line in assigned_statuses(module)] == []


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("update(T).values(status=AppointmentStatus.CANCELLED.value)", {("odd", "CANCELLED")}),
        ("update(T).values({'status': AppointmentStatus.HELD})", {("odd", "HELD")}),
        ("tx.execute(insert(T), {'status': outcome.value})", {("odd", "chosen")}),
        ("_insert(tx, T, status=AppointmentStatus.HELD.value)", {("odd", "HELD")}),
        ("values = {'status': AppointmentStatus.HELD.value}", {("odd", "HELD")}),
        ("Visit(status=AppointmentStatus(row.status))", set()),
        ("update(T).values(status=SlotStatus.BUSY.value)", set()),
        ("select(T).where(T.c.status == AppointmentStatus.HELD)", set()),
    ],
)
def test_a_written_status_is_noticed(code: str, written: set[tuple[str, str]]):
    assert status_writes(Module("booking_app/db/queries/odd.py", code)) == written


@pytest.mark.parametrize(
    "code", ["visit.status = 'held'", "text('UPDATE appointment SET status = 1')"]
)
def test_a_status_set_past_the_queries_is_noticed(code: str):
    assert len(assigned_statuses(Module("odd.py", code))) == 1
