"""The base of all tables, and the few column shapes they share."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import JSON, Column, ForeignKey, MetaData, Table
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from booking_app.db.types import Id, UtcDateTime

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class TableModel(SQLModel):
    """A table named after its class in snake_case, with predictable constraint names."""

    metadata = MetaData(naming_convention=_NAMES)

    @declared_attr  # pyright: ignore[reportArgumentType]  SQLModel types it as a plain str
    def __tablename__(cls) -> str:  # noqa: N805  # pyright: ignore[reportIncompatibleVariableOverride]  declared_attr passes the class
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


def core(model: type[TableModel]) -> Table:
    """Return the Core table of ``model``; queries are written against this."""
    return cast("Table", model.__table__)  # pyright: ignore[reportAttributeAccessIssue]  set by the metaclass


def key() -> Any:
    """Return an internal primary key; it never leaves the server."""
    return Field(default=None, sa_column=Column(Id, primary_key=True))


def uid() -> Any:
    """Return a public id that cannot be guessed (uuid4)."""
    return Field(default_factory=uuid4, unique=True, sa_column_kwargs={"default": uuid4})


def link(target: str, *, optional: bool = False, index: bool = False, unique: bool = False) -> Any:
    """Return a reference to another table's key. Rows with a history are never cascaded away."""
    column: Column[int] = Column(
        Id, ForeignKey(f"{target}.id"), nullable=optional, index=index, unique=unique
    )
    return Field(default=None, sa_column=column) if optional else Field(sa_column=column)


def instant(*, optional: bool = False, index: bool = False) -> Any:
    """Return an instant in UTC."""
    if optional:
        return Field(default=None, sa_type=UtcDateTime, nullable=True, index=index)
    return Field(sa_type=UtcDateTime, nullable=False, index=index)


def given(default: Any, **options: Any) -> Any:
    """Return a column with ``default`` for Python objects and Core inserts alike."""
    return Field(default=default, sa_column_kwargs={"default": default}, **options)


def document(default: Callable[[], Any] = dict, *, optional: bool = False) -> Any:
    """Return a JSON column."""
    if optional:
        return Field(default=None, sa_type=JSON, nullable=True)
    return Field(default_factory=default, sa_type=JSON, sa_column_kwargs={"default": default})


PublicId = UUID
Instant = datetime
