"""What runs by the clock of the business. Each is on by default; the loop needs them."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from mhc_assets.partitions import RANGE_START, ZONE, range_tags
from mhc_assets.requests import once
from mhc_assets.resources import Platform
from mhc_core.db.queries import collection as queries
from mhc_core.monitoring.triggers import training_due
from mhc_core.scoring.scorer import scorer_version
from mhc_core.scrubbing.loading import version as scrubber_version
from sensors.training import JOBS

RUNNING = dg.DefaultScheduleStatus.RUNNING


@dg.schedule(
    job_name="collect",
    cron_schedule="0 1 * * *",
    execution_timezone=ZONE,
    default_status=RUNNING,
    description="Every day at 01:00: yesterday, and earlier days that something changed on (late feedback, an import).",
)
def collect_daily(context: dg.ScheduleEvaluationContext, platform: Platform) -> Iterator[dg.RunRequest]:
    """Every day at 01:00: yesterday, and every earlier day that changed since (late feedback, an import)."""
    today = context.scheduled_execution_time.astimezone(ZoneInfo(ZONE)).date()
    yesterday = today - timedelta(days=1)
    with platform.engine.connect() as connection:
        scrubber = scrubber_version(connection, platform.settings)
        idle_since = platform.now() - timedelta(hours=platform.settings.idle_hours)
        changed = queries.days_with_work(connection, scorer_version(platform.embedder()), scrubber, idle_since)
    earlier = [day for day in changed if platform.settings.first_day <= day < today]
    for tags in range_tags([yesterday, *earlier]):
        yield dg.RunRequest(run_key=f"collect:{today}:{tags[RANGE_START]}", tags=tags)


@dg.schedule(
    job_name="train",
    cron_schedule="0 2 * * *",
    execution_timezone=ZONE,
    default_status=RUNNING,
    description="Every day at 02:00: the same question the retraining sensor asks, should its daemon have been down.",
)
def train_daily(context: dg.ScheduleEvaluationContext, platform: Platform) -> dg.RunRequest | dg.SkipReason:
    with platform.engine.connect() as connection:
        due = training_due(connection, platform.settings)
    return once(context.instance, due, platform.now(), JOBS)


def _by_clock(name: str, job: str, cron: str, description: str) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name=name,
        job_name=job,
        cron_schedule=cron,
        execution_timezone=ZONE,
        default_status=RUNNING,
        description=description,
    )


ALL = [
    collect_daily,
    train_daily,
    _by_clock(
        "knowledge_weekly",
        "knowledge",
        "0 2 * * 0",
        "Every Sunday at 02:00: learn articles and publish the index when it is not worse.",
    ),
    _by_clock(
        "understanding_examples_daily",
        "gather_understanding",
        "30 1 * * *",
        "Every day at 01:30: labelled messages from bookings; the sensor trains when enough are new.",
    ),
    _by_clock(
        "tagger_weekly",
        "train_tagger",
        "0 3 * * 0",
        "Every Sunday at 03:00: train the tagger with reviewers' marks, where there are new ones.",
    ),
    _by_clock(
        "anomalies_hourly",
        "anomalies",
        "5 * * * *",
        "Five minutes past each hour: look whether figures are what they use to be.",
    ),
    _by_clock(
        "customers_weekly", "customers", "30 3 * * 0", "Every Sunday at 03:30: what is expected of each customer."
    ),
    _by_clock("profiles_daily", "profiles", "45 3 * * *", "Every day at 03:45: profiles of customers, and loyalty."),
    _by_clock("demand_daily", "demand", "15 3 * * *", "Every day at 03:15: how busy the next 30 days will be."),
    _by_clock("offers_daily", "offers", "50 3 * * *", "Every day at 03:50: how suggestions fare."),
    _by_clock(
        "demand_drift_weekly",
        "demand_drift",
        "20 3 * * 1",
        "Every Monday at 03:20: warn when the forecast of demand errs more than it used to.",
    ),
    _by_clock(
        "campaigns_hourly",
        "campaigns",
        "40 * * * *",
        "Forty minutes past each hour: plan follow-ups, and send those that are due when MHC_CAMPAIGNS is on.",
    ),
    _by_clock("report_weekly", "weekly_report", "0 9 * * 1", "Every Monday at 09:00: the report of the week before."),
    _by_clock(
        "after_events_daily",
        "after_events",
        "0 10 * * *",
        "Every day at 10:00: ask customers how the event of yesterday was.",
    ),
    _by_clock(
        "privacy_daily",
        "privacy",
        "0 4 * * *",
        "Every day at 04:00: empty raw text past MHC_RETENTION_DAYS and finish interrupted erasures.",
    ),
    _by_clock(
        "housekeeping_daily",
        "housekeeping",
        "30 4 * * *",
        "Every day at 04:30: remove runs and records past their time, and count the figures of dashboards anew.",
    ),
    _by_clock(
        "deadlines_daily",
        "deadlines",
        "0 5 * * *",
        "Every day at 05:00: warn when a provider retires a model in use within 90 days.",
    ),
]
