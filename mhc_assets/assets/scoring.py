"""How good each conversation was."""

import dagster as dg

from mhc_assets.assets.collection import conversations, feedback
from mhc_assets.partitions import daily, days, single_run
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
    backfill_policy=single_run,
    code_version="1",
)
def scored_conversations(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult[None]:
    """A quality score from 0 to 1 for every finished conversation, stored with its five parts and its interval.

    Feedback 30 %, outcome 25 %, coherence 20 %, customer sentiment 15 %, efficiency 10 % (`MHC_SCORE_WEIGHTS`). A part
    without evidence is left out and its weight spread over the rest; little evidence widens the interval, whose lower
    end promotes. Beside it stands the learned score: the chance that the customer was pleased. Scores that are still
    right are not made again.
    """
    embedder, settings = platform.embedder(), platform.settings
    scorer = scorer_version(embedder)
    with platform.engine.connect() as connection:
        learned = own.current(connection)
    written = 0
    summaries = []
    for day in days(context):
        now = platform.now()  # before reading, so that feedback that arrives meanwhile is newer than the score
        with platform.engine.begin() as connection:
            pending = queries.pending(connection, day, scorer)
            usual = queries.usual_lengths(connection, day) if pending else {}
            scores = score_conversations(pending, embedder, settings, usual, learned.model)
            queries.save_scores(connection, scores, scorer, now)
            promoting = settings.promoting_score == "learned"
            summaries.append(queries.summary(connection, day, settings.quality_threshold, promoting))
        written += len(scores)
        context.log.info("%s: %d conversations scored", day, len(scores))
    scored = sum(day.scored for day in summaries)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": scored,
            "scored_now": written,
            "learned_score": learned.source,
            "at_or_above_threshold": sum(day.at_threshold for day in summaries),
            "mean_score": round(sum((day.mean or 0) * day.scored for day in summaries) / scored, 3) if scored else None,
        }
    )
