"""What is learned from recorded calls: only what was agreed to, and only words that were heard well or read."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fakes.stored import DAY, NOW, WordEmbedder, say, talk

from mhc_core.db.queries import calls, dataset, holds
from mhc_core.db.queries.calls import CallRow
from mhc_core.errors import NotFound
from mhc_core.review import exclusion
from mhc_core.scrubbing import Scrubber
from mhc_core.scrubbing.findings import Risk, ScrubResult
from mhc_core.scrubbing.stage import scrub_day
from mhc_core.settings import Settings

EMBEDDER = WordEmbedder()


class Clean(Scrubber):
    """Finds nothing."""

    def __init__(self) -> None:
        pass

    def scrub_conversation(self, texts: Sequence[str], known: Any = None) -> list[ScrubResult]:
        return [ScrubResult(text, (), Risk.NONE, True) for text in texts]


@pytest.fixture
def scrubber() -> Scrubber:
    return Clean()


def phoned(connection: sa.Connection, consent: str = "given", speakers: str = "label", heard: float = 0.9) -> UUID:
    said = {"message_metadata": {"heard": heard}}
    conversation, _ = talk(
        connection, say("user", "um do i i need to bring uh tables for for twelve", **said),
        say("agent", "Yes, please bring tables and chairs.", **said), score=0.95, channel="phone",
    )  # fmt: skip
    agree(connection, conversation, consent, speakers)
    return conversation


def agree(connection: sa.Connection, conversation: UUID, consent: str, speakers: str = "label") -> None:
    calls.upsert(connection, [CallRow(conversation, consent, "May we record?", speakers, 0.9, "x", None, None)], NOW)


def learned(connection: sa.Connection, scrubber: Scrubber, **options: Any) -> list[str]:
    scrub_day(connection, scrubber, EMBEDDER, Settings(**options), DAY, NOW)
    return list(connection.scalars(sa.text("select question from ai.training_examples where active")))


def test_a_call_is_learned_as_it_was_meant_and_stays_raw_as_it_was_said(
    connection: sa.Connection, scrubber: Scrubber
) -> None:
    conversation = phoned(connection)
    assert learned(connection, scrubber) == ["do I need to bring tables for twelve"]
    raw = connection.scalars(
        sa.text("select content from ai.messages where conversation_id = :id order by position"), {"id": conversation}
    ).first()
    assert raw == "um do i i need to bring uh tables for for twelve"


@pytest.mark.parametrize("consent", ["refused", "unknown"])
def test_nothing_is_learned_from_a_call_without_consent(
    connection: sa.Connection, scrubber: Scrubber, consent: str
) -> None:
    conversation = phoned(connection, consent)
    assert learned(connection, scrubber) == []
    agree(connection, conversation, "given")
    connection.execute(sa.text("update ai.conversations set updated_at = now() + interval '1 day'"))
    assert len(learned(connection, scrubber)) == 1


def test_consent_that_is_withdrawn_takes_out_what_was_learned(connection: sa.Connection, scrubber: Scrubber) -> None:
    conversation = phoned(connection)
    assert len(learned(connection, scrubber)) == 1
    connection.execute(sa.text("update ai.training_examples set verified = true, verified_by = 'Ann'"))
    assert len(dataset.verified(connection, EMBEDDER.id)) == 1
    agree(connection, conversation, "refused")
    # Even an example that a reviewer approves by its id afterwards stays out.
    connection.execute(sa.text("update ai.training_examples set active = true"))
    assert dataset.verified(connection, EMBEDDER.id) == []
    assert dataset.new_verified(connection, None) == 0


@pytest.mark.parametrize("uncertain", [{"heard": 0.4}, {"speakers": "turns"}])
def test_an_uncertain_transcript_waits_until_a_person_read_it(
    connection: sa.Connection, scrubber: Scrubber, uncertain: dict[str, Any]
) -> None:
    conversation = phoned(connection, **uncertain)
    assert learned(connection, scrubber) == []
    [held] = holds.held(connection, 10)
    assert held.kind == "transcript"
    assert exclusion.accept_transcript(connection, held.message_id, "Ann", NOW) == conversation
    connection.execute(sa.text("update ai.conversations set updated_at = now() + interval '1 day'"))
    assert len(learned(connection, scrubber)) == 1
    assert holds.held(connection, 10) == []


def test_only_what_is_held_for_its_transcript_can_be_accepted(connection: sa.Connection) -> None:
    _, [asked, _] = talk(connection, say("user", "hello"), say("agent", "hello"))
    with pytest.raises(NotFound, match="no transcript is held"):
        exclusion.accept_transcript(connection, asked, "Ann", NOW)
