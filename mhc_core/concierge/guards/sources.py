"""What an answer may rest on: the customer's words, the evidence, and the figures that follow from the draft itself."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from mhc_core.concierge.facts.party import Party
from mhc_core.concierge.guards import party_reading as party
from mhc_core.concierge.guards import time_reading
from mhc_core.concierge.guards.arithmetic import products, tips
from mhc_core.concierge.guards.business_figures import KnownFigures, amounts
from mhc_core.concierge.guards.moments import HALF_DAY, around, deadlines, next_day
from mhc_core.concierge.guards.sentences import cut
from mhc_core.language import tags
from mhc_core.language.figures import Figure, ends, read_plain
from mhc_core.language.memories import remembered
from mhc_core.language.number_words import normalise_numbers

read = remembered(16)(read_plain)
"""Remembers the last sentences: each is read several times in a row."""


@dataclass
class Sources:
    """What supports the figures of one draft; the dearer parts are worked out when they are needed."""

    known: KnownFigures
    evidence: tuple[str, ...]
    messages: tuple[str, ...]
    draft: str
    today: date | None = None

    @cached_property
    def evidence_sentences(self) -> list[str]:
        return [sentence for text in self.evidence for sentence, _, _ in passage(text)]

    @cached_property
    def stated(self) -> dict[Figure, list[frozenset[Figure]]]:
        """Each figure of the evidence with the counts of people and miles that it was stated for."""
        table: dict[Figure, list[frozenset[Figure]]] = {}
        for text in self.evidence:
            for _, figures, needed in passage(text):
                for one in ends(figures):
                    table.setdefault(one, []).append(needed)
        return table

    @cached_property
    def said(self) -> frozenset[Figure]:
        return ends(one for message in self.messages for one in read(normalise_numbers(message)))

    @cached_property
    def starts(self) -> frozenset[Figure]:
        """Start times that the customer wrote without saying that they are: "at 6"."""
        times = (time_reading.read(message) for message in self.messages)
        return frozenset(Figure("clock", Decimal(at.hour * 60 + at.minute).normalize()) for at in times if at)

    @cached_property
    def clocks(self) -> frozenset[int]:
        """When the chef comes and the party ends, of every start that the customer wrote; in minutes of half a day."""
        starts = {int(one.value) for one in (*self.starts, *self.said) if one.kind == "clock"}
        return frozenset(at % HALF_DAY for start in starts for at in around(self.known.business, start))

    def deadlines(self, named: Collection[int]) -> frozenset[Decimal]:
        """The dates, so many days before a date that the customer or the evidence names, on which something ends."""
        if self.today is None:
            return frozenset()
        days = (next_day(one, self.today) for one in (*self.said, *self.stated) if one.kind == "date")
        ends = (end for day in days if day for end in deadlines(self.known.business, day, named))
        return frozenset(Decimal(end.month * 100 + end.day) for end in ends)

    @cached_property
    def until(self) -> frozenset[Decimal]:
        """The minutes of whole days from today until each date that the customer or the evidence names."""
        if self.today is None:
            return frozenset()
        days = (next_day(one, self.today) for one in (*self.said, *self.stated) if one.kind == "date")
        return frozenset(Decimal((day - self.today).days * 1440).normalize() for day in days if day)

    @cached_property
    def hours(self) -> frozenset[Decimal]:
        """Small bare numbers that the customer wrote: "at 6" is a time."""
        return frozenset(
            Decimal(n) for message in self.messages for n in re.findall(r"(?<![\d$.:/])\d{1,2}(?![\d.:%])", message)
        )

    @cached_property
    def counts_given(self) -> frozenset[Figure]:
        """People and miles that the customer or the evidence names."""
        return frozenset(one for one in (*self.said, *self.stated) if one.kind in ("people", "miles"))

    @cached_property
    def draft_counts(self) -> frozenset[Figure]:
        return frozenset(one for one in read(normalise_numbers(self.draft)) if one.kind in ("people", "miles"))

    @cached_property
    def counts(self) -> frozenset[Figure]:
        """People and miles of this conversation and this draft."""
        return self.draft_counts | frozenset(one for one in self.said if one.kind in ("people", "miles"))

    @cached_property
    def numbers(self) -> frozenset[Decimal]:
        """Bare values of evidence and customer; money keeps to itself."""
        return frozenset(one.value for one in (*self.stated, *self.said) if one.kind != "contact") | self.hours

    @cached_property
    def party_amounts(self) -> frozenset[Figure]:
        """Of the party as it was after each message: "for 8 of us" may be the upgrade, not the party."""
        business, told, found = self.known.business, Party(), set[Figure]()
        for message in self.messages:
            told = party.merge(told, party.read(business, message))
            found |= amounts(business, party.complete(told))
        if not told.people_known and self.messages and not tags.english(self.messages[-1]):
            found |= self._in_any_language()
        return frozenset(found)

    def _in_any_language(self) -> set[Figure]:
        """Of the party whose adults and children are the first numbers of a message that nothing here can read."""
        counts = [int(number) for number in re.findall(r"(?<![\d.$:/])\d{1,2}(?![\d.:%])", self.last)][:2]
        parties = [Party(adults=counts[0]), Party(adults=counts[0], children=counts[-1])] if counts else []
        return {one for told in parties[: len(counts)] for one in amounts(self.known.business, told)}

    @cached_property
    def asked(self) -> frozenset[str]:
        """What the customer asks about now: "it's $100" answers a question on the deposit."""
        return self.known.subjects(self.last)

    @cached_property
    def last(self) -> str:
        """The customer's last message, plain."""
        return normalise_numbers(self.messages[-1]) if self.messages else ""

    @cached_property
    def products(self) -> frozenset[Figure]:
        """Unit prices that the draft multiplies by a number of the customer's, and what comes out."""
        found = products(normalise_numbers(self.draft), self.known.unit_prices, self.numbers)
        return frozenset(Figure("money", amount.normalize()) for amount in found)

    @cached_property
    def draft_parts(self) -> frozenset[Figure]:
        return self.draft_amounts if self.draft_counts <= self.counts_given else frozenset()

    @cached_property
    def shown(self) -> list[Figure]:
        """The amounts of the draft, each once."""
        found = (one for _, sentence in cut(self.draft) for one in read(normalise_numbers(sentence)))
        return list(dict.fromkeys(one for one in found if one.kind == "money" and one.high is None))

    @cached_property
    def tips(self) -> frozenset[Figure]:
        """Tips on the amounts of the draft."""
        said = {one.value for one in self.said if one.kind == "percent"}
        asked = (one.value for one in self.said if one.kind in ("money", "number"))
        return tips(self.known.business, [*asked, *(one.value for one in self.shown)], said)

    @cached_property
    def draft_amounts(self) -> frozenset[Figure]:
        return amounts(self.known.business, party.complete(party.read(self.known.business, self.draft)))


@remembered(512)
def passage(text: str) -> tuple[tuple[str, frozenset[Figure], frozenset[Figure]], ...]:
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
