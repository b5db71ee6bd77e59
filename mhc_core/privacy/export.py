"""Everything held about a person, for that person: one JSON document, and the same as a page to read."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

import orjson
import sqlalchemy as sa

from mhc_core.db.queries import audit, held, installation
from mhc_core.db.queries import privacy as queries
from mhc_core.pseudonyms import customer_hash, person_id

_TITLES = {
    "conversations": "Conversations",
    "messages": "Messages",
    "calls": "Recorded calls: what was agreed to",
    "feedback": "Feedback",
    "booking_requests": "Booking requests",
    "bookings": "Bookings from other systems",
    "diet_facts": "What you said that somebody cannot or does not eat",
    "offer_suggestions": "What was suggested to you",
    "feedback_history": "Earlier and present feedback, as it was given",
    "handovers": "When a person took over",
    "conversation_notes": "Notes of our staff",
    "response_cache": "Questions and answers kept for an hour",
    "conversation_scores": "How conversations were scored",
    "training_examples": "What was learned from, with names and numbers taken out",
    "evaluation_set_members": "Questions that models are tested with, with names and numbers taken out",
    "evaluation_answers": "What models answered to them",
    "scrub_holds": "Answers kept out of training",
    "scrub_marks": "Corrections of what was masked",
    "experiment_exposures": "Wordings of answers that were tried",
    "rollout_exposures": "Models that were tried",
    "customer_value": "Bookings and spend expected of you",
    "churn_risk": "How likely it seems that you do not book again",
    "customer_profiles": "Your bookings in sum",
    "loyalty_events": "What counts for your loyalty",
    "contact_consents": "What you allowed us to write to you about, and how",
    "contact_optouts": "That you want no advertising from us",
    "campaign_touches": "Messages that we sent, planned or left out",
    "offer_codes": "Codes of offers that we made you",
    "customer_tasks": "What our staff should do for you",
    "review_decisions": "What reviewers decided",
    "understanding_examples": "Messages from which reading was learned, with names and numbers taken out",
    "knowledge_articles": "Articles written from answers",
    "knowledge_translations": "Translations of those articles",
    "erasures": "Requests to be forgotten",
    "audit_log": "Log entries",
    "models": "Data sets and models that learned from it",
}
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "h2{margin-top:2.5rem}dl{display:grid;grid-template-columns:12rem 1fr;gap:.15rem 1rem;margin:0 0 1rem;"
    "padding:.75rem;background:#f6f6f4;border-radius:.4rem}dt{color:#666}"
    "dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}"
)


def collect(connection: sa.Connection, customer_id: str, by: str, now: datetime) -> dict[str, Any]:
    """All that is held about a customer by kind, with empty lists where there is nothing. The access is logged.

    Raw text that is past its retention is found by the hash that took the customer id's place.
    """
    customer_id = person_id(customer_id)
    same = [other for other in queries.spellings(connection, customer_id) if person_id(other) == customer_id]
    hashed = customer_hash(installation.salt(connection), customer_id)
    rows = held.everything(connection, [customer_id, hashed, *same], hashed)
    taught = [model._asdict() for model in queries.models_of_customer(connection, hashed)]
    counts = {kind: len(found) for kind, found in rows.items()}
    audit.record(connection, by, "privacy.exported", hashed, {"rows": counts}, now)
    return {
        "customer_id": customer_id,
        "customer_hash": hashed,
        "exported_at": now,
        "held": {**rows, "models": taught},
    }


def as_json(document: Mapping[str, Any]) -> bytes:
    """The document as indented JSON, UTF-8."""
    return orjson.dumps(document, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def as_html(document: Mapping[str, Any]) -> bytes:
    """The document as one page that needs no other file and runs no script; every value is escaped."""
    customer = escape(str(document["customer_id"]))
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>What is held about {customer}</title><style>{_STYLE}</style></head><body>",
        f"<h1>What is held about {customer}</h1><p>As of {document['exported_at']:%d %B %Y, %H:%M} UTC.</p>",
    ]
    for kind, rows in document["held"].items():
        parts.append(f"<h2>{escape(_TITLES[kind])} ({len(rows):,})</h2>")
        parts.extend(_row(row) for row in rows)
    parts.append("</body></html>\n")
    return "".join(parts).encode()


def _row(row: Mapping[str, Any]) -> str:
    shown = [(name, value) for name, value in row.items() if value not in (None, "", [], {})]
    inner = "".join(
        f"<dt>{escape(name.replace('_', ' '))}</dt><dd>{escape(_text(value))}</dd>" for name, value in shown
    )
    return f"<dl>{inner}</dl>"


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, (dict, list)):
        return orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode()
    return str(value)
