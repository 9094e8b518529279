"""Alembic's entry: migrates over the connection that `schema.bring_up_to_date` holds."""

from alembic import context

from runtime.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
