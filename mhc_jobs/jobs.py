"""What is run together. Assets are selected by key: a job that selects an unknown group would run nothing, silently."""

from typing import Any

import dagster as dg

from mhc_assets.checks.demand import forecast_errs_as_before
from mhc_assets.checks.training import models_in_use_stay_available
from mhc_assets.resources import Platform
from mhc_core.monitoring.weekly.publishing import publish
from mhc_core.privacy import retention
from mhc_core.privacy.erase import Forgetter
from mhc_core.support import surveys

DAILY = ("conversations", "feedback", "scored_conversations", "scrubbed_training_data")
TRAINING = ("training_dataset", "evaluation_set", "fine_tuned_model", "shadow_evaluation", "promoted_model")
KNOWLEDGE = ("knowledge_articles", "kb_embeddings")
UNDERSTANDING = (
    "understanding_examples",
    "understanding_model",
    "understanding_evaluation",
    "promoted_understanding",
)


def _job(name: str, description: str, *assets: str) -> Any:
    return dg.define_asset_job(name, dg.AssetSelection.assets(*assets), description=description)


collect = _job(
    "collect",
    "Days of conversations: collected, scored, scrubbed. A backfill is split into runs of MHC_DAYS_PER_RUN days.",
    *DAILY,
)
review = _job(
    "review", "Queue what is new for review and carry out decisions that came with conversations.", "review_decisions"
)
train = _job(
    "train", "Data set, training, shadow evaluation, and promotion when verdict and approval allow it.", *TRAINING
)
finish_training = _job(
    "finish_training",
    "Record a model that a provider finished, evaluate it, and promote it when allowed.",
    *TRAINING[2:],
)
knowledge = _job(
    "knowledge",
    "Learn articles from approved answers and publish a new index version when it is not worse.",
    *KNOWLEDGE,
)
understanding = _job(
    "understanding",
    "Labelled messages, a version of understanding trained on them, its evaluation, and promotion if it is not worse.",
    *UNDERSTANDING,
)
gather_understanding = _job(
    "gather_understanding", "Labelled messages from the release and from bookings.", UNDERSTANDING[0]
)
tagger = _job(
    "train_tagger", "A version of the tagger trained with reviewers' marks, put to use if it is not worse.", "tagger"
)
stats = _job("stats", "Count the figures dashboards read anew.", "conversation_stats", "pipeline_figures")
anomalies = _job("anomalies", "Look whether figures are what they use to be.", "anomaly_evidence")
customers = _job(
    "customers",
    "What is expected of each customer, who may be lost, and their profiles.",
    *("customer_value", "churn_risk", "customer_profiles"),
)
profiles = _job("profiles", "Profiles of customers of whom something changed, and their loyalty.", "customer_profiles")
offers = _job("offers", "How suggestions fare, and what past bookings hold together.", "offer_statistics")
demand = dg.define_asset_job(
    "demand",
    dg.AssetSelection.assets("demand_forecast").without_checks(),
    description="How busy the next 30 days will be.",
)
demand_drift = dg.define_asset_job(
    "demand_drift",
    dg.AssetSelection.checks(forecast_errs_as_before),
    description="Look whether the forecast of demand is as right as it used to be.",
)
campaigns = _job(
    "campaigns", "Who is due for a follow-up, and what is sent of them.", "campaign_plan", "campaign_delivery"
)
deadlines = dg.define_asset_job(
    "deadlines",
    dg.AssetSelection.checks(models_in_use_stay_available),
    description="Look whether a provider is about to retire a model in use.",
)


@dg.op(description="Write last week's report as Markdown and PDF, for the console, and as e-mails to be sent.")
def write_report(context: dg.OpExecutionContext, platform: Platform) -> None:
    made = publish(platform.engine, platform.settings, platform.now())
    context.add_output_metadata({"report": made.markdown_uri, "pdf": made.pdf_uri, "e-mails": made.mails})


@dg.job(description="The weekly report.")
def weekly_report() -> None:
    write_report()


@dg.op(description="Finish erasures that were interrupted, and empty raw text older than MHC_RETENTION_DAYS.")
def keep_privacy(context: dg.OpExecutionContext, platform: Platform) -> None:
    now, days = platform.now(), platform.settings.retention_days
    finished = Forgetter(platform.engine, platform.embedder(), platform.business(), platform.settings).resume(now)
    emptied = retention.apply(platform.engine, days, now).conversations if days is not None else 0
    context.add_output_metadata({"erasures_finished": len(finished), "conversations_emptied": emptied})


@dg.job(description="Retention of raw text, and erasures that were interrupted.")
def privacy() -> None:
    keep_privacy()


@dg.op(description="Ask customers how their event was, the day after.")
def ask_how_it_was(context: dg.OpExecutionContext, platform: Platform) -> None:
    with platform.engine.begin() as connection:
        asked = surveys.ask_due(connection, platform.business(), platform.settings, platform.now())
    context.add_output_metadata({"asked_in_the_chat": asked.chat, "links_for_staff": asked.staff})


@dg.job(description="Surveys after events.")
def after_events() -> None:
    ask_how_it_was()
