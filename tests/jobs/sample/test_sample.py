"""The sample: plausible, right where it claims to be right, the same every time, and free of anybody real."""

import itertools
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import frontmatter
import pytest

from mhc_core.business import pricing as rules
from mhc_core.business.pricing import Business
from mhc_core.knowledge.articles import UNANSWERED
from mhc_core.vocabulary import Channel, ConversationStatus, Decision, Intent, Outcome
from mhc_jobs import sample
from mhc_jobs.sample.customers import invent
from mhc_jobs.sample.scene import change_scene, draw_scene
from mhc_jobs.sample.topic_files import topics
from mhc_jobs.sample.wording import money

BUSINESS = rules.load()
Record = dict[str, Any]

ADULT, CHILD, MINIMUM, DEPOSIT = (
    BUSINESS.prices.adult,
    BUSINESS.prices.child,
    BUSINESS.prices.minimum,
    BUSINESS.prices.deposit,
)
MILE, FREE = BUSINESS.travel.per_mile, BUSINESS.travel.free_miles
FILET, LOBSTER = BUSINESS.upgrades["filet mignon"].price, BUSINESS.upgrades["lobster tail"].price
GYOZA, EXTRA = BUSINESS.add_ons["gyoza"].price, BUSINESS.add_ons["extra protein"].price
FAMILY = 8 * ADULT + 4 * CHILD
FEAST = 15 * ADULT + 5 * LOBSTER + 4 * GYOZA
# The figures of the articles that do not stand in the business file, worked out from it.
DERIVED = {
    money(value)
    for value in (
        *(8 * ADULT, 4 * CHILD, FAMILY, FAMILY + (45 - FREE) * MILE, FAMILY + (45 - FREE) * MILE - DEPOSIT),
        *(rules.refund(BUSINESS, DEPOSIT, 14), rules.refund(BUSINESS, DEPOSIT, 7), 10 * ADULT + 3 * CHILD),
        *(6 * ADULT, 9 * ADULT, (60 - FREE) * MILE, MINIMUM + (60 - FREE) * MILE, MINIMUM - DEPOSIT),
        *(MINIMUM * BUSINESS.gratuity.low_percent / 100, MINIMUM * BUSINESS.gratuity.high_percent / 100),
        *(EXTRA + LOBSTER, 12 * ADULT, 15 * ADULT, 5 * LOBSTER, 4 * GYOZA, FEAST, FEAST - DEPOSIT),
        (110 - FREE) * MILE,
    )
}


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return list(sample.default_sample(BUSINESS))


def messages(records: list[Record], *roles: str) -> Iterator[Record]:
    return (message for record in records for message in record["messages"] if message["role"] in roles)


def take(seed: int, count: int = 60) -> list[Record]:
    return list(sample.generate(seed, count, date(2026, 3, 2), 14, BUSINESS))


# --- conversations ---------------------------------------------------------------------------------------------------


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert json.dumps(take(7)) == json.dumps(take(7))
    assert json.dumps(take(7)) != json.dumps(take(8))


def test_interleaved_generators_do_not_disturb_each_other() -> None:
    one = sample.generate(7, 60, date(2026, 3, 2), 14, BUSINESS)
    two = sample.generate(9, 60, date(2026, 3, 2), 14, BUSINESS)
    pairs = list(zip(one, two, strict=True))
    assert [first for first, _ in pairs] == take(7)


def test_ids_of_different_seeds_differ() -> None:
    assert {record["id"] for record in take(7)}.isdisjoint(record["id"] for record in take(8))


def test_volume_and_period(records: list[Record]) -> None:
    assert len(records) == 2_400
    begun = [record["started_at"] for record in records]
    assert begun == sorted(begun)
    assert (begun[0][:10], begun[-1][:10]) == ("2026-10-05", "2026-11-15")
    assert len({moment[:10] for moment in begun}) == 42
    assert len({record["id"] for record in records}) == len(records)


