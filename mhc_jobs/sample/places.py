"""Where the invented customers live: real places of Northern California, invented streets.

``miles`` is a plausible drive, one number a town, so that the same town is always as far away.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Town:
    """A town with a zip code, an area code and the miles the chef drives."""

    name: str
    zip: str
    area_code: str
    miles: int


TOWNS = tuple(
    Town(*row)
    for row in (
        ("Sacramento", "95822", "916", 8), ("Elk Grove", "95758", "916", 16), ("Folsom", "95630", "916", 22),
        ("Roseville", "95678", "916", 20), ("Rocklin", "95765", "916", 24), ("Davis", "95616", "530", 17),
        ("Granite Bay", "95746", "916", 25), ("El Dorado Hills", "95762", "279", 29), ("Lincoln", "95648", "279", 31),
        ("Auburn", "95603", "530", 36), ("Vacaville", "95688", "707", 35), ("Fairfield", "94533", "707", 44),
        ("Napa", "94558", "707", 58), ("Lodi", "95240", "209", 37), ("Stockton", "95207", "209", 48),
        ("Tracy", "95376", "209", 42), ("Modesto", "95355", "209", 61), ("Livermore", "94550", "925", 33),
        ("Pleasanton", "94566", "925", 28), ("San Ramon", "94583", "925", 34), ("Walnut Creek", "94596", "925", 43),
        ("Concord", "94520", "925", 47), ("Oakland", "94611", "510", 40), ("Fremont", "94539", "510", 18),
        ("Hayward", "94541", "510", 27), ("San Jose", "95125", "408", 9), ("Santa Clara", "95051", "669", 11),
        ("Sunnyvale", "94087", "408", 14), ("Los Gatos", "95032", "408", 12), ("Gilroy", "95020", "669", 33),
        ("Palo Alto", "94303", "650", 19), ("San Mateo", "94403", "650", 32), ("San Francisco", "94116", "415", 49),
        ("San Rafael", "94901", "415", 63), ("Petaluma", "94952", "707", 71), ("Santa Rosa", "95404", "707", 82),
        ("Santa Cruz", "95062", "831", 34), ("Monterey", "93940", "831", 72), ("Half Moon Bay", "94019", "650", 45),
        ("Merced", "95340", "209", 88), ("Grass Valley", "95945", "530", 60), ("Placerville", "95667", "530", 46),
    )
)  # fmt: skip
FAR_TOWNS = tuple(
    Town(*row)
    for row in (
        ("South Lake Tahoe", "96150", "530", 104), ("Truckee", "96161", "530", 107), ("Fresno", "93711", "559", 148),
        ("Redding", "96003", "530", 162), ("Chico", "95926", "530", 101), ("Carmel Valley", "93924", "831", 102),
    )
)  # fmt: skip
UNSERVED_TOWNS = tuple(
    Town(*row)
    for row in (
        ("Bakersfield", "93311", "661", 255), ("Los Angeles", "90049", "213", 345), ("Eureka", "95501", "707", 265),
        ("San Diego", "92130", "619", 470), ("Santa Barbara", "93105", "805", 290),
    )
)  # fmt: skip

_STREET_NAMES = (
    "Larkspur", "Quail Hollow", "Stone Canyon", "Almond Grove", "Sierra Vista", "Heron", "Blue Oak", "Vineyard",
    "Coyote Ridge", "Madrone", "Sutter Bend", "Orchard View", "Redwood Glen", "Mustang", "Copper Hill", "Willow Pass",
    "Pebble Creek", "Foxtail", "Live Oak", "Clover", "Bayberry", "Mission Hills", "Granada", "Juniper", "Marigold",
    "Sandpiper", "Tule", "Goldfinch", "Lavender", "Harvest", "Manzanita", "Cypress Point", "Riverbend", "Olive Tree",
)  # fmt: skip
_STREET_KINDS = ("Ct", "Dr", "Way", "Ln", "St", "Ave", "Rd", "Cir", "Court", "Drive", "Lane", "Street")
STREETS = tuple(f"{name} {kind}" for name in _STREET_NAMES for kind in _STREET_KINDS)
