"""In which language a person is written to, and when they are rather not written to.

They are written to in the language they talk with us in. Where nothing told it, or the template is not written in it,
the words that they agreed to decide: whoever agreed in a language reads it. English stands in only for people who
agreed in English, or of whom nothing says that they read another language.
"""

import sqlalchemy as sa

from mhc_core.campaigns import writing
from mhc_core.db.queries import consents
from mhc_core.languages import ENGLISH, closest, detection


def chosen(
    connection: sa.Connection, template: str, customer_hash: str, channel: str, spoken: str | None
) -> str | None:
    """The language of a message, one that its template is written in; None where there is none that they read.

    Args:
        spoken: what their conversation was held in, as a BCP 47 code.
    """
    written = writing.languages(template)
    told = closest(spoken) if spoken else None
    if told in written:
        return told
    agreed = detection.detect(consents.wording(connection, customer_hash, channel) or "")
    if agreed is None:
        return None if spoken else ENGLISH
    return agreed if agreed in written else None
