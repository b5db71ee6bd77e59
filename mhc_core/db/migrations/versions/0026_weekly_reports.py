"""Reports of weeks are kept, and their e-mails go through the outbox of alerts."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_BEFORE = ("opened", "repeated", "resolved", "test")


def upgrade() -> None:
    _allow((*_BEFORE, "report"))
    op.execute("""
        create table ai.weekly_reports (
            week text constraint pk_weekly_reports primary key,
            made_at timestamptz not null,
            report jsonb not null,
            markdown_uri text not null,
            pdf_uri text not null
        )
    """)


def downgrade() -> None:
    op.execute("drop table ai.weekly_reports")
    op.execute("delete from ai.alert_messages where kind = 'report'")
    _allow(_BEFORE)


def _allow(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(f"""
        alter table ai.alert_messages
            drop constraint ck_alert_messages_kind,
            add constraint ck_alert_messages_kind check (kind in ({listed}))
    """)
