"""Look straight into the tables, past the services under test."""

from sqlalchemy import RowMapping, func, select, text

from booking_app.db.base import TableModel, core
from booking_app.db.session import reading


async def rows_of(model: type[TableModel], **columns: object) -> list[RowMapping]:
    """Return the rows whose columns have these values, oldest first."""
    table = core(model)
    statement = select(table).order_by(table.c.id)
    for name, value in columns.items():
        statement = statement.where(table.c[name] == value)
    async with reading() as rx:
        return list((await rx.execute(statement)).mappings())


async def the_row(model: type[TableModel], **columns: object) -> RowMapping:
    """Return the only such row."""
    (row,) = await rows_of(model, **columns)
    return row


async def count_all() -> dict[str, int]:
    """Return the number of rows of every table."""
    async with reading() as rx:
        return {
            table.name: (await rx.execute(select(func.count()).select_from(table))).scalar_one()
            for table in TableModel.metadata.sorted_tables
        }


async def overlapping_pairs() -> int:
    """Return how many pairs of live slots share time on one resource; it must be none, ever."""
    async with reading() as rx:
        pairs = await rx.execute(
            text("""
                SELECT count(*) FROM slot AS one JOIN slot AS other
                    ON one.resource_id = other.resource_id AND one.id < other.id
                   AND one.starts_at < other.ends_at AND other.starts_at < one.ends_at
                WHERE one.status <> 'released' AND other.status <> 'released'
            """)
        )
        return pairs.scalar_one()
