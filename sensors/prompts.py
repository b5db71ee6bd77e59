"""Variants of prompts that do worse are stopped."""

from dataclasses import asdict

import dagster as dg
import orjson

from mhc_assets.resources import Platform
from mhc_core.prompts import experiment_control


@dg.sensor(
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Looks at running experiments on prompts and stops the variants that do worse than the control.",
)
def losing_variants(context: dg.SensorEvaluationContext, platform: Platform) -> dg.SkipReason:
    """Stops a variant in the database, where serving sees it within seconds; starts no run."""
    with platform.engine.begin() as connection:
        shown = experiment_control.evaluate(connection, platform.now())
    stopped = [
        f"{variant.version_id} of {name}"
        for name, variants in shown.items()
        for variant in variants
        if variant.state == "losing"
    ]
    for name, variants in shown.items():
        figures = [asdict(variant) for variant in variants]
        context.log.info("%s: %s", name, orjson.dumps(figures).decode())
    return dg.SkipReason(f"stopped {', '.join(stopped)}" if stopped else f"{len(shown)} experiments run, none loses")
