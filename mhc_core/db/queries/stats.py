"""Figures for dashboards, reports and ``mhc status``."""

import sqlalchemy as sa


def counts(connection: sa.Connection) -> dict[str, int]:
    """How many rows every stage holds."""
    row = connection.execute(
        sa.text("""
            select (select count(*) from ai.conversations) as conversations,
                   (select count(*) from ai.messages) as messages,
                   (select count(*) from ai.feedback) as feedback,
                   (select count(*) from ai.conversation_scores) as scored_conversations,
                   (select count(*) from ai.training_examples) as training_examples,
                   (select count(*) from ai.training_examples where duplicate_of is not null) as merged_examples,
                   (select count(*) from ai.scrub_holds) as held_examples,
                   (select count(*) from ai.review_items i join ai.training_examples e on e.id = i.example_id
                    where i.status = 'pending' and e.active) as review_pending,
                   (select count(*) from ai.review_decisions) as review_decisions,
                   (select count(*) from ai.training_examples where verified and active) as verified_examples,
                   (select count(*) from ai.dataset_versions) as dataset_versions,
                   (select count(*) from ai.model_versions) as model_versions,
                   (select count(*) from ai.evaluations) as evaluations,
                   (select count(*) from ai.knowledge_articles where active) as knowledge_articles,
                   (select count(*) from ai.knowledge_articles where active and origin = 'learned') as learned_articles,
                   (select count(*) from ai.knowledge_versions) as knowledge_versions,
                   (select count(*) from ai.customer_value) as customer_value,
                   (select count(*) from ai.churn_risk) as churn_risk,
                   (select count(*) from ai.offer_statistics) as offer_statistics,
                   (select count(*) from ai.customer_profiles) as customer_profiles,
                   (select count(*) from ai.demand_forecast) as demand_forecast
        """)
    ).one()
    return {name: int(value) for name, value in row._mapping.items()}


def has_real_conversations(connection: sa.Connection) -> bool:
    """Whether anybody talked here, beside the people of the sample."""
    return bool(connection.scalar(sa.text("select exists (select from ai.conversations where source <> 'sample')")))
