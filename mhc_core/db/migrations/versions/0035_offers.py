"""What guests cannot eat, what was suggested to them, and how suggestions fare."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table ai.diet_facts (
            message_id uuid not null,
            kind text not null constraint ck_diet_facts_kind check (kind in ('allergen', 'diet')),
            value text not null,
            conversation_id uuid not null
                constraint fk_diet_facts_conversation_id references ai.conversations (id) on delete cascade,
            for_whom text not null
                constraint ck_diet_facts_for_whom check (for_whom in ('self', 'child', 'guest', 'all')),
            stance text not null
                constraint ck_diet_facts_stance check (stance in ('stated', 'avoided', 'withdrawn')),
            certainty real not null constraint ck_diet_facts_certainty check (certainty between 0 and 1),
            said_at timestamptz not null,
            constraint pk_diet_facts primary key (message_id, kind, value)
        );
        create index ix_diet_facts_conversation_id on ai.diet_facts (conversation_id);
        alter table ai.diet_facts alter column value set statistics 0;
        create table ai.offer_suggestions (
            conversation_id uuid constraint pk_offer_suggestions primary key
                constraint fk_offer_suggestions_conversation_id references ai.conversations (id) on delete cascade,
            message_id uuid not null,
            offer text not null,
            segment text not null
                constraint ck_offer_suggestions_segment check (segment in ('adults', 'family', 'large')),
            shown boolean not null,
            accepted boolean not null default false,
            value_usd numeric(14, 6) not null default 0,
            suggested_at timestamptz not null,
            settled_at timestamptz,
            withdrawn_at timestamptz
        );
        create table ai.offer_statistics (
            offer text not null,
            segment text not null
                constraint ck_offer_statistics_segment check (segment in ('adults', 'family', 'large')),
            shown integer not null,
            accepted integer not null,
            bookings integer not null,
            bought integer not null,
            companions jsonb not null,
            made_at timestamptz not null,
            constraint pk_offer_statistics primary key (offer, segment)
        );
    """)


def downgrade() -> None:
    op.execute("drop table ai.diet_facts, ai.offer_suggestions, ai.offer_statistics")
