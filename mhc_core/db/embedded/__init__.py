"""PostgreSQL out of a Python package, for everybody who has not set ``MHC_DATABASE_URL``.

Who does what
    *owner*: one detached process (``python -m mhc_core.db.embedded STATE_DIR``) that holds an exclusive lock, runs
    ``postgres`` in the foreground as its child and starts it again when it dies.
    *user*: every process that called ``join``. It holds a shared lock and connects by URL. When no user is left the
    owner stops the server. Locks end with their process, so a SIGKILL anywhere leaves nothing behind.

Files under ``STATE_DIR/postgres``
    ``data`` the cluster, ``password`` (mode 0600), ``port``, ``server.json`` what the owner last said, ``owner.lock``
    and ``users.lock``. The server's log is ``STATE_DIR/logs/postgres.log``.
"""

from mhc_core.db.embedded.access import make_private
from mhc_core.db.embedded.files import Files
from mhc_core.db.embedded.user import EmbeddedServer, join, role_password

__all__ = ["EmbeddedServer", "Files", "join", "make_private", "role_password"]
