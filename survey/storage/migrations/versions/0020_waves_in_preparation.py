"""waves in preparation, versions of waves."""

import sqlalchemy as sa
from alembic import op

import survey.storage.base

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('wave_plan',
    sa.Column('wave', sa.String(length=36), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('whole', sa.Boolean(), nullable=False),
    sa.Column('saved_at', survey.storage.base.UtcDateTime(), nullable=False),
    sa.Column('saved_by', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('wave', name=op.f('pk_wave_plan'))
    )
    op.create_table('wave_version',
    sa.Column('wave', sa.String(length=36), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('saved_at', survey.storage.base.UtcDateTime(), nullable=False),
    sa.Column('saved_by', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['wave'], ['wave.id'], name=op.f('fk_wave_version_wave')),
    sa.PrimaryKeyConstraint('wave', 'number', name=op.f('pk_wave_version'))
    )
    with op.batch_alter_table('wave', schema=None) as batch_op:
        batch_op.add_column(sa.Column('arrangement', sa.Text(), server_default='', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('wave', schema=None) as batch_op:
        batch_op.drop_column('arrangement')

    op.drop_table('wave_version')
    op.drop_table('wave_plan')
