"""Were the questions kept from the models, and does the evaluation carry its verdict?"""

import dagster as dg

from mhc_assets.assets.dataset import training_dataset
from mhc_assets.assets.evaluation import shadow_evaluation
from mhc_assets.assets.evaluation_set import evaluation_set
from mhc_assets.resources import Platform
from mhc_assets.run_versions import made_by_run
from mhc_core.db.queries import dataset as datasets
from mhc_core.db.queries import evaluation as queries
from mhc_core.db.queries import evaluation_sets
from mhc_core.evaluation import contamination, measures, sets
from mhc_core.evaluation.compare import MIN_QUESTIONS

SHOWN = 10


@dg.asset_check(asset=evaluation_set, blocking=True)
def evaluation_set_is_not_trained_on(context: dg.AssetCheckExecutionContext, platform: Platform) -> dg.AssetCheckResult:
    """No customer of the frozen questions is in training, and no training question is a near-duplicate of one.

    The search is the one that splits data sets (`MHC_NEAR_DUPLICATE_SIMILARITY`). Build the data set again to mend it.
    """
    with platform.engine.connect() as connection:
        made = made_by_run(context, evaluation_set)
        frozen = evaluation_sets.get(connection, made) if made else evaluation_sets.current(connection)
        dataset = datasets.usable(connection, made_by_run(context, training_dataset))
        if frozen is None:
            raise dg.Failure("there is no evaluation set; materialise evaluation_set first", allow_retries=False)
        found = contamination.overlaps(
            connection,
            sets.read(connection, frozen),
            dataset.id,
            platform.embedder(),
            platform.settings.near_duplicate_similarity,
        )
    rows = [(f"{one.position}", f"{one.example_id}", one.why, f"{one.similarity:.3f}") for one in found[:SHOWN]]
    table = measures.markdown(("question", "training example", "same", "similarity"), rows)
    return dg.AssetCheckResult(
        passed=not found,
        metadata={
            "evaluation_set": frozen.id,
            "dataset": dataset.id,
            "questions": frozen.questions,
            "given_away": len({item.position for item in found}),
            "first": dg.MetadataValue.md(table if found else "none"),
        },
    )


@dg.asset_check(asset=shadow_evaluation)
def enough_questions_were_compared(context: dg.AssetCheckExecutionContext, platform: Platform) -> dg.AssetCheckResult:
    """The verdict rests on enough held-out questions to mean something."""
    made = made_by_run(context, shadow_evaluation)
    with platform.engine.connect() as connection:
        evaluation = queries.get(connection, int(made)) if made else queries.latest(connection)
    count = evaluation.questions if evaluation else 0
    return dg.AssetCheckResult(
        passed=count >= MIN_QUESTIONS,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"questions": count, "needed": MIN_QUESTIONS},
    )
