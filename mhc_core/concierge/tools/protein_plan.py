"""The tool ``protein_plan``: whether the proteins chosen fit what is included, and what the rest costs.

Portions included = guests × proteins included for each. An upgrade costs its price for each person who takes it; every
portion beyond the included ones is an extra protein.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from mhc_core.business.pricing import Business
from mhc_core.concierge.tools.case import Case
from mhc_core.concierge.tools.portions import Arguments, Guests, Portions, counted
from mhc_core.errors import DataError
from mhc_core.languages import money


class ProteinArguments(Arguments):
    """Who eats, and what was chosen."""

    guests: Annotated[Guests, Field(description="Guests who choose proteins, children included.")]
    proteins: Annotated[list[Portions], Field(min_length=1, max_length=20, description="Portions by protein.")]


def plan(case: Case, wanted: ProteinArguments) -> str:
    """The plan in words.

    Raises:
        DataError: a protein that is not on the menu, or nobody to eat it.
    """
    rules = case.business
    if not wanted.guests:
        raise DataError("a protein plan needs the number of guests; ask for it")
    chosen = {_on_menu(rules, name): count for name, count in counted(wanted.proteins).items()}
    included = wanted.guests * rules.menu.proteins_included
    portions = sum(chosen.values())
    lines = [
        f"{wanted.guests} guests have {rules.menu.proteins_included} proteins each: {included} portions included, "
        f"{portions} chosen ({', '.join(f'{count} {name}' for name, count in chosen.items())})."
    ]
    cost = Decimal(0)
    for name, count in chosen.items():
        if name in rules.upgrades and count:
            price = rules.upgrades[name].price
            cost += price * count
            lines.append(f"{name}: {count} × {money(price)} = {money(price * count)}.")
    beyond = portions - included
    extra = rules.add_ons.get("extra protein")
    if beyond > 0 and extra is not None:
        cost += extra.price * beyond
        lines.append(f"{beyond} beyond the included: {beyond} × {money(extra.price)} = {money(extra.price * beyond)}.")
    elif beyond < 0:
        lines.append(f"{-beyond} portions are still open.")
    lines.append(f"On top of the guests' price: {money(cost)}." if cost else "Nothing on top of the guests' price.")
    return "\n".join(lines)


def _on_menu(business: Business, spelling: str) -> str:
    for name in business.menu.proteins:
        if spelling in (name.casefold(), name.casefold().split()[-1]):
            return name
    found = business.upgrade_names.get(spelling)
    if found is None:
        offered = (*business.menu.proteins, *business.upgrades)
        raise DataError(f"{spelling} is not on the menu; choose from: {', '.join(dict.fromkeys(offered))}")
    return found
