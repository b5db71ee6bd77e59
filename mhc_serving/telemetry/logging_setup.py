"""What a serving process writes to its log: one line an event on standard error, nothing of what was said."""

import logging

_CHATTY = ("alembic", "presidio-analyzer")
"""Libraries that tell at INFO what nobody has asked for, some with every message."""


def configure() -> None:
    """Set up the log of this process."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
