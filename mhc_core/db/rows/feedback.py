"""What was said of one answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeedbackSignals:
    """What a customer said about one answer or conversation; ``None`` means not asked or not said."""

    vote: str | None = None
    stars: int | None = None
    helpful: bool | None = None
    accurate: bool | None = None
    comment_chars: int = 0
