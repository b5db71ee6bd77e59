"""Is what goes on clean?"""

import dagster as dg

from mhc_assets.assets.scrubbing import scrubbed_training_data
from mhc_assets.partitions import days
from mhc_assets.resources import Platform
from mhc_core.db.queries import examples as queries
from mhc_core.scrubbing import marks


@dg.asset_check(asset=scrubbed_training_data, blocking=True)
def nothing_was_held_by_an_error(context: dg.AssetCheckExecutionContext, platform: Platform) -> dg.AssetCheckResult:
    """No text was held because the scrubber failed on it.

    Held text never goes on; this alarm is about the scrubber. Text held for account-like numbers is counted, too, but
    that is the scrubber doing its work.
    """
    with platform.engine.connect() as connection:
        found = [queries.summary(connection, day) for day in days(context)]
    errors = sum(day.held_error for day in found)
    return dg.AssetCheckResult(
        passed=errors == 0,
        metadata={"held_by_error": errors, "held_for_residue": sum(day.held_residue for day in found)},
    )


@dg.asset_check(asset=scrubbed_training_data, blocking=True)
def a_second_scrub_finds_nothing(context: dg.AssetCheckExecutionContext, platform: Platform) -> dg.AssetCheckResult:
    """A sample of the scrubbed text of these days goes through the scrubber again and comes out unchanged."""
    scrubber = platform.scrubber()
    with platform.engine.connect() as connection:
        texts = [text for day in days(context) for text in queries.sample_texts(connection, day, 25)]
    changed = sum(scrubber.scrub(text).text != text for text in texts)
    return dg.AssetCheckResult(passed=changed == 0, metadata={"texts": len(texts), "changed": changed})


@dg.asset_check(asset=scrubbed_training_data)
def reviewers_marks_hold(context: dg.AssetCheckExecutionContext, platform: Platform) -> dg.AssetCheckResult:
    """What reviewers marked as missed is found by the scrubber itself now, and what they marked as wrong is left alone.

    Every mark is replayed on its raw message. It does not stop what comes after: a marked piece is taken out of its
    conversation whatever the rules say. Missed pieces are errors, wrongly masked ones warnings.
    """
    with platform.engine.connect() as connection:
        replayed = marks.replay(connection, platform.scrubber())
    return dg.AssetCheckResult(
        passed=not replayed.still_missed and not replayed.still_wrong,
        severity=dg.AssetCheckSeverity.ERROR if replayed.still_missed else dg.AssetCheckSeverity.WARN,
        metadata={
            "marks": replayed.marks,
            "still_missed": replayed.still_missed,
            "still_wrong": replayed.still_wrong,
            "failing_marks": dg.MetadataValue.json(replayed.failing[:100]),
        },
    )
