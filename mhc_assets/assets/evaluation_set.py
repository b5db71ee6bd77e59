"""The questions that every candidate is asked."""

import dagster as dg
import orjson

from mhc_assets.assets.dataset import training_dataset
from mhc_assets.resources import Platform
from mhc_assets.run_versions import made_by_run
from mhc_assets.style import MODEL, OWNERS
from mhc_core.db.queries import dataset as datasets
from mhc_core.evaluation import sets


@dg.asset(group_name=MODEL, kinds={"postgres"}, owners=OWNERS, deps=[training_dataset], code_version="1")
def evaluation_set(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult[None]:
    """A frozen set of held-out questions with their approved answers, split by customer and time, named by content.

    It stays the same while data sets come and go, so that candidates are compared on equal terms, and its customers are
    never trained on. The next one is frozen when held-out conversations have doubled or one of its customers is erased.
    """
    with platform.engine.begin() as connection:
        dataset = datasets.usable(connection, made_by_run(context, training_dataset))
        frozen = sets.ensure(connection, dataset)
    context.log.info("evaluation set %s: %d questions", frozen.id, frozen.questions)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": frozen.questions,
            "version": frozen.id,
            "dataset": dataset.id,
            "frozen_from": frozen.dataset_id,
            "manifest": dg.MetadataValue.json(orjson.loads(orjson.dumps(frozen.manifest))),
        },
        data_version=dg.DataVersion(frozen.id),
    )