def test_every_channel_intent_and_outcome_occurs(records: list[Record]) -> None:
    channels = Counter(record["channel"] for record in records)
    assert set(channels) == set(Channel)
    assert min(channels.values()) >= 100
    intents = Counter(message["intent"] for message in messages(records, "user"))
    assert set(intents) == set(Intent)
    assert min(intents.values()) >= 30
    assert {record["outcome"] for record in records} == {*Outcome, None}
    assert {record["status"] for record in records} == set(ConversationStatus)


def test_quiet_nights(records: list[Record]) -> None:
    hours = Counter(int(record["started_at"][11:13]) for record in records)
    night = sum(hours[hour] for hour in range(8, 14))
    assert night < 0.1 * len(records)


def test_messages_are_in_order_and_few(records: list[Record]) -> None:
    for record in records:
        times = [message["timestamp"] for message in record["messages"]]
        assert times == sorted(times)
        assert times[0] == record["started_at"]
        assert 2 <= len(times) <= 14
        assert record["messages"][0]["role"] == "user"
        assert all(message["content"].strip() for message in record["messages"])


def test_repeat_customers(records: list[Record]) -> None:
    visits = Counter(record["customer_id"] for record in records)
    assert 0.18 < 1 - len(visits) / len(records) < 0.35
    same = [record["customer"] for record in records if record["customer_id"] == visits.most_common(1)[0][0]]
    assert all(customer == same[0] for customer in same)


def test_a_third_of_the_conversations_and_more_name_somebody(records: list[Record]) -> None:
    def names_somebody(record: Record) -> bool:
        text = " ".join(message["content"] for message in record["messages"]).casefold()
        customer = record["customer"]
        values = (customer["name"], customer["phone"], customer["email"], customer["address"].split(",")[0])
        return any(value.casefold() in text for value in values)

    assert sum(map(names_somebody, records)) / len(records) >= 0.35


def test_personal_values_are_what_the_records_hold(records: list[Record]) -> None:
    values = sample.personal_values(records)
    first = records[0]["customer"]
    assert {first["name"], first["phone"], first["email"]} <= values
    assert first["address"].split(",")[0] in values
    assert not values & BUSINESS.allow_list


def test_nobody_real_can_be_reached(records: list[Record]) -> None:
    text = json.dumps([{**record, "meta": None} for record in records]).replace(BUSINESS.contact.email, "")
    for domain in set(re.findall(r"@([\w-]+(?:\.[\w-]+)*)", text)):
        assert domain in {"example.com", "example.org", "example.net"} or domain.endswith(".example"), domain
    numbers = re.findall(
        r"(?<!\d)\(?(\d{3})\)?[ .-]?(\d{3})[ .-]?(\d{4})(?!\d)", text.replace(BUSINESS.contact.phone, "")
    )
    assert len(numbers) > 500
    assert all(exchange == "555" and line.startswith("01") for _, exchange, line in numbers)


def test_questions_are_paraphrases_not_copies(records: list[Record]) -> None:
    questions = [message["content"].casefold() for message in messages(records, "user")]
    assert len(set(questions)) > 0.6 * len(questions)
    assert len(topics()) >= 60
    for topic in topics():
        assert len({ask.source for ask in topic.asks}) >= 8, topic.key
        assert len({answer.source for answer in topic.answers}) >= 3, topic.key


def test_bookings_are_worth_what_the_concierge_said(records: list[Record]) -> None:
    booked = [record for record in records if record["outcome"] == Outcome.BOOKED]
    assert len(booked) > 200
    for record in booked:
        value = record["booking_value_usd"]
        assert value >= BUSINESS.prices.minimum
        said = f"${Decimal(str(value)):,.0f}"
        assert any(said in message["content"] for message in record["messages"] if message["role"] == "assistant")


