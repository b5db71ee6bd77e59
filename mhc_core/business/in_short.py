"""What holds whatever else is known: prices, area and hours, out of the business file alone."""

from mhc_core.business.rules import Business


def in_short(business: Business) -> str:
    """One paragraph for who cannot be answered. It needs nothing but the file, and promises nothing."""
    prices, contact = business.prices, business.contact
    *places, last = business.area
    area = f"{', '.join(places)} and {last}" if places else last
    return (
        f"From our price list: ${prices.adult:f} an adult, ${prices.child:f} a child of {prices.child_from_age} to "
        f"{prices.adult_from_age - 1}, ${prices.minimum:f} at least for a party; travel is extra. "
        f"We come to: {area}. Somebody is there every day from {contact.opens:%H:%M} to {contact.closes:%H:%M}."
    )
