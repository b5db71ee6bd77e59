"""How good each conversation was."""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from mhc_assets.assets.collection import conversations, feedback
from mhc_assets.freshness import DAILY
from mhc_assets.partitions import daily, days, made, ranges_of_days
from mhc_assets.resources import Platform
from mhc_assets.style import LEARN, OWNERS
from mhc_core.db.queries import scoring as queries
from mhc_core.scoring import own
from mhc_core.scoring.scorer import score_conversations, scorer_version


@dg.asset(
    group_name=LEARN,
    kinds={"postgres", "python"},
    owners=OWNERS,
    deps=[conversations, feedback],
    partitions_def=daily,
    backfill_policy=ranges_of_days,
    code_version="1",
    freshness_policy=DAILY,
)
def scored_conversations(context: dg.AssetExecutionContext, platform: Platform) -> Iterator[dg.MaterializeResult[None]]:
    """A quality score from 0 to 1 for every finished conversation, stored with its five parts and its interval.

    Feedback 30 %, outcome 25 %, coherence 20 %, customer sentiment 15 %, efficiency 10 % (`MHC_SCORE_WEIGHTS`). A part
    without evidence is left out and its weight spread over the rest; little evidence widens the interval, whose lower
    end promotes. Beside it stands the learned score: the chance that the customer was pleased. Scores that are still
    right are not made again.
    """
    embedder, settings = platform.embedder(), platform.settings
    scorer = scorer_version(embedder)
    told: dict[date, dict[str, int | float | str]] = {}
    with platform.engine.connect() as connection:
        learned = own.current(connection)
    for day in days(context):
        now = platform.now()  # before reading, so that feedback that arrives meanwhile is newer than the score
        with platform.engine.begin() as connection:
            pending = queries.pending(connection, day, scorer)
            usual = queries.usual_lengths(connection, day) if pending else {}
            scores = score_conversations(pending, embedder, settings, usual, learned.model)
            queries.save_scores(connection, scores, scorer, now)
            promoting = settings.promoting_score == "learned"
            found = queries.summary(connection, day, settings.quality_threshold, promoting)
        context.log.info("%s: %d conversations scored", day, len(scores))
        told[day] = {
            "dagster/row_count": found.scored,
            "scored_now": len(scores),
            "learned_score": learned.source,
            "at_or_above_threshold": found.at_threshold,
        }
        if found.mean is not None:
            told[day]["mean_score"] = round(found.mean, 3)
    if any(day["scored_now"] for day in told.values()):
        with platform.engine.begin() as connection:
            own.keep(connection, own.current(connection), platform.now())
    yield from made(context, told)