def test_worked_out_sums_are_right(records: list[Record]) -> None:
    """Every `12 × $55 + 3 × $30 = $750` of an answer nobody marked as wrong adds up and uses the real prices."""
    checked = 0
    pattern = re.compile(r"(\d+) × \$(\d+)(?: \+ (\d+) × \$(\d+))? = \$([\d,]+)")
    prices = {int(BUSINESS.prices.adult), int(BUSINESS.prices.child)}
    prices |= {int(upgrade.price) for upgrade in BUSINESS.upgrades.values()}
    prices |= {int(add_on.price) for add_on in BUSINESS.add_ons.values()}
    for message in messages(records, "assistant", "agent"):
        for count, price, more, other, total in pattern.findall(message["content"]):
            assert int(count) * int(price) + int(more or 0) * int(other or 0) == int(total.replace(",", ""))
            assert {int(price), int(other or price)} <= prices
            checked += 1
    assert checked > 200


def test_no_slot_or_choice_is_left_open(records: list[Record]) -> None:
    for message in messages(records, "user", "assistant", "agent"):
        texts = [
            message["content"],
            message.get("edit", {}).get("content", ""),
            message.get("review", {}).get("answer", ""),
        ]
        assert not any(re.search(r"[{}\[\]]|  |None", text) for text in texts), texts


def test_what_must_reach_a_person_does(records: list[Record]) -> None:
    escalated = [record for record in records if "escalation" in record]
    assert {record["escalation"]["reason"] for record in escalated} == set(BUSINESS.handover.reasons)
    for record in escalated:
        assert record["agent_id"] == record["escalation"]["agent_id"]
        assert record["escalation"]["at"] >= record["started_at"]
    for record in records:
        if record["status"] == ConversationStatus.ESCALATED:
            assert record["outcome"] == Outcome.ESCALATED
    assert any(True for _ in messages(escalated, "agent"))


def test_mistakes_are_noticed_edited_and_less_confident(records: list[Record]) -> None:
    answers = list(messages(records, "assistant"))
    voted_down = [answer for answer in answers if answer.get("feedback", {}).get("vote") == "down"]
    rest = [answer for answer in answers if answer.get("feedback", {}).get("vote") != "down"]

    def mean(group: list[Record]) -> float:
        return statistics.fmean(answer["confidence"] for answer in group)

    assert len(voted_down) >= 100
    assert mean(voted_down) < mean(rest) - 0.1
    assert max(answer["confidence"] for answer in voted_down) > 0.85  # informative, not perfect
    assert sum("edit" in answer for answer in answers) >= 120


def test_review_decisions_are_right(records: list[Record]) -> None:
    reviewed = [answer for answer in messages(records, "assistant") if "review" in answer]
    decisions = Counter(answer["review"]["decision"] for answer in reviewed)
    assert set(decisions) == set(Decision)
    assert decisions["approve"] + decisions["edit"] >= 700
    assert len({answer["review"]["by"] for answer in reviewed}) == 3
    for answer in reviewed:
        review = answer["review"]
        assert review["at"] > answer["timestamp"]
        if answer.get("feedback", {}).get("vote") == "down" and "edit" not in answer:
            assert review["decision"] != "approve"
        assert ("answer" in review) == (review["decision"] == "edit")


def test_well_liked_conversations_end_well(records: list[Record]) -> None:
    rated = [record for record in records if "feedback" in record or any("feedback" in m for m in record["messages"])]
    liked = [
        record
        for record in rated
        if record.get("feedback", {}).get("stars", record.get("satisfaction", 0)) >= 4
        and record["outcome"] in (Outcome.BOOKED, Outcome.RESOLVED, Outcome.QUOTED)
    ]
    assert len(rated) > 0.5 * len(records)
    assert len(liked) > 0.35 * len(rated)


