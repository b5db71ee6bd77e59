# ruff: noqa: F401 - what is imported here is what the package offers (see implicit_reexport in pyproject.toml)
"""The tables of schema ``ai``, in the order data flows through them.

Raw customer text lives in ``conversations``, ``messages``, ``feedback``, ``feedback_history``,
``booking_requests``, ``bookings`` and ``diet_facts`` only, and staff's words about customers in ``conversation_notes``
(``mhc_core.privacy.treatment`` is the list); every later table holds scrubbed text. Times are UTC, money is numeric
(USD). Versioned things (data sets, models, knowledge, prompts) are never updated in place: ``version_aliases`` says
which one is live, and moving it is how a promotion or a rollback happens.
"""

from mhc_core.db.tables.alerts import alert_message_items, alert_messages, alert_silences, alerts, anomaly_evidence
from mhc_core.db.tables.base import SCHEMA, metadata
from mhc_core.db.tables.bookings import booking_requests, bookings, event_surveys
from mhc_core.db.tables.business import churn_risk, customer_value, demand_forecast
from mhc_core.db.tables.cache import response_cache
from mhc_core.db.tables.calls import calls
from mhc_core.db.tables.campaigns import (
    campaign_touches,
    contact_consents,
    contact_optouts,
    customer_tasks,
    inbound_screenings,
    offer_codes,
)
from mhc_core.db.tables.costs import figures_cost_hours, figures_costs, provider_calls
from mhc_core.db.tables.customers import customer_profiles, loyalty_events, profile_watermark
from mhc_core.db.tables.experiments import experiment_exposures, experiment_variants, experiments
from mhc_core.db.tables.figures import (
    conversation_stats,
    figures_answers,
    figures_articles,
    figures_chunks,
    figures_flow,
    figures_latencies,
    figures_totals,
)
from mhc_core.db.tables.handovers import conversation_notes, handovers, webhook_deliveries
from mhc_core.db.tables.knowledge import (
    knowledge_articles,
    knowledge_chunks,
    knowledge_translations,
    knowledge_vectors,
    knowledge_version_chunks,
    knowledge_versions,
    retrieval_questions,
)
from mhc_core.db.tables.learning import (
    conversation_scores,
    review_decisions,
    review_items,
    scrub_holds,
    scrub_marks,
    scrub_terms,
    training_examples,
)
from mhc_core.db.tables.models import (
    dataset_members,
    dataset_versions,
    evaluation_answers,
    evaluation_set_members,
    evaluation_sets,
    evaluations,
    model_versions,
    prompt_versions,
    training_jobs,
    version_aliases,
)
from mhc_core.db.tables.offers import diet_facts, offer_statistics, offer_suggestions
from mhc_core.db.tables.operations import (
    api_keys,
    audit_log,
    erasures,
    incidents,
    installation,
    pipeline_figures,
    signs_of_life,
)
from mhc_core.db.tables.raw import conversations, feedback, feedback_history, messages
from mhc_core.db.tables.reads import read_changes, read_versions
from mhc_core.db.tables.reports import weekly_reports
from mhc_core.db.tables.rollouts import (
    rollout_decisions,
    rollout_exposures,
    rollout_looks,
    rollout_shadow_pairs,
    rollouts,
)
from mhc_core.db.tables.staff import review_leases, staff_accounts, staff_sessions
from mhc_core.db.tables.tagger import tagger_versions
from mhc_core.db.tables.understanding import (
    understanding_evaluations,
    understanding_examples,
    understanding_members,
    understanding_versions,
)
