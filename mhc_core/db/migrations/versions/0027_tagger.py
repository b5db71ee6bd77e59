"""Versions of the tagger that finds personal data."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_KINDS = ("model", "knowledge", "prompt", "understanding")


def upgrade() -> None:
    op.execute("""
        create table ai.tagger_versions (
            id text constraint pk_tagger_versions primary key,
            key text not null constraint uq_tagger_versions_key unique,
            artifact_uri text not null,
            artifact_sha256 text not null,
            marks integer not null,
            baseline_id text constraint fk_tagger_versions_baseline_id references ai.tagger_versions (id),
            candidate_metrics jsonb not null default '{}'::jsonb,
            baseline_metrics jsonb not null default '{}'::jsonb,
            verdict text not null constraint ck_tagger_versions_verdict
                check (verdict in ('promote', 'hold', 'reject')),
            reasons text[] not null,
            created_at timestamptz not null default now()
        )
    """)
    _allow((*_KINDS, "tagger"))


def downgrade() -> None:
    op.execute("delete from ai.version_aliases where kind = 'tagger'")
    _allow(_KINDS)
    op.execute("drop table ai.tagger_versions")


def _allow(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(f"""
        alter table ai.version_aliases
            drop constraint ck_version_aliases_kind,
            add constraint ck_version_aliases_kind check (kind in ({listed}))
    """)
