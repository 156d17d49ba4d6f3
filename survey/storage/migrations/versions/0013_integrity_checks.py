"""checks of answers, what they found, second looks."""

import sqlalchemy as sa
from alembic import op

import survey.storage.base

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('integrity_check',
    sa.Column('wave', sa.String(length=36), nullable=False),
    sa.Column('check_id', sa.String(length=36), nullable=False),
    sa.Column('checked_at', survey.storage.base.UtcDateTime(), nullable=False),
    sa.Column('checked_by', sa.String(length=120), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('answers', sa.Integer(), nullable=False),
    sa.Column('rules', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['wave'], ['wave.id'], name=op.f('fk_integrity_check_wave')),
    sa.PrimaryKeyConstraint('wave', 'check_id', name=op.f('pk_integrity_check'))
    )
    with op.batch_alter_table('integrity_check', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_integrity_check_wave_checked_at'), ['wave', 'checked_at'], unique=False)
    op.create_table('integrity_finding',
    sa.Column('wave', sa.String(length=36), nullable=False),
    sa.Column('check_id', sa.String(length=36), nullable=False),
    sa.Column('response_id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('evidence', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['wave'], ['wave.id'], name=op.f('fk_integrity_finding_wave')),
    sa.PrimaryKeyConstraint('wave', 'check_id', 'response_id', 'kind', name=op.f('pk_integrity_finding'))
    )
    op.create_table('second_look',
    sa.Column('wave', sa.String(length=36), nullable=False),
    sa.Column('response_id', sa.String(length=36), nullable=False),
    sa.Column('looked_at', survey.storage.base.UtcDateTime(), nullable=False),
    sa.Column('looked_by', sa.String(length=120), nullable=False),
    sa.Column('agrees', sa.Boolean(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['wave'], ['wave.id'], name=op.f('fk_second_look_wave')),
    sa.PrimaryKeyConstraint('wave', 'response_id', 'looked_at', name=op.f('pk_second_look'))
    )


def downgrade() -> None:
    op.drop_table('second_look')
    op.drop_table('integrity_finding')
    with op.batch_alter_table('integrity_check', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_integrity_check_wave_checked_at'))

    op.drop_table('integrity_check')
