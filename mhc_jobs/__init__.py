"""Jobs, schedules, the code location Dagster loads, and the ``mhc`` command."""
