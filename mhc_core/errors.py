"""The exception tree of the platform.

``MHCError``
 ├── ``ConfigurationError``    a setting, file or credential is wrong; a person must change something
 │    ├── ``BudgetExceeded``   an action would cost more than the budget allows
 │    └── ``AccessDenied``     a provider or server refuses this account
 ├── ``DataError``             input is malformed; the row or file is rejected, the rest goes on
 │    └── ``ScrubRefused``     text is held back because it cannot be shown to be free of personal data
 ├── ``NotFound``              an id that does not exist
 ├── ``Conflict``              the state does not allow it (already promoted, a second owner, no approval)
 └── ``TransientError``        the same call may work later
      ├── ``DatabaseUnavailable``
      └── ``ProviderUnavailable``

Only ``TransientError`` is ever retried. Every message is one line and ends with what to do next; none carries
customer text.
"""


class MHCError(Exception):
    """Root of every error this platform raises on purpose."""


class ConfigurationError(MHCError):
    """A setting, file or credential is wrong; retrying does not help."""


class BudgetExceeded(ConfigurationError):
    """An action would cost more than the configured budget."""


class AccessDenied(ConfigurationError):
    """A provider or server refuses this account."""


class DataError(MHCError):
    """Input is malformed; the row or file is rejected and the rest goes on."""


class ScrubRefused(DataError):
    """Text is held back because it cannot be shown to be free of personal data."""


class NotFound(MHCError):
    """An id that does not exist."""


class Conflict(MHCError):
    """The present state does not allow the action."""


class TransientError(MHCError):
    """The same call may succeed later."""


class DatabaseUnavailable(TransientError):
    """The database does not answer."""


class ProviderUnavailable(TransientError):
    """A model provider does not answer, or asks to slow down."""
