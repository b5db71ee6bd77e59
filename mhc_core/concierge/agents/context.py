# ruff: noqa: E501 - patterns read better in one line
"""What a model reads of a conversation: one system message with a summary and the best passages, and the last turns.

The summary is made of what is remembered and decided, never of the customer's own words: nothing that a customer wrote
gets into the system message. It costs no call to a model and is the same for the same conversation.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import sqlalchemy as sa

from mhc_core.concierge import timing
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.guards.history import as_read
from mhc_core.concierge.guards.injection import clean_passage
from mhc_core.concierge.models.live import Live
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.knowledge import retrieval
from mhc_core.language.memories import remembered
from mhc_core.languages import ENGLISH, current
from mhc_core.protocols import Passage, Turn
from mhc_core.providers import tokens
from mhc_core.vocabulary import Intent

log = logging.getLogger(__name__)

TURNS = 20
"""Turns read from a conversation, the newest ones."""
HISTORY_CHARS = 8_000
VERBATIM = 2
"""Turns that a model reads word by word, the newest ones; what was told before is in the summary."""
CHUNKS = 3
LIKELY = 0.5
"""A passage that was learned to answer is read when it is at least this likely beside the best one."""
TURN_CHARS = 2_000
"""A longer turn is cut in the middle of what a model reads."""
SHORT_QUESTION_WORDS = 4


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is sent to a model. ``system_prompt`` ends with the summary; tokens are those of the whole request.

    ``full_tokens`` is what the request would take with every turn verbatim, ``history_tokens`` all turns with this
    message.
    """

    history: tuple[Turn, ...]
    passages: tuple[Passage, ...]
    system_prompt: str
    full_tokens: int
    sent_tokens: int
    history_tokens: int

    @property
    def notes(self) -> dict[str, Any]:
        """For the metadata of the answer; the next turn counts on from ``history``."""
        return {"tokens": {"full": self.full_tokens, "sent": self.sent_tokens, "history": self.history_tokens}}


def prepare(
    facts: Facts, turns: Sequence[StoredTurn], question: str, passages: Sequence[Passage], prompt: str
) -> Prepared:
    """The request for a question within the budget: ``VERBATIM`` turns, the summary, at most ``CHUNKS`` cleaned passages.

    ``turns`` are oldest first; older ones than are given were counted in the notes of the last answer.
    """
    told = [turn for turn in turns if as_read(turn) is not None]
    recent, older = told[-VERBATIM:], told[:-VERBATIM]
    before = summary(facts, older)
    system = f"{prompt}\n\n{before}" if before else prompt
    chosen = tuple(map(cleaned, _worth_reading(passages)))
    sent_turns = tuple(read for turn in recent if (read := as_read(turn, _cut(turn.content))))
    fixed = (
        tokens.REPLY_TOKENS + _kept(prompt) + sum(_kept(f"[kb:{p.chunk_id}] {p.title}\n{p.content}") for p in chosen)
    )
    asked = _message(question)
    history_tokens = _counted(turns) + asked
    sent = fixed + (tokens.count(before) if before else 0) + sum(_message(turn.content) for turn in sent_turns) + asked
    return Prepared(sent_turns, chosen, system, fixed + history_tokens, sent, history_tokens)


def summary(facts: Facts, older: Sequence[StoredTurn]) -> str:
    """What the turns left out come to: facts, the last price, and what was talked about. Empty when nothing is known."""
    party = facts.party
    known = [
        f"{count} {name}"
        for count, name in (
            (party.adults, "adults"),
            (party.children, "children"),
            (party.under_six, "of the youngest"),
            (party.guests, "guests in all"),
        )
        if count is not None
    ]
    known += [f"{party.miles:f} miles away"] if party.miles is not None else []
    known += [f"{'?' if count is None else 'all' if count < 0 else count} × {name}" for name, count in _wishes(facts)]
    known += [f"on {facts.day:%A, %B} {facts.day.day}, {facts.day.year}"] if facts.day else []
    known += [f"at {facts.starts:%H:%M}"] if facts.starts else []
    known += [f"allergies: {', '.join(map(str, facts.allergies))}"] if facts.allergies else []
    given = [name for name in ("address", "name", "phone", "email") if getattr(facts, name)]
    known += [f"{', '.join(given)} given"] if given else []
    known += ["wants to book"] if facts.booking else []
    lines = [f"Party: {'; '.join(known)}."] if known else []
    if older:
        price = next((turn.notes["total_usd"] for turn in reversed(older) if turn.notes.get("total_usd")), None)
        lines += [f"Last price given earlier: ${price}."] if price else []
        topics = dict.fromkeys(turn.intent for turn in older if turn.role == "user" and turn.intent)
        named = [topic for topic in topics if topic not in (Intent.OTHER, Intent.SMALLTALK)]
        lines += [f"Talked about before: {', '.join(named)}."] if named else []
    return "Known from this conversation:\n" + "\n".join(lines) if lines else ""


