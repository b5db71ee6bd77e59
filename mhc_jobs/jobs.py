"""What is run together. Assets are selected by key: a job that selects an unknown group would run nothing, silently."""

import dagster as dg

from mhc_assets.checks.training import models_in_use_stay_available
from mhc_assets.resources import Platform
from mhc_core.monitoring.weekly_report import write_weekly_report
from mhc_core.privacy import retention
from mhc_core.privacy.erase import Forgetter

DAILY = ("conversations", "feedback", "scored_conversations", "scrubbed_training_data")
TRAINING = ("training_dataset", "evaluation_set", "fine_tuned_model", "shadow_evaluation", "promoted_model")
KNOWLEDGE = ("knowledge_articles", "kb_embeddings")

collect = dg.define_asset_job(
    "collect",
    selection=dg.AssetSelection.assets(*DAILY),
    description="A day of conversations: collected, scored, scrubbed. Backfill a range of days in one run.",
)
review = dg.define_asset_job(
    "review",
    selection=dg.AssetSelection.assets("review_decisions"),
    description="Queue what is new for review and carry out decisions that came with conversations.",
)
train = dg.define_asset_job(
    "train",
    selection=dg.AssetSelection.assets(*TRAINING),
    description="Data set, training, shadow evaluation, and promotion when verdict and approval allow it.",
)
finish_training = dg.define_asset_job(
    "finish_training",
    selection=dg.AssetSelection.assets(*TRAINING[2:]),
    description="Record a model that a provider finished, evaluate it, and promote it when allowed.",
)
knowledge = dg.define_asset_job(
    "knowledge",
    selection=dg.AssetSelection.assets(*KNOWLEDGE),
    description="Learn articles from approved answers and publish a new index version when it is not worse.",
)
stats = dg.define_asset_job(
    "stats",
    selection=dg.AssetSelection.assets("conversation_stats"),
    description="Refresh the figures dashboards read.",
)

deadlines = dg.define_asset_job(
    "deadlines",
    selection=dg.AssetSelection.checks(models_in_use_stay_available),
    description="Look whether a provider is about to retire a model in use.",
)


@dg.op(description="Write last week's figures as Markdown under the artifact folder.")
def write_report(context: dg.OpExecutionContext, platform: Platform) -> None:
    uri = write_weekly_report(platform.engine, platform.settings, platform.now())
    context.add_output_metadata({"report": uri})


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
