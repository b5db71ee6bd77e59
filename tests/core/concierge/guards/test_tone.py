"""What speaks from a message, and that the concierge keeps its tongue."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.concierge.guards import tone
from mhc_core.concierge.guards.tone import Emotion, Urgency
from mhc_core.db.queries.serving import StoredTurn


@pytest.mark.parametrize(
    ("message", "emotion"),
    [
        ("How much for 10 adults?", Emotion.CALM),
        ("HOW MUCH NOTICE DO YOU NEED?", Emotion.CALM),
        ("I'm not angry, just asking", Emotion.CALM),
        ("no worries", Emotion.CALM),
        ("thank you so much!! we can't wait", Emotion.HAPPY),
        ("YOURE THE BEST, THANK YOU", Emotion.HAPPY),
        ("the shrimp was fucking amazing", Emotion.HAPPY),
        ("sounds good 👍", Emotion.HAPPY),
        ("i'm worried it will rain on us", Emotion.WORRIED),
        ("what if nobody can eat it", Emotion.WORRIED),
        ("did it go through? I'm nervous", Emotion.WORRIED),
        ("I already told you we are 12", Emotion.FRUSTRATED),
        ("still waiting for an answer", Emotion.FRUSTRATED),
        ("we were disappointed with the steak", Emotion.FRUSTRATED),
        ("why is this so confusing??", Emotion.FRUSTRATED),
        ("this is ridiculous, worst service", Emotion.ANGRY),
        ("what the fuck is going on", Emotion.ANGRY),
        ("I ALREADY TOLD YOU TWICE!!! ANSWER ME", Emotion.ANGRY),
        ("you people are a scam 😡", Emotion.ANGRY),
        ("not happy at all with saturday", Emotion.FRUSTRATED),
    ],
)
def test_emotion(message: str, emotion: Emotion) -> None:
    assert tone.read(message).emotion is emotion


@pytest.mark.parametrize(
    ("message", "urgency"),
    [
        ("the chef is not here and the guests are waiting", Urgency.NOW),
        ("where is our chef", Urgency.NOW),
        ("party starts in 30 minutes, nobody showed up", Urgency.NOW),
        ("need an answer asap", Urgency.SOON),
        ("can you come tonight", Urgency.SOON),
        ("no rush, whenever you can", Urgency.NONE),
        ("it's not urgent", Urgency.NONE),
        ("party in June", Urgency.NONE),
    ],
)
def test_urgency(message: str, urgency: Urgency) -> None:
    assert tone.read(message).urgency is urgency


@pytest.mark.parametrize(
    ("message", "abusive"),
    [("you idiot", True), ("fuck you and your grill", True), ("I forgot the date, I'm such an airhead", False),
     ("that show was insane", False), ("damn, that looks great", False)],
)  # fmt: skip
def test_abuse(message: str, abusive: bool) -> None:
    found = tone.read(message)
    assert found.abusive is abusive
    assert not abusive or found.upset


def test_a_question_asked_again_shows_impatience() -> None:
    question = "can you tell me the price for ten adults please"
    turns = [StoredTurn("user", question, {}), StoredTurn("assistant", "We bring the grill.", {})]
    assert tone.read(question).emotion is Emotion.CALM
    assert tone.read(question + "?", turns).emotion is Emotion.FRUSTRATED


def test_an_answer_repeats_no_strong_words() -> None:
    said = tone.without_profanity("I understand that this was a shit evening, you asshole.")
    assert "shit" not in said
    assert "asshole" not in said
    assert "I understand" in said
    polite = "The chef cooks cock-a-leekie? No: chicken, steak and shrimp."
    assert "chicken, steak and shrimp" in tone.without_profanity(polite)


@settings(deadline=None)  # lists and patterns are loaded on first use
@given(st.text(max_size=300))
def test_any_message_can_be_read(message: str) -> None:
    tone.read(message, [StoredTurn("user", message, {})])
    tone.without_profanity(message)
