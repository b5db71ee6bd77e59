"""A day through scrubbing into the tables: what is kept, held and merged, and that a rerun writes nothing."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fakes.stored import DAY, NOW, WordEmbedder, opinion, row_versions, say, talk

from mhc_core.db.queries import examples as queries
from mhc_core.db.queries import holds, installation
from mhc_core.db.queries import scoring as scores
from mhc_core.db.tables import conversation_scores, conversations, messages, scrub_holds, training_examples
from mhc_core.errors import DataError, NotFound, ScrubRefused
from mhc_core.review.exclusion import exclude
from mhc_core.scrubbing import Scrubber
from mhc_core.scrubbing.findings import Finding, PiiType, Risk, ScrubResult
from mhc_core.scrubbing.stage import scrub_day
from mhc_core.settings import Settings

SETTINGS = Settings()
SECRET = "SECRET-7"
HELD = "the text is too hard to read; shorten it"


class Names(Scrubber):
    """Takes words that begin with X for names, a dozen digits for an account, and refuses to read the secret."""

    def __init__(self) -> None:
        self.conversations = 0

    def scrub(self, text: str, memory: Any = None, known: Any = ()) -> ScrubResult:
        return self._clean(text, {} if memory is None else memory)

    def scrub_conversation(self, texts: Sequence[str], known: Any = None) -> list[ScrubResult]:
        self.conversations += 1
        numbers: dict[str, int] = {}
        return [self._clean(text, numbers) for text in texts]

    @staticmethod
    def _clean(text: str, numbers: dict[str, int]) -> ScrubResult:
        if SECRET in text:
            raise ScrubRefused(HELD)
        findings: list[Finding] = []

        def replace(found: re.Match[str]) -> str:
            placeholder = f"[PERSON_{numbers.setdefault(found.group(), len(numbers) + 1)}]"
            findings.append(Finding(PiiType.PERSON, *found.span(), placeholder, 1.0, "test"))
            return placeholder

        cleaned = re.sub(r"\bX\w+", replace, text)
        safe = not re.search(r"\d{12}", cleaned)
        return ScrubResult(cleaned, tuple(findings), Risk.LOW if findings else Risk.NONE, safe)


def scrub(connection: sa.Connection, day: date = DAY, hours: float = 0, scrubber: Names | None = None) -> int:
    return scrub_day(connection, scrubber or Names(), WordEmbedder(), SETTINGS, day, NOW + timedelta(hours=hours))


def examples(connection: sa.Connection) -> dict[UUID, Any]:
    return {row.answer_message_id: row for row in connection.execute(sa.select(training_examples))}


def touch(connection: sa.Connection, conversation: UUID, hours: float) -> None:
    """What every writer of a conversation does."""
    connection.execute(
        sa.update(conversations)
        .where(conversations.c.id == conversation)
        .values(updated_at=NOW + timedelta(hours=hours))
    )


def test_examples_carry_no_names_and_number_them_alike_in_a_conversation(connection: sa.Connection) -> None:
    _, ids = talk(
        connection,
        say("user", "Xandra here, deposit?"),
        say("assistant", "Hi Xandra, $100."),
        say("user", "Xandra again and Xaver too, tofu?"),
        say("assistant", "Sure Xaver", edited_content="Of course, Xaver and Xandra."),
        score=0.9,
    )
    assert scrub(connection) == 2
    found = examples(connection)
    assert found[ids[1]].answer == "Hi [PERSON_1], $100."
    last = found[ids[3]]
    assert last.question == "[PERSON_1] again and [PERSON_2] too, tofu?"
    assert last.answer == "Of course, [PERSON_2] and [PERSON_1]."
    assert last.context[0] == {"role": "user", "content": "[PERSON_1] here, deposit?"}
    assert last.findings == {"PERSON": 7 - 1}
    everything = str(connection.execute(sa.select(training_examples)).all())
    assert "Xandra" not in everything
    assert "Xaver" not in everything
    assert queries.summary(connection, DAY).findings == {"PERSON": 8}


def test_only_conversations_that_teach_are_scrubbed(connection: sa.Connection) -> None:
    asked, answered = say("user", "deposit?"), say("assistant", "$100")
    talk(connection, asked, answered, score=0.5)
    talk(connection, asked, answered)
    talk(connection, asked, answered, score=0.9, at=NOW)
    conversation, (_, disliked) = talk(connection, asked, say("assistant", "$1"), score=0.2)
    opinion(connection, conversation, disliked, vote="up")
    opinion(connection, conversation, disliked, at=NOW, vote="down")
    _, (_, unsure) = talk(connection, say("user", "tofu?"), say("assistant", "no", confidence=0.3), score=0.2)
    scrubber = Names()
    scrub(connection, scrubber=scrubber)
    assert scrubber.conversations == 2
    assert {key: (row.origin, row.vote) for key, row in examples(connection).items()} == {
        disliked: ("correction", "down"),
        unsure: ("correction", None),
    }


def test_a_refused_text_is_held_with_its_reason_until_it_is_readable(connection: sa.Connection) -> None:
    conversation, ids = talk(
        connection,
        say("user", "tofu?"),
        say("assistant", "yes, Xaver"),
        say("user", f"my code {SECRET} by Xaver"),
        say("assistant", "noted"),
        score=0.9,
    )
    _, (_, residue) = talk(connection, say("user", "card 123456789012"), say("assistant", "thanks"), score=0.9)
    assert scrub(connection) == 1
    assert set(examples(connection)) == {ids[1]}
    held = {row.answer_message_id: (row.kind, row.reason) for row in connection.execute(sa.select(scrub_holds))}
    assert held == {ids[3]: ("error", HELD), residue: ("residue", held[residue][1])}
    assert "123456789012" not in str(held)
    summary = queries.summary(connection, DAY)
    assert (summary.held_error, summary.held_residue, summary.examples) == (1, 1, 1)

    scrubber = Names()
    assert scrub(connection, hours=1, scrubber=scrubber) == 0
    assert scrubber.conversations == 2, "what could not be read is tried again, together with nothing else"
    connection.execute(sa.update(messages).where(messages.c.id == ids[2]).values(content="my code by Xaver"))
    touch(connection, conversation, 1)
    assert scrub(connection, hours=2) == 1
    assert set(examples(connection)) == {ids[1], ids[3]}
    assert [row.answer_message_id for row in connection.execute(sa.select(scrub_holds))] == [residue]


def test_what_a_person_excludes_is_never_learned_and_no_longer_stops_its_day(connection: sa.Connection) -> None:
    conversation, (_, held) = talk(connection, say("user", f"my code {SECRET}"), say("assistant", "noted"), score=0.9)
    scrub(connection)
    assert [(found.message_id, found.kind) for found in holds.held(connection, 10)] == [(held, "error")]
    with pytest.raises(DataError, match="reason"):
        exclude(connection, held, "Ann", " ", NOW)
    exclude(connection, held, "Ann", "a pasted log file", NOW)
    assert queries.summary(connection, DAY).held_error == 0
    with pytest.raises(NotFound, match="mhc review held"):
        exclude(connection, held, "Ann", "again", NOW)
    touch(connection, conversation, 1)
    scrub(connection, hours=2)
    assert holds.held(connection, 10) == []
    assert examples(connection) == {}


def test_scrubbing_a_day_again_writes_nothing(connection: sa.Connection) -> None:
    for number in range(4):
        talk(connection, say("user", f"question{number}"), say("assistant", "Hi Xandra"), score=0.9)
    talk(connection, say("user", "123456789012"), say("assistant", "ok"), score=0.9)
    assert scrub(connection) == 4
    tables = ("training_examples", "scrub_holds", "conversation_scores")
    before = row_versions(connection, *tables)
    scrubber = Names()
    assert scrub(connection, hours=1, scrubber=scrubber) == 0
    assert scrubber.conversations == 0
    assert row_versions(connection, *tables) == before


def test_a_new_look_that_finds_the_same_leaves_examples_alone(connection: sa.Connection) -> None:
    conversation, _ = talk(connection, say("user", "deposit?"), say("assistant", "$100"), score=0.9)
    scrub(connection)
    before = row_versions(connection, "training_examples")
    touch(connection, conversation, 1)
    scrubber = Names()
    assert scrub(connection, hours=2, scrubber=scrubber) == 0
    assert scrubber.conversations == 1
    assert row_versions(connection, "training_examples") == before


@pytest.mark.parametrize("days", [0, 1])
def test_the_same_question_and_answer_is_kept_once(connection: sa.Connection, days: int) -> None:
    later = timedelta(days=days, minutes=1)
    start = NOW - timedelta(days=3)
    day = start.date()
    _, (_, first) = talk(connection, say("user", "what deposit"), say("assistant", "it is $100"), score=0.9, at=start)
    scrub(connection, day)
    _, (_, second) = talk(
        connection, say("user", "What deposit?"), say("assistant", "It is $100!"), score=0.9, at=start + later
    )
    _, (_, ten) = talk(
        connection, say("user", "room for 10 people"), say("assistant", "yes there is"), score=0.9, at=start + later
    )
    _, (_, twenty) = talk(
        connection, say("user", "room for 20 people"), say("assistant", "yes there is"), score=0.9, at=start + later
    )
    scrub(connection, day + later)
    found = examples(connection)
    assert found[second].duplicate_of == found[first].id
    assert [found[key].active for key in (first, second, ten, twenty)] == [True, False, True, True]
    assert found[second].novelty == pytest.approx(0, abs=0.01)
    assert found[ten].novelty == pytest.approx(found[twenty].novelty, abs=0.01)
    assert 0.05 < found[ten].novelty < 0.9
    assert found[first].novelty == 1, "there was nothing to compare it with"


def test_numbers_keep_near_questions_apart(connection: sa.Connection) -> None:
    words = " ".join(f"word{number}" for number in range(80))
    for count in (10, 20):
        talk(connection, say("user", f"{words} {count} people"), say("assistant", "yes there is"), score=0.9)
    scrub(connection)
    vectors = WordEmbedder().embed([f"{words} {count} people" for count in (10, 20)])
    assert float(vectors[0] @ vectors[1]) > SETTINGS.near_duplicate_similarity, (
        "near enough to be merged by cosine alone"
    )
    assert all(row.active for row in examples(connection).values())


@pytest.mark.parametrize("edited_first", [True, False])
def test_of_two_that_say_the_same_the_one_a_person_wrote_stays(connection: sa.Connection, edited_first: bool) -> None:
    written = say("assistant", "one hundred dollar", edited_content="it is $100")
    plain = say("assistant", "it is $100")
    for turn in (written, plain) if edited_first else (plain, written):
        talk(connection, say("user", "what deposit"), turn, score=0.9)
        scrub(connection)
        connection.execute(sa.update(conversation_scores).values(scrubbed_at=None))
    active = [row.origin for row in examples(connection).values() if row.active]
    assert active == ["human_edit"]


def test_a_verified_example_stays_as_approved_but_yields_to_a_later_human_edit(connection: sa.Connection) -> None:
    conversation, (_, answer) = talk(connection, say("user", "deposit?"), say("assistant", "$100"), score=0.9)
    scrub(connection)
    connection.execute(
        sa.update(training_examples).values(verified=True, verified_by="kim", verified_at=NOW, answer="$100, kindly")
    )
    connection.execute(sa.update(messages).where(messages.c.id == answer).values(content="$120"))
    touch(connection, conversation, 1)
    assert scrub(connection, hours=2) == 0
    row = examples(connection)[answer]
    assert (row.answer, row.verified, row.verified_by) == ("$100, kindly", True, "kim")

    connection.execute(sa.update(messages).where(messages.c.id == answer).values(edited_content="$130, Xaver"))
    touch(connection, conversation, 3)
    assert scrub(connection, hours=4) == 1
    row = examples(connection)[answer]
    assert (row.answer, row.origin, row.quality) == ("$130, [PERSON_1]", "human_edit", 1.0)
    assert (row.verified, row.verified_by, row.verified_at) == (False, None, None)


def test_a_late_complaint_reaches_an_example_that_waits_for_review(connection: sa.Connection) -> None:
    conversation, (_, answer) = talk(
        connection, say("user", "deposit?"), say("assistant", "$1", confidence=0.9), score=0.9
    )
    scrub(connection)
    assert examples(connection)[answer].origin == "score"
    opinion(connection, conversation, answer, at=NOW, vote="down")
    connection.execute(sa.update(conversation_scores).values(score=0.4, scored_at=NOW + timedelta(hours=1)))
    scrub(connection, hours=2)
    row = examples(connection)[answer]
    assert (row.origin, row.vote, row.quality) == ("correction", "down", pytest.approx(0.4))


def test_a_rejected_example_does_not_come_back_by_itself(connection: sa.Connection) -> None:
    conversation, (_, answer) = talk(connection, say("user", "deposit?"), say("assistant", "$1"), score=0.9)
    scrub(connection)
    connection.execute(sa.update(training_examples).values(active=False))
    opinion(connection, conversation, answer, at=NOW, vote="down")
    connection.execute(sa.update(conversation_scores).values(score=0.5, scored_at=NOW + timedelta(hours=1)))
    scrub(connection, hours=2)
    assert examples(connection)[answer].active is False


def test_the_salt_is_made_once(connection: sa.Connection) -> None:
    first = installation.salt(connection)
    assert len(first) == 32
    assert installation.salt(connection) == first


def test_a_score_below_the_threshold_teaches_nothing_new(connection: sa.Connection) -> None:
    talk(connection, say("user", "deposit?"), say("assistant", "$1"), score=SETTINGS.quality_threshold - 0.001)
    assert scrub(connection) == 0
    assert scores.summary(connection, DAY, SETTINGS.quality_threshold).at_threshold == 0


def test_language_and_tone_are_tagged_and_nothing_is_rewritten(connection: sa.Connection) -> None:
    said = "Xaver, this is a fucking late answer, you idiot"
    _, (_, rude) = talk(connection, say("user", said), say("assistant", "sorry"), score=0.9)
    spanish = say("user", "hola, cuanto cuesta para veinte personas")
    _, (_, polite) = talk(connection, spanish, say("assistant", "$1,200"), score=0.9)
    scrub(connection)
    found = examples(connection)
    assert (found[rude].language, found[rude].tags) == ("en", ["abuse", "profanity"])
    assert found[rude].question == said.replace("Xaver", "[PERSON_1]")
    assert (found[polite].language, found[polite].tags) == ("es", [])


def test_an_approved_example_of_before_is_tagged_too_and_stays_approved(connection: sa.Connection) -> None:
    _, (_, answer) = talk(connection, say("user", "how much is it for us?"), say("assistant", "$1"), score=0.9)
    scrub(connection)
    connection.execute(
        sa.update(training_examples).values(language=None, tags=["abuse"], verified=True, verified_by="kim")
    )
    connection.execute(sa.update(conversation_scores).values(scrubber="1"))
    assert scrub(connection) == 0
    row = examples(connection)[answer]
    assert (row.language, row.tags, row.verified) == ("en", [], True)
    before = row_versions(connection, "training_examples")
    connection.execute(sa.update(conversation_scores).values(scrubber="1"))
    scrub(connection)
    assert row_versions(connection, "training_examples") == before


@pytest.mark.parametrize(
    "dislike", [{"vote": "down"}, {"stars": 2}, {"helpful": False}, {"accurate": False}, {"comment_polarity": -0.5}]
)
def test_any_dislike_of_an_answer_keeps_it_from_being_learned_by_score(
    connection: sa.Connection, dislike: dict[str, Any]
) -> None:
    conversation, ids = talk(
        connection, say("user", "deposit?"), say("assistant", "It is $100."), score=0.95, outcome="booked"
    )
    opinion(connection, conversation, ids[1], vote="up")
    opinion(connection, conversation, ids[1], **dislike)
    scrub(connection)
    found = examples(connection)[ids[1]]
    assert (found.origin, found.vote) == ("correction", "down")


def test_who_dislikes_the_whole_keeps_all_of_it_back_and_has_its_last_answer_looked_at(
    connection: sa.Connection,
) -> None:
    conversation, ids = talk(
        connection,
        say("user", "what is the deposit for a party?"),
        say("assistant", "It is $50."),
        say("user", "can you come on Friday at six?"),
        say("assistant", "We are in Fresno."),
        say("user", "ok bye", intent="smalltalk"),
        say("assistant", "Bye!"),
        score=0.95,
        outcome="booked",
    )
    opinion(connection, conversation, helpful=False)
    scrub(connection)
    assert {key: (row.origin, row.vote) for key, row in examples(connection).items()} == {
        ids[3]: ("correction", "down")
    }


def test_of_an_email_only_what_was_newly_written_is_learned(connection: sa.Connection) -> None:
    quoted = "\n\nOn Mon, Jan 5, 2026 at 9:00 AM Xandra <x@example.com> wrote:\n> How many guests at least?"
    said = [
        say("user", "How many guests at least?\n\nSent from my iPhone"),
        say("assistant", f"Ten adults, or the minimum.{quoted}\n\n-- \nXander"),
    ]
    talk(connection, *said, score=0.9, channel="email")
    scrub(connection)
    [learned] = examples(connection).values()
    assert (learned.question, learned.answer) == ("How many guests at least?", "Ten adults, or the minimum.")
    assert connection.scalar(sa.select(messages.c.content).where(messages.c.role == "assistant")) == said[1]["content"]
