"""What guests cannot eat, as they said it, and what was suggested to whom. Both end with their conversation."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from mhc_core.db.tables.base import USD, UTC_TIME, metadata, one_of, unit
from mhc_core.db.tables.raw import conversations
from mhc_core.vocabulary import PartySegment

# A statement each; a value is one of the nine allergens, a diet, or another food in the customer's own word.
diet_facts = sa.Table(
    "diet_facts",
    metadata,
    sa.Column("message_id", UUID(as_uuid=True), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey(conversations.c.id, ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("for_whom", sa.Text, nullable=False),
    sa.Column("stance", sa.Text, nullable=False),
    sa.Column("certainty", sa.REAL, nullable=False),
    sa.Column("said_at", UTC_TIME, nullable=False),
    sa.CheckConstraint("kind in ('allergen', 'diet')", name="kind"),
    sa.CheckConstraint("for_whom in ('self', 'child', 'guest', 'all')", name="for_whom"),
    sa.CheckConstraint("stance in ('stated', 'avoided', 'withdrawn')", name="stance"),
    unit("certainty"),
)

# One for each conversation. Those that are not shown belong to customers who are held out.
offer_suggestions = sa.Table(
    "offer_suggestions",
    metadata,
    sa.Column("conversation_id", sa.ForeignKey(conversations.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("message_id", UUID(as_uuid=True), nullable=False),
    sa.Column("offer", sa.Text, nullable=False),
    sa.Column("segment", sa.Text, nullable=False),
    sa.Column("shown", sa.Boolean, nullable=False),
    sa.Column("accepted", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("value_usd", USD, nullable=False, server_default=sa.text("0")),
    sa.Column("suggested_at", UTC_TIME, nullable=False),
    sa.Column("settled_at", UTC_TIME),
    sa.Column("withdrawn_at", UTC_TIME),
    one_of("segment", PartySegment),
)

# Of all customers together; each run replaces what is here.
offer_statistics = sa.Table(
    "offer_statistics",
    metadata,
    sa.Column("offer", sa.Text, primary_key=True),
    sa.Column("segment", sa.Text, primary_key=True),
    sa.Column("shown", sa.Integer, nullable=False),
    sa.Column("accepted", sa.Integer, nullable=False),
    sa.Column("bookings", sa.Integer, nullable=False),
    sa.Column("bought", sa.Integer, nullable=False),
    sa.Column("companions", JSONB, nullable=False),
    sa.Column("made_at", UTC_TIME, nullable=False),
    one_of("segment", PartySegment),
)
