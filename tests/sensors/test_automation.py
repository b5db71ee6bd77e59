"""When the review runs by itself: new clean data is enough, a failed check is not."""

import dagster as dg

from mhc_jobs.definitions import defs

SCRUBBED = dg.AssetKey("scrubbed_training_data")
REVIEW = dg.AssetKey("review_decisions")
CHECKS = ("nothing_was_held_by_an_error", "a_second_scrub_finds_nothing")


def scrubbed(instance: dg.DagsterInstance, day: str, clean: bool = True) -> None:
    """What a run of one day leaves in Dagster's event log."""
    instance.report_runless_asset_event(dg.AssetMaterialization(SCRUBBED, partition=day))
    for name in CHECKS:
        passed = clean or name != CHECKS[0]
        instance.report_runless_asset_event(dg.AssetCheckEvaluation(asset_key=SCRUBBED, check_name=name, passed=passed))


def asked(instance: dg.DagsterInstance, cursor: object = None) -> tuple[set[dg.AssetKey], object]:
    result = dg.evaluate_automation_conditions(defs, instance, dg.AssetSelection.all(), cursor=cursor)  # type: ignore[arg-type]
    return {key for key in (REVIEW, SCRUBBED) if result.get_num_requested(key)}, result.cursor


def test_one_new_day_is_enough(instance: dg.DagsterInstance) -> None:
    requested, cursor = asked(instance)
    assert requested == set()
    scrubbed(instance, "2026-10-05")
    requested, cursor = asked(instance, cursor)
    assert requested == {REVIEW}
    requested, cursor = asked(instance, cursor)
    assert requested == set(), "asked twice for the same data"
    instance.report_runless_asset_event(dg.AssetMaterialization(REVIEW))
    requested, cursor = asked(instance, cursor)
    assert requested == set()
    scrubbed(instance, "2026-10-06")
    assert asked(instance, cursor)[0] == {REVIEW}


def test_after_a_failed_blocking_check_it_waits_until_the_check_passes(instance: dg.DagsterInstance) -> None:
    _, cursor = asked(instance)
    scrubbed(instance, "2026-10-05", clean=False)
    requested, cursor = asked(instance, cursor)
    assert requested == set()
    scrubbed(instance, "2026-10-05")
    assert asked(instance, cursor)[0] == {REVIEW}
