# ruff: noqa: E501 - patterns read better in one line

"""No figure reaches a customer that nothing supports.

A figure of a draft is supported when the business file states it about the same subject, when a tool's result or a
cited passage states it, when it is part of the price of the customer's own party, or when the customer gave it and it
is not money. The business file outranks every passage: "adults pay $45" is wrong whoever wrote it. A passage's worked
example counts only for a party like the one in it. A sentence with an unsupported figure is taken out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache

from mhc_core.answer_text import content_words
from mhc_core.business import Business
from mhc_serving.business_figures import KnownFigures, amounts, given_away
from mhc_serving.figures import Figure, ends, read_plain
from mhc_serving.number_words import WORDED, plain
from mhc_serving.tools import party

_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=\S)|(\n+)")
_OWN_MONEY = re.compile(
    r"\b(?:you (?:mentioned|told us|wrote|paid|already paid|were (?:quoted|told|charged))|your (?:budget|limit|receipt)"
    r"|budget of)\b"
)
_AGREES = re.compile(
    r"\b(?:confirm\w*|accept\w*|agree\w*|deal|yes|correct|right|sure|absolutely|(?:total|price|cost|party|bill) "
    r"(?:is|will|comes|now)|we can|we will|we'll|happy to|binding)\b"
)
_AMOUNT = rf"\$ ?(\d+(?:\.\d+)?)(?:{WORDED})?(?![\d%])"
_IS = r"(?: (?:is|are|of|pays?|costs?|at|only|just|will be|comes to|now|currently)|:| =){1,3} "
_LESS = re.compile(r"\b(?:under|less than|fewer than|within|below|inside|closer than|up to|later than)\b[^.;,]{0,12}$")
_DAYS = re.compile(rf"(\d{{1,4}})(?:{WORDED})?(?: ?(?:-|to|and) ?(\d{{1,4}})(?:{WORDED})?)?[ -]days?\b")
_PERCENT = re.compile(rf"(\d{{1,3}}(?:\.\d+)?)(?:{WORDED})? ?(?:%|percent|per cent)|(full(?:y)? refund|refund\w* in full)"
                      r"|(\bhalf\b)")  # fmt: skip
_COUNT = re.compile(r"(?<![\w.])\d{1,3}(?![\w.]*\d)")
_MONEY = re.compile(r"\$ ?\d+(?:\.\d+)?")
_CLAUSE = re.compile(r"[;.] |(?:,| but| and) (?=(?:between|under|less|with|if|from) |\d{1,3} ?(?:to|-|or|\+|days))")
_DOLLARS = re.compile(rf"(?<![\w.$])(\d{{1,9}}(?:\.\d+)?)(?:{WORDED})? ?(?:dollars?|bucks?|usd)\b")
_REFUND = re.compile(r"\brefund\w*|\bback\b|\bcancel\w*")


@dataclass(frozen=True, slots=True)
class Guarded:
    """The answer that may be given. ``unsupported`` names the figures taken out, without customers' words;

    ``emptied`` says that nothing of the draft was left and ``text`` promises a person: hand over.
    """

    text: str
    unsupported: tuple[str, ...] = ()
    emptied: bool = False


def check(business: Business, draft: str, evidence: Sequence[str], said_by_customer: Sequence[str]) -> Guarded:
    """The draft without sentences whose figures nothing supports; unchanged when there are none.

    Args:
        evidence: results of tools, cited passages and remembered facts, as texts.
        said_by_customer: the customer's messages of this conversation, oldest first.
    """
    support = _Support(_known(business), tuple(evidence), tuple(said_by_customer), draft)
    parts: list[tuple[str, str, bool]] = []
    wrong: dict[str, None] = {}
    before = ""
    for gap, sentence in _sentences(draft):
        text = plain(sentence)
        found = support.missing(text, before)
        before = text
        wrong |= dict.fromkeys(found)
        parts.append((gap, sentence, not found))
    if not wrong:
        return Guarded(draft)
    left = _kept(parts)
    if not any(_states(sentence) for _, sentence in left):
        return Guarded(unsure_text(business), tuple(wrong), emptied=True)
    return Guarded("".join(gap + sentence for gap, sentence in left).strip(), tuple(wrong))


def unsure_text(business: Business) -> str:
    """What the customer reads when nothing of a draft could be given."""
    return (
        "I do not want to give you a figure that I can not confirm, so a person of our team will answer this. You can "
        f"also text {business.contact.phone} or write to {business.contact.email}."
    )


def _sentences(text: str) -> list[tuple[str, str]]:
    """Sentences and lines, each with the space or the line break before it."""
    parts: list[tuple[str, str]] = []
    start, gap = 0, ""
    for found in _SENTENCE.finditer(text):
        cut = found.start() if found[1] else found.start() + len(found[0]) - len(found[0].lstrip("\"')]"))
        parts.append((gap, text[start:cut]))
        start, gap = found.end(), text[cut : found.end()]
    parts.append((gap, text[start:]))
    return [(gap, part) for gap, part in parts if part.strip()]


def _kept(parts: Sequence[tuple[str, str, bool]]) -> list[tuple[str, str]]:
    """What is supported, without "Here is the price:" before a line that is gone."""
    return [
        (gap, sentence)
        for place, (gap, sentence, fine) in enumerate(parts)
        if fine and not (sentence.rstrip().endswith(":") and place + 1 < len(parts) and not parts[place + 1][2])
    ]


def _states(sentence: str) -> bool:
    return not sentence.rstrip().endswith("?") and len(content_words(sentence)) >= 3


@dataclass
class _Support:
    """What supports the figures of one draft; the dearer parts are worked out when they are needed."""

    known: KnownFigures
    evidence: tuple[str, ...]
    said: tuple[str, ...]
    draft: str
    _asked: frozenset[str] | None = field(default=None, init=False)

    def missing(self, sentence: str, before: str) -> list[str]:
        """The unsupported figures of a sentence (plain), named."""
        wrong = [f"{name} {value}" for name, value in _contradicted(self.known, sentence)]
        about = self.known.subjects(sentence) or self.known.subjects(before)
        figures = read_plain(sentence)
        dated = any(one.kind == "date" and self._plainly(one) for one in figures)
        for one in figures:
            if self.known.supports(one, about) or self._plainly(one):
                continue
            if one.kind == "weekday" and dated:
                continue
            if one.kind == "money" and (self._priced(one, sentence) or self._own_money(one, sentence)):
                continue
            if one.kind == "number" and self._number(one.value):
                continue
            wrong.append(str(one))
        if given_away(sentence) and not self._free(sentence, about):
            wrong.append("given away")
        return wrong

    def _plainly(self, figure: Figure) -> bool:
        conditions = self._stated.get(figure)
        if conditions and (figure.kind != "money" or any(needed <= self._counts for needed in conditions)):
            return True
        if figure.kind in ("money", "percent"):
            return False
        if figure in self._said:
            return True
        if figure.kind == "date":
            return Figure("date", figure.value % 100) in self._said
        if figure.kind == "clock":
            hours = {figure.value / 60, (figure.value / 60) % 12}
            return any(Figure("number", hour) in self._said or hour in self._hours for hour in hours)
        if figure.kind == "miles" and figure.high is None:
            whole = Figure("miles", figure.value + self.known.business.travel.free_miles)
            return whole in self._said or whole in self._stated
        if figure.kind == "people" and figure.high is None and Figure("number", figure.value) in self._said:
            return True
        return figure.kind == "years" and figure.high is None and self._number(figure.value)

    def _priced(self, figure: Figure, sentence: str) -> bool:
        """Whether an amount belongs to the price of the customer's party, or of the party named in the sentence."""
        if figure.high is not None:
            return all(self._priced(Figure("money", end), sentence) for end in (figure.value, figure.high))
        if figure in self._party_amounts or self._multiplied(figure, sentence):
            return True
        business = self.known.business
        if figure in amounts(business, party.settle(party.read(business, sentence))):
            return True
        return self._draft_counts <= self._counts_given and figure in self._draft_amounts

    def _multiplied(self, figure: Figure, sentence: str) -> bool:
        """Whether an amount is a price of the file in the same sentence times a number in it: 10 × $5 = $50."""
        about = self.known.subjects(sentence)
        counts = {Decimal(count) for count in _COUNT.findall(_MONEY.sub(" ", sentence))}
        return any(
            one.kind == "money"
            and one.high is None
            and self.known.supports(one, about)
            and one.value * count == figure.value
            for one in read_plain(sentence)
            for count in counts
        )

    def _own_money(self, figure: Figure, sentence: str) -> bool:
        return figure in self._said and bool(_OWN_MONEY.search(sentence)) and not _AGREES.search(sentence)

    def _number(self, value: Decimal) -> bool:
        return value in self.known.values or value in self._numbers

    def _free(self, sentence: str, about: frozenset[str]) -> bool:
        if about & {"youngest"} or ("change" in about and "free" in sentence):
            return True
        if "travel" in about and self.known.business.travel.free_miles in {
            one.value for one in read_plain(sentence) if one.kind in ("miles", "number")
        }:
            return True
        return any(
            given_away(text) and (not about or about & self.known.subjects(text)) for text in self._evidence_sentences
        )

    @cached_property
    def _evidence_sentences(self) -> list[str]:
        return [sentence for text in self.evidence for sentence, _, _ in _passage(text)]

    @cached_property
    def _stated(self) -> dict[Figure, list[frozenset[Figure]]]:
        """Each figure of the evidence with the counts of people and miles that it was stated for."""
        table: dict[Figure, list[frozenset[Figure]]] = {}
        for text in self.evidence:
            for _, figures, needed in _passage(text):
                for one in ends(figures):
                    table.setdefault(one, []).append(needed)
        return table

    @cached_property
    def _said(self) -> frozenset[Figure]:
        return ends(one for message in self.said for one in read_plain(plain(message)))

    @cached_property
    def _hours(self) -> frozenset[Decimal]:
        """Small bare numbers that the customer wrote: "at 6" is a time."""
        return frozenset(
            Decimal(n) for message in self.said for n in re.findall(r"(?<![\d$.:/])\d{1,2}(?![\d.:%])", message)
        )

    @cached_property
    def _counts_given(self) -> frozenset[Figure]:
        """People and miles that the customer or the evidence names."""
        return frozenset(one for one in (*self._said, *self._stated) if one.kind in ("people", "miles"))

    @cached_property
    def _draft_counts(self) -> frozenset[Figure]:
        return frozenset(one for one in read_plain(plain(self.draft)) if one.kind in ("people", "miles"))

    @cached_property
    def _counts(self) -> frozenset[Figure]:
        """People and miles of this conversation and this draft."""
        return self._draft_counts | frozenset(one for one in self._said if one.kind in ("people", "miles"))

    @cached_property
    def _numbers(self) -> frozenset[Decimal]:
        """Bare values of evidence and customer; money keeps to itself."""
        return frozenset(one.value for one in (*self._stated, *self._said) if one.kind != "contact") | self._hours

    @cached_property
    def _party_amounts(self) -> frozenset[Figure]:
        return amounts(self.known.business, party.combine(self.known.business, self.said))

    @cached_property
    def _draft_amounts(self) -> frozenset[Figure]:
        return amounts(self.known.business, party.settle(party.read(self.known.business, self.draft)))


