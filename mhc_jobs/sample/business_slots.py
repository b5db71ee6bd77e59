"""Every figure of the business in words: the sentence slots that are the same for everybody."""

from decimal import ROUND_CEILING

from mhc_core.business.pricing import Business, refund
from mhc_jobs.sample.wording import listed, money, number


def business_slots(business: Business) -> dict[str, str]:
    """Slots that depend on the business file alone."""
    prices, travel, booking, site, timing = (
        business.prices,
        business.travel,
        business.booking,
        business.site,
        business.timing,
    )
    first, second = business.cancellation[0], business.cancellation[1]
    slots = {
        "us": business.name,
        "area": listed(business.area),
        "us_phone": business.contact.phone,
        "us_email": business.contact.email,
        "reply_min": str(business.contact.reply_hours_min),
        "reply_max": str(business.contact.reply_hours_max),
        "adult": money(prices.adult),
        "adult_age": str(prices.adult_from_age),
        "child": money(prices.child),
        "child_age": str(prices.child_from_age),
        "child_last": str(prices.adult_from_age - 1),
        "free_age": str(prices.child_from_age - 1),
        "minimum": money(prices.minimum),
        "minimum_adults": str((prices.minimum / prices.adult).to_integral_value(ROUND_CEILING)),
        "deposit": money(prices.deposit),
        "extra_reschedule": money(prices.extra_reschedule),
        "proteins_n": str(business.menu.proteins_included),
        "proteins": listed(business.menu.proteins),
        "sides": listed(business.menu.sides),
        "sake_age": str(business.menu.sake_from_age),
        "premium": listed([name for name, item in business.upgrades.items() if item.premium]),
        "free_miles": str(travel.free_miles),
        "per_mile": money(travel.per_mile),
        "far_miles": str(travel.review_from_miles),
        "max_miles": str(travel.maximum_miles),
        "tip_low": f"{business.gratuity.low_percent}%",
        "tip_high": f"{business.gratuity.high_percent}%",
        "payments": listed(business.payment.methods),
        "payments_or": listed(business.payment.methods, "or"),
        "lead_hours": str(booking.lead_hours),
        "weeks_min": str(booking.weekend_lead_weeks_min),
        "weeks_max": str(booking.weekend_lead_weeks_max),
        "final_min": str(booking.final_count_hours_min),
        "final_max": str(booking.final_count_hours_max),
        "move_hours": str(booking.reschedule_notice_hours),
        "tier1_days": str(first.days),
        "tier1_fee": f"{first.fee_percent}%",
        "tier1_deposit": money(refund(business, prices.deposit, first.days)),
        "tier2_days": str(second.days),
        "tier2_last": str(first.days - 1),
        "tier2_percent": f"{second.refund_percent}%",
        "tier2_deposit": money(refund(business, prices.deposit, second.days)),
        "cover": listed(business.weather.cover, "or"),
        "clear": " × ".join(str(feet) for feet in site.clear_feet) + " ft",
        "grill_size": " × ".join(number(inches) for inches in site.grill_inches) + " inches",
        "fire_feet": str(site.fire_clearance_feet),
        "table_feet": str(site.table_feet),
        "table_guests": str(site.guests_at_tables),
        "arrive_min": str(timing.arrival_minutes_min),
        "arrive_max": str(timing.arrival_minutes_max),
        "duration": str(timing.duration_minutes),
        "large_from": str(timing.large_party_from),
        "large_hours": " to ".join(number(hours) for hours in timing.large_party_hours),
        "wheat": listed(business.food.contains_wheat),
        "shellfish": listed(business.food.allergens["shellfish"]),
        "egg_in": listed(business.food.allergens["egg"]),
        "fridge_hours": str(business.food.leftovers_fridge_hours),
        "left_min": str(business.food.leftovers_days_min),
        "left_max": str(business.food.leftovers_days_max),
        "person_from": str(business.handover.guests_from),
    }
    for name, upgrade in business.upgrades.items():
        slots[_slot(name)] = money(upgrade.price)
    for name, add_on in business.add_ons.items():
        slots[_slot(name)] = money(add_on.price)
    gyoza = business.add_ons["gyoza"]
    slots["gyoza_n"] = str(gyoza.pieces or 1)
    slots["extra_lobster"] = money(business.add_on_prices["extra lobster tail"][1])
    slots["extra_filet"] = money(business.add_on_prices["extra filet mignon"][1])
    return slots


def _slot(name: str) -> str:
    return "price_" + name.replace(" ", "_")
