"""What was said of one answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeedbackSignals:
    """What a person said about one answer or conversation; ``None`` means not asked or not said.

    ``comment_polarity`` is what the words of the comment say, -1 to 1; ``None`` when they hold no opinion.
    """

    vote: str | None = None
    stars: int | None = None
    helpful: bool | None = None
    accurate: bool | None = None
    comment_chars: int = 0
    comment_polarity: float | None = None
