"""One submission in a process of its own, which kills itself with SIGKILL in the middle. Run by core/providers/openai.

Arguments: base URL, key, training file, validation file, file that holds the saved state, number of the save at which
the process dies before anything is stored.
"""

import dataclasses
import json
import os
import signal
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import openai

from mhc_core.protocols import JobState, TrainingFiles
from mhc_core.providers.openai.fine_tuner import OpenAIFineTuner
from mhc_core.vocabulary import JobStatus

base_url, key, train, validation, stored, deadly = sys.argv[1:]
saves = 0


def save(state: JobState) -> None:
    global saves
    saves += 1
    if saves == int(deadly):
        os.kill(os.getpid(), signal.SIGKILL)
    Path(stored).write_text(json.dumps(dataclasses.asdict(state)))


OpenAIFineTuner(
    openai.OpenAI(api_key=key, base_url=base_url), "gpt-4.1-mini-2025-04-14", 3, Decimal(50), date(2026, 11, 21)
).submit(TrainingFiles("ds-1", train, validation, 30, 5), "ds-1", JobState(JobStatus.INTENDED), save)
