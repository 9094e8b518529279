"""The ledger: all that grows or must not be lost, in SQL. The only room that imports SQLAlchemy's engine and Alembic."""

from runtime.ledger.database import Ledger, Tx
from runtime.ledger.schema import CannotMigrate, SchemaTooNew

__all__ = ["CannotMigrate", "Ledger", "SchemaTooNew", "Tx"]
