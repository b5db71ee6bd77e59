"""``mhc models export``: a model with open weights as files for a model server."""

from pathlib import Path
from typing import Annotated

import typer

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.db.queries import ids
from mhc_core.db.queries import training as queries
from mhc_core.errors import NotFound
from mhc_core.training import export
from mhc_jobs.cli.console import AsJson, respond


def command(
    model_id: Annotated[str, typer.Argument(metavar="ID", help="A model that lora trained (`mhc models list`).")],
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.", file_okay=False)],
    adapter: Annotated[bool, typer.Option("--adapter", help="The adapter alone, in PEFT's layout.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a model for vLLM, llama.cpp or Ollama: the adapter merged into its base, in Hugging Face's layout."""
    settings = configuration.load()
    with database(settings) as engine, engine.connect() as connection:
        model_id = ids.complete(connection, ids.MODEL, model_id)
        model = queries.model(connection, model_id)
    if model is None:
        raise NotFound(f"there is no model {model_id}; `mhc models list` shows them")
    name = export.export(model, folder, settings.lora_base, adapter)
    serving = (
        f"serve it, for example: vllm serve {folder} --served-model-name {name} --port 8001",
        "then start the platform with OPENAI_BASE_URL=http://127.0.0.1:8001/v1 OPENAI_API_KEY=none",
    )
    document = {"model": model_id, "folder": str(folder), "served_as": name}
    respond(as_json, document, f"written to {folder}", *(() if adapter else serving))
