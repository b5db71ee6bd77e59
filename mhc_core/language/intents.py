"""The intent of a message by rules: the floor that is used before a classifier has been trained.

Every intent has words and two-word phrases with weights; the intent with the highest sum wins, ``other`` when nothing
is recognised. Words are matched as people type them on a phone: without apostrophes or capitals, with letters repeated,
and with one letter missing, added, changed or swapped in a word of five letters or more.
"""

import functools
import re

from mhc_core.language.memories import remembered
from mhc_core.language.misspellings import one_slip_away
from mhc_core.vocabulary import Intent

# In front of a word or phrase stands its weight: 3 decides alone, 2 is strong, 1 is a hint.
_VOCABULARY: dict[Intent, str] = {
    Intent.ALLERGY: """
        4 allergy allergies allergic allergen allergens celiac coeliac anaphylaxis anaphylactic epipen intolerant
        4 intolerance nut_free gluten_free dairy_free egg_free shellfish_free crossed_contamination cross_contamination
        4 cross_contact halal kosher muslim
        3 gluten peanut peanuts nuts nut lactose sesame contaminated contamination benadryl wheat hives pork certified
        2 shellfish dairy soy reaction egg eggs separate religious oil
    """,
    Intent.COMPLAINT: """
        5 no_showed never_showed never_arrived never_came didnt_show showed_up no_chef threw_up throwing_up not_here
        5 not_happy not_cool real_person food_poisoning double_charged charged_twice ripped_off still_waiting
        4 complaint complain terrible horrible awful disgusting unacceptable disappointed disappointing rude lawyer sue
        4 lawsuit scam ripoff poisoning undercooked burnt vomiting worst ruined attorney useless rubbery bot human
        4 unprofessional overcharged ridiculous my_money so_late was_late came_late min_late hour_late minutes_late
        4 manager supervisor higher_than not_what the_quality
        3 late cold upset angry unhappy raw stained damaged frustrated mistake missing dirty sick wrong dry salty
        2 never nobody waited waiting agreed lied broken bad problem quality told
    """,
    Intent.POLICY: """
        4 cancel cancellation cancelation cancelling canceling cancelled cancelation refund refundable refunds
        4 nonrefundable rain rained rains rainy raining reschedule rescheduling invoice
        3 policy policies weather tent covered indoors indoor venmo zelle paypal move_it move_my move_the push_back
        3 payment_options credit_card set_up setup
        2 inside outside outdoors outdoor patio garage smoke ventilated driveway gravel deck lawn apartment hall
        2 tables table chairs plates utensils propane space forecast insurance insured storm provide call_off
        2 wind windy contract own_alcohol you_bring we_provide need_to payment cash card pay back room power
        2 another_date moving_it returned
        1 rules allowed backyard grill electricity deposit clean cleanup bring size cold flat surface supply days
    """,
    Intent.PRICING: """
        4 how_much tip tips tipping gratuity discount discounts upcharge price_for per_person per_head minimum
        3 price prices pricing cost costs quote estimate ballpark total_for total charge charges rate rates fee fees
        3 expensive cheap cheaper promo coupon dollars budget afford deal specials price_this roughly damage
        3 service_charge
        2 deposit_amount toddlers toddler babies baby total pay_for surcharge included_in would_that
        1 adults adult kids children child people guests deposit tax ppl person extra add order old
    """,
    Intent.BOOKING: """
        4 to_book book_it sign_me sign_up lock_in locked_in confirm_my change_date headcount head_count guest_count
        4 please_book paid_it deposit_paid deposit_sent corporate final_number final_count all_set
        3 book booking reserve reservation confirm confirmed rebook hold_the go_ahead rsvp large_group how_long
        3 numbers_changed dropped_out arrive arrives arrival start_time what_time lunch dinner_at
        2 booked reserved party_for paid see_you done count number start time hours early event company team
        2 my_cell name_is number_is address_is email_is noon
        1 party birthday schedule hire anniversary wedding graduation people cell email phone address change
    """,
    Intent.AVAILABILITY: """
        4 available availability openings opening open_on free_on any_slots slots time_slot slot any_openings waitlist
        4 you_free fully_booked booked_up last_minute same_day still_available notice opens
        3 saturdays sundays fridays weekends holiday holidays spot backup how_fast tonight open which_dates
        2 tomorrow weekend saturday sunday friday weekday dates how_soon what_days reply answer hold today instead
        1 monday tuesday wednesday thursday january february march april june july august september october november
        1 december jan feb mar apr jun jul aug sep oct nov dec next_week this_week evening afternoon date christmas
        1 thanksgiving memorial labor easter nye free
    """,
    Intent.TRAVEL: """
        4 travel travel_fee mileage miles come_out drive_to do_you_serve service_area you_cover how_far far_away too_far
        4 travels the_drive out_to
        3 mile you_come come_to distance drive you_serve we_live live_in gas far
        2 located location areas area zip zipcode serve driving trip cross
        1 near sacramento fresno stockton tahoe modesto napa oakland sonoma monterey redding folsom san_jose bay_area
        1 san_francisco santa_cruz city county parking live town valley
    """,
    Intent.MENU: """
        3 menu protein proteins vegetarian vegan vegans appetizer appetizers yakisoba gyoza lobster filet scallops meat
        3 fried_rice pescatarian upgrade upgrades dessert add_on add_ons calamari tofu noodles filet_mignon edamame
        3 leftovers leftover dumplings premium to_go
        2 chicken steak shrimp salmon rice vegetables veggies veggie sake salad salads beef meal food drinks alcohol
        2 seafood dish dishes side portions cook spicy teriyaki fridge eat whats_included
        1 options kids choose choice extra include included each sauce sauces more
    """,
    Intent.ACCOUNT: """
        5 new_address address_changed my_account remaining_amount balance_due new_cell delete_my erase my_data
        4 account login log_in password unsubscribe email_address my_profile resend update_my opt_out link balance
        3 profile contact_info phone_number sign_in declined remaining confirmation new_number privacy remove
        3 wrong_email
        2 email update contact_is contact details statement billing text_me delete changed details_again lost
        1 number info address
    """,
    Intent.OTHER: """
        4 gift gift_card voucher certificate hiring job jobs resume career recipe bartender bartending photographer dj
        4 magician partnership wholesale supplies influencer featured warranty wrong_number who_is sushi cuisines
        4 planner
        3 vendor sponsor advertise owner accident test sell sing happy_birthday magazine google
    """,
    Intent.SMALLTALK: """
        2 appreciate youre_best amazing incredible loved check_with think_about got_it wonderful best helpful
        2 great_service budget_though comparing
        1 hi hello hey hiya thanks thank thx ty howdy goodbye bye cheers cool awesome great perfect lol haha welcome
        1 how_are good_morning good_afternoon good_evening sounds_good no_worries ok okay yay nice
        1 have_a good_night see_you love_it morning whats_up excellent
    """,
}
_STREET = "st|street|ave|avenue|rd|road|dr|drive|ln|lane|ct|court|cir|circle|way|blvd|pl"
# What a customer hands over to book counts for booking, and its words for nothing else.
_HANDED_OVER = re.compile(
    rf"\b\d{{1,5}} (?:[a-z]+ ){{1,4}}(?:{_STREET})\b[^\n?]*"
    r"|(?<!\S)\S+@\S+"
    r"|(?:\+?1[ .-]?)?\(?\b\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}\b"
    r"|\[(?:person|phone|email|address)[a-z_]*_\d+\]"
)
_ZIP_CODE = re.compile(r"\b9\d{4}\b")
_DAY = re.compile(
    r"\b\d{1,2}/\d{1,2}\b|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]* \d{1,2}\b", re.I
)
_SHORT_FORMS = {
    "u": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please", "thanx": "thanks", "tmrw": "tomorrow",
    "tmr": "tomorrow", "tomm": "tomorrow", "avail": "available", "resched": "reschedule", "appt": "reservation",
    "rez": "reservation", "veg": "vegetarian", "apps": "appetizers", "sat": "saturday", "sun": "sunday",
    "fri": "friday", "mar": "march", "wknd": "weekend", "sac": "sacramento", "sf": "san_francisco",
    "gf": "gluten_free", "resy": "reservation", "addy": "address", "bday": "birthday", "pp": "per_person",
    "$": "dollars", "acct": "account", "pw": "password", "xmas": "christmas", "cxl": "cancel", "chix": "chicken",
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
_READ_CHARS = 2_000

Weights = tuple[tuple[int, int], ...]


def tag(text: str) -> Intent:
    """The most likely intent of a message; only its first 2,000 characters count.

    Ties go to the intent that matters more to the customer: allergy and complaint first, small talk last.
    """
    read = text[:_READ_CHARS].lower()
    kept = _HANDED_OVER.sub(" ", read)
    words = _WORD.findall(_APOSTROPHE.sub("", kept))
    scores = [0] * len(_ORDER)
    if kept != read:
        scores[_ORDER.index(Intent.BOOKING)] += 1 if "?" in kept else 3
    if _ZIP_CODE.search(kept):
        scores[_ORDER.index(Intent.TRAVEL)] += 3
    if _DAY.search(kept):
        scores[_ORDER.index(Intent.AVAILABILITY)] += 1
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


@remembered(50_000)
def _meaning(word: str) -> tuple[Weights, str]:
    """The weights of one word as typed, and the word it is taken for."""
    known = _weights()
    full = _SHORT_FORMS.get(word, word)
    for spelling in (full, _LONG_RUN.sub(r"\1\1", full), _LONG_RUN.sub(r"\1", full)):
        if spelling in known or spelling in _KEPT:
            return known.get(spelling, ()), spelling
    if 5 <= len(full) <= 16:
        near = one_slip_away(full, _long_words().get(full[0], ()))
        if near:
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


@functools.cache
def _long_words() -> dict[str, list[str]]:
    """The words that a slip may hide, by first letter: people rarely mistype the first."""
    found: dict[str, list[str]] = {}
    for word in _weights():
        if len(word) >= 5 and word.isalpha():
            found.setdefault(word[0], []).append(word)
    return found
