"""One of the two measured servers as a process: ``python -m mhc_jobs.bench.chat.serve chat|bare PORT``."""

import sys

import uvicorn

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_jobs.bench.chat import bare
from mhc_serving import app as serving
from mhc_serving import logging_setup


def main(which: str, port: int) -> None:
    """Serve on 127.0.0.1 until terminated, with the database that the environment names."""
    settings = configuration.load()
    logging_setup.configure()
    with database(settings) as engine:
        app = serving.create_app(settings, engine) if which == "chat" else bare.create_app(engine)
        uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
