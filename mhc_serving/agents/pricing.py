"""Prices and bookings: works the price out from the business file, or asks for what is missing."""

from mhc_core import intents
from mhc_core.vocabulary import Intent
from mhc_serving.agents.reply import Question, Reply
from mhc_serving.tools import party, quote

AGENT = "quote"
MODEL_ID = "tool/quote"


def reply(question: Question) -> Reply | None:
    """The price, or what is missing for it; ``None`` when the message does not ask for one."""
    messages = question.understood
    said = party.read(question.business, messages[-1])
    if not quote.asked(question.text, said, question.notes.get("agent") == AGENT):
        return None
    worked = quote.work_out(question.business, party.combine(question.business, messages), question.text)
    intent = intents.tag(question.text)
    text = worked.text
    if intent is Intent.BOOKING and worked.quote is not None:
        text = f"{text}\n{_booking(question)}"
    return Reply(
        text=text,
        agent=AGENT,
        intent=intent if intent in (Intent.BOOKING, Intent.TRAVEL) else Intent.PRICING,
        confidence=1.0,
        model_id=MODEL_ID,
        notes={"missing": list(worked.missing), "total_usd": str(worked.quote.total) if worked.quote else None},
    )


def _booking(question: Question) -> str:
    rules, contact = question.business.booking, question.business.contact
    return (
        f"To book, send me the date, the start time and the address at least {rules.lead_hours} hours ahead (weekends "
        f"go {rules.weekend_lead_weeks_min} to {rules.weekend_lead_weeks_max} weeks ahead). The booking stands once "
        f"our team has confirmed it; you can also text {contact.phone}."
    )
