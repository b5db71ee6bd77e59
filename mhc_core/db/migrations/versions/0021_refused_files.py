"""Files of the inbox that are not in can be an incident."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_BEFORE = ("run_failed", "check_failed", "stage_silent", "daemon_stopped")


def upgrade() -> None:
    _allow((*_BEFORE, "files_refused"))


def downgrade() -> None:
    op.execute("delete from ai.incidents where kind = 'files_refused'")
    _allow(_BEFORE)


def _allow(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(f"""
        alter table ai.incidents
            drop constraint ck_incidents_kind,
            add constraint ck_incidents_kind check (kind in ({listed}))
    """)
