"""What a trainer says of its progress by Python's logging stands in the log of the run."""

import logging
from pathlib import Path

import dagster as dg
import yaml
from fakes.places import ROOT

from mhc_core.providers.lora import training


def test_the_progress_of_a_training_stands_in_the_runs_log(tmp_path: Path) -> None:
    configured = yaml.safe_load((ROOT / "dagster.yaml").read_text("utf-8"))["python_logs"]

    @dg.asset
    def trained() -> None:
        logging.getLogger(training.__name__).info("step 3 of 14, loss 0.500, held out 0.600")

    with dg.DagsterInstance.local_temp(str(tmp_path), overrides={"python_logs": configured}) as instance:
        result = dg.materialize([trained], instance=instance)
        said = [entry.user_message for entry in instance.all_logs(result.run_id)]
    assert "step 3 of 14, loss 0.500, held out 0.600" in said
