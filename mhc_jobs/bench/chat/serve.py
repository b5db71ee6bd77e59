"""One of the two measured servers as a process: ``python -m mhc_jobs.bench.chat.serve chat|bare PORT``."""

import sys

import uvicorn

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_jobs.bench.chat import bare
from mhc_serving import server


def main(which: str, port: int) -> None:
    """Serve on 127.0.0.1 until terminated, with the database and the number of processes that the environment names."""
    here = {"serve_host": "127.0.0.1", "serve_port": port, "serve_drain_seconds": 0.0}
    settings = configuration.load(**here, open_loopback=True, public_url=None)
    if which == "chat":
        server.run(settings)
        return
    with database(settings) as engine:
        uvicorn.run(bare.create_app(engine), host="127.0.0.1", port=port, log_config=None, access_log=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
