"""What does not surely go with somebody is not suggested: no allergen it holds, no diet it is not known to fit."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.business import pricing
from mhc_core.business.offering import ALLERGENS
from mhc_core.offers import fitting

RULES = pricing.load()
WINTER, SUMMER = date(2026, 12, 20), date(2026, 7, 4)
DIETS = ("halal", "kosher", "vegetarian", "vegan", "gluten-free", "pescatarian", "no pork", "no beef", "mild")


def allowed(*needs: str, ordered: tuple[str, ...] = (), day: date = WINTER) -> set[str]:
    return set(fitting.allowed(RULES, needs, ordered, day))


@pytest.mark.parametrize(
    ("need", "gone"),
    [
        ("shellfish", {"shrimp", "winter plate"}),
        ("egg", {"winter plate"}),
        ("wheat", {"gyoza", "yakisoba", "appetizers"}),
        ("vegan", {"shrimp", "filet mignon", "gyoza", "yakisoba", "appetizers", "winter plate"}),
        ("kosher", {"shrimp", "gyoza", "appetizers", "winter plate"}),
        ("gluten-free", {"shrimp", "filet mignon", "gyoza", "yakisoba", "appetizers", "winter plate"}),
    ],
)
def test_a_need_takes_offers_away(need: str, gone: set[str]) -> None:
    assert allowed() - allowed(need) == gone


@given(st.sets(st.sampled_from([*ALLERGENS, *DIETS, "kiwi", "unnamed", "fruitarian"])))
def test_more_needs_never_allow_more_and_nothing_allowed_breaks_one(needs: set[str]) -> None:
    names = allowed(*needs)
    assert names <= allowed()
    for name in names:
        for dish in RULES.offers.suggested[name].dishes:
            assert not needs & {*RULES.food.dishes[dish].holds}
            assert needs - {*ALLERGENS} <= {*RULES.food.dishes[dish].fits}


def test_what_nobody_knows_blocks_everything() -> None:
    assert allowed("fruitarian") == set()
    assert fitting.breaks(RULES, "an offer of last year", ["vegan"]) == ["vegan"]


def test_what_is_ordered_and_what_is_out_of_season_is_not_suggested() -> None:
    assert "gyoza" not in allowed(ordered=("gyoza",))
    assert "shrimp" not in allowed(ordered=("shrimp upgrade",))
    assert allowed(day=SUMMER) ^ allowed(day=WINTER) == {"summer plate", "winter plate"}
