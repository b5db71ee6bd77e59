"""The server of the simulated calls as a process: ``python -m mhc_jobs.bench.voice.serve PORT``."""

import sys

from mhc_core import settings as configuration
from mhc_serving import server

TOKEN = "the-token-of-the-simulated-account"


def main(port: int) -> None:
    """Serve on 127.0.0.1 until terminated; calls are answered whenever they come, as the environment says."""
    settings = configuration.load(
        serve_host="127.0.0.1",
        serve_port=port,
        serve_drain_seconds=0.0,
        public_url=f"http://127.0.0.1:{port}",
        voice=True,
        twilio={"account_sid": "AC0", "auth_token": TOKEN},
    )
    server.run(settings)


if __name__ == "__main__":
    main(int(sys.argv[1]))
