"""The weeks: customers ask serving, judge the answers and rate some; staff review; the pipeline learns and promotes.

Staff know the truth, as people who look things up do, and slip now and then. A candidate that the offline gate lets
through is promoted at once (``MHC_ROLLOUT=direct``): a canary would need more customers than a simulated week has, and
is measured by ``mhc bench gate``.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import sqlalchemy as sa

from mhc_core.business import pricing as business_data
from mhc_core.db.queries import evaluation as evaluations
from mhc_core.db.queries import knowledge, simulation, versions
from mhc_core.db.queries import review as reviews
from mhc_core.db.queries.training import BASELINE_ID
from mhc_core.knowledge.articles import import_articles
from mhc_core.review import decisions
from mhc_core.scrubbing.loading import scrubber
from mhc_core.settings import Settings
from mhc_core.vocabulary import Decision
from mhc_jobs import dagster_home, sample
from mhc_jobs.simulation import reading
from mhc_jobs.simulation.asking import Clock, Given, ask, rate, serving
from mhc_jobs.simulation.customers import draw
from mhc_jobs.simulation.pipeline import Pipeline, SimulatedPlatform
from mhc_jobs.simulation.report import Candidate, Example, Week

MONDAY = date(2026, 1, 5)
REVIEWED_SHARE, REVIEWED_WRONGLY = 0.9, 0.02
"""Answers of the queue that staff decide in a week, and wrong ones among them that they let pass."""
SHOWN = 3
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """``sabotage_week``: its version of understanding is spoiled, and the first candidate from it on, once."""

    weeks: int
    customers: int
    sabotage_week: int
    seed: int


def simulate(engine: sa.Engine, settings: Settings, plan: Plan, report: Report) -> Iterator[Week]:
    """Run the plan on a migrated, empty database, and yield each week when its learning is done.

    Raises:
        LoopFailed: a job of the pipeline failed.
    """
    clock = Clock(_moment(MONDAY))
    platform = SimulatedPlatform.over(engine, settings, clock)
    business = business_data.load(settings.business_file)
    url = engine.url.render_as_string(hide_password=False)
    with dagster_home.instance(settings, url) as instance:
        pipeline = Pipeline(platform, instance)
        report("the knowledge base")
        with engine.begin() as connection:
            import_articles(connection, [sample.knowledge_dir()], clock.now)
        pipeline.run("knowledge")
        report("the first version of understanding")
        pipeline.run("understanding")
        to_read = reading.to_come(plan.seed)
        a_week = min(2 * plan.customers, len(to_read) // plan.weeks)
        answered: dict[UUID, Given] = {}
        spoiled = ""
        with serving(settings, business, engine, clock) as concierge:
            for number in range(1, plan.weeks + 1):
                started = time.perf_counter()
                rng = Random(f"{plan.seed}:{number}")
                monday = MONDAY + timedelta(weeks=number - 1)
                report(f"week {number}: {plan.customers} customers")
                concierge.live.refresh()
                with engine.connect() as connection:
                    production = versions.live(connection, "model") or BASELINE_ID
                    before = evaluations.latest(connection)
                given = ask(concierge, clock, settings, draw(rng, business, monday, plan.customers, f"week{number}"))
                rate(engine, clock, rng, given)
                answered |= {one.message_id: one for one in given}
                clock.now = _moment(monday) + timedelta(days=6, hours=20)
                days = monday - timedelta(days=1), monday + timedelta(days=6)  # Monday in UTC begins on Sunday evening
                for job in ("collect", "review"):
                    report(f"week {number}: {job}")
                    pipeline.run(job, *(days if job == "collect" else ()))
                report(f"week {number}: staff")
                _review(engine, settings, clock, rng, answered)
                report(f"week {number}: {a_week} messages to read")
                said = to_read[(number - 1) * a_week : number * a_week]
                read = reading.read_week(engine, settings, business, clock.now, rng, said)
                platform.set_misread(number == plan.sabotage_week)
                report(f"week {number}: understanding")
                pipeline.run("understanding")
                read = replace(read, candidate=reading.candidate(engine, number == plan.sabotage_week))
                report(f"week {number}: knowledge")
                pipeline.run("knowledge")
                with engine.connect() as connection:
                    verified = reviews.summary(connection).verified
                    articles = knowledge.count_active(connection)
                spoil = not spoiled and number >= plan.sabotage_week
                platform.set_sabotage(spoil)
                if verified >= settings.dataset_min_examples:
                    report(f"week {number}: training")
                    pipeline.run("train")
                candidate = _candidate(engine, before, spoil)
                if candidate is not None and candidate.sabotaged:
                    spoiled = candidate.model
                yield Week(
                    number=number,
                    conversations=len(given),
                    met=sum(one.met for one in given),
                    handed_over=sum(one.escalated for one in given),
                    production=production,
                    articles=articles,
                    approved_answers=verified,
                    candidate=candidate,
                    examples=[Example(one.need.question, one.answer, one.met) for one in given[:SHOWN]],
                    seconds=round(time.perf_counter() - started, 1),
                    read=read,
                )


def _review(engine: sa.Engine, settings: Settings, clock: Clock, rng: Random, answered: dict[UUID, Given]) -> None:
    """Staff decide a share of the queue: what is right is approved, what is wrong is written anew."""
    with engine.begin() as connection:
        scrub = scrubber(connection, settings)
        pending = simulation.pending_answers(connection)
        for item, message in pending[: round(REVIEWED_SHARE * len(pending))]:
            one = answered[message]
            approve = one.met or rng.random() < REVIEWED_WRONGLY
            decisions.decide(
                connection,
                item,
                Decision.APPROVE if approve else Decision.EDIT,
                "simulated staff",
                clock.now,
                lambda: scrub,
                None if approve else rng.choice(one.need.right),
            )


def _candidate(engine: sa.Engine, before: evaluations.Evaluation | None, sabotaged: bool) -> Candidate | None:
    """The candidate evaluated since ``before``, if any."""
    with engine.connect() as connection:
        found = evaluations.latest(connection)
        live = versions.live(connection, "model")
    if found is None or (before is not None and found.id == before.id):
        return None
    return Candidate(
        found.candidate_id,
        sabotaged,
        found.verdict.value,
        found.questions,
        (found.difference, found.interval_low, found.interval_high),
        live == found.candidate_id,
    )


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
