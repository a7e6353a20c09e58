"""What the database itself refuses: double booking, and changes to the audit record.

These live outside the tables' definitions because SQLite drops triggers silently
when a migration rebuilds their table. Every migration therefore ends by installing
them, and the app refuses to start while one is missing.
"""

from sqlalchemy import Connection

OVERLAP_REFUSED = "slot_no_overlap"
"""What SQLite's triggers say; PostgreSQL's constraint has a state of its own (23P01)."""

_OVERLAP = f"""
    SELECT RAISE(ABORT, '{OVERLAP_REFUSED}') WHERE EXISTS (
        SELECT 1 FROM slot AS other
        WHERE other.resource_id = NEW.resource_id
          AND other.status IN ('busy', 'busy-tentative') AND NOT other.overbooked
          AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
          AND other.id IS NOT NEW.id);
"""  # noqa: S608  made of constants only
_LIVE = "NEW.status IN ('busy', 'busy-tentative') AND NOT NEW.overbooked"
_SEALED = (
    "id, organization_id, at, actor_kind, actor_id, action, entity, entity_uid, before, after,"
    " reason, channel, address_hash"
)

SQLITE_TRIGGERS = {
    "slot_no_overlap_insert": f"CREATE TRIGGER slot_no_overlap_insert BEFORE INSERT ON slot WHEN {_LIVE} BEGIN {_OVERLAP} END",
    "slot_no_overlap_update": "CREATE TRIGGER slot_no_overlap_update BEFORE UPDATE OF resource_id, starts_at, ends_at, status, overbooked"
    f" ON slot WHEN {_LIVE} BEGIN {_OVERLAP} END",
    "audit_event_no_delete": "CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event"
    " BEGIN SELECT RAISE(ABORT, 'audit_append_only'); END",
    "audit_event_no_update": f"CREATE TRIGGER audit_event_no_update BEFORE UPDATE OF {_SEALED} ON audit_event"
    " BEGIN SELECT RAISE(ABORT, 'audit_append_only'); END",
    "audit_event_sealed_once": "CREATE TRIGGER audit_event_sealed_once BEFORE UPDATE ON audit_event WHEN OLD.hash IS NOT NULL"
    " BEGIN SELECT RAISE(ABORT, 'audit_append_only'); END",
}
"""The overlap test and the append-only audit, as SQLite triggers."""

_EXCLUDE = """
    ALTER TABLE slot ADD CONSTRAINT ex_slot_no_overlap EXCLUDE USING gist (
        organization_id WITH =, resource_id WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&
    ) WHERE (status IN ('busy', 'busy-tentative') AND NOT overbooked)
"""
_AUDIT_FUNCTION = """
    CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.hash IS NULL
           AND to_jsonb(NEW) - '{hash,prev_hash,sealed_position}'::text[]
             = to_jsonb(OLD) - '{hash,prev_hash,sealed_position}'::text[] THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'audit_append_only';
    END $$
"""
_AUDIT_TRIGGERS = {
    "audit_event_append_only": "CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON audit_event"
    " FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
    "audit_event_no_truncate": "CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
}


def install(connection: Connection) -> None:
    """Put every guard in place; those that are there stay as they are."""
    if connection.dialect.name == "sqlite":
        for name, statement in SQLITE_TRIGGERS.items():
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
            connection.exec_driver_sql(statement)
        return
    absent = missing(connection)
    if "ex_slot_no_overlap" in absent:
        # btree_gist is a trusted extension: the owner of the database may create it.
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS btree_gist")
        connection.exec_driver_sql(_EXCLUDE)
    connection.exec_driver_sql(_AUDIT_FUNCTION)
    for name, statement in _AUDIT_TRIGGERS.items():
        if name in absent:
            connection.exec_driver_sql(statement)


def remove(connection: Connection) -> None:
    """Take every guard away, for a downgrade to an empty database."""
    if connection.dialect.name == "sqlite":
        for name in SQLITE_TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        return
    connection.exec_driver_sql(
        "ALTER TABLE IF EXISTS slot DROP CONSTRAINT IF EXISTS ex_slot_no_overlap"
    )
    for name in _AUDIT_TRIGGERS:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON audit_event")
    connection.exec_driver_sql("DROP FUNCTION IF EXISTS audit_append_only()")


def missing(connection: Connection) -> set[str]:
    """Return the names of the guards that are not in force."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        )
        have = {name for name, sql in rows if sql == SQLITE_TRIGGERS.get(name)}
        return set(SQLITE_TRIGGERS) - have
    constraint = connection.exec_driver_sql(
        "SELECT conname FROM pg_constraint WHERE conname = 'ex_slot_no_overlap'"
        " AND contype = 'x' AND convalidated AND conrelid = to_regclass('slot')"
    )
    triggers = connection.exec_driver_sql(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass('audit_event') AND tgenabled <> 'D'"
    )
    have = {row[0] for row in constraint} | {row[0] for row in triggers}
    return {"ex_slot_no_overlap", *_AUDIT_TRIGGERS} - have
