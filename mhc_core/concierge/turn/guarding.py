"""A model's reply as it may be given."""

import logging
from dataclasses import replace
from datetime import datetime

from mhc_core.business.pricing import Business
from mhc_core.concierge.agents import handover, safety
from mhc_core.concierge.agents.reply import Question, Reply
from mhc_core.concierge.facts import memory
from mhc_core.concierge.guards import final_check
from mhc_core.languages import ENGLISH, speaking

log = logging.getLogger(__name__)


def guarded(business: Business, question: Question, given: Reply, now: datetime) -> Reply:
    """The reply without its prompt, without claims and figures that nothing supports, in polite words.

    What a model writes is English, whatever the conversation is held in. Where nothing is left of it, a person takes
    over, and what is said of that is in the conversation's language. ``now`` is in the business's own time zone.
    """
    with speaking(ENGLISH):
        return _checked(business, question, given, now)


def _checked(business: Business, question: Question, given: Reply, now: datetime) -> Reply:
    said = [turn.content for turn in question.turns if turn.role == "user"] + [question.text]
    people = [turn.content for turn in question.turns if turn.role == "agent"]
    standing = [safety.shared_grill(business), handover.offer_text(business)]
    evidence = [*given.evidence, *people, *standing, memory.told(question.facts)]
    approved = given.example_id is not None
    checked = final_check.check(business, given.text, evidence, said, given.prompt, now.date(), approved)
    if not checked.unsupported:
        return replace(given, text=checked.text)
    log.warning("an answer of %s held %d unsupported statements", given.model_id, len(checked.unsupported))
    notes = {**given.notes, "unsupported": len(checked.unsupported)}
    if checked.emptied:
        reason = given.escalation or handover.UNCONFIRMED
        with speaking(question.language):
            text = handover.text(business, reason, now)
        return replace(given, text=text, citations=(), booking=None, escalation=reason, written=False, notes=notes)
    return replace(given, text=checked.text, notes=notes)
