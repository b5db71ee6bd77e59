"""Language and tone of short chat texts."""

import pytest

from mhc_core.language.tags import language, tone


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("how much for 10 people on saturday", "en"),
        ("do u have tofu", "en"),
        ("can i cancel", "en"),
        ("hola, cuanto cuesta para 20 personas", "es"),
        ("necesito un chef para mi fiesta", "es"),
        ("gracias", "es"),
        ("avez vous des options sans gluten", "fr"),
        ("wie viel kostet das für 12 leute", "de"),
        ("你好，十个人多少钱", "zh"),
        ("예약하고 싶어요", "ko"),
        ("[PERSON_1] here, is the deposit refundable?", "en"),
    ],
)
def test_language_of_short_texts(text: str, code: str) -> None:
    assert language(text) == code


@pytest.mark.parametrize("text", ["", "ok", "3:00-5:00", "[PHONE_1]", "https://example.com/gracias", "k"])
def test_too_little_to_tell_is_no_language(text: str) -> None:
    assert language(text) is None


def test_what_was_said_before_helps_a_short_text() -> None:
    assert language("ok", ["hola, cuanto cuesta para 20 personas"]) == "es"


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("chicken breast and cocktail shrimp, please!", ()),
        ("how much for Scunthorpe", ()),
        ("this is fucking late", ("profanity",)),
        ("fuuuck", ("profanity",)),
        ("f*ck this", ("profanity",)),
        ("you idiot!", ("abuse",)),
        ("I will kill you", ("abuse",)),
        ("fuck you", ("abuse", "profanity")),
        ("puta madre", ("profanity",)),
    ],
)
def test_tone(text: str, tags: tuple[str, ...]) -> None:
    assert tone(text) == tags
