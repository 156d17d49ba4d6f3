"""cycles of years with weights."""

import sqlalchemy as sa
from alembic import op

import survey.storage.base

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('cycle',
    sa.Column('cycle_id', sa.String(length=40), nullable=False),
    sa.Column('edition', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('source', sa.String(length=10), nullable=False),
    sa.Column('indicator', sa.String(length=40), nullable=False),
    sa.Column('population', sa.String(length=20), nullable=False),
    sa.Column('weights', sa.Text(), nullable=False),
    sa.Column('made_by', sa.String(length=120), nullable=False),
    sa.Column('made_at', survey.storage.base.UtcDateTime(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('cycle_id', 'edition', name=op.f('pk_cycle'))
    )


def downgrade() -> None:
    op.drop_table('cycle')
