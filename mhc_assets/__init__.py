"""The pipeline as Dagster assets and checks. Thin: the work is in ``mhc_core``."""
