"""Staff correct readings: what they are shown first, what they may write, and what is kept of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from fakes.stored import NOW, START, say, talk

from mhc_core.db.tables import handovers, understanding_examples
from mhc_core.errors import DataError, NotFound
from mhc_core.scrubbing import PiiType, Scrubber, marks
from mhc_core.scrubbing.marks import Kind, Marking
from mhc_core.understanding import correcting
from mhc_core.understanding.labelled import as_understood, parse_line
from mhc_core.understanding.notes import READING, reading_notes

REASONS = ("severe allergy", "request for a person")


@pytest.fixture(scope="module")
def scrubber() -> Scrubber:
    return Scrubber.load()


def asked(line: str, sure: float = 0.9) -> dict[str, Any]:
    """A customer's message that was read as ``line`` says."""
    message = parse_line(line)
    read = as_understood(message)
    read = replace(read, segments=[replace(each, act_probability=sure) for each in read.segments])
    return say("user", message.text, message_metadata={READING: reading_notes(read, message.context, message.text)})


def why(connection: sa.Connection, scrubber: Scrubber) -> dict[UUID, str | None]:
    """What is to be looked at, in order, with the reason."""
    return {each.message_id: each.why for each in correcting.to_review(connection, scrubber, 10, 0.7)}


def test_the_most_telling_readings_come_first(connection: sa.Connection, scrubber: Scrubber) -> None:
    _, (unsure, _) = talk(connection, asked("ask/menu: got any gyoza", 0.4), say("assistant", "Yes."))
    _, (fixed, _, _) = talk(
        connection,
        asked("inform/book: for [guests:12]"),
        say("assistant", "12 guests."),
        asked("correct/book: no [adults:12 adults] i said"),
    )
    talk(connection, asked("ask/menu: is there rice"), say("assistant", "Yes."))
    given_back, spoken = (
        talk(connection, asked("ask/policy: is the chef a person"), say("assistant", "One moment.")) for _ in range(2)
    )
    for conversation, _ in (given_back, spoken):
        connection.execute(
            sa.insert(handovers).values(
                conversation_id=conversation, state="given_back", queue="team", reason="request for a person",
                opened_at=START + timedelta(minutes=1), closed_at=START + timedelta(minutes=9),
            )
        )  # fmt: skip
    connection.execute(
        sa.text("""
            insert into ai.messages (id, conversation_id, position, role, content, sent_at)
            values (:id, :conversation, 2, 'agent', 'Hello, Ann here.', :at)
        """),
        {"id": uuid4(), "conversation": spoken[0], "at": START + timedelta(minutes=5)},
    )
    assert why(connection, scrubber) == {
        given_back[1][0]: "handover_not_needed",
        fixed: "customer_corrected",
        unsure: "low_confidence",
    }
    correcting.correct(connection, scrubber, REASONS, unsure, "ask/menu: got any [dish:gyoza]", "Ann", NOW)
    assert unsure not in why(connection, scrubber)


def test_a_correction_is_an_example_with_its_author_and_without_the_customers_data(
    connection: sa.Connection, scrubber: Scrubber
) -> None:
    _, [message] = talk(connection, asked("@name inform/book: Irene Grove, 916-555-0142"), customer_id="customer-7")
    shown = correcting.reading(connection, scrubber, message)
    assert shown.line == "@name inform/book: [PERSON_1], [PHONE_1]"
    line = "@name inform/book: [name:[PERSON_1]], [phone:[PHONE_1]]"
    correcting.correct(connection, scrubber, REASONS, message, line, "Ann", NOW)
    row = connection.execute(sa.select(understanding_examples)).one()
    assert (row.line, row.origin, row.author, row.message_id) == (line, "correction", "Ann", message)
    assert row.day == START.date()
    assert row.customer_hash not in (None, "customer-7")
    entry = connection.execute(sa.text("select actor, subject from ai.audit_log where action like 'underst%'")).one()
    assert tuple(entry) == ("Ann", str(message))


