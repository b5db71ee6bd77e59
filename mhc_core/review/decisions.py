"""People decide what the platform may learn: a queue by learning value, and decisions with who and when."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from mhc_core.db.queries import audit, merging, review_desk, vectors
from mhc_core.db.queries import review as queries
from mhc_core.db.queries import review_order as order
from mhc_core.db.queries.review_desk import Chosen
from mhc_core.errors import Conflict, DataError, NotFound
from mhc_core.review import intent_model, priority
from mhc_core.scrubbing import Scrubber
from mhc_core.settings import Settings
from mhc_core.vocabulary import Decision, Intent


@dataclass(frozen=True, slots=True)
class BulkFilter:
    """Which pending items a bulk decision covers; every given condition must hold."""

    intent: Intent | None = None
    min_quality: float | None = None
    max_quality: float | None = None
    origin: str | None = None
    reason: str | None = None
    limit: int = 1000


def enqueue(connection: sa.Connection, settings: Settings) -> int:
    """Queue every active, unverified example that is not queued yet, or has other signals than then; how many."""
    merging.lock(connection)
    queued = 0
    for embedder in vectors.embedders(connection):
        changed = order.changed(connection, embedder, settings.confidence_threshold)
        waiting, asked = order.unplaced(connection, embedder, settings.confidence_threshold, changed)
        order.looked_at(connection, changed, settings.confidence_threshold)
        if not waiting:
            continue
        labels, known = order.intents(connection, embedder, intent_model.SAMPLE)
        intents = intent_model.Intents(known, labels, [one.intent for one in waiting])
        head = order.head(connection, embedder, priority.COMPARED, [one.example_id for one in waiting])
        placed = priority.place(waiting, asked, intents, head, settings.confidence_threshold)
        queued += order.save(connection, placed)
    return queued


def decide(
    connection: sa.Connection,
    item_id: int,
    decision: Decision,
    decided_by: str,
    now: datetime,
    load_scrubber: Callable[[], Scrubber],
    edited_answer: str | None = None,
    reason: str | None = None,
    seen: str | None = None,
) -> None:
    """Decide one item. A decided item may be decided again; the latest decision counts and all are kept.

    Args:
        load_scrubber: called only when there is text to scrub.
        edited_answer: required for ``edit``; scrubbed before it is stored.
        reason: a note, scrubbed before it is stored.
        seen: version of the item as it was decided on; without it any version is meant.

    Raises:
        NotFound: no such item.
        DataError: an edit without a text, or a text with account numbers in it.
        ScrubRefused: the edited text could not be shown to be clean.
        Conflict: the item's example was merged into another one, or the item has changed since it was seen.
    """
    item = queries.item(connection, item_id)
    if item is None:
        raise NotFound(f"there is no review item {item_id}; `mhc review list` shows the queue")
    if item.duplicate and decision in (Decision.APPROVE, Decision.EDIT):
        raise Conflict(f"review item {item_id} was merged into another example; decide that one instead")
    if seen is not None:
        _require_unchanged(connection, item_id, seen)
    answer = _clean_edit(decision, edited_answer, load_scrubber)
    note = load_scrubber().scrub(reason).text if reason else None
    queries.record(connection, [item_id], decision, decided_by, now, answer, note, None)
    review_desk.release(connection, item_id)
    audit.record(connection, decided_by, f"review.{decision}", f"review_item:{item_id}", {}, now)


def _require_unchanged(connection: sa.Connection, item_id: int, seen: str) -> None:
    version, decided = review_desk.current(connection, item_id)
    if version == seen:
        return
    if decided is not None:
        what = {"approve": "approved", "edit": "edited", "reject": "rejected", "skip": "skipped"}[decided.decision]
        raise Conflict(f"{decided.decided_by} {what} this item meanwhile; read it again and decide on what it says now")
    raise Conflict("this item has changed meanwhile; read it again and decide on what it says now")


def decide_bulk(
    connection: sa.Connection, chosen: BulkFilter, decision: Decision, decided_by: str, now: datetime
) -> int:
    """Decide all pending items that match and that nobody else is looking at, recorded as bulk with the filter;
    returns how many.

    Raises:
        DataError: an edit cannot be made in bulk.
    """
    if decision is Decision.EDIT:
        raise DataError("an edit is made one item at a time; use approve, reject or skip in bulk")
    conditions = {name: value for name, value in asdict(chosen).items() if value is not None}
    wanted = Chosen(chosen.intent, chosen.origin, chosen.reason, chosen.min_quality, chosen.max_quality)
    items = review_desk.lock_matching(connection, decided_by, wanted, chosen.limit, now)
    queries.record(connection, items, decision, decided_by, now, None, None, conditions)
    details = {"filter": conditions, "items": len(items)}
    audit.record(connection, decided_by, f"review.bulk_{decision}", "review_items", details, now)
    return len(items)


def apply_carried(connection: sa.Connection, load_scrubber: Callable[[], Scrubber]) -> tuple[int, int]:
    """Record decisions that came with imported messages, and human edits as their editors' decisions.

    Each is recorded once. Returns how many were recorded, and how many were left because their text was refused.
    """
    merging.lock(connection)
    carried = queries.carried(connection)
    accepted: list[queries.CarriedDecision] = []
    refused: list[int] = []
    for found in carried:
        try:
            answer = _clean_edit(found.decision, found.edited_answer, load_scrubber) if found.edited_answer else None
            note = load_scrubber().scrub(found.reason).text if found.reason else None
        except DataError:
            refused.append(found.item_id)
            continue
        accepted.append(found._replace(edited_answer=answer, reason=note))
    queries.record_carried(connection, accepted)
    queries.looked_at(connection, refused)
    return len(accepted), len(refused)


def _clean_edit(decision: Decision, text: str | None, load_scrubber: Callable[[], Scrubber]) -> str | None:
    if decision is not Decision.EDIT:
        return None
    if not text or not text.strip():
        raise DataError("an edit needs the new answer; give its text")
    result = load_scrubber().scrub(text)
    if not result.safe_for_training:
        raise DataError("the edited answer holds an account-like number; take it out and try again")
    return result.text