def test_prices_follow_the_business_file(tmp_path: Any) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(rules.SAMPLE_FILE.read_text("utf-8").replace("adult = 55", "adult = 57"), "utf-8")
    changed: Business = rules.load(file)
    said = " ".join(
        m["content"] for m in messages(list(sample.generate(3, 200, date(2026, 3, 2), 7, changed)), "assistant")
    )
    assert "× $57" in said
    assert "× $55" not in said


def test_a_party_that_gets_smaller_can_still_be_quoted() -> None:
    rng = Random(1)
    for _ in range(300):
        scene = draw_scene(rng, BUSINESS, invent(rng, "customer"), date(2026, 10, 5))
        scene = replace(scene, adults=26, children=0, upgrade=("salmon", 26))
        smaller = change_scene(rng, BUSINESS, scene, "party")
        assert rules.quote(BUSINESS, smaller.request(with_miles=False, with_extras=True)).total > 0


def test_at_least_five_hundred_a_second() -> None:
    begun = time.process_time()
    for _ in itertools.islice(sample.generate(5, 1_000, date(2026, 3, 2), 7, BUSINESS), 1_000):
        pass
    assert time.process_time() - begun < 2


# --- articles --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def articles() -> dict[str, Any]:
    return {file.stem: frontmatter.load(str(file)) for file in sorted(sample.knowledge_dir().glob("*.md"))}


def test_articles_are_complete(articles: dict[str, Any]) -> None:
    assert len(articles) >= 60
    assert max(articles) == "KB-087"
    for stem, article in articles.items():
        assert article["id"] == stem
        assert article["title"]
        assert article["category"]
        assert article["tags"]
        assert article["reviewed"].year == 2026
        assert len(article["questions"]) >= 10, stem
        assert article["category"] == UNANSWERED or 80 <= len(article.content.split()) <= 250, stem


def test_the_two_named_articles(articles: dict[str, Any]) -> None:
    assert articles["KB-042"]["title"] == "Cancellation and refund"
    for fact in ("14 days or more", "10%", "7 to 13 days: 50%", "Less than 7 days", "deposit is kept"):
        assert fact in articles["KB-042"].content
    for fact in ("cover", "open rain", "no refund for an uncovered set-up"):
        assert fact in articles["KB-087"].content


def test_titles_and_questions_are_unique(articles: dict[str, Any]) -> None:
    titles = [article["title"] for article in articles.values()]
    questions = [question.casefold() for article in articles.values() for question in article["questions"]]
    assert len(set(titles)) == len(titles)
    assert [question for question, times in Counter(questions).items() if times > 1] == []


def test_every_figure_of_the_articles_comes_from_the_business_file(articles: dict[str, Any]) -> None:
    amounts = {f"${number}" for number in re.findall(r"\d+(?:\.\d+)?", rules.SAMPLE_FILE.read_text("utf-8"))}
    percents = {BUSINESS.gratuity.low_percent, BUSINESS.gratuity.high_percent}
    percents |= {tier.fee_percent for tier in BUSINESS.cancellation} | {
        tier.refund_percent for tier in BUSINESS.cancellation
    }
    percents |= {tier.percent for tier in BUSINESS.loyalty.tiers} if BUSINESS.loyalty else set()
    seen: set[str] = set()
    for stem, article in articles.items():
        for figure in re.findall(r"\$\d+(?:\.\d+)?", article.content):
            assert figure in amounts or figure in DERIVED, (stem, figure)
            seen.add(figure)
        assert {int(figure) for figure in re.findall(r"(\d+) ?%", article.content)} <= percents, stem
    assert set(DERIVED) <= seen


@pytest.mark.parametrize("promise", ["we guarantee", "is allergen-free", "100% safe", "nut-free kitchen."])
def test_no_article_promises_allergen_free_food(articles: dict[str, Any], promise: str) -> None:
    for article in articles.values():
        for sentence in re.split(r"(?<=[.!?])\s", article.content):
            if promise in sentence.casefold():
                assert re.search(r"\b(not|never|cannot)\b", sentence), sentence
