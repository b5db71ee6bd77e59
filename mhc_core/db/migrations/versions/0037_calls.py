"""Recorded calls: consent to the recording, and how far the words of a transcript are to be trusted."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table ai.calls (
            conversation_id uuid constraint pk_calls primary key,
            consent text not null,
            consent_wording text,
            consent_said_at timestamptz not null,
            speakers text not null,
            confidence real,
            recogniser text,
            audio_sha256 text,
            audio_seconds real,
            checked_by text,
            checked_at timestamptz,
            constraint fk_calls_conversation_id
                foreign key (conversation_id) references ai.conversations (id) on delete cascade,
            constraint ck_calls_consent check (consent in ('given', 'refused', 'unknown')),
            constraint ck_calls_speakers check (speakers in ('channel', 'label', 'turns')),
            constraint ck_calls_confidence check (confidence between 0 and 1)
        );
        alter table ai.calls alter column consent_wording set statistics 0;
        create index ix_calls_audio_sha256 on ai.calls (audio_sha256) where audio_sha256 is not null;
        alter table ai.scrub_holds drop constraint ck_scrub_holds_kind;
        alter table ai.scrub_holds
            add constraint ck_scrub_holds_kind check (kind in ('residue', 'error', 'transcript'));
    """)


def downgrade() -> None:
    op.execute("""
        drop table ai.calls;
        delete from ai.scrub_holds where kind = 'transcript';
        alter table ai.scrub_holds drop constraint ck_scrub_holds_kind;
        alter table ai.scrub_holds add constraint ck_scrub_holds_kind check (kind in ('residue', 'error'));
    """)