@lru_cache(maxsize=512)
def _passage(text: str) -> tuple[tuple[str, frozenset[Figure], frozenset[Figure]], ...]:
    """(plain sentence, its figures, the counts it speaks of) of one piece of evidence.

    A sentence without counts of its own goes on about those before it in its paragraph.
    """
    found = []
    earlier: frozenset[Figure] = frozenset()
    for gap, sentence in _sentences(text):
        line = plain(sentence)
        figures = read_plain(line)
        own = frozenset(one for one in figures if one.kind in ("people", "miles"))
        earlier = frozenset() if "\n" in gap else earlier
        found.append((line, figures, own or earlier))
        earlier |= own
    return tuple(found)


_last: tuple[Business, KnownFigures] | None = None


def _known(business: Business) -> KnownFigures:
    """The business's figures; a process has one business, so the last one is kept."""
    global _last
    kept = _last
    if kept is None or kept[0] is not business:
        kept = _last = (business, KnownFigures(business))
    return kept[1]


def _contradicted(known: KnownFigures, sentence: str) -> list[tuple[str, str]]:
    """Statements that the business file decides alone, with another figure than its own."""
    rules, travel = known.business.prices, known.business.travel
    sentence = _DOLLARS.sub(r"$\1", sentence)
    extra = "extra" in known.subjects(sentence)
    wrong = []
    for name, right, pattern, per_guest in _RULES:
        if per_guest and extra:
            continue
        expected = travel.per_mile if right == "per_mile" else getattr(rules, right)
        for found in pattern.finditer(sentence):
            stated = next(group for group in found.groups() if group)
            if Decimal(stated) != expected:
                wrong.append((name, stated))
    return wrong + _wrong_refunds(known, sentence)


