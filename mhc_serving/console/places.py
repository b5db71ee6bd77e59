"""The pages of the console, and which roles may open them."""

from collections.abc import Sequence
from dataclasses import dataclass

from mhc_core.vocabulary import StaffRole

ROOT = "/console"
LIBRARY = f"{ROOT}/_nicegui/"
"""The page library's own files."""
SIGN_IN = f"{ROOT}/sign-in"
PROVIDER = f"{SIGN_IN}/provider"
SIGN_OUT = f"{ROOT}/sign-out"

_EVERYBODY = frozenset(StaffRole)
_AGENTS = frozenset({StaffRole.AGENT, StaffRole.ADMIN})
_REVIEWERS = frozenset({StaffRole.REVIEWER, StaffRole.ADMIN})
_OPERATORS = frozenset({StaffRole.OPERATOR, StaffRole.ADMIN})
_ADMINS = frozenset({StaffRole.ADMIN})


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its path below ``ROOT``, what it is called, its icon, and who may open it and act there."""

    path: str
    title: str
    icon: str
    roles: frozenset[StaffRole]


DASHBOARD = Place("/", "Dashboard", "dashboard", _EVERYBODY)
INBOX = Place("/inbox", "Inbox", "inbox", _AGENTS)
BOOKINGS = Place("/bookings", "Bookings", "event", _AGENTS)
DEMAND = Place("/demand", "Demand", "calendar_month", _AGENTS | _OPERATORS)
CUSTOMERS = Place("/customers", "Customers", "groups", _AGENTS | _OPERATORS)
FOLLOW_UPS = Place("/follow-ups", "Follow-ups", "outgoing_mail", _OPERATORS)
REVIEW = Place("/review", "Review", "rate_review", _REVIEWERS)
KNOWLEDGE = Place("/knowledge", "Knowledge", "menu_book", _REVIEWERS | _OPERATORS)
MODELS = Place("/models", "Models", "model_training", _OPERATORS)
ALERTS = Place("/alerts", "Alerts", "notifications_active", _OPERATORS)
ANOMALIES = Place("/anomalies", "Anomalies", "query_stats", _OPERATORS)
COSTS = Place("/costs", "Costs", "payments", _OPERATORS)
REPORTS = Place("/reports", "Reports", "summarize", _OPERATORS)
AUDIT = Place("/audit", "Audit log", "history", _OPERATORS)
PEOPLE = Place("/people", "People", "group", _ADMINS)

DAGSTER = Place("/dagster", "Dagster", "schema", _OPERATORS)
"""Not a page of our own: what Dagster serves (``dagster_proxy``)."""
DAGSTER_SECRET_HEADER = "X-MHC-Console"
"""By what Dagster's web server knows the console."""

PLACES: Sequence[Place] = (
    DASHBOARD, INBOX, BOOKINGS, CUSTOMERS, DEMAND, FOLLOW_UPS, REVIEW, KNOWLEDGE, MODELS, COSTS, ALERTS, ANOMALIES,
    REPORTS, AUDIT, PEOPLE,
)  # fmt: skip


def of(path: str) -> Place | None:
    """The page that a path below ``ROOT`` belongs to."""
    first = "/" + path.strip("/").partition("/")[0]
    return next((place for place in (*PLACES, DAGSTER) if place.path == first), None)
