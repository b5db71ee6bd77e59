"""Translations of articles: versions of their own, each tied to what its article said."""

from alembic import op

revision = "0040"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create table ai.knowledge_translations (
            id bigint generated always as identity constraint pk_knowledge_translations primary key,
            article_id text not null,
            language text not null,
            source_sha256 text not null,
            content_sha256 text not null,
            title text not null,
            body text not null,
            questions text[] not null default '{}',
            origin text not null,
            made_by text not null,
            reviewed boolean not null default false,
            created_at timestamptz not null default now(),
            constraint fk_knowledge_translations_article_id
                foreign key (article_id) references ai.knowledge_articles (id) on delete cascade,
            constraint uq_knowledge_translations_article_id
                unique (article_id, language, content_sha256),
            constraint ck_knowledge_translations_origin check (origin in ('file', 'machine'))
        );
        alter table ai.knowledge_translations
            alter column title set statistics 0, alter column body set statistics 0,
            alter column questions set statistics 0;
    """)


def downgrade() -> None:
    op.execute("drop table ai.knowledge_translations")
