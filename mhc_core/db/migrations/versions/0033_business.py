"""What is expected of customers and of days to come."""

from alembic import op

revision = "0033"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table ai.customer_value (
            customer_hash text constraint pk_customer_value primary key,
            bookings integer not null,
            alive real not null constraint ck_customer_value_alive check (alive between 0 and 1),
            expected_bookings real not null,
            low_bookings integer not null,
            high_bookings integer not null,
            expected_usd numeric(14, 6) not null,
            low_usd numeric(14, 6) not null,
            high_usd numeric(14, 6) not null,
            valued_at timestamptz not null
        );
        create table ai.churn_risk (
            customer_hash text constraint pk_churn_risk primary key,
            risk real not null constraint ck_churn_risk_risk check (risk between 0 and 1),
            within_days integer not null,
            reasons jsonb not null,
            judged_at timestamptz not null
        );
        create table ai.demand_forecast (
            region text not null,
            day date not null,
            expected real not null,
            booked integer not null,
            low_80 real not null,
            high_80 real not null,
            low_95 real not null,
            high_95 real not null,
            method text not null,
            made_at timestamptz not null,
            constraint pk_demand_forecast primary key (region, day)
        );
    """)


def downgrade() -> None:
    op.execute("drop table ai.customer_value, ai.churn_risk, ai.demand_forecast")
