"""No statistics of columns that hold words: the planner's samples of them are rows that an erasure does not reach."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0028"
branch_labels = None
depends_on = None

_WORDS = {
    "conversations": "agent_id channel_metadata customer_id escalation_reason facts source source_id thread_id",
    "messages": "citations content edit_reason edited_by edited_content message_metadata search",
    "feedback": "comment customer_id source source_id",
    "feedback_history": "comment",
    "booking_requests": "details",
    "conversation_notes": "text",
    "training_examples": "answer context embedding question rejected_answer",
    "review_decisions": "edited_answer former_answer reason",
    "response_cache": "answer question",
    "evaluation_set_members": "messages",
    "evaluation_answers": "baseline candidate",
    "understanding_examples": "line",
}
_CLEAR = """
    do $$ begin
        if current_setting('server_version_num')::int >= 180000 then
            perform pg_clear_attribute_stats('ai', '{table}', '{column}', false);
        elsif (select rolsuper from pg_roles where rolname = current_user) then
            delete from pg_statistic s using pg_attribute a
            where a.attrelid = s.starelid and a.attnum = s.staattnum
              and a.attrelid = 'ai.{table}'::regclass and a.attname = '{column}';
        end if;
    end $$
"""


def upgrade() -> None:
    _set(0)
    for table, columns in _WORDS.items():
        for column in columns.split():
            op.execute(sa.text(_CLEAR.format(table=table, column=column)))


def downgrade() -> None:
    _set(-1)


def _set(target: int) -> None:
    for table, columns in _WORDS.items():
        changes = ", ".join(f"alter column {column} set statistics {target}" for column in columns.split())
        op.execute(f"alter table ai.{table} {changes}")
