"""The audit log is a chain of hashes, and what only the owner of a table may do is a function that others may call."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_LOCK = 0x6D686361  # of the end of the chain
_ENTRY = "jsonb_build_array({0}.id, extract(epoch from {0}.at), {0}.actor, {0}.action, {0}.subject, {0}.details)::text"
_CHAIN = f"""
    create function ai.chain_audit_entry() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
    declare
        last ai.audit_chain;
    begin
        perform pg_advisory_xact_lock({_LOCK});
        select * into last from ai.audit_chain order by position desc limit 1;
        insert into ai.audit_chain (position, entry_id, sha256) values (
            coalesce(last.position, 0) + 1, new.id,
            encode(sha256(convert_to(coalesce(last.sha256, '') || {_ENTRY.format("new")}, 'UTF8')), 'hex'));
        return null;
    end $$
"""
_SO_FAR = f"""
    do $$
    declare
        entry ai.audit_log;
        hash text := '';
        place bigint := 0;
    begin
        for entry in select * from ai.audit_log order by id loop
            place := place + 1;
            hash := encode(sha256(convert_to(hash || {_ENTRY.format("entry")}, 'UTF8')), 'hex');
            insert into ai.audit_chain (position, entry_id, sha256) values (place, entry.id, hash);
        end loop;
    end $$
"""
# The operator class of pgvector lies where the extension was made.
_INDEX = """
    create function ai.index_knowledge_chunks(size integer) returns void language plpgsql security definer
    set search_path = pg_catalog, "{vector}", pg_temp as $$
    begin
        execute format('create index if not exists %I on ai.knowledge_chunks using hnsw '
                       '((embedding::halfvec(%s)) halfvec_cosine_ops) with (m = 16, ef_construction = 64) '
                       'where dimensions = %s', 'ix_knowledge_chunks_embedding_' || size, size, size);
    end $$
"""
_STATISTICS = """
    create function ai.analyze_knowledge() returns void language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
    begin
        analyze ai.knowledge_chunks, ai.knowledge_version_chunks;
    end $$
"""
_OWNERS = ("chain_audit_entry()", "index_knowledge_chunks(integer)", "analyze_knowledge()")


def upgrade() -> None:
    op.execute("""
        create table ai.audit_chain (
            position bigint constraint pk_audit_chain primary key,
            entry_id bigint not null,
            sha256 text not null,
            constraint uq_audit_chain_entry_id unique (entry_id),
            constraint fk_audit_chain_entry_id foreign key (entry_id) references ai.audit_log (id)
        )
    """)
    op.execute(_SO_FAR)
    op.execute(_CHAIN)
    op.execute("""
        create constraint trigger chain_audit_entry after insert on ai.audit_log
        deferrable initially deferred for each row execute function ai.chain_audit_entry()
    """)
    vector = op.get_bind().scalar(
        sa.text(
            "select n.nspname from pg_extension e join pg_namespace n on n.oid = extnamespace where extname = 'vector'"
        )
    )
    op.execute(_INDEX.format(vector=vector))
    op.execute(_STATISTICS)
    for function in _OWNERS:
        op.execute(f"revoke execute on function ai.{function} from public")


def downgrade() -> None:
    op.execute("drop trigger chain_audit_entry on ai.audit_log")
    op.execute("drop table ai.audit_chain")
    for function in _OWNERS:
        op.execute(f"drop function ai.{function}")
