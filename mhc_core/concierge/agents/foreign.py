"""Answers in another language than English: who may write them, and what becomes of an article nobody translated.

What customers read is a stored translation of the article, word for word, or what a provider's model wrote in their
language, or a translation made now of what an English article says. Where none of these is to be had the knowledge
says so in their language and offers a person.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

from mhc_core.concierge.agents.reply import AgentContext, Question, Reply
from mhc_core.concierge.models.live import Live
from mhc_core.db.queries.training import BASELINE_ID
from mhc_core.errors import MHCError
from mhc_core.language.memories import remembered
from mhc_core.languages import ENGLISH, detection
from mhc_core.protocols import ChatModel, Passage, Translator
from mhc_core.providers.local.knowledge import KnowledgeOnlyModel
from mhc_core.translation.translating import translated

log = logging.getLogger(__name__)

_NAMES = {"es": "Spanish", "zh-Hans": "Simplified Chinese", "zh-Hant": "Traditional Chinese", "ja": "Japanese"}
_INSTRUCTION = """
The customer writes in {language}. Answer in {language} alone, whatever language the passages and these rules are in.
Write every figure, price, date, name and link exactly as it stands in the passages, in digits."""
_QUOTING = KnowledgeOnlyModel(BASELINE_ID)
BRANDS = ("Venmo Business", "Zelle Business", "Instagram", "Facebook", "VIP", "NY strip")


def writers(live: Live, language: str) -> Sequence[ChatModel]:
    """The models that may answer in a language: those of a provider, then the knowledge's own words.

    A model that was trained here gives answers that were approved in English.
    """
    if language == ENGLISH:
        return live.models
    return (*(model for model in live.models if getattr(model, "calls_tools", False)), _QUOTING)


def prompt(system: str, language: str) -> str:
    """The system prompt for answers in a language."""
    if language == ENGLISH:
        return system
    return f"{system}\n{_INSTRUCTION.format(language=_NAMES.get(language, language))}"


def told(question: Question, around: AgentContext, found: Reply, passages: Sequence[Passage]) -> Reply | None:
    """A reply in the conversation's language; None where it is in another and nothing translates it."""
    language = question.language
    if language == ENGLISH:
        return found
    if found.model_id != BASELINE_ID:
        return found if _same(detection.detect(found.text, language), language) else None
    chunks = {passage.chunk_id for passage in found.citations}
    cited = next((passage for passage in passages if passage.chunk_id in chunks), None)
    if cited is None:
        return None
    if cited.language == language:
        return replace(found, written=False)  # word for word what somebody wrote; its figures were checked when it came
    translator = around.live.translator
    if translator is None or not translator.translates(ENGLISH, language):
        return None
    names = (question.business.name, question.business.short_name, *BRANDS)
    try:
        text = _translation(translator, found.text, language, names)
    except MHCError as error:
        log.warning("an article is not told in %s: %s", language, type(error).__name__)
        return None
    return replace(found, text=text, written=False, notes={**found.notes, "translated_by": translator.id})


@remembered(512)
def _translation(translator: Translator, text: str, language: str, names: tuple[str, ...]) -> str:
    return translated(translator, text, language, names)


def _same(detected: str | None, language: str) -> bool:
    """Whether a text is in a language; one that decides nothing is."""
    return detected in (None, language)
