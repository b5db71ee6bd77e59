"""Whether an answer that was given to one customer holds for every customer.

In doubt it does not: placeholders, dates and clock times, amounts that are no list price, sums, and anything about a
booking, an order or a party already in progress make an answer somebody's own. So do a number of guests in the
question, and distances that are not those of the travel rules. A severe allergy is a person's to answer.
"""

import re
from collections.abc import Collection
from decimal import Decimal

from mhc_core.business.rules import Business

_MIN_ANSWER, _MAX_ANSWER = 40, 1200
_PLACEHOLDER = re.compile(r"\[[A-Z][A-Z_]*(?:_\d+)?\]|<[A-Z_]+>")
_AMOUNT = re.compile(
    r"(?:\$|usd)\s*(\d[\d,]*(?:\.\d+)?)|(?<!\d)(?<!\d[.,])(\d[\d,]*(?:\.\d+)?)\s*(?:\$|dollars?\b|bucks\b|usd\b)", re.I
)
_LARGE = re.compile(r"(?<![\d.,$])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\d.,])\d{3,}(?:\.\d+)?")
_MILES = re.compile(r"(?<!\d)(?<!\d[.,])(\d[\d,]*(?:\.\d+)?)\s*-?(?:miles?|mi)\b", re.I)
_SUM = re.compile(r"\d\s*[=×*]|[=×*]\s*\$?\d|\d\s*[x+]\s*\$?\d", re.I)
_PARTY = re.compile(
    r"\b\d+\s*(?:adults?|kids?|child(?:ren)?|toddlers?|guests?|people|persons?|ppl|teens?|friends|of us)\b", re.I
)
_TIME = re.compile(
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|march|april|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?|may \d+)\b\.?|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b(?!s)"
    r"|\b(?:today|tonight|tomorrow|yesterday|(?:this|next|last) (?:week|weekend|month|year|evening|afternoon))\b"
    r"|\b\d{1,2}\s*/\s*\d{1,2}\b|\b\d{1,2}:\d{2}\b|\b\d{1,2}\s*[ap]\.?m\b|\b\d{1,2}(?:st|nd|rd|th)\b|\b20\d\d\b",
    re.I,
)
_OWN = re.compile(
    r"\b(?:your (?:party|total|quote|booking|order|reservation|event|date|balance|group|address|account|invoice"
    r"|estimate)|(?:total|balance|subtotal|quote|estimate) (?:is|of|would|comes?|will|due)|comes? (?:out )?to"
    r"|grand total"
    r"|(?:for|with|of) (?:the |your |all )?\d+ (?:adults?|kids?|child(?:ren)?|guests?|people|persons?|of you)"
    r"|(?:i|we)(?:'ve|’ve| have)? (?:just )?(?:booked|reserved|sent|emailed|texted|noted|added|refunded|cancell?ed"
    r"|updated|moved|checked|received|confirmed|forwarded)"
    r"|(?:i|we)(?:'ll|’ll| will) (?:send|email|text|call|check|add|note|refund|book|move|update|pass|forward|reach out"
    r"|follow up|let you know)|i(?:'m|’m| am) (?:so |very |really )?sorry|apologi[sz]e|confirmation"
    r"|you(?:'re|’re| are) (?:all set|booked|confirmed|welcome|\d+)"
    r"|\d+ (?:days?|weeks?|months?) (?:ahead|away|from now)"
    r"|your request|this chat"
    r"|(?:pass|hand|forward)(?:ed|ing) (?:this|that|it|you)|(?:pass|hand|forward) (?:this|that|it) (?:on|to)"
    r"|as (?:i|we) (?:said|mentioned)|you (?:said|mentioned|asked|told))\b",
    re.I,
)
# What must reach a person, and promises that nobody may make (shared grill).
_SEVERE = re.compile(r"\b(?:epi-?pen|anaphyla\w*|severe\w*|life.?threatening|deadly|hospital|er visit)\b", re.I)
_PROMISE = re.compile(r"\b(?:safe|safely|guarantee[ds]?|100 ?%)(?!\w)", re.I)
_LEANS_BACK = re.compile(
    r"^(?:and|but|also|so|or|then|what about|how about|ok(?:ay)?|yes|yeah|yep|no|nope|sure|thanks?|thank you|that|this"
    r"|it|they|he|she|there|same|what if (?:it|they|that))\b",
    re.I,
)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening))\b[\s,.!]*(?:there|team|guys)?[\s,.!-]*", re.I
)


def known_numbers(business: Business) -> frozenset[Decimal]:
    """Every amount (USD) that is a price for everybody, and the distances (miles) of the travel rules."""
    prices, travel = business.prices, business.travel
    fixed = (prices.adult, prices.child, prices.minimum, prices.deposit, prices.extra_reschedule, travel.per_mile)
    items = [upgrade.price for upgrade in business.upgrades.values()]
    items += [add_on.price for add_on in business.add_ons.values()]
    distances = (travel.free_miles, travel.review_from_miles, travel.maximum_miles)
    return frozenset([*fixed, *items, *map(Decimal, distances)])


def general(question: str, answer: str, numbers: Collection[Decimal]) -> bool:
    """Whether an answer stands on its own and holds for every customer. In doubt it does not."""
    asked = without_greeting(question)
    if not 4 <= len(asked.split()) <= 40 or _LEANS_BACK.match(asked) or _PLACEHOLDER.search(question):
        return False
    if not _MIN_ANSWER <= len(answer.strip()) <= _MAX_ANSWER or answer.rstrip().endswith("?"):
        return False
    if any(pattern.search(question) for pattern in (_TIME, _PARTY, _SEVERE)):
        return False
    if any(pattern.search(answer) for pattern in (_PLACEHOLDER, _SUM, _TIME, _OWN, _PROMISE)):
        return False
    both = f"{question}\n{answer}"
    named = [first or second for first, second in _AMOUNT.findall(both)]
    named += [*_MILES.findall(both), *_LARGE.findall(both)]
    return all(Decimal(text.replace(",", "")) in numbers for text in named)


def without_greeting(question: str) -> str:
    """The question on one line, without the hello before it."""
    return _GREETING.sub("", " ".join(question.split()))
