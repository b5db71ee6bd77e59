"""The pipeline as Dagster assets and checks. Thin: the work is in ``mhc_core``."""

import warnings

import dagster as dg

# Freshness and single-run backfills are what this project is for; that Dagster still calls some of it beta is known.
warnings.filterwarnings("ignore", category=dg.BetaWarning, message="Parameter `backfill_policy`")
