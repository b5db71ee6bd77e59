"""How long an asset may go without being made, by what makes it. Dagster shows who is late; `sensors/monitoring.py`
writes it down. Assets that are made when something is due have no clock, and none of these."""

from datetime import timedelta

import dagster as dg

EVERY_FEW_MINUTES = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=1))
HOURLY = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=3))
DAILY = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26))
WEEKLY = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=9), warn_window=timedelta(days=8))
