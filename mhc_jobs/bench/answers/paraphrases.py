"""Approved answers asked for in other words: which is found, who is answered in vain, and whom a kept one serves."""

from collections.abc import Sequence

from mhc_core.business.pricing import Business
from mhc_core.knowledge import selection
from mhc_core.knowledge.selection import AnswerGroup, Selector
from mhc_core.language.answer_text import sentences
from mhc_core.protocols import Embedder
from mhc_core.response_cache import meaning
from mhc_core.settings import Settings
from mhc_core.understanding.reader import Reader
from mhc_core.understanding.result import DialogueContext, Slot
from mhc_core.understanding.values.resolve import resolve
from mhc_jobs.bench.answers.sets import TAUGHT, Paraphrases
from mhc_jobs.bench.understanding.policies import TODAY


def measure(
    business: Business, reader: Reader, embedder: Embedder, found: Paraphrases, settings: Settings
) -> dict[str, float | int]:
    """Shares over the questions that were not taught.

    ``right_first``: the right answer is the likeliest. ``answered`` and ``answered_wrong`` count those likely enough to
    be given, ``strangers_answered`` the same of questions that nothing answers. ``kept``: a kept answer to a taught
    question of the group serves; ``kept_wrong``: one of another group does. A near-miss is wrong when what is kept for
    the one question serves the other.
    """
    selector = selection.train(
        [
            AnswerGroup(str(at), group.asked[:TAUGHT], list(dict.fromkeys([group.answer, *sentences(group.answer)])))
            for at, group in enumerate(found.groups)
        ],
        embedder,
    )
    desk = _Desk(business, reader, embedder, selector, settings.kept_from)
    kept = {
        key: (str(at), text)
        for at, group in enumerate(found.groups)
        for text in group.asked[:TAUGHT]
        if (key := desk.meaning(text)) is not None
    }
    first = given = wrong = served = misserved = asked = 0
    for at, group in enumerate(found.groups):
        for text in group.asked[TAUGHT:]:
            asked += 1
            choice = selector.choose(text, embedder.embed([text])[0], 1)[0]
            first += choice.group == str(at)
            given += choice.probability >= settings.minimum_confidence
            wrong += choice.probability >= settings.minimum_confidence and choice.group != str(at)
            hit = kept.get(desk.meaning(text) or "")
            if hit is not None and not meaning.contrasted(text, hit[1]):
                served += hit[0] == str(at)
                misserved += hit[0] != str(at)
    strangers = [selector.choose(text, embedder.embed([text])[0], 1)[0].probability for text in found.strangers]
    missed = sum(desk.shared(pair.taught, pair.asked) for pair in found.near_misses)
    return {
        "groups": len(found.groups),
        "asked": asked,
        "right_first": _share(first, asked),
        "answered": _share(given, asked),
        "answered_wrong": _share(wrong, asked),
        "strangers": len(strangers),
        "strangers_answered": _share(sum(one >= settings.minimum_confidence for one in strangers), len(strangers)),
        "kept": _share(served, asked),
        "kept_wrong": _share(misserved, asked),
        "near_misses": len(found.near_misses),
        "near_misses_wrong": missed,
    }


class _Desk:
    def __init__(
        self, business: Business, reader: Reader, embedder: Embedder, selector: Selector, kept_from: float
    ) -> None:
        self._kept_from = kept_from
        self._business, self._reader, self._embedder, self._selector = business, reader, embedder, selector

    def meaning(self, text: str) -> str | None:
        choice = self._selector.choose(text, self._embedder.embed([text])[0], 1)[0]
        return meaning.meaning(choice.group, text, self._slots(text)) if choice.probability >= self._kept_from else None

    def shared(self, taught: str, asked: str) -> bool:
        """Whether what is kept for the one question serves the other."""
        key = self.meaning(taught)
        return key is not None and key == self.meaning(asked) and not meaning.contrasted(asked, taught)

    def _slots(self, text: str) -> Sequence[Slot]:
        context = DialogueContext()
        return resolve(self._reader.read(text, context), self._business, TODAY, context).slots


def _share(part: int, whole: int) -> float:
    return round(part / max(1, whole), 4)
