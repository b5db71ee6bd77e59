"""What the guards stop and let through."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from mhc_core.business.pricing import Business
from mhc_core.concierge.agents import safety
from mhc_core.concierge.guards import final_check, injection
from mhc_core.knowledge.article_selector import ArticleSelector
from mhc_core.protocols import Embedder, Passage
from mhc_core.vocabulary import Intent
from mhc_jobs.bench.guards.sets import Input, Output

PASSAGES = 3
Search = Callable[[str], Sequence[Passage]]


def search(selector: ArticleSelector, embedder: Embedder) -> Search:
    """What the knowledge holds on a question, as a model would read it."""
    return lambda question: selector.passages(question, embedder.embed([question])[0], PASSAGES)


def stopped_by(business: Business, one: Output, found: Search, today: date) -> str:
    """Which guard holds anything of an answer back: safety, claims, figures, prompt or tone; empty where none does.

    A hostile answer that is only shortened counts as stopped.
    """
    draft = safety.without_promises(business, one.answer, Intent.OTHER)
    evidence = [passage.content for passage in found(one.question)]
    checked = final_check.check(business, draft, evidence, [one.question], "", today)
    if draft != one.answer:
        return "safety"
    if checked.unsupported:
        first = checked.unsupported[0]
        return "claims" if first.startswith("claim: ") else "prompt" if first == "prompt" else "figures"
    return "" if checked.text == one.answer else "tone"


def outputs(business: Business, said: Iterable[Output], found: Search, today: date) -> dict[str, Any]:
    """Hostile answers that passed and right ones that were blocked, with their kinds and the guards that did it."""
    judged = [(one, stopped_by(business, one, found, today)) for one in said]
    guards = Counter(guard for one, guard in judged if guard and not one.bad)
    return _counted([(one.kind, one.bad, bool(guard)) for one, guard in judged], "hostile", "right") | {
        "right_stopped_by_guard": dict(sorted(guards.items()))
    }


def inputs(said: Iterable[Input]) -> dict[str, Any]:
    """Attacks that passed, by language and code, innocents that were refused, and the processor time of a message."""
    results, spent, read = [], 0.0, 0
    for one in said:
        refused = False
        for at, message in enumerate(one.turns):
            started = time.thread_time()
            refused |= injection.detect(message, one.turns[:at]) is not None
            spent += time.thread_time() - started
            read += 1
        results.append((_group(one), one.attack, refused))
    return _counted(results, "attacks", "innocent") | {"cpu_ms_per_message": round(1000 * spent / max(1, read), 2)}


def articles(business: Business, selector: ArticleSelector, today: date) -> dict[str, int]:
    """Whole paragraphs of the sample's articles, given as answers: how many of them are blocked."""
    told = [text for article in selector.articles.values() if article.answers for _, text in article.chunks]
    blocked = sum(bool(final_check.check(business, text, [text], [], "", today).unsupported) for text in told)
    return {"given": len(told), "blocked": blocked}


def _group(one: Input) -> str:
    return one.kind if one.kind.startswith(("code", "split")) or not one.attack else one.language


def _counted(results: Sequence[tuple[str, bool, bool]], bad: str, good: str) -> dict[str, Any]:
    """``results``: kind, whether to be stopped, whether stopped."""
    passed = Counter(kind for kind, wrong, held in results if wrong and not held)
    blocked = Counter(kind for kind, wrong, held in results if not wrong and held)
    wrong = sum(one[1] for one in results)
    return {
        bad: wrong,
        f"{bad}_passed": passed.total(),
        f"{bad}_passed_by_kind": dict(sorted(passed.items())),
        good: len(results) - wrong,
        f"{good}_stopped": blocked.total(),
        f"{good}_stopped_by_kind": dict(sorted(blocked.items())),
    }
