"""How pleased a text sounds: the lexicon average of TextBlob (after the Pattern library)."""

LONGEST = 2000
"""Characters that are read: an opinion is said before that."""


def polarity(text: str) -> float | None:
    """-1 (displeased) to 1 (pleased); ``None`` when no word of the text says either."""
    from textblob import TextBlob

    found = TextBlob(text[:LONGEST]).sentiment_assessments
    return min(1.0, max(-1.0, float(found.polarity))) if found.assessments else None
