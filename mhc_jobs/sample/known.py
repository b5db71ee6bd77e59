"""What has been said so far: an answer may only use the party, place or day that the customer has mentioned."""

from collections.abc import Sequence
from functools import cache
from random import Random

from mhc_jobs.sample.wording import Template

EVERYTHING = frozenset(
    {"party", "kids", "place", "day", "time", "occasion", "upgrade_n", "add_on_n", "total", "on file"}
)

_NEEDS = {
    "party": "party adults adults_n guests tables length ordered food plain_total quote_plain",
    "kids": "kids kids_n",
    "place": "city zip miles over_miles travel",
    "day": "date said_date weekday days_left enough back month",
    "time": "time",
    "occasion": "occasion",
    "upgrade_n": "upgrade_n upgrade_sum quote_full full_total full_balance",
    "add_on_n": "add_on_n add_on_sum quote_full full_total full_balance",
    "total": "quote total balance tip_low_sum tip_high_sum wrong_total quote_full full_total full_balance",
    "on file": "street address email phone name contact",
}
_GIVES = {
    "party": "party adults adults_n guests",
    "kids": "party kids kids_n adults adults_n",
    "place": "city zip address",
    "day": "said_date weekday days_left date",
    "time": "time",
    "occasion": "occasion",
    "upgrade_n": "upgrade_n",
    "add_on_n": "add_on_n",
    "total": "total balance",
    "on file": "name phone email",
}


@cache
def needed(fields: frozenset[str]) -> frozenset[str]:
    """What must be known before a sentence with these slots can be said."""
    return _groups(_NEEDS, fields)


@cache
def given(fields: frozenset[str]) -> frozenset[str]:
    """What a customer's sentence with these slots tells."""
    return _groups(_GIVES, fields)


def learn(known: frozenset[str], told: frozenset[str]) -> frozenset[str]:
    """Everything known after being told; with party and place the total follows."""
    now = known | told
    return now | {"total"} if {"party", "place"} <= now else now


def sayable(patterns: Sequence[Template], known: frozenset[str]) -> list[Template]:
    """The patterns that use nothing unknown."""
    return [pattern for pattern in patterns if needed(pattern.fields) <= known]


def fitting_pair(
    rng: Random, asks: Sequence[Template], answers: Sequence[Template], known: frozenset[str]
) -> tuple[Template, Template]:
    """A question and an answer that uses only what was told, and takes up what the question tells where it can."""
    for ask in rng.sample(asks, len(asks)):
        told = learn(frozenset(), given(ask.fields))
        fits = sayable(answers, learn(known, told))
        if fits:
            return ask, rng.choice([answer for answer in fits if needed(answer.fields) & told] or fits)
    return rng.choice(asks), rng.choice(answers)


def _groups(table: dict[str, str], fields: frozenset[str]) -> frozenset[str]:
    return frozenset(group for group, slots in table.items() if not fields.isdisjoint(slots.split()))
