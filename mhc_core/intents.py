"""The intent of a message by rules: the floor that is used before a classifier has been trained.

Every intent has words and two-word phrases with weights; the intent with the highest sum wins, ``other`` when nothing
is recognised. Words are matched as people type them on a phone: without apostrophes or capitals, with letters repeated,
and with one letter missing, added, changed or swapped in a word of five letters or more.
"""

import functools
import re

from mhc_core.vocabulary import Intent

# In front of a word or phrase stands its weight: 3 decides alone, 2 is strong, 1 is a hint.
_VOCABULARY: dict[Intent, str] = {
    Intent.ALLERGY: """
        3 allergy allergies allergic allergen allergens celiac coeliac anaphylaxis anaphylactic epipen intolerant
        3 intolerance nut_free gluten_free dairy_free egg_free shellfish_free crossed_contamination cross_contamination
        2 gluten peanut peanuts nuts shellfish lactose sesame contaminated contamination benadryl wheat hives
        1 dairy soy reaction egg eggs severe
    """,
    Intent.COMPLAINT: """
        4 no_showed never_showed never_arrived never_came didnt_show
        3 complaint complain terrible horrible awful disgusting unacceptable disappointed disappointing rude lawyer sue
        3 lawsuit scam ripoff ripped_off food_poisoning poisoning undercooked burnt sick vomiting worst ruined attorney
        3 unprofessional overcharged ridiculous still_waiting my_money so_late was_late hour_late minutes_late
        2 late cold upset angry unhappy raw stained damaged manager frustrated mistake missing dirty ill wrong no_one
        1 never nobody waited waiting ended bad problem
    """,
    Intent.POLICY: """
        3 cancel cancellation cancelation cancelling canceling cancelled refund refundable refunds nonrefundable rain
        3 policy policies weather raining
        2 reschedule rescheduling tent covered indoors indoor inside outdoors outdoor patio garage smoke ventilated
        3 rained rains rainy
        2 tables table chairs plates utensils propane setup set_up space deposit_back forecast insurance insured storm
        2 tip gratuity wind windy contract leftovers how_long bring_own own_alcohol you_bring we_provide
        1 rules allowed backyard grill electricity power deposit clean cleanup minimum_age lawn deck
    """,
    Intent.PRICING: """
        3 price prices pricing cost costs quote how_much estimate per_person per_head ballpark total_for
        2 charge charges rate rates fee fees expensive cheap cheaper discount discounts promo coupon minimum dollars
        2 budget total afford deal specials price_for kids_price
        1 adults kids children people guests pay deposit tax ppl person
    """,
    Intent.BOOKING: """
        3 book booking reserve reservation schedule_a sign_up lock_in locked_in confirm_my change_date move_our
        3 headcount head_count guest_count rebook hold_the go_ahead
        2 booked confirm confirmed confirmation reserved move_it party_for book_it add_two final_count
        1 party birthday date schedule deposit hire anniversary event guests wedding graduation change rehearsal
    """,
    Intent.AVAILABILITY: """
        3 available availability openings opening open_on free_on any_slots slots time_slot slot
        3 any_openings you_free fully_booked booked_up last_minute same_day
        2 open tomorrow tonight weekend saturday sunday friday weekday dates how_soon how_early which_days what_days
        2 short_notice
        1 monday tuesday wednesday thursday january february april june july august september october november december
        1 today next_week this_week evening afternoon noon date christmas thanksgiving memorial labor easter nye pm am
    """,
    Intent.TRAVEL: """
        3 travel travel_fee mileage miles mile come_out drive_to do_you_serve service_area you_cover how_far far_away
        3 you_come come_to travels
        2 distance drive located location areas area near sacramento fresno stockton tahoe modesto napa oakland sonoma
        2 monterey redding folsom zip zipcode san_jose bay_area san_francisco santa_cruz far
        1 city county parking live address town valley
    """,
    Intent.MENU: """
        3 menu protein proteins vegetarian vegan halal kosher appetizer appetizers yakisoba gyoza lobster filet scallops
        3 fried_rice pescatarian upgrade upgrades sushi dessert add_on calamari tofu noodles filet_mignon edamame
        2 chicken steak shrimp salmon rice vegetables veggies veggie sauce sauces sake salad salads meat beef meal food
        2 seafood dish dishes side drinks included portions pork cook spicy teriyaki
        1 eat options kids choose choice extra alcohol include each
    """,
    Intent.ACCOUNT: """
        3 account login log_in password invoice receipt unsubscribe my_email email_address my_profile billing
        3 payment_method paid_twice charged_twice venmo zelle my_card delete_my update_my privacy opt_out
        2 payment card profile statement refund_status email sign_in phone_number contact_info paypal cash texts
        1 update paid balance info number resend
    """,
    Intent.SMALLTALK: """
        1 hi hello hey hiya thanks thank thx ty howdy goodbye bye cheers cool awesome great perfect lol haha welcome
        1 how_are good_morning good_afternoon good_evening sounds_good no_worries appreciate ok okay yay wonderful nice
        1 have_a good_night see_you love_it youre_best morning whats_up
    """,
}
_SHORT_FORMS = {
    "u": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please", "thanx": "thanks", "tmrw": "tomorrow",
    "tmr": "tomorrow", "tomm": "tomorrow", "avail": "available", "resched": "reschedule", "appt": "reservation",
    "rez": "reservation", "veg": "vegetarian", "apps": "appetizers", "sat": "saturday", "sun": "sunday",
    "fri": "friday", "wknd": "weekend", "sac": "sacramento", "sf": "san_francisco", "resy": "reservation",
    "gf": "gluten_free", "addy": "address", "bday": "birthday", "pp": "per_person", "$": "dollars",
    "acct": "account", "pw": "password", "xmas": "christmas", "cxl": "cancel", "chix": "chicken",
}  # fmt: skip
# Ordinary words one slip away from a word above, which must not be taken for it.
_NOT_SLIPS = """
    burst chance count country daily diary feels greet guess layer males mines packing parts plate pride prince prize
    quite shake snake spare speak spice stake steal store story tests think wanted wasted
"""
_ORDER = tuple(_VOCABULARY)
_KEPT = frozenset(_NOT_SLIPS.split())
_WORD = re.compile(r"[a-z]+|\$")
_APOSTROPHE = re.compile(r"(?<=[a-z])['’´`](?=[a-z])")
_LONG_RUN = re.compile(r"(.)\1{2,}")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_READ_CHARS = 2_000

