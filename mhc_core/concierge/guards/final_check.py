"""The last look at a draft before a customer reads it: the prompt stays in, claims and figures are supported, words are
polite."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from mhc_core.business.pricing import Business
from mhc_core.concierge.guards import claims, figures, injection, tone
from mhc_core.concierge.guards.figures import Guarded


def check(
    business: Business,
    draft: str,
    evidence: Sequence[str],
    said_by_customer: Sequence[str],
    prompt: str,
    today: date | None = None,
    approved: bool = False,
) -> Guarded:
    """What of a draft may be given. ``prompt`` is the system prompt that its author had, empty when it had none.

    ``evidence`` holds results of tools, cited passages, remembered facts and people's answers; ``today`` is
    the day in the business's time zone. A draft that is ``approved`` was written or read by a person of the team.
    """
    if injection.leaks(draft, prompt):
        return Guarded(injection.answer(business), ("prompt",))
    supported = list(map(injection.clean_passage, evidence))
    claim = None if approved else claims.unsupported(draft, supported)
    if claim is not None:
        return Guarded("", (f"claim: {claim}",), emptied=True)
    checked = figures.check(business, draft, supported, said_by_customer, today)
    return replace(checked, text=tone.without_profanity(checked.text))
