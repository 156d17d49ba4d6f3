"""codings of open texts."""

import sqlalchemy as sa
from alembic import op

import survey.storage.base

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('text_category',
    sa.Column('wave', sa.String(length=36), nullable=False),
    sa.Column('item', sa.String(length=60), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('label', sa.String(length=60), nullable=False),
    sa.Column('meaning', sa.Text(), nullable=False),
    sa.Column('ended', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['wave'], ['wave.id'], name=op.f('fk_text_category_wave')),
    sa.PrimaryKeyConstraint('wave', 'item', 'code', name=op.f('pk_text_category'))
    )
    op.create_table('text_coding',
    sa.Column('wave', sa.String(length=36), nullable=False),
    sa.Column('item', sa.String(length=60), nullable=False),
    sa.Column('response_id', sa.String(length=36), nullable=False),
    sa.Column('coder', sa.String(length=120), nullable=False),
    sa.Column('codes', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('coded_at', survey.storage.base.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['wave'], ['wave.id'], name=op.f('fk_text_coding_wave')),
    sa.PrimaryKeyConstraint('wave', 'item', 'response_id', 'coder', name=op.f('pk_text_coding'))
    )
    op.create_table('text_settlement',
    sa.Column('wave', sa.String(length=36), nullable=False),
    sa.Column('item', sa.String(length=60), nullable=False),
    sa.Column('response_id', sa.String(length=36), nullable=False),
    sa.Column('codes', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('settled_by', sa.String(length=120), nullable=False),
    sa.Column('settled_at', survey.storage.base.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['wave'], ['wave.id'], name=op.f('fk_text_settlement_wave')),
    sa.PrimaryKeyConstraint('wave', 'item', 'response_id', name=op.f('pk_text_settlement'))
    )


def downgrade() -> None:
    op.drop_table('text_settlement')
    op.drop_table('text_coding')
    op.drop_table('text_category')
