"""One person has a conversation at a time, and the assistant only when nobody has it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from mhc_core.business import pricing
from mhc_core.db import engine as engines
from mhc_core.db.queries import handover as queries
from mhc_core.db.queries import serving
from mhc_core.db.rows.examples import SourceConversation, SourceMessage
from mhc_core.db.tables import conversations, messages
from mhc_core.errors import Conflict, NotFound
from mhc_core.scrubbing import examples
from mhc_core.settings import Settings
from mhc_core.support import handover

NOW = datetime(2026, 11, 2, 20, tzinfo=UTC)


@dataclass(frozen=True)
class Clean:
    """A text in which scrubbing found nothing."""

    text: str
    counts: dict[str, int] = field(default_factory=dict)
    risk: str = "none"
    safe_for_training: bool = True


def opened(connection: sa.Connection, *, urgent: bool = False, queue: str = "support") -> tuple[UUID, int]:
    conversation = uuid4()
    columns = {"source": serving.SOURCE, "source_id": str(conversation), "channel": "web", "customer_id": "somebody"}
    connection.execute(
        sa.insert(conversations).values(id=conversation, started_at=NOW, last_message_at=NOW, updated_at=NOW, **columns)
    )
    found = queries.insert_open(connection, conversation, "request for a person", queue, urgent, NOW)
    assert found is not None
    return conversation, found


def status(connection: sa.Connection, conversation: UUID) -> str:
    return connection.execute(sa.select(conversations.c.status).where(conversations.c.id == conversation)).scalar_one()


def test_a_conversation_is_handed_over_once_at_a_time(connection: sa.Connection) -> None:
    conversation, first = opened(connection)
    assert status(connection, conversation) == "escalated"
    assert queries.insert_open(connection, conversation, "legal threat", "safety", True, NOW) is None
    handover.claim(connection, first, "Ann", NOW)
    handover.give_back(connection, first, "Ann", NOW)
    assert status(connection, conversation) == "active"
    assert queries.insert_open(connection, conversation, "legal threat", "safety", True, NOW) is not None
    assert status(connection, conversation) == "escalated"


def test_a_connection_that_lives_long_hands_over_as_the_first_time(connection: sa.Connection) -> None:
    """After several uses the driver prepares a statement; its plan must still find the partial index."""
    conversations_of_a_day = [opened(connection)[0] for _ in range(20)]
    for conversation in conversations_of_a_day:
        assert queries.insert_open(connection, conversation, "legal threat", "safety", True, NOW) is None


def test_only_who_claimed_it_ends_it(connection: sa.Connection) -> None:
    conversation, found = opened(connection)
    with pytest.raises(Conflict, match="claim it first"):
        handover.resolve(connection, found, "Ann", NOW)
    handover.claim(connection, found, "Ann", NOW)
    with pytest.raises(Conflict, match="claim it first"):
        handover.give_back(connection, found, "Ben", NOW)
    handover.resolve(connection, found, "Ann", NOW)
    assert status(connection, conversation) == "closed"
    with pytest.raises(Conflict, match="ended"):
        handover.claim(connection, found, "Ben", NOW)
    with pytest.raises(NotFound):
        handover.claim(connection, 10**12, "Ben", NOW)


def test_of_many_who_claim_at_once_one_wins(fresh_database_url: str) -> None:
    engine = engines.create(fresh_database_url)
    with engine.begin() as connection:
        _, found = opened(connection)

    def take(name: str) -> bool:
        try:
            with engine.begin() as own:
                handover.claim(own, found, name, NOW)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(take, [f"agent {number}" for number in range(6)]))
    engine.dispose()
    assert sum(won) == 1


def test_urgent_ones_stand_first_in_their_queue(connection: sa.Connection) -> None:
    queue = f"queue-{uuid4()}"
    _, calm = opened(connection, queue=queue)
    _, pressing = opened(connection, queue=queue, urgent=True)
    assert [found.id for found in queries.waiting(connection, queue, 10)] == [pressing, calm]


@pytest.mark.parametrize(
    ("now", "next_opening"),
    [
        ("2026-11-02T17:00:00+00:00", None),  # 09:00 there: just opened
        ("2026-11-02T16:59:00+00:00", "2026-11-02T09:00:00-08:00"),
        ("2026-11-03T03:00:00+00:00", "2026-11-03T09:00:00-08:00"),  # 19:00 there: just closed
        ("2026-03-08T04:00:00+00:00", "2026-03-08T09:00:00-07:00"),  # the night the clocks change
    ],
)
def test_the_next_opening_is_in_the_time_of_the_business(now: str, next_opening: str | None) -> None:
    contact = pricing.load().contact
    found = handover.office_hours(contact, datetime.fromisoformat(now))
    assert found.open is (next_opening is None)
    assert (found.next_opening.isoformat() if found.next_opening else None) == next_opening


def test_a_persons_reply_answers_the_question_before_the_hand_over(connection: sa.Connection) -> None:
    conversation, found = opened(connection)
    said = [
        ("user", "my son has a severe allergy", None),
        ("assistant", "A person will answer.", "handover"),
        ("user", "it is to shrimp", None),
        ("system", "Your message has been added.", "waiting"),
    ]
    connection.execute(
        sa.insert(messages),
        [
            {
                "id": uuid4(),
                "conversation_id": conversation,
                "position": position,
                "role": role,
                "content": text,
                "sent_at": NOW,
                "message_metadata": {"agent": agent} if agent else {},
            }
            for position, (role, text, agent) in enumerate(said)
        ],
    )
    handover.claim(connection, found, "Ann", NOW)
    handover.reply(connection, found, "We bring a second grill for him.", "Ann", NOW)
    turns = [
        SourceMessage(row.id, row.role, row.content, agent=row.message_metadata.get("agent"))
        for row in connection.execute(
            sa.select(messages).where(messages.c.conversation_id == conversation).order_by(messages.c.position)
        )
    ]
    assert examples.exchanges(turns) == [([0, 2], 4)]
    source = SourceConversation(conversation, "somebody", "web", NOW.date(), 0.5, None, tuple(turns))
    assert examples.origin(turns[4], source, Settings()) == "human_edit"
    contents = [Clean(turn.content) for turn in turns]
    (made,), holds = examples.build(source, contents, {}, Settings(), b"salt")
    assert holds == []
    assert made.question == "my son has a severe allergy\nit is to shrimp"
    assert made.answer == "We bring a second grill for him."
