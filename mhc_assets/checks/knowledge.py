"""Is the live index whole?"""

import dagster as dg

from mhc_assets.assets.knowledge import kb_embeddings
from mhc_assets.resources import Platform
from mhc_core.db.queries import knowledge, versions


@dg.asset_check(asset=kb_embeddings, blocking=True)
def live_index_is_complete(platform: Platform) -> dg.AssetCheckResult:
    """The live knowledge version holds every chunk it was built from; without any article there is none."""
    with platform.engine.connect() as connection:
        live = versions.live(connection, "knowledge")
        version = knowledge.version(connection, live) if live else None
        articles = knowledge.count_active(connection)
        present = knowledge.count_members(connection, live) if live else 0
    return dg.AssetCheckResult(
        passed=present == version.chunk_count if version else articles == 0,
        metadata={"version": live or "none", "chunks": present},
    )
