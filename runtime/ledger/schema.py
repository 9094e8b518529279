"""Makes the tables and brings older ones up to date (Alembic, one file a change in `migrations/versions`)."""

import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError

from runtime.ledger import planner, tables

HEAD = "0026"
"""The newest revision; a test holds it to the files. Known here so that an up-to-date start never loads Alembic (0.3 s)."""
MIGRATIONS = Path(__file__).parent / "migrations"


def is_ours(revision: str) -> bool:
    """Whether a database at this revision can be brought up to date, and not a newer Cartwheel has written it."""
    return any(file.name.startswith(f"{revision}_") for file in (MIGRATIONS / "versions").iterdir())


class SchemaTooNew(Exception):
    """The database was written by a newer Cartwheel. Nothing was changed; start that version."""


class CannotMigrate(Exception):
    """The tables cannot be made or changed, now or later. Nothing was changed."""


def bring_up_to_date(engine: Engine) -> None:
    """Create or migrate the tables, in one transaction. Raises SchemaTooNew and CannotMigrate."""
    with engine.connect() as connection:
        if not connection.engine.url.database or connection.engine.url.database == ":memory:":
            create_tables(connection)
            connection.commit()
            return
        # Web and worker start together; one of them makes the tables.
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(726301)"))
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        found = _revision(connection)
        if found != HEAD:
            _migrate(connection, found)
            if connection.dialect.name == "sqlite":
                planner.tell(connection)
            connection.commit()


def create_tables(connection: Connection) -> None:
    """Make every table as it is today, without history: for scratch ledgers in memory."""
    tables.metadata.create_all(connection)
    start_numbers(connection)
    planner.tell(connection)


def start_numbers(connection: Connection) -> None:
    """Where `ids.reserve` begins."""
    if connection.dialect.name == "sqlite":
        connection.execute(tables.counter.insert(), {"name": "id", "next": 1})
    else:
        connection.execute(text("CREATE SEQUENCE IF NOT EXISTS cartwheel_id"))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(connection: Connection, found: str | None) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    if found is not None and not is_ours(found):
        raise SchemaTooNew(
            "This data folder was written by a newer Cartwheel. Nothing was changed. "
            "Start the newer version, or choose another folder."
        )
    try:
        command.upgrade(config, "head")
    except DatabaseError as error:
        if _may_pass(error):
            raise
        raise CannotMigrate(
            f"The tables of the database cannot be brought up to date: {str(error.orig).strip().splitlines()[0]}. "
            "Nothing was changed. Put that right, or the copy of the database back that was kept, and start again."
        ) from error


def _may_pass(error: DatabaseError) -> bool:
    """Whether it is about something around the database: it went away, its disk is full, somebody else has it locked."""
    said_to_the_statement = getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    return isinstance(error, OperationalError) and not said_to_the_statement
