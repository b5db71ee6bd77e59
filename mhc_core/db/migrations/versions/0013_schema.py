"""Everything there is: 0.1.0 is the first release, so what came before it is one step."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    for table in sa.inspect(op.get_bind()).get_table_names("ai"):
        if table != "alembic_version":
            op.execute(f"drop table ai.{table} cascade")
