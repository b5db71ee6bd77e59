"""The words that the business's file brings into what customers read: they are looked up in the catalogues too."""

from mhc_core.business.offering import ALLERGENS
from mhc_core.business.rules import Business

COUNTRY = "US"
"""Whose public holidays are named."""
DIETS = ("vegetarian", "vegan", "pescatarian", "halal", "kosher", "gluten-free", "no pork", "no beef", "mild")
_HOLIDAY_YEARS = range(2026, 2032)


def names(business: Business) -> list[str]:
    """Dishes, offers, allergens, diets, benefits, public holidays and what a chat shows first, each once, by name."""
    from holidays import country_holidays

    dishes = {*business.menu.proteins, *business.upgrades, *business.add_ons, *business.food.dishes}
    allergens = {
        *ALLERGENS,
        *business.food.allergens,
        *(dish for held in business.food.allergens.values() for dish in held),
    }
    offers = {offer.says for offer in business.offers.suggested.values()}
    tiers = business.loyalty.tiers if business.loyalty is not None else ()
    benefits = {tier.name for tier in tiers} | {benefit for tier in tiers for benefit in tier.benefits}
    holidays = {*country_holidays(COUNTRY, years=_HOLIDAY_YEARS).values()}
    chat = {business.chat.title, business.chat.tagline, *business.chat.starters}
    return sorted(chat | dishes | allergens | {*DIETS} | offers | benefits | holidays)
