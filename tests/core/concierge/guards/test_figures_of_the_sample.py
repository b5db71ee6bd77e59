"""The guard on the sample's own answers: right ones pass, the same ones with another figure do not."""

import importlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from mhc_core.business import pricing
from mhc_core.business.pricing import quote
from mhc_core.concierge.guards import figures
from mhc_core.concierge.tools.quote import quote_text, travel_text
from mhc_core.knowledge import chunks
from mhc_core.language.answer_text import content_words
from mhc_jobs import sample
from mhc_jobs.sample.dialogue import Director
from mhc_jobs.sample.scene import Scene

BUSINESS = pricing.load()
CONVERSATIONS = 330
PASSAGES = 5
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIGURES = {
    "price": re.compile(r"\$(\d[\d,]*\d|\d)(?![\d.])"),
    "percentage": re.compile(r"\b(\d{1,2})(?= ?%)"),
    "date": re.compile(r"(?:(?:Septem|Octo|Novem|Decem)ber|January|February) (\d{1,2})\b"),
    "weekday": re.compile(rf"\b({'|'.join(DAYS)})\b"),
}


@dataclass(frozen=True)
class Approved:
    """An answer that a reviewer approved, with what the assistant had before it."""

    text: str
    evidence: list[str]
    said: list[str]
    today: date

    def blocked(self, text: str | None = None) -> tuple[str, ...]:
        return figures.check(
            BUSINESS, self.text if text is None else text, self.evidence, self.said, self.today
        ).unsupported


@pytest.fixture(scope="module")
def approved() -> list[Approved]:
    found = list(_approved())
    pieces = {
        piece.content: content_words(piece.content)
        for file in sorted((sample.knowledge_dir()).glob("*.md"))
        for piece in chunks.split(file.stem, file.stem, (), file.read_text("utf-8").split("---", 2)[2].strip())
    }
    for one in found:  # the nearest by words: an embedder would take longer than all the rest
        asked = set(content_words(one.said[-1]))
        near = sorted(pieces, key=lambda piece: -len(asked.intersection(pieces[piece])))
        one.evidence.extend(near[:PASSAGES])
    return found


def _approved() -> Iterator[Approved]:
    """The approved answers of generated conversations. Tools know the customer's town and what was booked."""
    scenes: dict[int, list[tuple[int, Scene, Director]]] = {}

    class Watched(Director):
        def _set(self, scene: Scene) -> None:
            Director._set(self, scene)
            scenes.setdefault(id(self.talk.messages), []).append((len(self.talk.messages), scene, self))

    module = importlib.import_module("mhc_jobs.sample.generate")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "Director", Watched)
        for record in module.generate(31, CONVERSATIONS, date(2026, 10, 5), 42, BUSINESS):
            said, turns = [], record["messages"]
            for place, turn in enumerate(turns):
                if turn["role"] == "user":
                    said.append(turn["content"])
                review = turn.get("review", {})
                if turn["role"] != "assistant" or review.get("decision") not in ("approve", "edit"):
                    continue
                known = [(scene, director) for at, scene, director in scenes[id(turns)] if at <= place]
                evidence = [text for scene, director in known for text in _results(scene, director)]
                evidence += [earlier["content"] for earlier in turns[:place] if earlier["role"] == "agent"]
                text = review.get("answer") or turn.get("edit", {}).get("content") or turn["content"]
                customer = known[-1][1].talk.customer
                told = [f"{customer.phone} {customer.email}", *said]  # what is on file is the customer's own word
                yield Approved(text, evidence, told, known[-1][0].today)


def _results(scene: Scene, director: Director) -> Iterator[str]:
    """What the tools say about a party."""
    served = scene.town.miles <= BUSINESS.travel.maximum_miles
    for extras in (False, True):
        yield quote_text(BUSINESS, quote(BUSINESS, scene.request(with_miles=served, with_extras=extras)), ())
    yield quote_text(BUSINESS, quote(BUSINESS, scene.request(with_miles=False)), ())
    yield travel_text(BUSINESS, Decimal(scene.town.miles))
    yield f"Booked for {scene.day:%A, %B} {scene.day.day} at {scene.time}, {director.talk.customer.address}."


def test_less_than_one_in_a_hundred_right_answers_is_touched(approved: list[Approved]) -> None:
    assert len(approved) >= 200
    blocked = [(one.text, names) for one in approved if (names := one.blocked())]
    assert len(blocked) < 0.01 * len(approved), blocked


def test_nearly_every_changed_price_percentage_and_date_is_found(approved: list[Approved]) -> None:
    rng = Random(5)
    tried, missed = Counter[str](), list[str]()
    for one in approved:
        if one.blocked():
            continue
        for kind, pattern in FIGURES.items():
            for figure in list(pattern.finditer(one.text))[:2]:
                changed = one.text[: figure.start(1)] + _other(rng, kind, figure[1]) + one.text[figure.end(1) :]
                tried[kind] += 1
                if not one.blocked(changed):
                    missed.append(f"{figure[1]} in {changed}")
    assert min(tried[kind] for kind in ("price", "date", "weekday")) >= 20, tried
    assert len(missed) <= 0.01 * tried.total(), (tried, missed)


def _other(rng: Random, kind: str, figure: str) -> str:
    if kind == "weekday":
        return rng.choice([day for day in DAYS if day != figure])
    value = int(figure.replace(",", ""))
    top = {"date": 28, "percentage": 99}.get(kind, max(2 * value, 40))
    other = rng.choice([number for number in range(1, top + 1) if number != value])
    return f"{other:,}" if "," in figure else str(other)
