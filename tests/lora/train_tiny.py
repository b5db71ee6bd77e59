"""Trains once with the arguments' base, data and artifact folders, and prints the artifact's hash: to be killed.

The last two arguments are the epochs on conversations and on preference pairs.
"""

import sys
from pathlib import Path

import torch

from mhc_core.protocols import JobState, TrainingFiles
from mhc_core.providers.lora.fine_tuner import LoraFineTuner
from mhc_core.vocabulary import JobStatus

torch.set_num_threads(1)
base, data, artifacts = (Path(item) for item in sys.argv[1:4])
tuner = LoraFineTuner(
    str(base), artifacts.as_uri(), epochs=int(sys.argv[4]), seed=3, preference_epochs=int(sys.argv[5])
)
train, validation, preferences = ((data / f"{name}.jsonl").as_uri() for name in ("train", "validation", "preferences"))
files = TrainingFiles("ds-tiny", train, validation, 48, 16, preferences)
state = tuner.submit(files, "tiny", JobState(JobStatus.INTENDED), lambda state: None)
resumed = state.metrics.get("preference_resumed_at", state.metrics["resumed_at"])
sys.stdout.write(f"{state.artifact_sha256} {resumed}")
