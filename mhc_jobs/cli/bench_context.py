"""``mhc bench context``: how much smaller the condensed prompt is than one with every turn, and what that costs."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from statistics import fmean
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from mhc_core import settings as configuration
from mhc_core.business import pricing as businesses
from mhc_core.business.pricing import Business
from mhc_core.knowledge.article_selector import ArticleSelector
from mhc_core.prompts import wordings
from mhc_core.protocols import Embedder, Passage
from mhc_core.vocabulary import Intent
from mhc_jobs.cli.console import AsJson, columns, respond
from mhc_jobs.sample.long_talk import LongTalk, long_talks

QUESTION = "So what would the total be now, with travel?"
TODAY = date(2026, 11, 2)
LENGTHS = [20, 40, 80, 120]
"""Messages of a conversation."""


def command(
    conversations: Annotated[int, typer.Option(min=10, help="Conversations of each length.")] = 60,
    messages: Annotated[list[int], typer.Option(min=10, help="Messages of a conversation; may be repeated.")] = LENGTHS,
    seed: Annotated[int, typer.Option(help="Seed of the conversations and of the bootstrap.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Compare the prompt of two turns, a summary and what is quoted with the whole conversation and whole articles.

    The party is told in the first message and its price asked for at the end. The score is the share of right totals,
    worked out by the same reader and calculator from what stands in each prompt; the interval is a paired bootstrap.
    "History smaller" leaves the system prompt and the passages out of both.
    """
    from mhc_core.providers.minilm import embedder as minilm
    from mhc_jobs.bench.answers import sample

    settings = configuration.load()
    business = businesses.load(settings.business_file)
    embedder = minilm.load()
    found = passages(sample.learned(embedder), embedder)
    report: dict[str, Any] = {"question": QUESTION, "lengths": {}}
    for length in messages:
        talks = long_talks(seed, conversations, length, TODAY, business)
        report["lengths"][str(length)] = measured(business, talks, found, seed)
    respond(as_json, report, *_shown(report))


def passages(article_selector: ArticleSelector, embedder: Embedder) -> tuple[list[Passage], list[Passage]]:
    """The articles that the question finds: whole, and as they are quoted."""
    quoted = article_selector.passages(QUESTION, embedder.embed([QUESTION])[0], 3)
    whole = ["\n\n".join(text for _, text in article_selector.articles[one.article_id].chunks) for one in quoted]
    return [replace(one, content=text, probability=None) for one, text in zip(quoted, whole, strict=True)], quoted


def measured(
    business: Business, talks: Iterable[LongTalk], found: tuple[list[Passage], list[Passage]], seed: int
) -> dict[str, Any]:
    """The prompt with all turns and whole articles beside the one that is sent."""
    from mhc_core.concierge.agents import context
    from mhc_core.concierge.facts.memory import Facts
    from mhc_core.concierge.guards import party_reading
    from mhc_core.db.queries.serving import StoredTurn
    from mhc_core.statistics.cluster_bootstrap import paired_interval

    prompt = wordings.system_prompt(business, Intent.PRICING)
    full, sent, history, condensed_right, full_right, messages = [], [], [], [], [], []
    for talk in talks:
        turns = [StoredTurn(turn["role"], turn["content"], {}) for turn in talk.messages]
        said = [turn.content for turn in turns if turn.role == "user"]
        facts = Facts(party=party_reading.combine(business, said))
        prepared = context.prepare(facts, turns[-context.TURNS :], QUESTION, found[1], prompt)
        messages.append(len(turns))
        whole = context.prepare(facts, turns, QUESTION, found[0], prompt)
        full.append(whole.full_tokens)
        history.append(whole.history_tokens)
        sent.append(prepared.sent_tokens)
        summary = prepared.system_prompt.removeprefix(prompt)
        recent = [turn.content for turn in prepared.history if turn.role == "user"]
        told = [turn.content for turn in turns if turn.role == "user"]
        condensed_right.append(float(_total(business, [summary, *recent]) == talk.total))
        full_right.append(float(_total(business, told) == talk.total))
    difference = paired_interval(condensed_right, full_right, list(range(len(full))), seed)
    return {
        "conversations": len(full),
        "messages": round(fmean(messages), 1),
        "full_tokens": round(fmean(full), 1),
        "sent_tokens": round(fmean(sent), 1),
        "smaller": round(1 - sum(sent) / sum(full), 4),
        "history_smaller": round((sum(full) - sum(sent)) / sum(history), 4),
        "right_condensed": round(fmean(condensed_right), 4),
        "right_full": round(fmean(full_right), 4),
        "difference": {name: round(getattr(difference, name), 4) for name in ("mean", "low", "high")},
    }


def _total(business: Business, texts: list[str]) -> Decimal | None:
    """The price (USD) that the local calculator works out from what was read; ``None`` when something is missing."""
    from mhc_core.concierge.guards import party_reading
    from mhc_core.concierge.tools import quote

    worked = quote.work_out(business, party_reading.combine(business, texts))
    return worked.quote.total if worked.quote else None


def _shown(report: dict[str, Any]) -> Iterator[RenderableType]:
    headings = (">messages", ">tokens, all turns", ">tokens, sent", ">smaller", ">history smaller", ">right, all turns",
                ">right, sent", ">difference (95 %)")  # fmt: skip
    table = columns(*headings, title=f"“{report['question']}”, asked at the end of a conversation")
    for row in report["lengths"].values():
        gap = row["difference"]
        shares = [f"{row[name]:.1%}" for name in ("smaller", "history_smaller", "right_full", "right_condensed")]
        counts = [str(row[name]) for name in ("messages", "full_tokens", "sent_tokens")]
        table.add_row(*counts, *shares, f"{gap['mean']:+.3f} ({gap['low']:+.3f} to {gap['high']:+.3f})")
    yield table
