# ruff: noqa: E501 - patterns read better in one line

"""No figure reaches a customer that nothing supports.

A figure of a draft is supported when the business file states it about the same subject, when a tool's result or a
cited passage states it, when it is part of the price of the customer's own party, or when the customer gave it and it
is not money. The business file outranks every passage: "adults pay $45" is wrong whoever wrote it. A passage's worked
example counts only for a party like the one in it. A sentence with an unsupported figure is taken out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from mhc_core.business.pricing import Business
from mhc_core.concierge.facts.party import Party
from mhc_core.concierge.guards import party_reading as party
from mhc_core.concierge.guards import time_reading
from mhc_core.concierge.guards.arithmetic import products, summed, tips
from mhc_core.concierge.guards.business_figures import KnownFigures, amounts, given_away
from mhc_core.concierge.guards.contradictions import contradicted
from mhc_core.concierge.guards.sentences import cut, kept, states
from mhc_core.language.figures import Figure, ends, read_plain
from mhc_core.language.memories import remembered
from mhc_core.language.number_words import WORDED, normalise_numbers

_OWN_MONEY = re.compile(
    r"\b(?:you (?:mentioned|told us|wrote|paid|already paid|were (?:quoted|told|charged))|your (?:budget|limit|receipt)"
    r"|budget of)\b"
)
_AGREES = re.compile(
    r"\b(?:confirm\w*|accept\w*|agree\w*|deal|yes|correct|right|sure|absolutely|(?:total|price|cost|party|bill) "
    r"(?:is|will|comes|now)|we can|we will|we'll|happy to|binding)\b"
)
_COUNT = re.compile(r"(?<![\w.])\d{1,3}(?![\w.]*\d)")
_MONEY = re.compile(r"\$ ?\d+(?:\.\d+)?")
_AWAY = re.compile(
    rf"\b(?:(?:you|it)(?:'re| are|'s| is)|that's|that is|(?:date|party|event) is|at|with) (?:only |just )?(\d{{1,3}})"
    rf"(?:{WORDED})? days?(?: (?:ahead|out|left|away|to go|before|from (?:now|today)))?\b(?! notice)"
)
_SITE = re.compile(r"^(?:https?|www\.|[^@]*[a-z][^@]*$)")
_FIRST = re.compile(r"\bfirst\b")
_ONCE = re.compile(r"\b(?:free|once|first)\b")


@dataclass(frozen=True, slots=True)
class Guarded:
    """The answer that may be given. ``unsupported`` names the figures taken out, without customers' words;

    ``emptied`` says that nothing of the draft was left and ``text`` is empty: hand over.
    """

    text: str
    unsupported: tuple[str, ...] = ()
    emptied: bool = False


def check(
    business: Business,
    draft: str,
    evidence: Sequence[str],
    said_by_customer: Sequence[str],
    today: date | None = None,
) -> Guarded:
    """The draft without sentences whose figures nothing supports; unchanged when there are none.

    Args:
        evidence: results of tools, cited passages and remembered facts, as texts.
        said_by_customer: the customer's messages of this conversation, oldest first.
        today: the day in the business's time zone. With it the weekday of a date must be right, and the days until a
            supported date may be named.
    """
    support = _Support(_known(business), tuple(evidence), tuple(said_by_customer), draft, today)
    parts: list[tuple[str, str, bool]] = []
    wrong: dict[str, None] = {}
    before = ""
    for gap, sentence in cut(draft):
        text = normalise_numbers(sentence)
        found = support.missing(text, before)
        before = text
        wrong |= dict.fromkeys(found)
        parts.append((gap, sentence, not found))
    if not wrong:
        return Guarded(draft)
    left = kept(parts)
    if not any(states(sentence) for _, sentence in left):
        return Guarded("", tuple(wrong), emptied=True)
    return Guarded("".join(gap + sentence for gap, sentence in left).strip(), tuple(wrong))


_read = remembered(16)(read_plain)
"""Remembers the last sentences: each is read several times in a row."""


@dataclass
class _Support:
    """What supports the figures of one draft; the dearer parts are worked out when they are needed."""

    known: KnownFigures
    evidence: tuple[str, ...]
    said: tuple[str, ...]
    draft: str
    today: date | None = None

    def missing(self, sentence: str, before: str) -> list[str]:
        """The unsupported figures of a sentence (plain), named."""
        wrong = list(contradicted(self.known, sentence, before, self.said))
        figures, free = _read(sentence), given_away(sentence)
        about = (self.known.subjects(sentence) or self.known.subjects(before)) if figures or free else frozenset[str]()
        if self.today is not None:
            away = (Figure("time", (Decimal(days) * 1440).normalize()) for days in _AWAY.findall(sentence))
            wrong += [f"away {one.value}" for one in away if one not in self._said and one.value not in self._until]
        wrong += [str(one) for one in figures if not self._supported(one, figures, about, sentence, before)]
        if free and not self._free(sentence, about):
            wrong.append("given away")
        return wrong

    def _supported(
        self, figure: Figure, among: frozenset[Figure], about: frozenset[str], sentence: str, before: str
    ) -> bool:
        """Whether anything supports one of the figures of a sentence about these subjects."""
        if figure.kind == "weekday":
            dates = [one for one in among if one.kind == "date"]
            if self.today is not None and dates:
                return figure.value in {day.weekday() for one in dates if (day := _next(one, self.today))}
            return self._plainly(figure) or any(self._plainly(one) for one in dates)
        if self.known.supports(figure, about) or self._plainly(figure):
            return True
        if self._asked and self.known.supports(figure, about | self._asked):
            return True
        if figure.kind == "time":
            return figure.high is None and figure.value in self._until
        if figure.kind == "number":
            return self._number(figure.value)
        tipped = "tip" in about | self._asked
        if figure.kind == "percent":
            return tipped and figure in self._said
        if figure.kind != "money":
            return False
        if tipped and figure in self._tips:
            return True
        if (
            self._priced(figure, sentence, before)
            or self._own_money(figure, sentence)
            or self._sum(figure)
            or self._share(figure, among, about)
        ):
            return True
        ends_apart = [Figure("money", end) for end in (figure.value, figure.high) if end is not None]
        return len(ends_apart) == 2 and all(self._supported(one, among, about, sentence, before) for one in ends_apart)

    def _share(self, figure: Figure, among: frozenset[Figure], about: frozenset[str]) -> bool:
        """Whether a tip or a refund is its percentage of another amount of the sentence, in whole dollars."""
        tip = self.known.business.gratuity
        usual = Figure("percent", Decimal(tip.low_percent).normalize(), Decimal(tip.high_percent).normalize())
        percents = {usual.value, usual.high or usual.value} if "tip" in about or usual in among else set()
        if "refund" in about:
            percents |= {one.value for one in among if one.kind == "percent"}
        return any(
            one.kind == "money" and one != figure and round(one.value * percent / 100) == round(figure.value)
            for one in ends(among)
            for percent in percents
        )

    def _plainly(self, figure: Figure) -> bool:
        if figure.kind == "contact" and not _SITE.search(figure.word):
            return figure in self._said  # a phone or an address in a passage may be somebody's own
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
            return figure in self._starts
        if figure.kind == "miles" and figure.high is None:
            whole = Figure("miles", figure.value + self.known.business.travel.free_miles)
            return whole in self._said or whole in self._stated
        if figure.kind == "people" and figure.high is None:
            return Figure("number", figure.value) in self._said or figure.value in self._hours
        return figure.kind == "years" and figure.high is None and self._number(figure.value)

    def _priced(self, figure: Figure, sentence: str, before: str) -> bool:
        """Whether an amount belongs to the price of the customer's party, or of the party named in the sentence."""
        if (
            figure in self._party_amounts
            or figure in self._products
            or self._multiplied(figure, f"{before} {sentence}")
        ):
            return True
        business = self.known.business
        if figure in amounts(business, party.complete(party.read(business, sentence))):
            return True
        return self._draft_counts <= self._counts_given and figure in self._draft_amounts

    def _multiplied(self, figure: Figure, sentence: str) -> bool:
        """Whether an amount is a price of the file in these sentences times a number in them: 10 × $5 = $50."""
        counts = {Decimal(count) for count in _COUNT.findall(_MONEY.sub(" ", sentence))}
        if not any(price * count == figure.value for price in self.known.amounts for count in counts):
            return False
        about = self.known.subjects(sentence)
        return any(
            one.kind == "money"
            and one.high is None
            and self.known.supports(one, about)
            and one.value * count == figure.value
            for one in _read(sentence)
            for count in counts
        )

    def _sum(self, figure: Figure) -> bool:
        """Whether an amount is the sum of others of the draft that are supported themselves."""
        draft = normalise_numbers(self.draft)
        parts = [one for one in self._shown if self._priced(one, draft, "") or one in self._tips]
        values = dict.fromkeys(one.value for one in (*parts, *sorted(self._products, key=lambda one: one.value)))
        return summed(figure.value, list(values), self.known.business.prices.minimum)

    def _own_money(self, figure: Figure, sentence: str) -> bool:
        return figure in self._said and bool(_OWN_MONEY.search(sentence)) and not _AGREES.search(sentence)

    def _number(self, value: Decimal) -> bool:
        amount = Figure("money", value)  # 7 × 55 = 385
        if value in self.known.values or value in self._numbers or amount in self._party_amounts | self._draft_parts:
            return True
        miles = Figure("miles", value + self.known.business.travel.free_miles)  # of 55 miles 25 are paid
        return amount in self._products or miles in self._said or miles in self._stated

    def _free(self, sentence: str, about: frozenset[str]) -> bool:
        if about & {"youngest"} or ("change" in about and _ONCE.search(sentence)):
            return True
        if ("travel" in about or _FIRST.search(sentence)) and self.known.business.travel.free_miles in {
            one.value for one in _read(sentence) if one.kind in ("miles", "number")
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
        return ends(one for message in self.said for one in _read(normalise_numbers(message)))

    @cached_property
    def _starts(self) -> frozenset[Figure]:
        """Start times that the customer wrote without saying that they are: "at 6"."""
        times = (time_reading.read(message) for message in self.said)
        return frozenset(Figure("clock", Decimal(at.hour * 60 + at.minute).normalize()) for at in times if at)

    @cached_property
    def _until(self) -> frozenset[Decimal]:
        """The minutes of whole days from today until each date that the customer or the evidence names."""
        if self.today is None:
            return frozenset()
        days = (_next(one, self.today) for one in (*self._said, *self._stated) if one.kind == "date")
        return frozenset(Decimal((day - self.today).days * 1440).normalize() for day in days if day)

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
        return frozenset(one for one in _read(normalise_numbers(self.draft)) if one.kind in ("people", "miles"))

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
        """Of the party as it was after each message: "for 8 of us" may be the upgrade, not the party."""
        business, told, found = self.known.business, Party(), set[Figure]()
        for message in self.said:
            told = party.merge(told, party.read(business, message))
            found |= amounts(business, party.complete(told))
        return frozenset(found)

    @cached_property
    def _asked(self) -> frozenset[str]:
        """What the customer asks about now: "it's $100" answers a question on the deposit."""
        return self.known.subjects(normalise_numbers(self.said[-1])) if self.said else frozenset()

    @cached_property
    def _products(self) -> frozenset[Figure]:
        """Prices of one person or portion that the draft multiplies by a number of the customer's, and what comes out."""
        found = products(normalise_numbers(self.draft), self.known.unit_prices, self._numbers)
        return frozenset(Figure("money", amount.normalize()) for amount in found)

    @cached_property
    def _draft_parts(self) -> frozenset[Figure]:
        return self._draft_amounts if self._draft_counts <= self._counts_given else frozenset()

    @cached_property
    def _shown(self) -> list[Figure]:
        """The amounts of the draft, each once."""
        found = (one for _, sentence in cut(self.draft) for one in _read(normalise_numbers(sentence)))
        return list(dict.fromkeys(one for one in found if one.kind == "money" and one.high is None))

    @cached_property
    def _tips(self) -> frozenset[Figure]:
        """Tips on the amounts of the draft."""
        said = {one.value for one in self._said if one.kind == "percent"}
        asked = (one.value for one in self._said if one.kind in ("money", "number"))
        return tips(self.known.business, [*asked, *(one.value for one in self._shown)], said)

    @cached_property
    def _draft_amounts(self) -> frozenset[Figure]:
        return amounts(self.known.business, party.complete(party.read(self.known.business, self.draft)))


def _next(figure: Figure, today: date) -> date | None:
    """The next day, from today on, that a date without a year means; one without a month is of the next month it fits."""
    month, number = divmod(int(figure.value), 100)
    for step in range(13 if month == 0 else 5 * 12):
        year, at = divmod(today.month - 1 + step, 12)
        if month in (0, at + 1):
            try:
                day = date(today.year + year, at + 1, number)
            except ValueError:
                continue
            if day >= today:
                return day
    return None


@remembered(512)
def _passage(text: str) -> tuple[tuple[str, frozenset[Figure], frozenset[Figure]], ...]:
    """(plain sentence, its figures, the counts it speaks of) of one piece of evidence.

    A sentence without counts of its own goes on about those before it in its paragraph.
    """
    found = []
    earlier: frozenset[Figure] = frozenset()
    for gap, sentence in cut(text):
        line = normalise_numbers(sentence)
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
