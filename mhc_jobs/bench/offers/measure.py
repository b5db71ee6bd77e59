"""Plays the dialogues through the concierge and counts what it suggests to whom."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mhc_core.business.rules import Business
from mhc_core.concierge.facts.accepting import SUGGESTION
from mhc_core.concierge.turn.suggesting import TAKEN_BACK
from mhc_core.offers import fitting
from mhc_core.understanding.reader import Reader
from mhc_jobs.bench.offers.sets import Dialogue
from mhc_jobs.bench.understanding.policies import Talk


@dataclass(frozen=True, slots=True)
class Played:
    """What happened in a dialogue: the turn of its first suggestion and of the one that was taken back, from 1."""

    dialogue: Dialogue
    suggestions: int
    against: int
    offered_at: int | None
    taken_back_at: int | None
    answers: Sequence[str]

    @property
    def must_take_back(self) -> bool:
        """Whether a suggestion stood that goes against what was stated later."""
        return self.offered_at is not None and self.dialogue.kind == "after" and self.offered_at < self.stated_at

    @property
    def stated_at(self) -> int:
        """The turn that states the first need; 0 where there is none."""
        return min((turn for turn, _ in self.dialogue.states), default=0)


def play(business: Business, reader: Reader, dialogue: Dialogue, number: int) -> Played:
    """One dialogue; ``number`` makes the draws of its suggestions its own."""
    if dialogue.offer is not None:
        only = business.offers.model_copy(
            update={"suggested": {dialogue.offer: business.offers.suggested[dialogue.offer]}}
        )
        business = business.model_copy(update={"offers": only})
    talk = Talk(business, reader, f"offers {number} {dialogue.turns[0]}")
    suggestions = against = 0
    offered_at = taken_back_at = None
    answers = []
    for turn, message in enumerate(dialogue.turns, 1):
        given = talk.say(message)
        answers.append(given.text)
        needs = [need for stated, need in dialogue.states if stated <= turn]
        made = given.notes.get(SUGGESTION)
        if made and made["shown"]:
            suggestions += 1
            offered_at = offered_at or turn
            against += bool(fitting.breaks(business, made["offer"], needs))
        if given.notes.get(TAKEN_BACK):
            taken_back_at = turn
    return Played(dialogue, suggestions, against, offered_at, taken_back_at, answers)


def measure(business: Business, reader: Reader, dialogues: Sequence[Dialogue]) -> tuple[dict[str, Any], list[Played]]:
    """The counts of a set, with every dialogue as it was played."""
    played = [play(business, reader, one, number) for number, one in enumerate(dialogues)]
    fine = [one for one in played if one.dialogue.kind == "fine"]
    mention = [one for one in played if one.dialogue.kind == "mention"]
    standing = [one for one in played if one.must_take_back]
    return {
        "dialogues": len(played),
        "kinds": dict(sorted(Counter(one.dialogue.kind for one in played).items())),
        "with_a_need": sum(bool(one.dialogue.states) for one in played),
        "against_a_need": sum(one.against > 0 for one in played),
        "more_than_one": sum(one.suggestions > 1 for one in played),
        "silent": sum(one.dialogue.silent for one in played),
        "silent_broken": sum(one.dialogue.silent and one.suggestions > 0 for one in played),
        "after": sum(one.dialogue.kind == "after" for one in played),
        "standing": len(standing),
        "taken_back": sum(one.taken_back_at is not None and one.taken_back_at >= one.stated_at for one in standing),
        "taken_back_without_reason": sum(one.taken_back_at is not None and not one.dialogue.states for one in played),
        "fine": len(fine),
        "fine_suggested": sum(one.suggestions > 0 for one in fine),
        "mentions": len(mention),
        "mentions_suggested": sum(one.suggestions > 0 for one in mention),
    }, played
