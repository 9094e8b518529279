"""Makes the tables and brings older ones up to date (Alembic, one file a change in `migrations/versions`)."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from runtime.ledger import planner, tables

HEAD = "0024"
"""The newest revision; a test holds it to the files. Known here so that an up-to-date start never loads Alembic (0.3 s)."""
MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaTooNew(Exception):
    """The database was written by a newer Cartwheel. Nothing was changed; start that version."""


def bring_up_to_date(engine: Engine) -> None:
    """Create or migrate the tables. Raises SchemaTooNew."""
    with engine.connect() as connection:
        if not connection.engine.url.database or connection.engine.url.database == ":memory:":
            create_tables(connection)
            connection.commit()
            return
        if connection.dialect.name == "postgresql":
            # Web and worker start together; one of them makes the tables.
            connection.execute(text("SELECT pg_advisory_lock(726301)"))
        try:
            found = _revision(connection)
            if found != HEAD:
                _migrate(connection, found)
                if connection.dialect.name == "sqlite":
                    planner.tell(connection)
                connection.commit()
        finally:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_unlock(726301)"))
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
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    if found is not None and found not in {
        script.revision for script in ScriptDirectory.from_config(config).walk_revisions()
    }:
        raise SchemaTooNew(
            "This data folder was written by a newer Cartwheel. Nothing was changed. "
            "Start the newer version, or choose another folder."
        )
    command.upgrade(config, "head")
