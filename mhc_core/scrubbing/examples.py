"""From a scrubbed conversation to training examples: which answers are worth learning from, and why."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol
from uuid import UUID, uuid5

from mhc_core.db.rows.examples import Example, Hold, Origin, SourceConversation, SourceMessage
from mhc_core.pseudonyms import customer_hash, subject
from mhc_core.scrubbing.meaning import numbers_sha256, words
from mhc_core.settings import Settings
from mhc_core.vocabulary import ANSWERING_ROLES, PERSON, Intent

CONTEXT_TURNS = 6
NOT_LEARNED = frozenset({"quote", "handover", "waiting"})
HANDED_OVER = frozenset({"handover", "waiting"})
"""What serving says while a person is on the way: no answer to the question before it."""
RISK_ORDER = ("none", "low", "medium", "high")


class Scrubbed(Protocol):
    """What scrubbing says of one text."""

    @property
    def text(self) -> str: ...
    @property
    def counts(self) -> Mapping[str, int]: ...
    @property
    def risk(self) -> str: ...
    @property
    def safe_for_training(self) -> bool: ...


def origin(message: SourceMessage, conversation: SourceConversation, settings: Settings) -> Origin | None:
    """Why an answer becomes an example, or ``None``.

    A human edit, or a person's own reply, always does. Answers of serving's own rules (``NOT_LEARNED``) never do: a
    worked-out quote would teach one party's numbers to all others. A disliked answer, or one the model was unsure of,
    goes to review to be corrected. The rest is promoted by the conversation's score, unless somebody disliked the whole
    or rated it below the minimum. What a person excluded is never learned.
    """
    if message.excluded:
        return None
    if message.edited_content is not None or message.agent == PERSON:
        return "human_edit"
    if message.agent in NOT_LEARNED:
        return None
    ratings = [stars for stars in (message.stars, conversation.stars) if stars is not None]
    if message.vote == "down":
        return "correction"
    praised = conversation.vote != "down" and all(stars >= settings.minimum_rating for stars in ratings)
    if praised and conversation.promoting >= settings.quality_threshold:
        return "score"
    if message.confidence is not None and message.confidence < settings.confidence_threshold:
        return "correction"
    return None


def build(
    conversation: SourceConversation,
    contents: Sequence[Scrubbed | str],
    edits: Mapping[int, Scrubbed | str],
    settings: Settings,
    salt: bytes,
) -> tuple[list[Example], list[Hold]]:
    """The examples of one conversation.

    Args:
        contents: what scrubbing says of each message, in order; a string is the reason why it was refused.
        edits: the same for human edits, by the message's index.
    """
    conversation = _blame(conversation)
    examples: list[Example] = []
    holds: list[Hold] = []
    person = customer_hash(salt, subject(conversation.customer_id, conversation.id))
    for asked, answered in exchanges(conversation.messages):
        message = conversation.messages[answered]
        why = origin(message, conversation, settings)
        if why is None:
            continue
        start = max(0, asked[0] - CONTEXT_TURNS)
        answer = edits[answered] if answered in edits else contents[answered]
        involved = [*contents[start : asked[0]], *(contents[index] for index in asked), answer]
        hold = _hold(message.id, involved) or _misheard(conversation, asked, answered, settings)
        if hold is not None:
            holds.append(hold)
            continue
        clean: list[Scrubbed] = [item for item in involved if not isinstance(item, str)]
        question = "\n".join(item.text for item in clean[asked[0] - start : -1])
        if not question.strip() or not clean[-1].text.strip():
            continue
        findings = Counter[str]()
        for item in clean:
            findings.update(item.counts)
        examples.append(
            Example(
                id=uuid5(message.id, "example"),
                conversation_id=conversation.id,
                question_message_id=conversation.messages[asked[-1]].id,
                answer_message_id=message.id,
                customer_hash=person,
                day=conversation.day,
                channel=conversation.channel,
                intent=_intent(conversation, asked),
                origin=why,
                question=question,
                answer=clean[-1].text,
                context=tuple(
                    {
                        "role": "user" if conversation.messages[index].role == "user" else "assistant",
                        "content": item.text,
                    }
                    for index, item in zip(range(start, asked[0]), clean, strict=False)
                    if conversation.messages[index].role != "system"
                ),
                quality=1.0 if why == "human_edit" else conversation.score,
                confidence=message.confidence,
                vote=message.vote,
                findings=dict(findings),
                risk=max((item.risk for item in clean), key=RISK_ORDER.index),
                content_sha256=_digest(question, clean[-1].text),
                numbers_sha256=numbers_sha256(question, clean[-1].text),
                rejected_answer=_rejected(message, contents[answered]) if answered in edits else None,
            )
        )
    return examples, holds


def _blame(conversation: SourceConversation) -> SourceConversation:
    """Who dislikes a conversation as a whole means one of its answers: the last that is no small talk is looked at.

    Where an answer of it was disliked by itself, that is the one.
    """
    if conversation.vote != "down" or any(message.vote == "down" for message in conversation.messages):
        return conversation
    answers = exchanges(conversation.messages)
    telling = [pair for pair in answers if _intent(conversation, pair[0]) != Intent.SMALLTALK] or answers
    blamed = telling[-1][1] if telling else None
    return replace(
        conversation,
        messages=tuple(
            replace(message, vote="down") if index == blamed else message
            for index, message in enumerate(conversation.messages)
        ),
    )


def _intent(conversation: SourceConversation, asked: Sequence[int]) -> str:
    return conversation.messages[asked[-1]].intent or Intent.OTHER


def exchanges(messages: Sequence[SourceMessage]) -> list[tuple[list[int], int]]:
    """Indexes of the customer's messages in a row, and of the answer right after them.

    A hand-over answers nothing: the question stays open until a person replies.
    """
    found: list[tuple[list[int], int]] = []
    asked: list[int] = []
    for index, message in enumerate(messages):
        if message.role == "user":
            asked.append(index)
            continue
        if message.agent in HANDED_OVER and message.edited_content is None:
            continue
        if message.role in ANSWERING_ROLES and asked:
            found.append((asked, index))
        asked = []
    return found


def _rejected(message: SourceMessage, original: Scrubbed | str) -> str | None:
    """The text that an edit took the place of; none where serving's own rules spoke, which are not to be unlearned."""
    if message.agent in NOT_LEARNED or isinstance(original, str) or not original.safe_for_training:
        return None
    return original.text.strip() or None