def _wishes(facts: Facts) -> list[tuple[str, int | None]]:
    return [*facts.proteins.items(), *facts.party.upgrades.items(), *facts.party.add_ons.items()]


def _worth_reading(passages: Sequence[Passage]) -> Sequence[Passage]:
    """The best passages, without those that hardly answer where that was learned."""
    best = max((passage.probability or 0.0 for passage in passages), default=0.0)
    return [
        passage for passage in passages[:CHUNKS] if passage.probability is None or passage.probability >= LIKELY * best
    ]


def _cut(text: str) -> str:
    return text if len(text) <= TURN_CHARS else f"{text[: TURN_CHARS // 2]} … {text[-TURN_CHARS // 2 :]}"


def cleaned(passage: Passage) -> Passage:
    """A passage whose text and title speak to the reader alone; one with nothing left of its title has its id there."""
    text, title = clean_passage(passage.content), clean_passage(passage.title) or passage.article_id
    if (text, title) == (passage.content, passage.title):
        return passage
    return replace(passage, content=text, title=title)


def _counted(turns: Sequence[StoredTurn]) -> int:
    """Tokens of the turns, those before the last counted answer included."""
    total = 0
    for turn in reversed(turns):
        total += _message(turn.content)
        earlier = turn.notes.get("tokens", {}).get("history")
        if earlier is not None:
            return total + int(earlier)
    return total


def _message(content: str) -> int:
    return tokens.MESSAGE_TOKENS + 1 + tokens.count(content)


@remembered(2048)
def _kept(text: str) -> int:
    """Tokens of a prompt or a passage; customers' texts are not kept."""
    return tokens.count(text)


def history(turns: Sequence[StoredTurn]) -> list[Turn]:
    """The newest turns as a model reads them, oldest first, within ``HISTORY_CHARS`` characters."""
    kept: list[Turn] = []
    left = HISTORY_CHARS
    for turn in reversed(turns):
        left -= len(turn.content)
        if left < 0:
            break
        if (read := as_read(turn)) is not None:
            kept.append(read)
    return kept[::-1]


def known(live: Live) -> Callable[[str], tuple[str, float]]:
    """What most likely answers a text, by its article's title, with the probability, 0..1; looked up once a text."""

    language = current()

    @cache
    def found(text: str) -> tuple[str, float]:
        if language != ENGLISH:
            best = _foreign(live, language, text, 1)
            return (best[0].title, best[0].probability or 0.0) if best else ("", 0.0)
        if live.article_selector is None or live.embedder is None:
            return "", 0.0
        try:
            with timing.part("embedding"):
                vector = live.embedder.embed([text])[0]
            best = live.article_selector.passages(text, vector, 1)
        except Exception as error:
            log.warning("nothing is known of a question: the embedder failed (%s)", type(error).__name__)
            return "", 0.0
        return (best[0].title, best[0].probability or 0.0) if best else ("", 0.0)

    return found


def passages(engine: sa.Engine | None, live: Live, question: str, before: Sequence[Turn], k: int) -> list[Passage]:
    """The ``k`` best passages in the language that is spoken now; none when there is no knowledge or the embedder fails.

    They are chosen by what was learned of questions, else searched for in the database. A very short question is looked
    up together with the customer's message before it.
    """
    if live.knowledge_id is None or live.embedder is None:
        return []
    text, language = question, current()
    signs = 0 if language == ENGLISH else sum(not sign.isascii() for sign in question) // 2  # scripts without blanks
    if len(question.split()) + signs < SHORT_QUESTION_WORDS:
        earlier = [turn.content for turn in before if turn.role == "user"]
        text = " ".join([*earlier[-1:], question])
    if language != ENGLISH:
        return list(map(cleaned, _foreign(live, language, text, k)))
    try:
        with timing.part("embedding"):
            vector = live.embedder.embed([text])[0]
    except Exception as error:
        log.warning("no passages: the embedder failed (%s)", type(error).__name__)
        return []
    if live.article_selector is not None:
        with timing.part("search"):
            return list(map(cleaned, live.article_selector.passages(text, vector, k)))
    assert engine is not None
    with timing.part("search"), engine.connect() as connection:
        return list(map(cleaned, retrieval.search(connection, live.knowledge_id, text, vector, k)))


def _foreign(live: Live, language: str, text: str, k: int) -> Sequence[Passage]:
    """What answers a question of another language; nothing where that is not learned, or cannot be read."""
    selector = live.foreign.get(language)
    if selector is None:
        return ()
    try:
        with timing.part("search"):
            return selector.passages(text, k)
    except Exception as error:
        log.warning("no passages in %s: the embedder failed (%s)", language, type(error).__name__)
        return ()
