"""What messages do to the facts: told and corrected, added and removed, by ages, with where each came from."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from mhc_core.business import pricing
from mhc_core.concierge.facts import memory, updating
from mhc_core.concierge.facts.memory import Facts, Source
from mhc_core.concierge.tools import booking
from mhc_core.understanding import labelled
from mhc_core.understanding.result import EVERYONE
from mhc_core.understanding.values.resolve import resolve

RULES = pricing.load()
TODAY = date(2026, 11, 30)  # a Monday
AT = datetime(2026, 11, 30, 18, tzinfo=UTC)


def after(*lines: str, facts: Facts | None = None) -> Facts:
    """The facts after these messages, each written with its labels."""
    known = facts or Facts()
    for number, line in enumerate(lines, 1):
        message = labelled.parse_line(line)
        read = resolve(labelled.as_understood(message), RULES, TODAY, message.context)
        known = updating.update(RULES, known, read, message.context, Source(number, AT))
    return known


def people(facts: Facts) -> tuple[int | None, int | None, int | None]:
    return facts.party.adults, facts.party.children, facts.party.under_six


TWELVE_AND_THREE = "inform/book: [adults:12 adults] [children:3 kids]"
TEN_AND_TWO = "inform/book: [adults:10 adults] and [children:2 kids]"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # ages decide, also late, also those of teenagers who were called kids
        ([TWELVE_AND_THREE, "@ages inform/book: theyre [age:3] [age:8] and [age:10]"], (12, 2, 1)),
        (["inform/book: [adults:9 adults] [children:4 kids]",
          "@ages inform/book: [age:14], [age:11], [age:7], [age:3]"], (10, 2, 1)),
        (["inform/book: [guests:15 of us], [children:4] are kids",
          "@ages inform/book: [age:13], [age:12], [age:6], [age:5]"], (12, 2, 1)),
        (["inform/book: [adults:12 adults]",
          "@children inform/book: [children:3 kids], [age:4] and [age:9] and [age:12]"], (12, 2, 1)),
        (["@guests inform/book: [adults:8 grownups] and the [children:3 teens], [adults:11 altogether]",
          "@ages inform/book: [age:13], [age:15], [age:17]"], (11, 0, None)),
        (["inform/book: [adults:6 dads], [children:15 kids], all of them between [age:7] and [age:11]"], (6, 15, None)),
        # in two pieces, all the same, as a span
        ([TWELVE_AND_THREE, "@ages inform/book: one is [age:4]", "@ages inform/book: the others [age:7], [age:9]"],
         (12, 2, 1)),
        ([TEN_AND_TWO, "@ages inform/book: both [age:7]"], (10, 2, None)),
        ([TEN_AND_TWO, "@ages inform/book: all [age:under 5]"], (10, 0, 2)),
        (["inform/book: [guests:14]", "@ages inform/book: everybodys [age:over 15]"], (14, 0, None)),
        (["inform/book: [adults:7 parents] [children:8 kids]",
          "@ages inform/book: [children:five] of em are [age:7] and [children:three] are [age:5]"], (7, 5, 3)),
        (["inform/book: [adults:10 adults] [children:4 kids]",
          "@children inform/book: [age:4]. [age:9], [age:6], [age:3] and a [age:newborn]"], (10, 2, 2)),
        # who stays, told beside who does not come
        (["inform/book: [adults:11 adults] [children:no kids]",
          "remove/book: our vegan isnt coming, so [adults:ten adults]"], (10, 0, None)),
        (["inform/book: [adults:13 adults] [children:no kids]",
          "remove/book: Pat bailed with her husband. So [guests:two] fewer"], (11, 0, None)),
        # the youngest beside the children, and among them
        (["inform/book: [adults:15 adults] [youngest:1 baby]"], (15, 0, 1)),
        (["inform/book: [adults:10 adults], [children:4 kids] but [youngest:two] of them are toddlers"], (10, 2, 2)),
        (["inform/book: [adults:10 adults], [children:2 kids] and [youngest:a baby]",
          "@ages inform/book: [age:7] and [age:9]"], (10, 2, 1)),
        # nobody else
        (["inform/book: [adults:10 adults]", "@children deny: nope"], (10, 0, None)),
        (["inform/book: [guests:22]", "@ages deny: staff only, no kids"], (22, 0, None)),
        # more and fewer
        (["inform/book: [adults:8 adults]", "add/book: add [children:2 kids]"], (8, 2, None)),
        (["inform/book: [adults:24 adults]", "correct/book: thats [adults:10 more adults]"], (34, None, None)),
        (["inform/book: [adults:8 adults] [children:2 kids], [age:7] and [age:9]",
          "add/book: my cousin brings hers, [age:5] and [age:14]"], (9, 2, 1)),
        (["inform/book: [adults:8 adults] [children:2 kids], [age:7] and [age:9]",
          "inform/book: oh and my cousin brings hers, [age:5] and [age:7]"], (8, 3, 1)),
        ([TEN_AND_TWO, "remove/book: [children:one less kid]"], (10, 1, None)),
        ([TEN_AND_TWO, "correct/book: [adults:2 adults] cant make it"], (8, 2, None)),
        (["inform/book: [adults:12 adults]", "@children deny: none", "remove/book: [guests:two people] dropped out"],
         (10, 0, None)),
        # another total: with no children it is the adults, otherwise it is asked about
        (["inform/book: [adults:10 adults], [children:no kids]", "correct/book: actually [guests:12]"], (12, 0, None)),
        ([TEN_AND_TWO, "correct/book: actually [guests:15]"], (None, None, None)),
        (["inform/book: [guests:15] in all, [adults:12 adults] and [children:2 kids]"], (None, None, None)),
    ],
)  # fmt: skip
def test_who_comes_is_counted_by_age(lines: list[str], expected: tuple[int | None, ...]) -> None:
    assert people(after(*lines)) == expected


@pytest.mark.parametrize(
    ("lines", "missing"),
    [
        (["inform/book: [adults:9 adults] and [children:4 kids]"], "ages"),
        ([TWELVE_AND_THREE, "@ages inform/book: one is [age:4]"], "ages"),
        (["inform/book: [guests:20 people]"], "ages"),
        (["inform/book: [adults:10 adults]"], "children"),
        (["inform/book: [guests:15], [adults:12 adults] and [children:2 kids]"], "guests"),
        ([TEN_AND_TWO, "remove/book: [guests:two people] dropped out"], "ages"),
    ],
)
def test_what_does_not_follow_is_asked_and_nothing_is_guessed(lines: list[str], missing: str) -> None:
    assert missing in booking.missing(RULES, after(*lines))


def test_parts_that_do_not_make_the_total_are_named() -> None:
    facts = after("inform/book: [guests:15], [adults:12 adults] and [children:2 kids]")
    assert (
        booking.doubt(RULES, facts) == "You told me of 15 guests in all, and 12 adults and 2 children do not make 15."
    )


TENS = "inform/book: [count:10] [dish:chicken] and [count:10] [dish:steak]"
GYOZA = "add/book: [count:3] orders of [dish:gyoza]"


@pytest.mark.parametrize(
    ("lines", "proteins", "upgrades", "add_ons"),
    [
        ([TENS, "correct/book: actually swap [count:4] of the [dish:chicken] for [dish:salmon]"],
         {"chicken": 6, "NY strip steak": 10}, {"salmon": 4}, {}),
        (["inform/book: [dish:lobster tail] x [count:4], [dish:filet] x [count:4]"],
         {}, {"lobster tail": 4, "filet mignon": 4}, {}),
        (["inform/book: [dish:chicken] and [dish:shrimp] for [count:everyone]"],
         {"chicken": EVERYONE, "shrimp": EVERYONE}, {}, {}),
        (["inform/book: [count:6] [dish:lobster]", "remove/book: skip the [dish:lobster] after all"], {}, {}, {}),
        ([TENS, "correct/book: so [adults:ten adults] and no [dish:steak], chicken stays"], {"chicken": 10}, {}, {}),
        ([GYOZA, "remove/book: take the [dish:steak] off please. keep the [dish:gyoza]"], {}, {}, {"gyoza": 3}),
        (["add/book: [count:10] [dish:noodles]", "remove/book: take the [dish:noodles] off"], {}, {}, {}),
        ([GYOZA, "add/book: plus [count:two] more [dish:gyoza]"], {}, {}, {"gyoza": 5}),
        ([GYOZA, "remove/book: drop [count:one] [dish:gyoza]"], {}, {}, {"gyoza": 2}),
        (["inform/book: [count:8] [dish:scallops]", "correct/book: [dish:salmon] instead of [dish:scallops]"],
         {}, {"salmon": 8}, {}),
        (["add/book: plus an order of [dish:gyoza]"], {}, {}, {"gyoza": None}),
        (["inform/book: some [dish:filet]", "@proteins inform/book: [count:everyone]"],
         {}, {"filet mignon": EVERYONE}, {}),
    ],
)  # fmt: skip
def test_dishes_are_ordered_changed_and_taken_off(
    lines: list[str], proteins: dict[str, int], upgrades: dict[str, int], add_ons: dict[str, int]
) -> None:
    facts = after(*lines)
    assert (facts.proteins, facts.party.upgrades, facts.party.add_ons) == (proteins, upgrades, add_ons)


def test_of_two_dates_the_denied_one_is_left_out() -> None:
    assert after("correct/book: its [date:saturday the 12th] not [date:friday]").day == date(2026, 12, 12)
    assert after("correct/book: its [date:saturday], not [date:sunday]").day == date(2026, 12, 5)


def test_the_state_is_no_city() -> None:
    facts = after("inform/book: [address:12 Oak St], [city:Davis], [city:CA] [zip:95616]")
    assert facts.where == "12 Oak St, Davis 95616"


def test_an_odd_time_waits_for_a_yes() -> None:
    asked = after("inform/book: [date:dec 20] at [time:3am]")
    assert (asked.starts, asked.odd_time) == (None, time(3))
    assert after("@time affirm: yes", facts=asked).starts == time(15)
    assert after("@time inform/book: [time:6pm]", facts=asked).starts == time(18)


def test_an_impossible_date_stands_until_another_is_given() -> None:
    asked = after("inform/book: on [date:june 31]")
    assert asked.day is None
    assert asked.impossible_day
    assert after("inform/book: [date:june 30]", facts=asked).impossible_day is None


@pytest.mark.parametrize(
    ("line", "declined"),
    [
        ("@name deny: rather not say", True),
        ("@name ask/booking_info: do you mean my name or my moms?", False),
        ("@name add/book: add [children:2 kids]", False),
        ("@name inform/book: hmm let me see", False),
    ],
)
def test_only_what_is_refused_is_not_asked_again(line: str, declined: bool) -> None:
    assert ("name" in after(line).declined) is declined


def test_what_is_asked_twice_without_an_answer_is_not_asked_a_third_time() -> None:
    facts = after("@contact inform/book: just text me back", "@contact inform/book: just text me back")
    assert "contact" in facts.declined


def test_a_question_about_something_else_changes_nothing() -> None:
    told = after("inform/book: [adults:8 adults] on [date:dec 12]")
    lines = ("ask/menu: is [dish:filet] extra for [guests:20 people]?", "complain/complaint: [guests:four] of us sick")
    asked = after(*lines, facts=told)
    assert asked.told == told.told


def test_each_fact_knows_the_message_it_came_from() -> None:
    facts = after(
        "inform/book: [adults:8 adults] on [date:dec 12] at [time:6pm]",
        "inform/book: [address:12 Oak St] in [city:Davis], [miles:20 miles]",
        "correct/book: make it [time:7pm]",
    )
    assert {name: source.message for name, source in facts.sources.items()} == {
        "heads": 1, "party": 2, "day": 1, "starts": 3, "address": 2, "city": 2,
    }  # fmt: skip
    assert facts.party.miles == Decimal(20)


def test_facts_are_stored_and_loaded_whole_and_an_older_shape_is_forgotten() -> None:
    facts = after(
        "inform/book: [adults:8 adults] and [children:2 kids], [age:5] and [age:9], [date:dec 12] [time:6pm]",
        "inform/allergy: [whom:my son] is [severity:mildly] allergic to [allergen:shrimp]",
        "inform/book: [count:10] [dish:steak], under [budget:$900]",
    )
    assert memory.load(memory.dump(facts)) == facts
    assert memory.load({"allergies": ["shrimp"]}) == Facts()


def test_what_is_changed_after_sending_is_marked() -> None:
    sent = Facts(reference="MHC-1", booking=True, starts=time(18))
    assert after("correct/booking_change: make it [time:7pm]", facts=sent).changed
    assert not after("thank: thanks!", facts=sent).changed
