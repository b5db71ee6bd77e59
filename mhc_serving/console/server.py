"""The console as a running server, in one process: what its pages show lives there."""

import logging

import uvicorn

from mhc_core.db.engine import database
from mhc_core.errors import ConfigurationError
from mhc_core.settings import Settings
from mhc_serving import errors
from mhc_serving.http_protocol import CONNECTIONS, PatientProtocol
from mhc_serving.telemetry import logging_setup
from mhc_serving.workers.alerts import watching
from mhc_serving.workers.memories import forgetting

GRACE_SECONDS = 5


def run(settings: Settings) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Raises:
        ConfigurationError: the port cannot be bound, or the page library is not installed.
    """
    logging_setup.configure()
    logging.getLogger("nicegui").addFilter(without_words)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # it writes addresses of sockets, with pages' ids
    try:
        from mhc_serving.console.app import create_console
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"the console needs the package {error.name}; install the project again") from None
    with database(settings) as engine, watching(engine, settings), forgetting(engine):
        config = uvicorn.Config(
            create_console(settings, engine),
            host=settings.serve_host,
            port=settings.console_port,
            access_log=False,
            log_config=None,
            proxy_headers=False,
            http=PatientProtocol,
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        server = uvicorn.Server(config)
        try:
            server.run()
        except SystemExit:
            raise _not_bound(settings) from None
        if not server.started:
            raise _not_bound(settings)


def without_words(record: logging.LogRecord) -> bool:
    """The page library logs exceptions with their messages, in which customers' words may be: only the places stay."""
    error = record.exc_info[1] if record.exc_info else record.msg
    if isinstance(error, BaseException):
        record.msg, record.args = f"{type(error).__name__} at {errors.places(error)}", ()
        record.exc_info, record.exc_text = None, None
    return True


def _not_bound(settings: Settings) -> ConfigurationError:
    where = f"{settings.serve_host}:{settings.console_port}"
    return ConfigurationError(f"the console did not start on {where}; free the port or set MHC_CONSOLE_PORT")
