"""What no answer may say, whoever wrote it: that food is free of an allergen, or safe for somebody who is allergic."""

import re

from mhc_core.business.pricing import Business
from mhc_core.languages import ENGLISH, current, listed, named, translated
from mhc_core.vocabulary import Intent

_PROMISE = re.compile(
    r"\ballergen[- ]free\b|\bfree (?:of|from) (?:any |all |every )?allergens?\b|\bno allergens\b"
    r"|\b(?:100 ?%|completely|totally|perfectly|absolutely|entirely) (?:safe|allergy[- ]safe)\b"
    r"|\bguarantee\w*\b[^.!?]{0,60}\b(?:safe|free|no (?:risk|contact|trace))"
    r"|\bno (?:risk of )?cross[- ]?contamination\b|\bno risk\b|\bzero risk\b"
    r"|\bsafe for (?:your|any|people with|someone with)"
    r"[^.!?]{0,30}allerg",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:never|not|no one|nobody|can ?not|can'?t|cannot|don'?t|doesn'?t|won'?t|isn'?t|unable|nor|neither|without)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def without_promises(business: Business, answer: str, intent: Intent) -> str:
    """The English answer without sentences that promise safety; about allergies, the shared grill is always named."""
    parts = _SENTENCE.split(answer)
    kept = [part for part in parts if not promises(part)]
    if len(kept) == len(parts):
        return with_caution(business, answer, intent)
    return f"{' '.join(kept)}\n{shared_grill(business)}".strip()


def with_caution(business: Business, answer: str, intent: Intent) -> str:
    """The answer in the language that is spoken; about allergies, the shared grill is always named."""
    if intent is not Intent.ALLERGY or translated("grill") in answer.lower():
        return answer
    return f"{answer}\n{shared_grill(business)}".strip()


def promises(sentence: str) -> bool:
    """Whether a sentence claims freedom from allergens or safety, and does not deny it."""
    found = _PROMISE.search(sentence)
    return found is not None and not _DENIED.search(sentence[: found.start()])


def shared_grill(business: Business) -> str:
    """The standing caution, with the allergens that are on the menu."""
    held = [
        f"{named(allergen)} ({', '.join(map(named, dishes))})" for allergen, dishes in business.food.allergens.items()
    ]
    return translated(
        "Everything is cooked on one shared grill and the menu holds {allergens}, so we cannot promise that a dish is "
        "free of an allergen. Please tell me about severe allergies: a person of our team then goes through it "
        "with you.",
        allergens=" and ".join(held) if current() == ENGLISH else listed(held),
    )