def test_the_newest_correction_counts(connection: sa.Connection, scrubber: Scrubber) -> None:
    _, [message] = talk(connection, asked("ask/menu: any gyoza"))
    for line in ("ask/menu: any [dish:gyoza]", "ask/price_info: any [dish:gyoza]"):
        correcting.correct(connection, scrubber, REASONS, message, line, "Ann", NOW)
    assert connection.scalars(sa.select(understanding_examples.c.line)).all() == ["ask/price_info: any [dish:gyoza]"]


def test_a_name_that_only_a_person_recognises_is_not_kept(connection: sa.Connection, scrubber: Scrubber) -> None:
    _, [message] = talk(connection, asked("@name inform/book: the zxqv one please"))
    line = "@name inform/book: the [name:zxqv] one please"
    correcting.correct(connection, scrubber, REASONS, message, line, "Ann", NOW)
    assert connection.scalars(sa.select(understanding_examples.c.line)).all() == [
        "@name inform/book: the [name:[PERSON_1]] one please"
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ask/menu any gyoza", "does not begin with an act"),
        ("wonder/menu: any gyoza", "wonder"),
        ("ask/menu: any gyozas", "other words than the message from character 9"),
        ("ask/menu !hunger: any gyoza", "'hunger' is no reason for a person; take one of: severe allergy"),
        ("@hunger ask/menu: any gyoza", "@hunger is nothing that can be asked for"),
    ],
)
def test_a_line_that_is_not_of_the_message_is_refused_with_what_is_wrong(
    connection: sa.Connection, scrubber: Scrubber, line: str, said: str
) -> None:
    _, [message] = talk(connection, asked("ask/menu: any gyoza"))
    with pytest.raises(DataError, match=said):
        correcting.correct(connection, scrubber, REASONS, message, line, "Ann", NOW)


def test_a_message_that_no_model_read_can_be_labelled_and_one_that_is_gone_cannot(
    connection: sa.Connection, scrubber: Scrubber
) -> None:
    _, (message, answer) = talk(connection, say("user", "any gyoza "), say("assistant", "Yes."))
    assert correcting.reading(connection, scrubber, message).line == "ask/other: any gyoza"
    correcting.correct(connection, scrubber, REASONS, message, "ask/menu: any [dish:gyoza]", "Ann", NOW)
    for gone in (answer, uuid4()):
        with pytest.raises(NotFound, match="review understanding list"):
            correcting.reading(connection, scrubber, gone)


def test_of_an_email_the_words_are_corrected_and_not_what_it_quotes(
    connection: sa.Connection, scrubber: Scrubber
) -> None:
    said = asked("ask/menu: any gyoza, 916-555-0142")
    raw = f"\u200b{said['content']}\n\n-- \nOwner\n\nOn Mon, Jan 5, 2026, Lee <lee@example.com> wrote:\n> How many?"
    other = {**said["message_metadata"][READING], "characters": 7}
    _, [message, before] = talk(
        connection,
        {**said, "content": raw},
        {**said, "content": raw, "message_metadata": {READING: other}},
        channel="email",
    )
    shown = correcting.reading(connection, scrubber, message)
    assert (shown.text, shown.line) == ("any gyoza, [PHONE_1]", "ask/menu: any gyoza, [PHONE_1]")
    assert correcting.reading(connection, scrubber, before).line == "ask/other: any gyoza, [PHONE_1]"
    line = "ask/menu: any [dish:gyoza], [phone:[PHONE_1]]"
    correcting.correct(connection, scrubber, REASONS, message, line, "Ann", NOW)
    assert connection.scalars(sa.select(understanding_examples.c.line)).all() == [line]


def test_marks_on_an_email_are_kept_where_its_words_stand(connection: sa.Connection, scrubber: Scrubber) -> None:
    said = asked("ask/menu: put zxqv down for gyoza")
    raw = f"\u200b{said['content']}\n\n-- \nOwner"
    _, [message] = talk(connection, {**said, "content": raw}, channel="email")
    marks.mark(connection, Marking(message, Kind.MISSED, PiiType.PERSON, text="zxqv"), "Ann", NOW)
    assert correcting.reading(connection, scrubber, message).line == "ask/menu: put [PERSON_1] down for gyoza"
