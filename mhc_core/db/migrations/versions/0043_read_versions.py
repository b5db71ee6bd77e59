"""Versions of what is read often: bookings, forecasts and articles raise them when they change.

A statement notes what it changes in ``read_changes``; as the last thing before the commit the versions of what was
noted are raised and told by NOTIFY, and the notes taken away. So the rows of the versions are locked for the moment of
the commit and not for the length of an import, in one order whatever was written in which order.
"""

from alembic import op

revision = "0043"
down_revision = "0040"
branch_labels = None
depends_on = None

_SOURCES = {
    "booking_requests": "availability calendar",
    "bookings": "availability calendar",
    "demand_forecast": "calendar",
    "knowledge_articles": "knowledge",
}


def upgrade() -> None:
    op.execute("""
        create table ai.read_versions (
            kind text not null constraint pk_read_versions primary key,
            version bigint not null default 0
        );
        insert into ai.read_versions (kind) values ('availability'), ('calendar'), ('knowledge');
        create table ai.read_changes (
            id bigint generated always as identity constraint pk_read_changes primary key,
            kind text not null
        );
        create function ai.note_read_change() returns trigger language plpgsql set search_path = '' as $$
        declare
            one text;
        begin
            foreach one in array tg_argv loop
                if not exists (select from ai.read_changes where kind = one) then
                    insert into ai.read_changes (kind) values (one);
                end if;
            end loop;
            return null;
        end $$;
        create function ai.raise_read_versions() returns trigger language plpgsql set search_path = '' as $$
        declare
            one text;
        begin
            if exists (select from ai.read_changes where id = new.id) then
                perform from ai.read_versions order by kind for update;
                for one in
                    with told as (delete from ai.read_changes returning kind)
                    update ai.read_versions v set version = v.version + 1
                     where v.kind in (select kind from told) returning v.kind
                loop
                    perform pg_catalog.pg_notify('mhc_reads', one);
                end loop;
            end if;
            return null;
        end $$;
        create constraint trigger read_changes_commit after insert on ai.read_changes
            deferrable initially deferred for each row execute function ai.raise_read_versions();
    """)
    for table, kinds in _SOURCES.items():
        named = ", ".join(f"'{kind}'" for kind in kinds.split())
        op.execute(f"""
            create trigger {table}_read_change after insert or update or delete or truncate on ai.{table}
                for each statement execute function ai.note_read_change({named})
        """)


def downgrade() -> None:
    for table in _SOURCES:
        op.execute(f"drop trigger {table}_read_change on ai.{table}")
    op.execute("""
        drop table ai.read_changes, ai.read_versions;
        drop function ai.note_read_change();
        drop function ai.raise_read_versions();
    """)
