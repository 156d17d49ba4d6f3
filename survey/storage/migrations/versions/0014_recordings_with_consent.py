"""recordings with consent beside visits, and a wave's rule for answers over quota."""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('visit_recording',
    sa.Column('wave', sa.String(length=36), nullable=False),
    sa.Column('recording_id', sa.String(length=36), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('visit_id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('media_type', sa.String(length=40), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['wave'], ['wave.id'], name=op.f('fk_visit_recording_wave')),
    sa.PrimaryKeyConstraint('wave', 'recording_id', 'sha256', name=op.f('pk_visit_recording'))
    )
    with op.batch_alter_table('visit_recording', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_visit_recording_wave_visit_id'), ['wave', 'visit_id'], unique=False)

    with op.batch_alter_table('wave', schema=None) as batch_op:
        batch_op.add_column(sa.Column('recording', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('over_quota', sa.String(length=12), server_default='count', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('wave', schema=None) as batch_op:
        batch_op.drop_column('over_quota')
        batch_op.drop_column('recording')

    with op.batch_alter_table('visit_recording', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_visit_recording_wave_visit_id'))

    op.drop_table('visit_recording')
