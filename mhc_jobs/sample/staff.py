"""What the staff did afterwards: edits of poor answers, and review decisions with plausible times."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from mhc_jobs.sample.dialogue import Story
from mhc_jobs.sample.talk import Answer, Talk, stamp

REVIEWERS = ("reviewer-1", "reviewer-2", "reviewer-3")
AGENTS = ("Keiko", "Marcus", "Dalia", "Tobias")
_WARMER = (
    "{answer} Anything else I can help with, {first}?",
    "{answer} Just reply here if you'd like me to hold a date.",
    "{answer} Happy to help with the next step whenever you're ready.",
    "Hi {first}! {answer}",
)


def correct(talk: Talk, story: Story, slots: Mapping[str, str]) -> None:
    """Some wrong answers, and a few curt ones, get the text a person would have sent."""
    rng = talk.rng
    for answer in talk.answers:
        if not answer.matters:
            continue
        if not answer.right and rng.random() < (0.75 if story.escalation else 0.42):
            text, reason = answer.better, answer.why
        elif answer.right and rng.random() < 0.018:
            text, reason = rng.choice(_WARMER).format(answer=answer.better, first=slots["first"]), "tone"
        else:
            continue
        answer.message["edit"] = {
            "content": text,
            "reason": reason,
            "by": f"agent-{rng.choice(AGENTS).lower()}",
            "at": stamp(_working_hour(rng, talk.clock)),
        }


def review(talk: Talk, story: Story, liked: bool) -> None:
    """Decisions on a share of the answers; right ones are approved, wrong ones rejected or rewritten."""
    rng = talk.rng
    for answer in talk.answers:
        edited = "edit" in answer.message
        if not answer.matters and rng.random() < 0.9:
            continue
        if rng.random() > (0.72 if edited else 0.58 if liked else 0.3 if not answer.right else 0.12):
            continue
        decision: dict[str, str] = _decide(rng, answer, edited)
        answer.message["review"] = {
            **decision,
            "by": rng.choice(REVIEWERS),
            "at": stamp(_working_hour(rng, talk.clock + timedelta(hours=1))),
        }


def _decide(rng: Random, answer: Answer, edited: bool) -> dict[str, str]:
    if rng.random() < 0.05:
        return {"decision": "skip"}
    if answer.right or edited:  # an edited message is judged by the text a person gave it
        return {"decision": "approve"}
    if rng.random() < 0.5:
        return {"decision": "edit", "answer": answer.better, "reason": answer.why}
    return {"decision": "reject", "reason": answer.why}


def _working_hour(rng: Random, after: datetime) -> datetime:
    """A moment of the following two working days, 17:00 to 01:00 UTC (9 to 17 on the coast in winter)."""
    day = after.replace(hour=17, minute=0, second=0) + timedelta(days=rng.choice((0, 0, 0, 1)) + (after.hour >= 17))
    return day + timedelta(seconds=rng.randrange(8 * 3600))