def _hold(answer_id: UUID, involved: Sequence[Scrubbed | str]) -> Hold | None:
    refused = [item for item in involved if isinstance(item, str)]
    if refused:
        return Hold(answer_id, "error", refused[0])
    if not all(item.safe_for_training for item in involved if not isinstance(item, str)):
        return Hold(answer_id, "residue", "an account-like number is left after scrubbing")
    return None


def _misheard(conversation: SourceConversation, asked: Sequence[int], answered: int, settings: Settings) -> Hold | None:
    """Words of a call that its recogniser was not sure of, or whose speaker was guessed, wait for a reader."""
    answer = conversation.messages[answered]
    if conversation.speakers_guessed:
        return Hold(answer.id, "transcript", "who spoke was guessed from the turns; read the call, then accept it")
    spoken = [conversation.messages[index].heard for index in asked]
    spoken += [answer.heard] if answer.edited_content is None else []
    surest = min((heard for heard in spoken if heard is not None), default=1.0)
    if surest >= settings.transcript_confidence:
        return None
    return Hold(answer.id, "transcript", f"the recogniser was sure to {surest:.0%} only; read the call, then accept it")


def _digest(question: str, answer: str) -> str:
    return hashlib.sha256("\x1f".join((*words(question), "\x1e", *words(answer))).encode()).hexdigest()
