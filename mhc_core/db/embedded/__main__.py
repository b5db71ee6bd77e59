"""The owner's entry: ``python -m mhc_core.db.embedded STATE_DIR [PORT]``.

The first process stays until the server answers or cannot, says which in one JSON line and leaves. The owner itself is
its child, in a session of its own, with no tie to the terminal or to who started it.
"""

import errno
import json
import os
import signal
import sys
from pathlib import Path

from mhc_core.db.embedded.cluster import disk_full
from mhc_core.db.embedded.files import Files
from mhc_core.db.embedded.owner import Owner
from mhc_core.errors import ConfigurationError, DatabaseUnavailable, MHCError


def main(arguments: list[str]) -> int:
    files = Files(Path(arguments[0]).resolve())
    port = int(arguments[1]) if len(arguments) > 1 else None
    files.make_folders()
    answer, says = os.pipe()
    if os.fork():
        os.close(says)
        with os.fdopen(answer) as stream:
            line = stream.readline().strip()
        sys.stdout.write(line + "\n")
        return 0 if line == "{}" else 1
    os.close(answer)
    _detach(files)
    os._exit(_own(files, port, says))


def _detach(files: Files) -> None:
    os.setsid()
    os.umask(0o077)
    files.log.touch(mode=0o600)
    nothing, log = os.open(os.devnull, os.O_RDONLY), os.open(files.log, os.O_WRONLY | os.O_APPEND)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN if number in (signal.SIGHUP, signal.SIGPIPE) else signal.SIG_DFL)
    os.chdir("/")


def _own(files: Files, port: int | None, says: int) -> int:
    told: list[str] = []

    def say(said: dict[str, str]) -> None:
        if not told:
            told.append(json.dumps(said) + "\n")
            os.write(says, told[0].encode())
            os.close(says)

    try:
        Owner(files, port).run(lambda: say({}))
    except (MHCError, OSError) as error:
        problem = error if isinstance(error, MHCError) else _explain(error, files)
        sys.stderr.write(f"mhc: {problem}\n")
        sys.stderr.flush()
        say({"error": type(problem).__name__, "text": str(problem)})
        return 1
    return 0


def _explain(error: OSError, files: Files) -> MHCError:
    if error.errno == errno.ENOSPC:
        return disk_full(files)
    if isinstance(error, PermissionError):
        return ConfigurationError(
            f"{error.filename or files.home} belongs to another account; work as the one that made it, or move it away"
        )
    return DatabaseUnavailable(f"the database could not be started ({error}); see {files.log}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
