"""The bench of offers: its dialogues are what they say, and it counts what goes wrong."""

from pathlib import Path

import pytest
from fakes.understanding import Labelled

from mhc_core.business import pricing
from mhc_core.errors import DataError
from mhc_core.offers import fitting
from mhc_jobs.bench.offers import measure, sets
from mhc_jobs.bench.offers.sets import Dialogue

RULES = pricing.load()
READER = Labelled()
PRICE = READER.learn("ask/price_party: How much for [adults:12 adults], [miles:10 miles]?")
ALLERGY = READER.learn("inform/allergy: my kid can't have [allergen:shellfish]")


@pytest.mark.parametrize("half", sets.HALVES)
def test_the_dialogues_are_many_and_of_every_kind(half: str) -> None:
    found = sets.dialogues(sets.SETS / half)
    assert {one.kind for one in found} == {*sets.KINDS}
    assert {one.language for one in found} == {"en", "es"}
    for one in found:
        assert all(1 <= turn <= len(one.turns) for turn, _ in one.states)
        if one.kind == "after":
            assert one.offer is not None
            assert fitting.breaks(RULES, one.offer, [need for _, need in one.states])


def test_both_halves_hold_at_least_150_and_share_no_needs_sentence() -> None:
    dev, test = (sets.dialogues(sets.SETS / half) for half in sets.HALVES)
    assert len(dev) + len(test) >= 150
    stated = [{one.turns[turn - 1] for one in part for turn, _ in one.states} for part in (dev, test)]
    assert len(stated[0] & stated[1]) <= 4


def test_a_suggestion_that_is_taken_back_and_one_that_is_fine_are_counted() -> None:
    after = Dialogue("after", "en", [PRICE, ALLERGY], [(2, "shellfish")], "shrimp")
    fine, silent = Dialogue("fine", "en", [PRICE], []), Dialogue("silence", "en", [PRICE], [], silent=True)
    told, _ = measure.measure(RULES, READER, [after, fine, silent])
    assert (told["standing"], told["taken_back"], told["fine_suggested"], told["against_a_need"]) == (1, 1, 1, 0)
    assert told["silent_broken"] == 1


def test_a_need_that_the_concierge_did_not_read_counts_against_it() -> None:
    unread = Dialogue("before", "en", ["hello", PRICE], [(1, "vegan")], "shrimp")
    told, _ = measure.measure(RULES, READER, [unread])
    assert told["against_a_need"] == 1


@pytest.mark.parametrize("line", ["{", '{"kind": "fine"}', '{"kind":"x","language":"en","turns":["a"],"states":[]}'])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "dialogues.jsonl").write_text(f"{line}\n")
    with pytest.raises(DataError, match="line 1"):
        sets.dialogues(tmp_path)
