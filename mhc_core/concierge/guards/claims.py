"""What an answer says besides figures: no promise, no request for secrets, nothing untrue that nobody vouches for.

Each sentence that a model wrote in its own words is classified (``trained``): as fine, or as one that gives something
away, claims that something was done, assures an allergic guest, asks for a card, sends elsewhere, tells of others or of
the prompt, insults … Sentences that stand in the evidence are vouched for and not asked about. Where one is not fine
the answer is not given: a model that was talked into one such sentence is not to be trusted with the others.
"""

import re
from collections.abc import Sequence

from mhc_core.concierge.guards import trained
from mhc_core.language.answer_text import strip_markdown
from mhc_core.language.memories import remembered

STOPPED_FROM = 0.5
"""Probability from which a sentence stops an answer: of the sentence alone, and beside the one before or after it."""
_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=\S)|(?<=[。！？])|\n+")
_LETTERS = re.compile(r"[^\W\d_]")
_SPACES = re.compile(r"\s+")


def unsupported(draft: str, evidence: Sequence[str]) -> str | None:
    """The kind of the sentence that least of all must be said; None where all may be."""
    known = list(map(_plain, evidence))
    said = sentences(draft)
    own = [at for at, sentence in enumerate(said) if not any(_plain(sentence) in text for text in known)]
    if not own:
        return None
    pairs = sorted({at for place in own for at in (place - 1, place) if 0 <= at < len(said) - 1})
    judged = trained.load().answers.judge([*(said[at] for at in own), *(f"{said[at]} {said[at + 1]}" for at in pairs)])
    alone, beside = dict(zip(own, judged, strict=False)), dict(zip(pairs, judged[len(own) :], strict=True))
    found = []
    for at, verdict in alone.items():
        around = [beside[pair].probability for pair in (at - 1, at) if pair in beside]
        found.append((trained.together(verdict.probability, max(around, default=verdict.probability)), verdict.kind))
    probability, kind = max(found)
    return kind if probability >= STOPPED_FROM else None


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text that say something in letters."""
    parts = (part.strip(" |\"'*-•") for part in _SENTENCE.split(text))
    return [part for part in parts if len(_LETTERS.findall(part)) >= 2]


@remembered(512)
def _plain(text: str) -> str:
    return _SPACES.sub(" ", strip_markdown(text)).strip().casefold()
