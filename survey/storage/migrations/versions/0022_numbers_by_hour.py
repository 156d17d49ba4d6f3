"""numbers of responses by hour."""

import sqlalchemy as sa
from alembic import op

import survey.storage.base

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('count_change',
    sa.Column('wave', sa.String(length=36), nullable=False),
    sa.Column('changes', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['wave'], ['wave.id'], name=op.f('fk_count_change_wave')),
    sa.PrimaryKeyConstraint('wave', name=op.f('pk_count_change'))
    )
    op.create_table('counted_hour',
    sa.Column('wave', sa.String(length=36), nullable=False),
    sa.Column('hour', survey.storage.base.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['wave'], ['wave.id'], name=op.f('fk_counted_hour_wave')),
    sa.PrimaryKeyConstraint('wave', 'hour', name=op.f('pk_counted_hour'))
    )
    op.create_table('hour_count',
    sa.Column('wave', sa.String(length=36), nullable=False),
    sa.Column('hour', survey.storage.base.UtcDateTime(), nullable=False),
    sa.Column('area', sa.String(length=15), nullable=False),
    sa.Column('source', sa.String(length=8), nullable=False),
    sa.Column('mode', sa.String(length=12), nullable=False),
    sa.Column('poster', sa.String(length=12), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['wave'], ['wave.id'], name=op.f('fk_hour_count_wave')),
    sa.PrimaryKeyConstraint('wave', 'hour', 'area', 'source', 'mode', 'poster', name=op.f('pk_hour_count'))
    )


def downgrade() -> None:
    op.drop_table('hour_count')
    op.drop_table('counted_hour')
    op.drop_table('count_change')
