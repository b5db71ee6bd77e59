"""The versions that travel through a run: an asset takes what the run itself made, whatever is the newest by then."""

import dagster as dg

Context = dg.AssetExecutionContext | dg.AssetCheckExecutionContext
DATA_VERSION = "dagster/data_version"
"""Tag under which Dagster keeps the ``data_version`` of a materialisation."""


def made_by_run(context: Context, asset: dg.AssetsDefinition) -> str | None:
    """The version that this run made of an asset, or None when it made none: then the newest is meant.

    A run that is executed again from where it failed goes on with what the run before it made.
    """
    run: dg.DagsterRun | None = context.run
    while run is not None:
        made = context.instance.get_records_for_run(
            run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION, ascending=False
        )
        for record in made.records:
            found = record.event_log_entry.asset_materialization
            if found is not None and found.asset_key == asset.key:
                return (found.tags or {}).get(DATA_VERSION)
        run = context.instance.get_run_by_id(run.parent_run_id) if run.parent_run_id else None
    return None
