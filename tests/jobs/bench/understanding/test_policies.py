"""Customer policies: a customer who answers what is asked, and a judgement of the record that it ends in."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes.understanding import Labelled

import mhc_jobs.bench.understanding as bench
from mhc_core.business import pricing
from mhc_core.errors import DataError
from mhc_jobs.bench.understanding import policies
from mhc_jobs.bench.understanding.policies import Policy, Twist

RULES = pricing.load()
LINES = (
    "greet: hi || inform/book: id like to book [date:dec 12] for [adults:12 adults] and [children:3 kids]",
    "@time inform/book: [time:6:30pm]",
    "@ages inform/book: [age:4] and [age:9] and [age:12]",
    "@address inform/book: [address:418 Juniper Hollow Ct], [city:Roseville]",
    "@address ask/policy: how much space do you need?",
    "@miles inform/book: [miles:20 miles]",
    "@proteins inform/book: [count:15] [dish:chicken] and [count:15] [dish:steak]",
    "@name inform/book: [name:Dana Whitlock]",
    "@contact inform/book: [phone:916-555-0112]",
    "@confirm affirm: yes please",
    "@confirm correct/book: make it [time:7]",
    "inform/booking_cancel: scrap it",
)
ANSWERS = {
    "time": ["6:30pm"],
    "ages": ["4 and 9 and 12"],
    "address": ["418 Juniper Hollow Ct, Roseville"],
    "miles": ["20 miles"],
    "proteins": ["15 chicken and 15 steak"],
    "name": ["Dana Whitlock"],
    "contact": ["916-555-0112"],
    "confirm": ["yes please"],
}
RECORD = {
    "date": "2026-12-12", "time": "18:30", "adults": 12, "children": 2, "under_six": 1, "name": "dana whitlock",
    "address": "418 Juniper Hollow Ct.", "city": "Roseville", "phone": "(916) 555-0112",
    "proteins": {"chicken": 15, "steak": 15},
}  # fmt: skip
DANA = Policy("dana", "hi id like to book dec 12 for 12 adults and 3 kids", ANSWERS, RECORD)


def played(policy: Policy) -> policies.Played:
    return policies.play(RULES, Labelled(LINES), policy)


def test_a_customer_who_answers_what_is_asked_ends_in_the_right_record() -> None:
    found = played(DANA)
    assert (found.ended, found.wrong) == ("right", [])
    assert policies.shares([found]) == {"right": 1, "wrong": 0, "none": 0}


@pytest.mark.parametrize(
    ("record", "ended"),
    [
        ({**RECORD, "adults": 13}, "wrong"),
        ({**RECORD, "name": "Dan"}, "wrong"),
        ({**RECORD, "proteins": {}}, "wrong"),
        ({**RECORD, "cancelled": True}, "wrong"),
        ({"outcome": "none"}, "wrong"),
        ({"outcome": "person"}, "wrong"),
    ],
)
def test_a_record_that_is_not_as_it_should_be_is_wrong(record: Mapping[str, Any], ended: str) -> None:
    assert played(replace(DANA, record=record)).ended == ended


def test_twists_are_said_once_and_in_their_place() -> None:
    twists = [
        Twist("address", "how much space do you need?"),
        Twist("before_confirm", "make it 7"),
        Twist("after_sent", "scrap it"),
    ]
    found = played(replace(DANA, twists=twists, record={**RECORD, "time": "19:00", "cancelled": True}))
    assert (found.ended, found.wrong) == ("right", [])
    said = [turn.content for turn in found.turns if turn.role == "user"]
    assert [said.count(twist.say) for twist in twists] == [1, 1, 1]
    assert said.index(twists[0].say) + 1 == said.index(ANSWERS["address"][0])


def test_who_never_agrees_has_no_record() -> None:
    silent = replace(DANA, answers={**ANSWERS, "time": ["hm"]})
    assert played(silent).ended == "none"
    assert played(replace(silent, record={"outcome": "none"})).ended == "right"


def test_the_sets_can_be_read_and_an_unfinished_policy_is_named(tmp_path: Path) -> None:
    folder = Path(bench.__file__).parent / "sets"
    assert len(policies.load(folder / "dev" / "bookings.toml")) >= 20
    (tmp_path / "bookings.toml").write_text('[[policy]]\nid = "ann"\nopening = "hi"\n')
    with pytest.raises(DataError, match="ann lacks 'answers'"):
        policies.load(tmp_path / "bookings.toml")