Weights = tuple[tuple[int, int], ...]


def tag(text: str) -> Intent:
    """The most likely intent of a message; only its first 2,000 characters count.

    Ties go to the intent that matters more to the customer: allergy and complaint first, small talk last.
    """
    words = _WORD.findall(_APOSTROPHE.sub("", text[:_READ_CHARS].lower()))
    scores = [0] * len(_ORDER)
    previous = ""
    for word in words:
        found, word = _meaning(word)
        for place, weight in found:
            scores[place] += weight
        if previous:
            for place, weight in _weights().get(f"{previous}_{word}", ()):
                scores[place] += weight
        previous = word
    best = max(scores)
    return _ORDER[scores.index(best)] if best else Intent.OTHER


@functools.lru_cache(maxsize=50_000)
def _meaning(word: str) -> tuple[Weights, str]:
    """The weights of one word as typed, and the word it is taken for."""
    known = _weights()
    full = _SHORT_FORMS.get(word, word)
    for spelling in (full, _LONG_RUN.sub(r"\1\1", full), _LONG_RUN.sub(r"\1", full)):
        if spelling in known or spelling in _KEPT:
            return known.get(spelling, ()), spelling
    if 5 <= len(full) <= 16:
        for near in _one_edit_away(full):
            if len(near) >= 5 and near in known:
                return known[near], near
    return (), full


@functools.cache
def _weights() -> dict[str, Weights]:
    table: dict[str, list[tuple[int, int]]] = {}
    for place, intent in enumerate(_ORDER):
        for line in _VOCABULARY[intent].split("\n"):
            weight, *words = line.split() or ["0"]
            for word in words:
                table.setdefault(word, []).append((place, int(weight)))
    return {word: tuple(found) for word, found in table.items()}


def _one_edit_away(word: str) -> list[str]:
    """Words one slip away, the first letter kept: people rarely mistype the first."""
    heads = [(word[:at], word[at:]) for at in range(1, len(word) + 1)]
    dropped = [head + tail[1:] for head, tail in heads if tail]
    swapped = [head + tail[1] + tail[0] + tail[2:] for head, tail in heads if len(tail) > 1]
    changed = [head + letter + tail[1:] for head, tail in heads if tail for letter in _LETTERS]
    added = [head + letter + tail for head, tail in heads for letter in _LETTERS]
    return swapped + dropped + added + changed
