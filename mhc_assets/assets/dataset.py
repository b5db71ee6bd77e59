"""The data set a model is trained on."""

import dagster as dg
import orjson

from mhc_assets.assets.review import review_decisions
from mhc_assets.resources import Platform
from mhc_assets.style import MODEL, OWNERS
from mhc_core.dataset.newest import store_newest


@dg.asset(group_name=MODEL, kinds={"json", "postgres"}, owners=OWNERS, deps=[review_decisions], code_version="2")
def training_dataset(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult[None]:
    """An immutable set of human-verified examples in OpenAI's chat format, named by its content.

    Split 80/20 so that no customer and no near-duplicate question stands on both sides. The same examples give the same
    version. `ai.dataset_members` says which message every line came from. Where people replaced an answer, both are a
    pair in `preferences.jsonl`, on the side of their example.
    """
    dataset = store_newest(platform.engine, platform.embedder().id, platform.business(), platform.settings)
    context.log.info("data set %s: %d train, %d validation", dataset.id, dataset.train_count, dataset.validation_count)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": dataset.train_count + dataset.validation_count,
            "version": dataset.id,
            "train": dataset.train_count,
            "validation": dataset.validation_count,
            "manifest": dg.MetadataValue.json(orjson.loads(orjson.dumps(dataset.manifest))),
        },
        data_version=dg.DataVersion(dataset.id),
    )
