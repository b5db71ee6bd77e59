"""Bookings from other systems, profiles of customers, and the ledger of their loyalty."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_WORDS = ("source", "source_id", "customer_id", "zip")


def upgrade() -> None:
    op.execute("""
        create table ai.bookings (
            id uuid constraint pk_bookings primary key,
            source text not null,
            source_id text not null,
            customer_id text,
            status text not null constraint ck_bookings_status check (
                status in ('requested', 'confirmed', 'completed', 'cancelled', 'declined', 'refunded')),
            booked_at timestamptz not null,
            event_at timestamptz,
            guests integer,
            value_usd numeric(14, 6),
            zip text,
            region text,
            redacted boolean not null default false,
            created_at timestamptz not null default now(),
            updated_at timestamptz not null default now(),
            constraint uq_bookings_source_source_id unique (source, source_id)
        );
        create index ix_bookings_customer_id on ai.bookings (customer_id);
        create index ix_bookings_updated_at on ai.bookings (updated_at);
        create index ix_bookings_event_at on ai.bookings (event_at);
        create index ix_booking_requests_updated_at on ai.booking_requests (updated_at);
        create index ix_booking_requests_event_on on ai.booking_requests (event_on);
        create table ai.customer_profiles (
            customer_hash text constraint pk_customer_profiles primary key,
            bookings integer not null,
            completed integer not null,
            spend_usd numeric(14, 6) not null,
            first_booked_on date,
            last_booked_on date,
            mean_gap_days real,
            usual_guests integer,
            last_channel text,
            tier text not null,
            next_tier text,
            bookings_until_next integer,
            expected_usd numeric(14, 6),
            churn_risk real constraint ck_customer_profiles_churn_risk check (churn_risk between 0 and 1),
            updated_at timestamptz not null
        );
        create table ai.profile_watermark (
            name text constraint pk_profile_watermark primary key,
            seen_until timestamptz not null
        );
        create table ai.loyalty_events (
            id uuid constraint pk_loyalty_events primary key,
            customer_hash text not null,
            booking_id uuid not null,
            kind text not null constraint ck_loyalty_events_kind check (kind in ('completed', 'taken_back')),
            at timestamptz not null,
            recorded_at timestamptz not null
        );
        create index ix_loyalty_events_customer_hash on ai.loyalty_events (customer_hash);
        create index ix_loyalty_events_booking_id on ai.loyalty_events (booking_id);
    """)
    for column in _WORDS:  # the planner's samples are rows that an erasure does not reach
        op.execute(f"alter table ai.bookings alter column {column} set statistics 0")


def downgrade() -> None:
    op.execute("""
        drop table ai.bookings, ai.customer_profiles, ai.profile_watermark, ai.loyalty_events;
        drop index ai.ix_booking_requests_updated_at, ai.ix_booking_requests_event_on;
    """)
