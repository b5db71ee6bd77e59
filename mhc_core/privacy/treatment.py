"""What every table holds of people, and what becomes of it: the one list that the leak test and its readers go by.

A table or a column that is not on this list fails a test: whoever adds one says here what it holds.
"""

from dataclasses import dataclass
from typing import Literal

Fate = Literal["deleted", "emptied", "kept"]
"""Rows are deleted, rows stay and what they said goes, or nothing changes."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """One table. Every column that can hold words stands in exactly one of the three sets.

    ``raw`` columns hold customers' own words, names and ids, just as they came. ``scrubbed`` ones hold what the
    scrubber made of such words or found clean, or what was computed from that. ``plain`` ones hold the platform's own
    words, ids, hashes and figures, and names of staff: nothing of a customer may ever stand there.

    ``erasure`` is what becomes of a customer's rows when they are erased, ``retention`` what becomes of rows past
    ``MHC_RETENTION_DAYS``.
    """

    raw: frozenset[str]
    scrubbed: frozenset[str]
    plain: frozenset[str]
    erasure: Fate
    retention: Fate


def _table(
    *, raw: str = "", scrubbed: str = "", plain: str = "", erasure: Fate = "kept", retention: Fate = "kept"
) -> Treatment:
    return Treatment(frozenset(raw.split()), frozenset(scrubbed.split()), frozenset(plain.split()), erasure, retention)


TABLES = {
    "conversations": _table(
        raw="source source_id customer_id thread_id escalation_reason agent_id channel_metadata facts",
        plain="channel status intent outcome",
        erasure="emptied",
        retention="emptied",
    ),
    "messages": _table(
        raw="content edited_content edit_reason edited_by message_metadata search",
        scrubbed="citations",
        plain="role intent model_version_id prompt_version_id knowledge_version_id",
        erasure="emptied",
        retention="emptied",
    ),
    "calls": _table(
        raw="consent_wording",
        plain="consent speakers recogniser audio_sha256 checked_by",
        erasure="deleted",
        retention="emptied",
    ),
    "feedback": _table(
        raw="source source_id customer_id comment", plain="vote verdict", erasure="deleted", retention="emptied"
    ),
    "feedback_history": _table(raw="comment", plain="via vote", erasure="deleted", retention="emptied"),
    "booking_requests": _table(raw="details", plain="status", erasure="deleted", retention="deleted"),
    "bookings": _table(
        raw="source source_id customer_id zip", plain="status region", erasure="deleted", retention="emptied"
    ),
    "diet_facts": _table(raw="value", plain="kind for_whom stance", erasure="deleted", retention="deleted"),
    "offer_suggestions": _table(plain="offer segment", erasure="deleted"),
    "offer_statistics": _table(plain="offer segment companions"),
    "event_surveys": _table(plain="way", erasure="deleted", retention="deleted"),
    "handovers": _table(plain="state reason queue claimed_by", erasure="deleted", retention="emptied"),
    "conversation_notes": _table(raw="text", plain="kind written_by", erasure="deleted", retention="deleted"),
    "webhook_deliveries": _table(plain="last_failure", erasure="deleted"),
    "conversation_stats": _table(plain="channel status"),
    "figures_totals": _table(plain="span"),
    "figures_answers": _table(plain="span model"),
    "figures_articles": _table(plain="span article"),
    "figures_chunks": _table(plain="span"),
    "figures_latencies": _table(plain="span"),
    "figures_flow": _table(plain="span channel intent agent outcome"),
    "provider_calls": _table(
        plain="kind feature provider model outcome job_id", erasure="emptied", retention="emptied"
    ),
    "figures_costs": _table(plain="kind feature model"),
    "figures_cost_hours": _table(),
    "conversation_scores": _table(plain="weights scorer scrubber features"),
    "training_examples": _table(
        scrubbed="question answer context embedding rejected_answer",
        plain="customer_hash channel intent origin vote findings risk language tags embedder content_sha256 "
        "numbers_sha256 verified_by",
        erasure="emptied",
    ),
    "scrub_holds": _table(plain="reason kind", erasure="deleted"),
    "scrub_marks": _table(plain="kind type marked_by", erasure="deleted", retention="deleted"),
    "scrub_terms": _table(plain="term_hash list type added_by"),
    "review_items": _table(plain="reasons status", erasure="emptied"),
    "review_decisions": _table(
        scrubbed="edited_answer former_answer reason", plain="decision decided_by bulk_filter", erasure="emptied"
    ),
    "review_leases": _table(plain="held_by"),
    "knowledge_articles": _table(
        scrubbed="title tags body", plain="id category content_sha256 origin", erasure="emptied"
    ),
    "knowledge_chunks": _table(
        scrubbed="title content embedding search", plain="article_id content_sha256 embedder", erasure="deleted"
    ),
    "knowledge_versions": _table(plain="id embedder metrics"),
    "knowledge_version_chunks": _table(plain="version_id"),
    "knowledge_translations": _table(
        scrubbed="title body questions",
        plain="article_id language source_sha256 content_sha256 origin made_by",
        erasure="deleted",
    ),
    "knowledge_vectors": _table(scrubbed="embedding", plain="text_sha256 embedder", erasure="deleted"),
    "response_cache": _table(
        scrubbed="question answer",
        plain="scope_sha256 question_sha256 meaning_sha256",
        erasure="deleted",
        retention="deleted",
    ),
    "retrieval_questions": _table(scrubbed="question", plain="article_id", erasure="deleted"),
    "prompt_versions": _table(plain="id name task content added_by"),
    "experiments": _table(plain="name prompt salt primary_metric status started_by changed_by"),
    "experiment_variants": _table(plain="version_id stopped_by stopped_because"),
    "experiment_exposures": _table(plain="customer_hash", erasure="deleted"),
    "dataset_versions": _table(plain="id train_uri validation_uri manifest"),
    "dataset_members": _table(plain="dataset_id split"),
    "training_jobs": _table(
        plain="key dataset_id provider base_model hyperparameters status provider_job_id provider_model_id "
        "artifact_uri artifact_sha256 progress metrics error code_version base_licence"
    ),
    "model_versions": _table(
        plain="id provider base_model dataset_id provider_model_id artifact_uri artifact_sha256 metrics"
    ),
    "evaluation_sets": _table(plain="id dataset_id manifest", erasure="emptied"),
    "evaluation_set_members": _table(
        scrubbed="messages", plain="set_id customer_hash channel intent", erasure="deleted"
    ),
    "evaluation_answers": _table(scrubbed="candidate baseline", erasure="deleted"),
    "evaluations": _table(
        plain="key candidate_id baseline_id dataset_id knowledge_version_id candidate_metrics baseline_metrics "
        "verdict reasons differences evaluation_set_id details"
    ),
    "rollouts": _table(plain="model_version_id status alias control_id salt intents approved_by"),
    "rollout_decisions": _table(plain="action decided_by evidence"),
    "rollout_exposures": _table(plain="customer_hash arm", erasure="deleted"),
    "rollout_looks": _table(plain="decision reasons numbers"),
    "rollout_shadow_pairs": _table(plain="intent"),
    "understanding_examples": _table(
        scrubbed="line", plain="key origin text_sha256 customer_hash author", erasure="emptied"
    ),
    "understanding_versions": _table(plain="id key recipe artifact_uri artifact_sha256 examples metrics"),
    "understanding_members": _table(plain="version_id"),
    "understanding_evaluations": _table(
        plain="key candidate_id baseline_id set_sha256 candidate_metrics baseline_metrics differences verdict reasons"
    ),
    "tagger_versions": _table(
        plain="id key artifact_uri artifact_sha256 baseline_id candidate_metrics baseline_metrics verdict reasons"
    ),
    "version_aliases": _table(plain="kind alias version_id moved_by reason"),
    "installation": _table(plain="salt"),
    "erasures": _table(plain="customer_hash status requested_by progress certificate"),
    "api_keys": _table(plain="name role key_sha256"),
    "staff_accounts": _table(plain="name role password_hash totp_secret provided_by subject"),
    "staff_sessions": _table(plain="token_sha256"),
    "audit_log": _table(plain="actor action subject details"),
    "audit_chain": _table(plain="sha256"),
    "audit_base": _table(plain="sha256"),
    "incidents": _table(plain="kind subject details"),
    "signs_of_life": _table(plain="process"),
    "pipeline_figures": _table(plain="what name"),
    "alerts": _table(plain="key source kind severity title detail link acknowledged_by"),
    "alert_messages": _table(plain="key channel kind severity title body last_failure"),
    "alert_message_items": _table(),
    "weekly_reports": _table(plain="week report markdown_uri pdf_uri"),
    "alert_silences": _table(plain="key_prefix reason made_by"),
    "anomaly_evidence": _table(plain="detector"),
    "customer_value": _table(plain="customer_hash", erasure="deleted"),
    "churn_risk": _table(plain="customer_hash reasons", erasure="deleted"),
    "demand_forecast": _table(plain="region method"),
    "customer_profiles": _table(plain="customer_hash last_channel tier next_tier needs consents", erasure="deleted"),
    "profile_watermark": _table(plain="name"),
    "read_versions": _table(plain="kind"),
    "read_changes": _table(plain="kind"),
    "loyalty_events": _table(plain="customer_hash kind", erasure="deleted"),
    "contact_consents": _table(plain="customer_hash channel how wording recorded_by revoked_by", erasure="deleted"),
    # Kept on purpose: the hash of who wants no advertising must outlive them, or they would be written to again.
    "contact_optouts": _table(plain="customer_hash how channel"),
    "inbound_screenings": _table(),
    "campaign_touches": _table(
        plain="campaign step customer_hash anchor arm state reason channel template language provider_message_id",
        erasure="deleted",
    ),
    "offer_codes": _table(plain="code redeemed_by", erasure="deleted"),
    "customer_tasks": _table(plain="customer_hash anchor reasons closed_by", erasure="deleted"),
}
"""By the table's name in schema ``ai``. Schema ``dagster`` is plain as a whole."""


def is_raw(table: str, column: str) -> bool:
    """Whether a column of schema ``ai`` holds customers' own words. A table that is not declared holds none."""
    return table in TABLES and column in TABLES[table].raw
