"""A provider's model as reader, over HTTP: what it says counts where it fits the message, beside the local one."""

import json
from typing import Any

import pytest
from fakes.openai_endpoints import StandIn
from fakes.understanding import Labelled

from mhc_core.business import pricing
from mhc_core.concierge.models.providers import ConfiguredProviders
from mhc_core.settings import Settings
from mhc_core.understanding import labelled, provided
from mhc_core.understanding.examples import gold
from mhc_core.understanding.labelled import LabelledMessage
from mhc_core.understanding.provided import AGREED, ALONE
from mhc_core.understanding.reader import Reader
from mhc_core.understanding.result import Act, DialogueContext, SlotName, Topic

BUSINESS = pricing.load()
LINE = "inform/book: we are [guests:12 people] on [date:june 14] || ask/menu: got any [dish:gyoza]?"
MESSAGE = labelled.parse_line(LINE)
MODEL = "gpt-4.1-mini"


def reader(standin: StandIn, local: Reader) -> Reader:
    settings = Settings(
        _env_file=None, openai_api_key=standin.key, openai_base_url=standin.base_url, understanding_model=MODEL
    )
    return ConfiguredProviders(settings).reader(local, BUSINESS)


def document(message: LabelledMessage) -> dict[str, Any]:
    """What a faultless model of a provider says of a labelled message."""
    return {
        "segments": [
            {
                "words": message.text[part.start : part.end],
                "act": part.act,
                "topic": part.topic,
                "reason": part.reason,
                "slots": [
                    {"name": slot.name, "words": message.text[slot.start : slot.end]}
                    for slot in message.slots
                    if part.start <= slot.start < part.end
                ],
            }
            for part in message.segments
        ]
    }


def test_what_the_provider_reads_counts_and_is_surer_where_the_local_model_agrees(openai_standin: StandIn) -> None:
    openai_standin.reply = json.dumps(document(MESSAGE))
    local = Labelled(["inform/book: we are [guests:12 people] on june 14 got any [dish:gyoza]?"])
    read = reader(openai_standin, local).read(MESSAGE.text, DialogueContext(asked=frozenset({"date"})))
    assert [(part.act, part.topic) for part in read.segments] == [(Act.INFORM, Topic.BOOK), (Act.ASK, Topic.MENU)]
    assert [(slot.name, slot.text, slot.probability) for slot in read.slots] == [
        (SlotName.GUESTS, "12 people", AGREED),
        (SlotName.DATE, "june 14", ALONE),
        (SlotName.DISH, "gyoza", AGREED),
    ]
    assert [part.act_probability for part in read.segments] == [AGREED, ALONE]
    assert read.model_id == f"{MODEL} beside labelled"
    body = openai_standin.bodies[-1]
    assert body["response_format"]["json_schema"]["strict"] is True
    assert "date" in body["messages"][-1]["content"]
    assert MESSAGE.text in body["messages"][-1]["content"]


def test_without_its_name_or_a_key_nobody_outside_is_asked() -> None:
    for settings in (Settings(_env_file=None, openai_api_key="k"), Settings(_env_file=None, understanding_model="m")):
        local = Labelled()
        assert ConfiguredProviders(settings).reader(local, BUSINESS) is local


@pytest.mark.parametrize(
    "said",
    [
        "Sure! Here is the reading:",
        "[]",
        "{}",
        '{"segments": []}',
        '{"segments": [{"words": "we are 12 people", "act": "inform", "topic": "book", "reason": null, "slots": []}]}',
        json.dumps(document(MESSAGE)).replace("gyoza?", "dumplings?"),
        json.dumps(document(MESSAGE)).replace('"menu"', '"desserts"'),
        json.dumps(document(MESSAGE)).replace('"12 people"', '"13 people"'),
    ],
    ids=["prose", "list", "empty", "no segments", "a part", "other words", "unknown topic", "a slot that is not there"],
)
def test_what_does_not_fit_the_message_is_left_and_the_local_reading_stands(openai_standin: StandIn, said: str) -> None:
    openai_standin.reply = said
    local = Labelled([LINE])
    assert reader(openai_standin, local).read(MESSAGE.text, DialogueContext()) == labelled.as_understood(MESSAGE)


@pytest.mark.parametrize("kind", ["500", "drop"])
def test_a_provider_that_fails_is_asked_once_and_then_rests(openai_standin: StandIn, kind: str) -> None:
    openai_standin.fail("POST", "/chat/completions", kind, times=99)
    asked = reader(openai_standin, Labelled([LINE]))
    for _ in range(5):
        assert asked.read(MESSAGE.text, DialogueContext()) == labelled.as_understood(MESSAGE)
    assert openai_standin.sent("POST", "/chat/completions") == 3


def test_a_person_is_called_when_either_of_both_says_so(openai_standin: StandIn) -> None:
    needs = labelled.parse_line("ask/allergy !severe allergy: shrimp could kill her, can you come?")
    calm = labelled.parse_line("ask/allergy: shrimp could kill her, can you come?")
    for told, known in ((needs, calm), (calm, needs)):
        openai_standin.reply = json.dumps(document(told))
        read = reader(openai_standin, Labelled([labelled.written(known)])).read(calm.text, DialogueContext())
        assert read.person is not None
        assert read.person.reason == "severe allergy"


def test_every_gold_message_can_be_said_in_the_shape_that_is_asked_for() -> None:
    reasons = frozenset(BUSINESS.handover.reasons)
    for message in gold()[::7]:
        read = provided.understood(message.text, json.loads(json.dumps(document(message))), reasons)
        meant = labelled.as_understood(message)
        assert [(part.start, part.end, part.act) for part in read.segments] == [
            (part.start, part.end, part.act) for part in meant.segments
        ]
        assert [(slot.name, slot.text) for slot in read.slots] == [(slot.name, slot.text) for slot in meant.slots]
        assert (read.person is None) == (meant.person is None)
