"""Alembic's entry: one connection is handed in by `survey.storage.migrate`; SQLite changes tables in batches."""

from alembic import context

from survey.storage.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
