"""Statistics of offers, run by Dagster on bookings as the platform stores them."""

import dagster as dg
import sqlalchemy as sa
from fakes.pipeline import execute, metadata
from typer.testing import CliRunner

from mhc_core.offers import statistics
from mhc_core.vocabulary import PartySegment
from mhc_jobs.cli.main import app

# 40 parties of grown-ups with gyoza, 10 without; every fourth of 20 suggestions of gyoza was taken, 4 were held out.
_STORED = """
    with talks as (
        insert into ai.conversations (id, source, source_id, channel, started_at, last_message_at)
        select gen_random_uuid(), 'test', 'o-' || n, 'web', now(), now() from generate_series(1, 50) n
        returning id, source_id
    ), booked as (
        insert into ai.booking_requests
            (id, conversation_id, status, event_on, starts_at, adults, requested_at, updated_at, details)
        select gen_random_uuid(), id, 'confirmed', date '2026-12-19', '18:00', 10, now(), now(),
               case when substr(source_id, 3)::int <= 40
                    then '{"party": {"add_ons": {"gyoza": 3}, "upgrades": {"lobster tail": 2}}}'::jsonb
                    else '{"proteins": {"chicken": null}}'::jsonb end
          from talks
    )
    insert into ai.offer_suggestions
        (conversation_id, message_id, offer, segment, shown, accepted, value_usd, suggested_at)
    select id, gen_random_uuid(), 'gyoza', 'adults', substr(source_id, 3)::int > 4,
           substr(source_id, 3)::int % 4 = 0, 30, now()
      from talks where substr(source_id, 3)::int <= 24
"""


def test_what_was_bought_and_taken_is_counted_and_read_by_the_next_suggestion(
    sampled_engine: sa.Engine, instance: dg.DagsterInstance
) -> None:
    with sampled_engine.begin() as connection:
        connection.execute(sa.text("delete from ai.booking_requests"))
        connection.execute(sa.text(_STORED))
    told = metadata(execute("offers", instance), "offer_statistics")
    assert told["dagster/row_count"] >= 8
    assert (told["shown"], told["accepted"]) == (20, 5)
    with sampled_engine.begin() as connection:
        state = statistics.state(connection)
    counts = state.counts["gyoza", PartySegment.ADULTS]
    assert (counts.bookings, counts.bought, counts.shown, counts.accepted) == (50, 40, 20, 5)
    assert counts.companions == {"lobster tail": 1.0}
    assert state.salt

    again = metadata(execute("offers", instance), "offer_statistics")
    assert again["dagster/row_count"] == told["dagster/row_count"]
    report = CliRunner().invoke(app, ["offers", "report"])
    assert "20 parties were made a suggestion" in report.stdout
    assert "cannot tell yet" in report.stdout
    listed = CliRunner().invoke(app, ["offers", "list", "--json"])
    assert '"words":"An idea, if you like: gyoza on the side, $10 per portion.' in listed.stdout
