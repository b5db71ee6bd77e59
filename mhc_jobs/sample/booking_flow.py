"""From "let's book it" to a paid deposit."""

from mhc_core.business.pricing import quote
from mhc_core.vocabulary import Intent, Outcome
from mhc_jobs.sample.dialogue import Director
from mhc_jobs.sample.small_words import small_talk

_LEFT_UNPAID = 0.12


def book(director: Director) -> None:
    """Ask for what is not known yet, repeat it with the price, and take the deposit."""
    talk, rng = director.talk, director.talk.rng
    slots = dict(director.slots)
    if director.extras_quoted:
        slots |= {key: slots[f"full_{key}"] for key in ("total", "balance")} | {"quote": slots["quote_full"]}
    wish = small_talk(rng, "lets_book", slots)
    talk.user(wish, Intent.BOOKING)
    missing = [point for point in ("party", "time") if point not in director.known and slots[point] not in wish]
    request = {"": "ask_details", "time": "ask_time_details"}.get("".join(missing), "ask_all_details")
    talk.assistant(small_talk(rng, request, slots), Intent.BOOKING)
    rest = "".join(f"{rng.choice(('. ', ', ', chr(10)))}{small_talk(rng, f'tell_{point}', slots)}" for point in missing)
    if rng.random() < 0.3 and not rest:
        talk.user(small_talk(rng, "details_two", slots), Intent.BOOKING)
        talk.assistant(small_talk(rng, "ask_rest", slots), Intent.BOOKING, matters=False)
        talk.user(small_talk(rng, "details_rest", slots), Intent.BOOKING)
    else:
        talk.user(small_talk(rng, "details", slots) + rest, Intent.BOOKING)
    talk.knows_name = True
    talk.assistant(small_talk(rng, "booked", slots), Intent.BOOKING)
    story = director.story
    if rng.random() < _LEFT_UNPAID:
        story.outcome, story.mood = Outcome.QUOTED, 0.2
        return
    talk.user(small_talk(rng, "paid", slots), Intent.BOOKING)
    if rng.random() < 0.8:
        talk.assistant(small_talk(rng, "all_set", slots), Intent.BOOKING, matters=False)
    price = quote(director.business, director.scene.request(with_extras=director.extras_quoted))
    story.outcome, story.mood = Outcome.BOOKED, 1.0
    story.booking_value = float(price.total)