_RULES = (
    ("price of an adult", "adult", re.compile(rf"(?<!\d )(?<!{WORDED} )\badults?{_IS}{_AMOUNT}(?! (?:together|in total|less))"
     rf"|{_AMOUNT} ?(?:per|an|each|/|for (?:each|every|an)) ?adult\b"), True),
    ("price of a child", "child", re.compile(rf"(?<!\d )(?<!{WORDED} )\b(?:child|children|kids?){_IS}{_AMOUNT}(?! (?:together|in total|less))"
     rf"|{_AMOUNT} ?(?:per|a|each|/|for (?:each|every|a)) ?(?:child|kid)\b"), True),
    ("deposit", "deposit", re.compile(rf"\bdeposit{_IS}{_AMOUNT}|{_AMOUNT} deposit\b"), False),
    ("minimum", "minimum", re.compile(rf"\bminimum{_IS}{_AMOUNT}|{_AMOUNT} (?:food |party )?minimum\b"), False),
    ("price of a mile", "per_mile", re.compile(
     rf"{_AMOUNT} ?(?:per|a|each|/|for (?:each|every)|every) ?(?:(?:extra|further|additional|other) )?mile\b"), False),
)  # fmt: skip


def _wrong_refunds(known: KnownFigures, sentence: str) -> list[tuple[str, str]]:
    """Percentages of a refund that the tier of the days beside them does not have."""
    if not _REFUND.search(sentence):
        return []
    wrong = []
    for clause in _CLAUSE.split(sentence):
        days, percents = list(_DAYS.finditer(clause)), list(_PERCENT.finditer(clause))
        if not days or not percents:
            continue
        allowed = frozenset[Decimal]()
        for found in days:
            closer = 1 if _LESS.search(clause[: found.start()]) else 0
            tiers = [known.refund_percents(max(int(day) - closer, 0)) for day in found.groups() if day]
            allowed |= tiers[0] if len(tiers) == 1 else tiers[0] & tiers[1]
        for one in percents:
            stated = Decimal(one[1]) if one[1] else Decimal(100 if one[2] else 50)
            if stated not in allowed:
                wrong.append(("refund percent", str(stated)))
    return wrong
