"""The weekly report: one Markdown file of figures, no customer text."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from mhc_core.artifacts import store
from mhc_core.business import pricing
from mhc_core.db.queries import evaluation, stats, versions
from mhc_core.settings import Settings


def write_weekly_report(engine: sa.Engine, settings: Settings, now: datetime) -> str:
    """Write the report of the business's last full week (Monday to Sunday) before ``now``; returns its URI.

    The same week gives the same file, written again when figures changed.
    """
    zone = pricing.load(settings.business_file).contact.zone
    today = now.astimezone(zone)
    monday = (today - timedelta(days=today.weekday())).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    start = monday - timedelta(days=7)
    with engine.connect() as connection:
        week = stats.period(connection, start, monday)
        before = stats.period(connection, start - timedelta(days=7), start)
        latest = evaluation.latest(connection)
        production = versions.live(connection, "model") or "none"
        knowledge = versions.live(connection, "knowledge") or "none"
    year, number, _ = start.isocalendar()
    lines = [
        f"# Week {number} of {year} ({start:%d %b} to {monday - timedelta(days=1):%d %b}, {zone})",
        "",
        "| | this week | the week before |",
        "|---|---|---|",
        *(f"| {name.replace('_', ' ')} | {_shown(value)} | {_shown(before[name])} |" for name, value in week.items()),
        "",
        f"Model in production: {production}. Knowledge version: {knowledge}.",
    ]
    if latest is not None:
        lines.append(
            f"Latest evaluation: {latest.verdict} for {latest.candidate_id}, difference {latest.difference:+.3f} "
            f"[{latest.interval_low:+.3f}, {latest.interval_high:+.3f}] on {latest.questions} questions."
        )
    uri = f"{settings.artifacts}/reports/{year}-W{number:02d}.md"
    store.write_bytes(uri, ("\n".join(lines) + "\n").encode())
    return uri


def _shown(value: object) -> str:
    return "–" if value is None else str(value)
