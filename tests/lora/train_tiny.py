"""Trains once with the arguments' base, data and artifact folders, and prints the artifact's hash: to be killed."""

import sys
from pathlib import Path

import torch

from mhc_core.providers.lora import LoraFineTuner
from mhc_core.providers.protocols import JobState, TrainingFiles
from mhc_core.vocabulary import JobStatus

torch.set_num_threads(1)
base, data, artifacts = (Path(item) for item in sys.argv[1:4])
tuner = LoraFineTuner(str(base), artifacts.as_uri(), epochs=int(sys.argv[4]), seed=3)
files = TrainingFiles("ds-tiny", (data / "train.jsonl").as_uri(), (data / "validation.jsonl").as_uri(), 48, 16)
state = tuner.submit(files, "tiny", JobState(JobStatus.INTENDED), lambda state: None)
sys.stdout.write(f"{state.artifact_sha256} {state.metrics['resumed_at']}")
