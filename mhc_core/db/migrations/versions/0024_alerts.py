"""Alerts, the messages about them, silences, and the evidence of anomalies by hour."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_SEVERITY = "'info', 'warning', 'critical'"
_UP = (
    f"""
    create table ai.alerts (
        id bigint generated always as identity constraint pk_alerts primary key,
        key text not null,
        source text not null,
        kind text not null constraint ck_alerts_kind check (kind in ('run_failed', 'check_failed', 'stage_silent',
            'daemon_stopped', 'files_refused', 'erasure_late', 'rollout_held', 'disk_space', 'anomaly', 'silence',
            'budget', 'watching_failed')),
        severity text not null constraint ck_alerts_severity check (severity in ({_SEVERITY})),
        title text not null,
        detail text not null,
        link text not null,
        opened_at timestamptz not null,
        last_seen_at timestamptz not null,
        acknowledged_at timestamptz,
        acknowledged_by text,
        resolved_at timestamptz
    )
    """,
    "create unique index uq_alerts_open on ai.alerts (key) where resolved_at is null",
    "create index ix_alerts_resolved_at on ai.alerts (resolved_at)",
    f"""
    create table ai.alert_messages (
        id bigint generated always as identity constraint pk_alert_messages primary key,
        key text not null constraint uq_alert_messages_key unique,
        channel text not null,
        kind text not null constraint ck_alert_messages_kind check (kind in ('opened', 'repeated', 'resolved', 'test')),
        severity text not null constraint ck_alert_messages_severity check (severity in ({_SEVERITY})),
        title text not null,
        body text not null,
        written_at timestamptz not null,
        due_at timestamptz not null,
        attempts integer not null default 0,
        delivered_at timestamptz,
        given_up_at timestamptz,
        last_failure text
    )
    """,
    "create index ix_alert_messages_due on ai.alert_messages (due_at) "
    "where delivered_at is null and given_up_at is null",
    """
    create table ai.alert_message_items (
        message_id bigint not null constraint fk_alert_message_items_message_id
            references ai.alert_messages (id) on delete cascade,
        alert_id bigint not null constraint fk_alert_message_items_alert_id
            references ai.alerts (id) on delete cascade,
        constraint pk_alert_message_items primary key (message_id, alert_id)
    )
    """,
    "create index ix_alert_message_items_alert_id on ai.alert_message_items (alert_id)",
    """
    create table ai.alert_silences (
        id bigint generated always as identity constraint pk_alert_silences primary key,
        key_prefix text not null,
        reason text not null,
        made_by text not null,
        made_at timestamptz not null,
        until timestamptz not null
    )
    """,
    """
    create table ai.anomaly_evidence (
        detector text not null,
        hour timestamptz not null,
        observed real not null,
        expected real not null,
        log_evidence real not null,
        log_threshold real not null,
        alarm boolean not null,
        seed_rule boolean not null,
        constraint pk_anomaly_evidence primary key (detector, hour)
    )
    """,
)
_DOWN = ("anomaly_evidence", "alert_silences", "alert_message_items", "alert_messages", "alerts")


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    for table in _DOWN:
        op.execute(f"drop table ai.{table}")
