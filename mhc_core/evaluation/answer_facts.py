"""What an answer states that can be checked against the approved answer: figures, and rules of the business.

A *figure* is a number with its unit, in one spelling (``figures.read``). A *fact* ties a figure, or a yes or no, to a
subject that the sentence is about: "no refund under 7 days" states (refund, 7 days) and (refund, no).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from mhc_core.language.answer_text import sentences, without_placeholders
from mhc_core.language.figures import Figure, ends, read_plain
from mhc_core.language.memories import remembered
from mhc_core.language.number_words import normalise_numbers

COMPARED = frozenset({"money", "percent", "time", "miles", "length", "people", "years"})
"""Kinds of figures that rules consist of. Dates, times of day and contacts belong to one customer's case."""

_SUBJECTS = {
    "adult price": r"adults?|grown-?ups?|per (?:person|head|guest)",
    "child price": r"kids?|child|children",
    "youngest": r"(?:5|five) and (?:under|younger)|under (?:6|six|5|five)|toddlers?|bab(?:y|ies)|little ones",
    "minimum": r"minimum|at least \$|smallest",
    "deposit": r"deposits?",
    "travel": r"travel|miles?|mileage|distance",
    "tip": r"tips?|tipping|gratuit\w+",
    "reschedule": r"reschedul\w+|postpon\w+|new date|move (?:the|your) (?:date|party)",
    "refund": r"refund\w*|money back|cancel\w*",
    "upgrade": r"upgrades?|lobster(?: tail)?|filet|salmon|scallops|shrimp|extra protein",
    "lead time": r"ahead|in advance|notice|lead time",
    "leftovers": r"leftovers?|fridge",
    "space": r"clear (?:area|space)|level|ft|feet",
    "weather": r"rain\w*|cover|tent|canopy|weather",
    "duration": r"takes about|lasts?|minutes|hours long",
}  # fmt: skip
_SAID = {
    "refund": r"refund\w*",
    "nuts": r"nuts?|peanuts?",
    "sesame": r"sesame",
    "pork": r"pork",
    "dairy": r"dairy(?!-free)|milk",
    "gluten": r"(?:contains?|has|have) (?:wheat|gluten)",
    "egg": r"eggs?",
    "shellfish": r"shellfish",
    "halal": r"halal",
    "kosher": r"kosher[- ]certified|certified kosher",
    "allergen-free": r"allergen-?free|free of (?:all )?(?:allergens|traces)|guarantee\w* (?:no|against)",
    "indoors": r"indoors?|inside",
}
_ABOUT = {name: re.compile(rf"\b(?:{pattern})") for name, pattern in _SUBJECTS.items()}
_YES_OR_NO = {name: re.compile(rf"\b(?:{pattern})\b") for name, pattern in _SAID.items()}
_DENIED = re.compile(r"\b(?:no|not|never|nor|neither|cannot|without|none|nothing|free of)\b|n't\b")
_CLAUSE = re.compile(r"[;:]|,? (?:but|and|while|though|or) |, ")
_HANDED = re.compile(
    r"\b(?:hand(?:ed|ing)?|pass(?:ed|ing)?|forward(?:ed|ing)?|tak(?:es|ing) over|escalat\w+|transfer\w*)\b[^.!?]{0,60}"
    r"\b(?:to|over|here|chat|team|colleague|person|staff|request|manager|us)\b"
    r"|(?<!\d )\b(?:person|colleague|human|manager|someone|staff member|team member)\b[^.!?]{0,40}"
    r"\b(?:will|takes? over|gets? back|contacts?|calls?|is taking|can look|answers? (?:you|this))\b"
    r"|\b(?:team|staff) (?:will|can) (?:contact|call|reply|get back|look|confirm it to)\b"
)


class Fact(NamedTuple):
    """A figure, or yes or no, and what it is stated of."""

    subject: str
    states: Figure | bool


class Agreement(NamedTuple):
    """How far an answer states what the approved answer states; shares are 0..1, None when there is nothing to state.

    ``contradicts``: it gives other figures, or the opposite, about a subject of the approved answer.
    """

    figures: float | None
    facts: float | None
    contradicts: bool


def agreement(answer: str, reference: str, evidence: Sequence[str] = ()) -> Agreement:
    """Compare an answer with the approved one. A figure that the evidence states is not held against the answer.

    *Figures* is the F1 of the two sets of figures, *facts* the share of the approved answer's facts that the answer
    states too.
    """
    ours, theirs = figures(answer), figures(reference)
    known = theirs.union(*(figures(text) for text in evidence)) if ours - theirs else theirs
    mine, wanted = facts(answer), facts(reference)
    return Agreement(
        figures=_f1(len(ours & known), len(ours), len(theirs & ours), len(theirs)),
        facts=len(wanted & mine) / len(wanted) if wanted else None,
        contradicts=_contradicts(mine, wanted, known),
    )


@remembered(8192)
def figures(text: str) -> frozenset[Figure]:
    """The figures of a text that belong to rules and prices; both ends of a range count as well."""
    return frozenset(
        one
        for sentence in sentences(without_placeholders(text))
        for one in ends(read_plain(normalise_numbers(sentence)))
        if one.kind in COMPARED and one.high is None
    )


@remembered(8192)
def facts(text: str) -> frozenset[Fact]:
    """What a text states of the business: figures by subject, and yes or no."""
    found: set[Fact] = set()
    for sentence in sentences(without_placeholders(text)):
        if sentence.endswith("?"):
            continue
        for clause in _CLAUSE.split(normalise_numbers(sentence)):
            about = [name for name, pattern in _ABOUT.items() if pattern.search(clause)]
            stated = [one for one in ends(read_plain(clause)) if one.kind in COMPARED and one.high is None]
            found |= {Fact(name, one) for name in about for one in stated}
            yes = not _DENIED.search(clause)
            found |= {Fact(name, yes) for name, pattern in _YES_OR_NO.items() if pattern.search(clause)}
    return frozenset(found)


def hands_over(answer: str) -> bool:
    """Whether an answer passes the matter to a person instead of settling it."""
    return bool(_HANDED.search(normalise_numbers(answer)))


def _f1(right: int, stated: int, found: int, wanted: int) -> float | None:
    if not stated and not wanted:
        return None
    precision = right / stated if stated else 0.0
    recall = found / wanted if wanted else precision
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _contradicts(mine: frozenset[Fact], wanted: frozenset[Fact], known: frozenset[Figure]) -> bool:
    for subject in {fact.subject for fact in wanted}:
        said = {fact.states for fact in mine if fact.subject == subject}
        approved = {fact.states for fact in wanted if fact.subject == subject}
        clear = (True in said) != (False in said) and (True in approved) != (False in approved)
        if clear and (True in said) != (True in approved):
            return True
        for kind in {one.kind for one in approved if isinstance(one, Figure)}:
            ours = {one for one in said if isinstance(one, Figure) and one.kind == kind}
            if ours and not ours & approved and not ours & known:
                return True
    return False
