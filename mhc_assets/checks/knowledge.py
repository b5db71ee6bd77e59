"""Is the live index whole?"""

import dagster as dg

from mhc_assets.assets.knowledge import kb_embeddings
from mhc_assets.resources import Platform
from mhc_core.db.queries import knowledge, versions


@dg.asset_check(asset=kb_embeddings, blocking=True)
def live_index_is_complete(platform: Platform) -> dg.AssetCheckResult:
    """The live knowledge version holds every chunk it was built from."""
    with platform.engine.connect() as connection:
        live = versions.live(connection, "knowledge")
        version = knowledge.version(connection, live) if live else None
        present = knowledge.count_members(connection, live) if live else 0
    return dg.AssetCheckResult(
        passed=version is not None and present == version.chunk_count,
        metadata={"version": live or "none", "chunks": present},
    )
