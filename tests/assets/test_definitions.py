"""What the data team sees of the assets before anything ran."""

import dagster as dg
import pytest

from mhc_core.business import pricing
from mhc_core.settings import Settings
from mhc_jobs.definitions import defs

KEYS = {
    "conversations", "feedback", "scored_conversations", "scrubbed_training_data", "review_decisions", "tagger",
    "training_dataset", "evaluation_set", "fine_tuned_model", "shadow_evaluation", "live_rollout", "promoted_model",
    "knowledge_articles", "kb_embeddings", "conversation_stats", "anomaly_evidence", "pipeline_figures",
    "customer_value", "churn_risk", "customer_profiles", "offer_statistics", "demand_forecast",
    "campaign_plan", "campaign_delivery",
    "understanding_examples", "understanding_model", "understanding_evaluation", "promoted_understanding",
}  # fmt: skip
DAILY = {"conversations", "feedback", "scored_conversations", "scrubbed_training_data"}


@pytest.fixture(scope="module")
def graph() -> "dg.AssetGraph":
    return defs.resolve_asset_graph()


def upstream(graph: "dg.AssetGraph", name: str) -> set[str]:
    return {key.to_user_string() for key in graph.get_ancestor_asset_keys(dg.AssetKey(name))}


def test_the_asset_keys(graph: "dg.AssetGraph") -> None:
    assert {key.to_user_string() for key in graph.get_all_asset_keys()} == KEYS


@pytest.mark.parametrize("name", sorted(KEYS))
def test_every_asset_explains_itself(graph: "dg.AssetGraph", name: str) -> None:
    node = graph.get(dg.AssetKey(name))
    assert len(node.description or "") > 60
    assert node.owners
    assert node.kinds
    assert node.code_version
    assert node.group_name != "default"


def test_days_from_conversations_to_scrubbed_data_are_the_business_s_and_limited_per_run(
    graph: "dg.AssetGraph",
) -> None:
    for name in KEYS:
        node = graph.get(dg.AssetKey(name))
        assert (node.partitions_def is not None) == (name in DAILY), name
        if name in DAILY:
            assert isinstance(node.partitions_def, dg.DailyPartitionsDefinition)
            assert node.partitions_def.timezone == pricing.load(None).contact.timezone
            assert node.backfill_policy == dg.BackfillPolicy.multi_run(Settings().days_per_run)


def test_lineage_runs_from_conversations_to_the_promoted_model(graph: "dg.AssetGraph") -> None:
    line = [
        "conversations", "scored_conversations", "scrubbed_training_data", "review_decisions", "training_dataset",
        "fine_tuned_model", "shadow_evaluation", "promoted_model",
    ]  # fmt: skip
    for position, name in enumerate(line):
        assert set(line[:position]) <= upstream(graph, name), name
    assert upstream(graph, "conversations") == set()
    assert "knowledge_articles" in upstream(graph, "kb_embeddings")
    assert {"feedback", "kb_embeddings"} <= upstream(graph, "shadow_evaluation")
    assert "scored_conversations" in upstream(graph, "conversation_stats")


def test_groups_sort_in_the_order_of_the_flow(graph: "dg.AssetGraph") -> None:
    def group(name: str) -> str:
        return graph.get(dg.AssetKey(name)).group_name or ""

    for name in KEYS:
        for above in upstream(graph, name) - {"kb_embeddings", "knowledge_articles"}:
            assert group(above) <= group(name), (above, name)


def test_checks_that_stop_what_comes_after(graph: "dg.AssetGraph") -> None:
    blocking = {
        f"{key.asset_key.to_user_string()}:{key.name}"
        for key in graph.asset_check_keys
        if graph.get_check_spec(key).blocking
    }
    assert blocking == {
        "scored_conversations:every_finished_conversation_is_scored",
        "scrubbed_training_data:nothing_was_held_by_an_error",
        "scrubbed_training_data:a_second_scrub_finds_nothing",
        "training_dataset:dataset_format_is_valid",
        "training_dataset:dataset_meets_expectations",
        "evaluation_set:evaluation_set_is_not_trained_on",
        "kb_embeddings:live_index_is_complete",
        "understanding_examples:held_out_messages_are_not_trained_on",
    }
    for key in graph.asset_check_keys:
        assert len(graph.get_check_spec(key).description or "") > 40, key
