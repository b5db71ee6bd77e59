"""What the concierge knows, and the index it is found with."""

import dagster as dg

from mhc_assets.assets.review import review_decisions
from mhc_assets.freshness import WEEKLY
from mhc_assets.resources import Platform
from mhc_assets.style import KNOWLEDGE, OWNERS
from mhc_core.db.queries import knowledge as queries
from mhc_core.knowledge import articles, index, language_vectors, learned
from mhc_core.providers.e5 import embedder as e5


@dg.asset(
    group_name=KNOWLEDGE,
    kinds={"markdown", "postgres"},
    owners=OWNERS,
    deps=[review_decisions],
    code_version="1",
    freshness_policy=WEEKLY,
)
def knowledge_articles(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult[None]:
    """Articles written by the team, and learned ones: approved answers of general use that no article gives yet.

    A learned article is withdrawn when its example is. Articles nobody reviewed for `MHC_KNOWLEDGE_STALE_DAYS` are
    flagged stale.
    """
    now = platform.now()
    with platform.engine.begin() as connection:
        report = learned.learn(connection, platform.embedder(), platform.business(), now)
        stale = articles.stale(connection, now, platform.settings.knowledge_stale_days)
        active = queries.count_active(connection)
    context.log.info("%d articles learned, %d withdrawn", len(report.added), len(report.withdrawn))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": active,
            "learned_now": len(report.added),
            "withdrawn_now": len(report.withdrawn),
            "stale": len(stale),
            "stale_articles": ", ".join(row.id for row in stale[:50]) or "none",
        }
    )


@dg.asset(
    group_name=KNOWLEDGE,
    kinds={"postgres", "pgvector"},
    owners=OWNERS,
    deps=[knowledge_articles],
    code_version="1",
    freshness_policy=WEEKLY,
)
def kb_embeddings(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult[None]:
    """An immutable index version of all active articles, live only if it finds stored questions no worse.

    Articles are cut into chunks; unchanged chunks are not embedded again. Compared are hit rate@3 and mean reciprocal
    rank; learned articles that make it worse are withdrawn. `mhc knowledge rollback` goes back to the version before.
    """
    now, embedder = platform.now(), platform.embedder()
    with platform.engine.begin() as connection:
        if not queries.count_active(connection):
            context.log.info("there is no article yet: add some with `mhc import knowledge`")
            return dg.MaterializeResult(metadata={"dagster/row_count": 0, "live": "none"})
        outcome = index.update(connection, embedder, now, "pipeline")
        version = queries.version(connection, outcome.version_id)
    if outcome.live is not None:
        language_vectors.keep(platform.engine, outcome.live, e5.load)
    assert version is not None
    for reason in outcome.reasons:
        context.log.info(reason)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": version.chunk_count,
            "version": version.id,
            "articles": version.article_count,
            "published": outcome.published,
            "live": outcome.live or "none",
            "hit_rate_at_3": outcome.new.hit_rate,
            "mean_reciprocal_rank": outcome.new.mrr,
            "reasons": dg.MetadataValue.md("\n".join(f"- {reason}" for reason in outcome.reasons)),
        },
        data_version=dg.DataVersion(version.id),
    )
