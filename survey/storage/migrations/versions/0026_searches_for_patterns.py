"""searches for patterns of interviewers."""

import sqlalchemy as sa
from alembic import op

import survey.storage.base

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('pattern_search',
    sa.Column('wave', sa.String(length=36), nullable=False),
    sa.Column('area', sa.String(length=15), nullable=False),
    sa.Column('job_id', sa.String(length=36), nullable=False),
    sa.Column('found_at', survey.storage.base.UtcDateTime(), nullable=True),
    sa.Column('counted', sa.Integer(), nullable=True),
    sa.Column('result', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['wave'], ['wave.id'], name=op.f('fk_pattern_search_wave')),
    sa.PrimaryKeyConstraint('wave', 'area', name=op.f('pk_pattern_search'))
    )


def downgrade() -> None:
    op.drop_table('pattern_search')
