"""devices with ODK Collect, their forms, attachments of records."""

import sqlalchemy as sa
from alembic import op

import survey.storage.base

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('collect_device',
    sa.Column('device_id', sa.String(length=36), nullable=False),
    sa.Column('token_sha256', sa.String(length=64), nullable=False),
    sa.Column('interviewer', sa.String(length=60), nullable=False),
    sa.Column('area', sa.String(length=15), nullable=False),
    sa.Column('label', sa.String(length=40), nullable=False),
    sa.Column('issued_at', survey.storage.base.UtcDateTime(), nullable=False),
    sa.Column('issued_by', sa.String(length=120), nullable=False),
    sa.Column('revoked_at', survey.storage.base.UtcDateTime(), nullable=True),
    sa.Column('last_contact_at', survey.storage.base.UtcDateTime(), nullable=True),
    sa.Column('received', sa.Integer(), nullable=False),
    sa.Column('repeated', sa.Integer(), nullable=False),
    sa.Column('kept', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['area'], ['area.code'], name=op.f('fk_collect_device_area')),
    sa.PrimaryKeyConstraint('device_id', name=op.f('pk_collect_device'))
    )
    with op.batch_alter_table('collect_device', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_collect_device_token_sha256'), ['token_sha256'], unique=True)

    op.create_table('collect_form',
    sa.Column('wave', sa.String(length=36), nullable=False),
    sa.Column('md5', sa.String(length=32), nullable=False),
    sa.Column('xform', sa.Text(), nullable=False),
    sa.Column('made_at', survey.storage.base.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['wave'], ['wave.id'], name=op.f('fk_collect_form_wave')),
    sa.PrimaryKeyConstraint('wave', name=op.f('pk_collect_form'))
    )
    op.create_table('attachment',
    sa.Column('wave', sa.String(length=36), nullable=False),
    sa.Column('response_id', sa.String(length=36), nullable=False),
    sa.Column('name', sa.String(length=126), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('media_type', sa.String(length=80), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['wave'], ['wave.id'], name=op.f('fk_attachment_wave')),
    sa.PrimaryKeyConstraint('wave', 'response_id', 'name', 'sha256', name=op.f('pk_attachment'))
    )


def downgrade() -> None:
    op.drop_table('attachment')
    op.drop_table('collect_form')
    with op.batch_alter_table('collect_device', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_collect_device_token_sha256'))

    op.drop_table('collect_device')
