# ruff: noqa: E501 - patterns read better in one line

"""No figure reaches a customer that nothing supports.

A figure of a draft is supported when the business file states it about the same subject, when a tool's result or a
cited passage states it, when it is part of the price of the customer's own party, or when the customer gave it and it
is not money. The business file outranks every passage: "adults pay $45" is wrong whoever wrote it. A passage's worked
example counts only for a party like the one in it. A sentence with an unsupported figure is taken out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from mhc_core.business.pricing import Business
from mhc_core.concierge.guards import party_reading as party
from mhc_core.concierge.guards.arithmetic import summed
from mhc_core.concierge.guards.business_figures import KnownFigures, amounts, given_away, no_more, without_giving
from mhc_core.concierge.guards.contradictions import contradicted
from mhc_core.concierge.guards.derivations import Sight
from mhc_core.concierge.guards.moments import HALF_DAY, next_day
from mhc_core.concierge.guards.sentences import cut, kept, states
from mhc_core.concierge.guards.sources import Sources, read
from mhc_core.language.figures import Figure, ends
from mhc_core.language.number_words import WORDED, normalise_numbers

_OWN_MONEY = re.compile(
    r"\bwith \$|\$\d+ (?:covers|is(?: not|n't)? enough)\b|\b(?:you (?:mentioned|told us|wrote|paid|already paid|were (?:quoted|told|charged))|your (?:budget|limit|receipt)"
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
_ENDS = re.compile(r"\b(?:until|by|before|latest|last day|deadline|refund\w*|cancel\w*|hasta|antes)\b")
_PERCENT_OFF = re.compile(r"\d{1,2} ?% off\b")
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
    known = _known(business)
    support = _Support(known, Sources(known, tuple(evidence), tuple(said_by_customer), draft, today))
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


@dataclass(frozen=True)
class _Support:
    """Decides what supports the figures of one draft."""

    known: KnownFigures
    sources: Sources

    def missing(self, sentence: str, before: str) -> list[str]:
        """The unsupported figures of a sentence (plain), named."""
        wrong = list(contradicted(self.known, sentence, before, self.sources.messages))
        figures, free = read(sentence), given_away(sentence)
        about = (self.known.subjects(sentence) or self.known.subjects(before)) if figures or free else frozenset[str]()
        if self.sources.today is not None:
            away = (
                (Figure("time", (Decimal(found[1]) * 1440).normalize()), found[0].endswith(" before"))
                for found in _AWAY.finditer(sentence)
            )
            wrong += [
                f"away {one.value}"
                for one, rule in away
                if not (
                    one in self.sources.said
                    or one.value in self.sources.until
                    or (rule and self.known.supports(one, about))
                )
            ]
        wrong += [str(one) for one in figures if not self._supported(one, figures, about, sentence, before)]
        if free and not self._free(sentence, before):
            wrong.append("given away")
        return wrong

    def _supported(
        self, figure: Figure, among: frozenset[Figure], about: frozenset[str], sentence: str, before: str
    ) -> bool:
        """Whether anything supports one of the figures of a sentence about these subjects."""
        if figure.kind == "weekday":
            dates = [one for one in among if one.kind == "date"]
            if self.sources.today is not None and dates:
                return figure.value in {day.weekday() for one in dates if (day := next_day(one, self.sources.today))}
            return self._plainly(figure) or any(self._plainly(one) for one in dates)
        if self._stands(figure, about):
            return True
        if figure.kind == "date":
            named = [int(one.value) // 1440 for one in ends(among) if one.kind == "time"]
            return bool(_ENDS.search(sentence)) and figure.value in self.sources.deadlines(named)
        if figure.kind == "time":
            return figure.high is None and figure.value in self.sources.until
        if figure.kind == "people" and figure.high is not None and "child" in about:  # "6 to 12 are children"
            return self.known.supports(Figure("years", figure.value, figure.high), about)
        if figure.kind in ("number", "people"):
            return figure.high is None and (
                (figure.kind == "number" and self._number(figure.value))
                or self._sight(sentence, before).head_count(figure.value)
            )
        tipped = "tip" in about | self.sources.asked
        if figure.kind == "percent":
            return tipped and figure in self.sources.said
        if figure.kind != "money":
            return False
        if tipped and figure in self.sources.tips:
            return True
        if (
            self._priced(figure, sentence, before)
            or self._own_money(figure, sentence)
            or self._sum(figure)
            or self._share(figure, among, about)
            or self._follows(figure, sentence, before)
        ):
            return True
        ends_apart = [Figure("money", end) for end in (figure.value, figure.high) if end is not None]
        return len(ends_apart) == 2 and all(self._supported(one, among, about, sentence, before) for one in ends_apart)

    def _stands(self, figure: Figure, about: frozenset[str]) -> bool:
        """Whether the file states a figure of what a sentence is about or was asked about, or somebody stated it."""
        return (
            self.known.supports(figure, about)
            or self._plainly(figure)
            or bool(self.sources.asked and self.known.supports(figure, about | self.sources.asked))
        )

    def _follows(self, figure: Figure, sentence: str, before: str) -> bool:
        """Whether an amount follows from others in sight, or is the customer's own and others follow from it."""
        if figure.high is not None:
            return False
        sight = self._sight(sentence, before)
        others = {one.value for one in read(sentence) if one.kind == "money" and one != figure}
        return (
            sight.follows(figure.value)
            or sight.starts(figure.value, others)
            or ("refund" in self.known.subjects(sentence) | self.sources.asked and sight.refund(figure.value))
        )

    def _sight(self, sentence: str, before: str) -> Sight:
        """What a sentence may be worked out from."""
        near = f"{before} {sentence}"
        about = self.known.subjects(near)
        money = [one for one in ends(read(near)) if one.kind == "money" and one.high is None]
        shown = {
            one.value
            for one in money
            if one.value in self.known.unit_prices
            or self._stands(one, about)
            or self._priced(one, sentence, before)
            or one in self.sources.tips
        }
        party = {one.value for one in self.sources.party_amounts}
        said = {one.value for one in self.sources.said if one.kind in ("money", "number", "people")}
        start = Sight(
            self.known, sentence, before, self.sources.last, frozenset(shown), frozenset(said), frozenset(party)
        )
        shown |= {one.value for one in money if start.starts(one.value, {two.value for two in money})}
        shown |= {one.value for one in money if start.listed(one.value)}
        return replace(start, shown=frozenset(shown))

    def _share(self, figure: Figure, among: frozenset[Figure], about: frozenset[str]) -> bool:
        """Whether a tip or a refund is its percentage of another amount of the sentence, in whole dollars."""
        if figure.high is not None:
            return False
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
            return figure in self.sources.said  # a phone or an address in a passage may be somebody's own
        conditions = self.sources.stated.get(figure)
        if conditions and (figure.kind != "money" or any(needed <= self.sources.counts for needed in conditions)):
            return True
        if figure.kind in ("money", "percent"):
            return False
        if figure in self.sources.said:
            return True
        if figure.kind == "date":
            return Figure("date", figure.value % 100) in self.sources.said
        if figure.kind == "clock":
            return figure in self.sources.starts or int(figure.value) % HALF_DAY in self.sources.clocks
        if figure.kind == "miles" and figure.high is None:
            whole = Figure("miles", figure.value + self.known.business.travel.free_miles)
            return whole in self.sources.said or whole in self.sources.stated
        if figure.kind == "people" and figure.high is None:
            return Figure("number", figure.value) in self.sources.said or figure.value in self.sources.hours
        return figure.kind == "years" and figure.high is None and self._number(figure.value)

    def _priced(self, figure: Figure, sentence: str, before: str) -> bool:
        """Whether an amount belongs to the price of the customer's party, or of the party named in the sentence."""
        if (
            figure in self.sources.party_amounts
            or figure in self.sources.products
            or self._multiplied(figure, f"{before} {sentence}")
        ):
            return True
        business = self.known.business
        if figure in amounts(business, party.complete(party.read(business, sentence))):
            return True
        return self.sources.draft_counts <= self.sources.counts_given and figure in self.sources.draft_amounts

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
            for one in read(sentence)
            for count in counts
        )

    def _sum(self, figure: Figure) -> bool:
        """Whether an amount is the sum of others of the draft that are supported themselves."""
        draft = normalise_numbers(self.sources.draft)
        parts = [one for one in self.sources.shown if self._priced(one, draft, "") or one in self.sources.tips]
        values = dict.fromkeys(one.value for one in (*parts, *sorted(self.sources.products, key=lambda one: one.value)))
        return summed(figure.value, list(values), self.known.business.prices.minimum)

    def _own_money(self, figure: Figure, sentence: str) -> bool:
        own = figure in self.sources.said or Figure("number", figure.value) in self.sources.said
        return own and bool(_OWN_MONEY.search(sentence)) and not _AGREES.search(sentence)

    def _number(self, value: Decimal) -> bool:
        amount = Figure("money", value)  # 7 × 55 = 385
        if (
            value in self.known.values
            or value in self.sources.numbers
            or amount in self.sources.party_amounts | self.sources.draft_parts
        ):
            return True
        miles = Figure("miles", value + self.known.business.travel.free_miles)  # of 55 miles 25 are paid
        return amount in self.sources.products or miles in self.sources.said or miles in self.sources.stated

    def _off_by_tier(self, sentence: str) -> bool:
        """Whether all that a sentence gives away is a percentage that a loyalty tier takes off."""
        percents = [one for one in read(sentence) if one.kind == "percent"]
        stated = all(self.known.supports(one, frozenset({"loyalty"})) for one in percents)
        return bool(percents) and stated and not given_away(_PERCENT_OFF.sub(" ", sentence))

    def _free(self, sentence: str, before: str) -> bool:
        """Whether what a sentence gives away costs nothing by the file or the evidence, or has no price in it."""
        rest = without_giving(sentence)
        about = (
            self.known.subjects(rest)
            or self.known.subjects(before)
            or self.known.subjects(without_giving(self.sources.last))
        )
        if not about and no_more(sentence):
            return True
        if about & {"youngest"} or ("change" in about and _ONCE.search(sentence)):
            return True
        if ("travel" in about or _FIRST.search(sentence)) and self.known.business.travel.free_miles in {
            one.value for one in read(sentence) if one.kind in ("miles", "number")
        }:
            return True
        if "loyalty" in about and self._off_by_tier(sentence):
            return True
        return any(
            given_away(text) and (not about or about & self.known.subjects(text))
            for text in self.sources.evidence_sentences
        )


_last: tuple[Business, KnownFigures] | None = None


def _known(business: Business) -> KnownFigures:
    """The business's figures; a process has one business, so the last one is kept."""
    global _last
    kept = _last
    if kept is None or kept[0] is not business:
        kept = _last = (business, KnownFigures(business))
    return kept[1]
