"""Old entries of the audit log can go, from the beginning of the chain on and never those of the last year.

What went is one row: where the chain begins now and the hash before it, so what is left is still verified.
"""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_LOCK = 0x6D686361  # of the end of the chain (0031)


def upgrade() -> None:
    op.execute("""
        create table ai.audit_base (
            singleton boolean not null default true
                constraint pk_audit_base primary key constraint ck_audit_base_singleton check (singleton),
            position bigint not null,
            sha256 text not null
        )
    """)
    op.execute(f"""
        create function ai.forget_audit_entries(before timestamptz, at_most integer) returns bigint
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
        declare
            last ai.audit_chain;
            gone bigint[];
        begin
            if before > now() - interval '365 days' then
                raise exception 'entries of the last year stay' using errcode = 'check_violation';
            end if;
            perform pg_advisory_xact_lock({_LOCK});
            -- The newest link stays whatever its age: the next entry is chained to it.
            select position, entry_id, sha256 into last from (
                select c.*, bool_and(l.at < before) over (order by c.position) as old
                from (select * from ai.audit_chain where position < (select max(position) from ai.audit_chain)
                      order by position limit at_most) c
                join ai.audit_log l on l.id = c.entry_id) oldest
            where old order by position desc limit 1;
            if last.position is null then
                return 0;
            end if;
            with links as (delete from ai.audit_chain where position <= last.position returning entry_id)
            select array_agg(entry_id) into gone from links;
            delete from ai.audit_log where id = any(gone);
            insert into ai.audit_base (position, sha256) values (last.position, last.sha256)
            on conflict (singleton) do update set position = excluded.position, sha256 = excluded.sha256;
            return cardinality(gone);
        end $$
    """)
    op.execute("revoke execute on function ai.forget_audit_entries(timestamptz, integer) from public")


def downgrade() -> None:
    op.execute("drop function ai.forget_audit_entries(timestamptz, integer)")
    op.execute("drop table ai.audit_base")
