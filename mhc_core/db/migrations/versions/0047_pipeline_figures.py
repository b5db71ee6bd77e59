"""What Dagster knows of its runs, where the API can read it: it has no login to Dagster's own schema."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table ai.pipeline_figures (
            what text not null,
            name text not null,
            value double precision not null,
            read_at timestamptz not null,
            constraint pk_pipeline_figures primary key (what, name),
            constraint ck_pipeline_figures_what
                check (what in ('pipeline_runs', 'oldest_queued', 'asset', 'failed_ticks'))
        )
    """)


def downgrade() -> None:
    op.execute("drop table ai.pipeline_figures")
