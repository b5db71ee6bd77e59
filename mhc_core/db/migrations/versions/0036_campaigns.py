"""Follow-ups: consents and opt-outs, plan and outbox, codes of offers, and tasks for people."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table ai.contact_consents (
            id bigint generated always as identity constraint pk_contact_consents primary key,
            customer_hash text not null,
            channel text not null constraint ck_contact_consents_channel check (channel in
                ('sms', 'whatsapp', 'email')),
            given_at timestamptz not null,
            how text not null,
            wording text not null,
            recorded_by text not null,
            recorded_at timestamptz not null,
            revoked_at timestamptz,
            revoked_by text,
            constraint uq_contact_consents_customer_hash_channel_given_at unique (customer_hash, channel, given_at)
        );
        create table ai.contact_optouts (
            customer_hash text constraint pk_contact_optouts primary key,
            opted_out_at timestamptz not null,
            how text not null constraint ck_contact_optouts_how check (how in ('keyword', 'words', 'link', 'staff')),
            channel text
        );
        create table ai.inbound_screenings (
            id integer constraint pk_inbound_screenings primary key constraint ck_inbound_screenings_id check (id = 1),
            screened_until timestamptz not null
        );
        create table ai.campaign_touches (
            id bigint generated always as identity constraint pk_campaign_touches primary key,
            campaign text not null,
            step text not null,
            customer_hash text not null,
            anchor text not null,
            conversation_id uuid not null constraint fk_campaign_touches_conversation_id
                references ai.conversations (id) on delete cascade,
            arm text not null constraint ck_campaign_touches_arm check (arm in ('treated', 'holdout')),
            counted boolean not null,
            state text not null constraint ck_campaign_touches_state check (state in
                ('planned', 'withheld', 'skipped', 'sending', 'sent', 'refused', 'unknown')),
            reason text,
            channel text,
            template text not null,
            due_at timestamptz not null,
            expires_at timestamptz not null,
            not_before timestamptz not null,
            planned_at timestamptz not null,
            taken_at timestamptz,
            finished_at timestamptz,
            provider_message_id text,
            constraint uq_campaign_touches_campaign_step_customer_hash_anchor
                unique (campaign, step, customer_hash, anchor)
        );
        create index ix_campaign_touches_customer_hash_taken_at on ai.campaign_touches (customer_hash, taken_at);
        create index ix_campaign_touches_due on ai.campaign_touches (not_before, id) where state = 'planned';
        create index ix_campaign_touches_conversation_id on ai.campaign_touches (conversation_id);
        create table ai.offer_codes (
            code text constraint pk_offer_codes primary key,
            touch_id bigint not null constraint uq_offer_codes_touch_id unique
                constraint fk_offer_codes_touch_id references ai.campaign_touches (id) on delete cascade,
            percent integer not null constraint ck_offer_codes_percent check (percent between 1 and 100),
            issued_at timestamptz not null,
            expires_at timestamptz not null,
            redeemed_at timestamptz,
            redeemed_by text
        );
        create table ai.customer_tasks (
            id bigint generated always as identity constraint pk_customer_tasks primary key,
            customer_hash text not null,
            anchor text not null,
            conversation_id uuid not null constraint fk_customer_tasks_conversation_id
                references ai.conversations (id) on delete cascade,
            percent integer not null constraint ck_customer_tasks_percent check (percent between 0 and 100),
            reasons jsonb not null,
            opened_at timestamptz not null,
            closed_at timestamptz,
            closed_by text,
            constraint uq_customer_tasks_customer_hash_anchor unique (customer_hash, anchor)
        );
        create index ix_customer_tasks_conversation_id on ai.customer_tasks (conversation_id);
    """)


def downgrade() -> None:
    op.execute("""
        drop table ai.customer_tasks, ai.offer_codes, ai.campaign_touches, ai.inbound_screenings, ai.contact_optouts,
            ai.contact_consents
    """)
