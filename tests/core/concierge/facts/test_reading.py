"""What the readers of messages find: with figures, and in a message without a single digit."""

from datetime import date, time

import pytest

from mhc_core.business import pricing
from mhc_core.concierge.facts import booking_details, dates, memory, party
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.guards import tone
from mhc_core.concierge.guards.tone import Emotion

BUSINESS = pricing.load()
TODAY = date(2026, 11, 21)  # a Saturday


@pytest.mark.parametrize(
    ("says", "field", "found"),
    [
        ("we bring our baby", "under_six", 1),
        ("adults only, no kids", "children", 0),
        ("lobster tails for everyone please", "upgrades", {"lobster tail": -1}),
        ("can we add gyoza", "add_ons", {"gyoza": None}),
        ("a dozen adults", "adults", 12),
        ("we are 8, 2 of us are kids", "children", 2),
        ("it is 31.5 miles away", "miles", 31.5),
    ],
)
def test_a_party_is_read(says: str, field: str, found: object) -> None:
    assert getattr(party.read(BUSINESS, says), field) == found


def test_a_message_without_a_party_says_nothing_of_one() -> None:
    assert not party.read(BUSINESS, "What happens when it rains?").known


@pytest.mark.parametrize(
    ("says", "day", "starts"),
    [
        ("tomorrow at noon", date(2026, 11, 22), time(12)),
        ("at midday, next friday", date(2026, 11, 27), time(12)),
        ("in a week", date(2026, 11, 28), None),
        ("in 2 weeks at 6", date(2026, 12, 5), time(18)),
        ("on the 5th", date(2026, 12, 5), None),
        ("12/24 at 5:30 pm", date(2026, 12, 24), time(17, 30)),
        ("June the fifth", None, None),
        ("some day in spring", None, None),
    ],
)
def test_day_and_time_are_read(says: str, day: date | None, starts: time | None) -> None:
    when, _ = dates.read(says, TODAY)
    assert (when.day, when.starts) == (day, starts)


def test_contact_data_and_addresses_count_nobody() -> None:
    says = "Ann.Lee2@example.org or (916) 555-0142, we meet at 12 Oak Street, Davis"
    told, rest = booking_details.read(BUSINESS, says)
    assert (told.email, told.phone) == ("Ann.Lee2@example.org", "(916) 555-0142")
    assert told.address is not None
    assert told.address.startswith("12 Oak Street")
    assert not any(letter.isdigit() for letter in rest)
    assert "example" not in rest


@pytest.mark.parametrize(("asked", "miles"), [({"miles"}, 30), ({"miles", "adults"}, None), (set[str](), None)])
def test_a_bare_number_is_what_alone_was_asked_for(asked: set[str], miles: int | None) -> None:
    assert memory.update(BUSINESS, Facts(), "30", frozenset(asked), TODAY).party.miles == miles


@pytest.mark.parametrize(
    ("says", "emotion"),
    [
        ("WHERE IS THE MENU PAGE??", Emotion.FRUSTRATED),
        ("Where is the menu page??", Emotion.CALM),
        ("WHERE IS THE MENU PAGE", Emotion.CALM),
        ("THIS IS GREAT THANK YOU!!", Emotion.HAPPY),
        ("MENU??", Emotion.CALM),
        ("where is ΠΟΎ ΕΊΝΑΙ ΤΟ ΜΕΝΟΎ ΣΑΣ ΠΑΡΑΚΑΛΏ??", Emotion.FRUSTRATED),
    ],
)
def test_shouting_is_heard_by_capitals_and_signs_together(says: str, emotion: Emotion) -> None:
    assert tone.read(says).emotion == emotion
