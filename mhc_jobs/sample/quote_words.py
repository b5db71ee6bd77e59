"""A worked-out quote as a sentence or two, the way a concierge writes it."""

from decimal import Decimal
from random import Random

from mhc_core.business.pricing import Business, Quote
from mhc_jobs.sample.wording import counted, listed, money, number


def quote_words(rng: Random, business: Business, town: str | None, result: Quote) -> str:
    """Name the sum, the minimum if it applied, the travel and the total."""
    prices, request = business.prices, result.request
    parts = [f"{request.adults} × {money(prices.adult)}"] if request.adults else []
    if request.children:
        parts.append(f"{request.children} × {money(prices.child)}")
    ordered = prices.adult * request.adults + prices.child * request.children
    who = [counted(request.adults, "adult", "adults")] if request.adults else []
    if request.children:
        who.append(counted(request.children, *rng.choice((("child", "children"), ("kid", "kids")))))
    people = listed(who)
    food = f"{' + '.join(parts)} = {money(ordered)}"
    if result.minimum_applied:
        food_words = rng.choice(
            (
                f"{people} would be {money(ordered)}, which is below our {money(prices.minimum)} party minimum, "
                f"so the food is {money(prices.minimum)}",
                f"{food}, and since the party minimum is {money(prices.minimum)} the food comes to that",
                f"the {money(prices.minimum)} minimum applies here ({people} alone would be {money(ordered)})",
            )
        )
    else:
        food_words = rng.choice(
            (
                f"{people} come to {money(ordered)} ({' + '.join(parts)})",
                f"food is {food}",
                f"{food} for {people}",
                f"for {people} that's {money(ordered)}",
            )
        )
    more = [
        f"{number(line.quantity)} × {line.label} {money(line.amount)}"
        for line in result.lines
        if line.label.endswith("upgrade") or line.label in business.add_ons
    ]
    if result.travel:
        driven = Decimal(request.miles or 0)
        miles, beyond = number(driven), number(driven - business.travel.free_miles)
        more.append(
            rng.choice(
                (
                    f"travel {money(result.travel)} ({miles} miles, the first {business.travel.free_miles} are free)",
                    f"{money(result.travel)} travel for the {beyond} miles past {business.travel.free_miles}",
                )
            )
        )
    elif result.travel is not None and town and rng.random() < 0.6:
        more.append(f"no travel fee for {town}")
    free = " (little ones eat free)" if request.under_six else ""
    extras = f", plus {listed(more)}" if more and not more[0].startswith("no ") else (f", {more[0]}" if more else "")
    sentence = f"{food_words}{free}{extras}"
    total = money(result.total)
    closing = rng.choice(
        (f"Total {total}.", f"That makes {total}.", f"So {total} all in before tip.", f"{total} in total.")
    )
    opening = rng.choice((f"It would be {total}: ", f"{total} total. Here's the math: ", "", ""))
    if opening:
        return f"{opening}{sentence}."
    return f"{sentence[0].upper()}{sentence[1:]}. {closing}"
