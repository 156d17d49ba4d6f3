"""questions to an analysis."""

import sqlalchemy as sa
from alembic import op

import survey.storage.base

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('analysis_question',
    sa.Column('wave', sa.String(length=36), nullable=False),
    sa.Column('run_id', sa.String(length=36), nullable=False),
    sa.Column('key', sa.String(length=140), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('started_at', survey.storage.base.UtcDateTime(), nullable=False),
    sa.Column('finished_at', survey.storage.base.UtcDateTime(), nullable=True),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('plan', sa.Text(), nullable=False),
    sa.Column('result', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['wave', 'run_id'], ['analysis_run.wave', 'analysis_run.run_id'], name=op.f('fk_analysis_question_wave')),
    sa.PrimaryKeyConstraint('wave', 'run_id', 'key', name=op.f('pk_analysis_question'))
    )


def downgrade() -> None:
    op.drop_table('analysis_question')
