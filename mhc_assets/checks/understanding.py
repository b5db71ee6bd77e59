"""Were the messages that versions are judged on kept from them?"""

import dagster as dg

from mhc_assets.assets.understanding import understanding_examples
from mhc_assets.resources import Platform
from mhc_core.db.queries import understanding as queries


@dg.asset_check(asset=understanding_examples, blocking=True)
def held_out_messages_are_not_trained_on(platform: Platform) -> dg.AssetCheckResult:
    """No customer and no text of the held-out messages is among those that are trained on."""
    with platform.engine.connect() as connection:
        held = queries.held_out(connection)
        taught = queries.to_train(connection)
    groups = {one.group for one in held} & {one.group for one in taught}
    lines = {one.line for one in held} & {one.line for one in taught}
    return dg.AssetCheckResult(
        passed=bool(taught) and not groups and not lines,
        metadata={"held_out": len(held), "to_train": len(taught), "customers": len(groups), "messages": len(lines)},
    )
