"""What the customer's record already says of them is looked for as it is, whatever the recognisers think of it.

"clay lamb" and "Irene Grove" are hard to tell from a dish and a place; the booking knows that they are people.
"""

import re
from collections.abc import Mapping

from mhc_core.scrubbing.engine import Known
from mhc_core.scrubbing.findings import PiiType

_TYPES = {
    "name": PiiType.PERSON,
    "phone": PiiType.PHONE,
    "email": PiiType.EMAIL,
    "address": PiiType.ADDRESS,
}
_SHORTEST = 5


def on_record(record: Mapping[str, object], text: str) -> list[Known]:
    """Where name, phone, e-mail or address of a record stand in the text; case, spaces and punctuation aside."""
    return [
        Known(match.start(), match.end(), kind)
        for field, kind in _TYPES.items()
        if (pattern := _pattern(field, record.get(field)))
        for match in re.finditer(pattern, text, re.IGNORECASE)
    ]


def _pattern(field: str, value: object) -> str | None:
    if not isinstance(value, str) or len(value) < _SHORTEST:
        return None
    if field == "phone":
        digits = re.sub(r"\D", "", value)[-10:]
        return r"\D{0,3}".join(digits) if len(digits) >= 7 else None
    told = value.split(",")[0] if field == "address" else value  # people often leave the town out
    pieces = [re.escape(piece) for piece in re.findall(r"\w+", told)]
    return r"\b" + r"[\W_]{1,3}".join(pieces) + r"\b" if pieces else None
