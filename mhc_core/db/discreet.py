"""A psycopg connection whose errors do not quote rows, so that no traceback or log shows what a customer wrote."""

from typing import Any

import psycopg


class DiscreetConnection(psycopg.Connection[Any]):
    """Raises psycopg's errors with the server's primary message only.

    Left out are the lines DETAIL, CONTEXT and LINE, which quote keys, whole rows and COPY input, and all of a message
    of SQLSTATE class 22 (data exceptions), which quotes the value itself. Type, SQLSTATE and constraint name stay.
    """

    def wait(self, *arguments: Any, **options: Any) -> Any:
        """Run one exchange with the server; execute, executemany, COPY and commit all pass here."""
        try:
            return super().wait(*arguments, **options)
        except psycopg.Error as error:
            if error.diag.message_primary is not None:
                state = error.sqlstate or ""
                refused = f"the server refused a value, SQLSTATE {state}"
                error.args = (refused if state.startswith("22") else error.diag.message_primary,)
            raise
