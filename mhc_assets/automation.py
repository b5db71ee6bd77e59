"""Declarative automation used by assets."""

from typing import cast

import dagster as dg


def when_dependencies_are_new_and_clean() -> "dg.AutomationCondition[dg.AssetKey]":
    """Run when a dependency was updated, none is running, and no blocking check of a dependency failed.

    `eager()` is not used: it waits for every partition of a partitioned dependency, and it ignores a blocking check
    that failed in another run.
    """
    condition = dg.AutomationCondition
    return cast(
        "dg.AutomationCondition[dg.AssetKey]",
        (
            condition.any_deps_updated().since_last_handled()
            & ~condition.any_deps_in_progress()
            & ~condition.in_progress()
            & condition.all_deps_blocking_checks_passed()
        ).with_label("dependencies are new and clean"),
    )
