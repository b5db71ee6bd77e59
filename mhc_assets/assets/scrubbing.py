"""What may be learned from, without personal data."""

from collections.abc import Iterator

import dagster as dg

from mhc_assets.assets.scoring import scored_conversations
from mhc_assets.freshness import DAILY
from mhc_assets.partitions import daily, days, made, ranges_of_days
from mhc_assets.resources import Platform
from mhc_assets.style import LEARN, OWNERS
from mhc_core.db.queries import examples as queries
from mhc_core.db.queries import marks, tagger_versions, versions
from mhc_core.scrubbing import learning
from mhc_core.scrubbing.stage import scrub_day
from mhc_core.understanding.personal import personal


@dg.asset(
    group_name=LEARN,
    kinds={"postgres", "python"},
    owners=OWNERS,
    deps=[scored_conversations],
    partitions_def=daily,
    backfill_policy=ranges_of_days,
    code_version="1",
    freshness_policy=DAILY,
)
def scrubbed_training_data(
    context: dg.AssetExecutionContext, platform: Platform
) -> Iterator[dg.MaterializeResult[None]]:
    """Question and answer pairs worth learning from, with names, phones, addresses and the like replaced.

    Answers of conversations at or above the quality threshold, every human edit, and disliked or unsure answers for
    correction. Placeholders such as `[PERSON_1]` are consistent inside a conversation. Text that cannot be shown to be
    clean is held back. Near-duplicates are merged. Everything after this asset sees this text only.
    """
    scrubber, embedder = platform.scrubber(), platform.embedder()
    told = {}
    for day in days(context):
        with platform.engine.begin() as connection:
            written = scrub_day(connection, scrubber, embedder, platform.settings, day, platform.now())
            found = queries.summary(connection, day)
        held = found.held_residue + found.held_error
        context.log.info("%s: %d examples, %d held", day, found.examples, held)
        told[day] = {
            "dagster/row_count": found.examples,
            "written_now": written,
            "merged_duplicates": found.duplicates,
            "held": held,
            "personal_data_found": sum(found.findings.values()),
            "findings": dg.MetadataValue.json(dict(sorted(found.findings.items()))),
        }
    yield from made(context, told)


@dg.asset(
    group_name=LEARN,
    kinds={"python"},
    owners=OWNERS,
    deps=[scrubbed_training_data],
    pool="training",
    code_version="1",
)
def tagger(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult[None]:
    """The version of what finds names, addresses and numbers in text, trained with reviewers' marks.

    In a marked message all personal data is replaced by invented data before it is taught. The version is put to use
    when it finds no less, masks no more that is harmless, and meets no fewer marks than the live one. Conversations are
    scrubbed again by it. The same marks are trained on once; go back at once with `mhc tagger rollback`.
    """
    settings = platform.settings
    allow = platform.business().allow_list
    release = personal(platform.gold())
    with platform.engine.connect() as connection:
        marked = marks.count(connection)
    if not marked:
        return dg.MaterializeResult(metadata={"live": "that of the release", "marks": 0})
    made = learning.train(
        platform.engine, release, settings.artifacts, allow, settings.seed, platform.now(), context.log.info
    )
    with platform.engine.begin() as connection:
        moved = learning.promote(connection, made, "pipeline", platform.now())
        live = versions.live(connection, tagger_versions.KIND) or "that of the release"
    return dg.MaterializeResult(
        metadata={
            "live": live,
            "version": made.id,
            "marks": made.marks,
            "verdict": made.verdict.value,
            "moved": moved,
            "reasons": dg.MetadataValue.md("\n".join(f"- {reason}" for reason in made.reasons)),
            "candidate": dg.MetadataValue.json(dict(made.candidate_metrics)),
            "baseline": dg.MetadataValue.json(dict(made.baseline_metrics)),
        },
        data_version=dg.DataVersion(live),
    )
