"""What queries give, page by page, to whom, and with how many statements."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from mhc_core.db.queries import bookings
from mhc_core.db.tables import conversations, customer_profiles, feedback, messages

Ask = Callable[..., dict[str, Any]]
PAGE = """
    query ($first: Int!, $after: String, $channel: Channel) {
      conversations(first: $first, after: $after, channel: $channel) {
        edges { cursor node { id customerId lastMessageAt messages(last: 2) { role text }
                              booking { status eventOn } ratings { vote comment } } }
        pageInfo { hasNextPage endCursor }
      }
    }
"""


@contextmanager
def statements(engine: sa.Engine) -> Iterator[list[str]]:
    """What requests send to the database meanwhile, but for BEGIN and COMMIT.

    The app's own threads (live versions, roll-outs, alerts) look at their tables whenever their time has come.
    """
    sent: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if threading.current_thread().name.startswith(("AnyIO", "asyncio")):
            sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def talks(serving_engine: sa.Engine) -> list[UUID]:
    """Twelve conversations by facebook, newest first; two at a time have the same moment."""
    ids = []
    with serving_engine.begin() as connection:
        for place in range(12):
            at = datetime(2031, 5, 1, tzinfo=UTC) - timedelta(minutes=place // 2)
            one = uuid4()
            ids.append((at, one))
            connection.execute(
                sa.insert(conversations).values(
                    id=one, source="serving", source_id=str(one), channel="facebook", customer_id=f"paged-{place}",
                    started_at=at, last_message_at=at,
                )
            )  # fmt: skip
            for position, (role, said) in enumerate((("user", "hello"), ("assistant", "hi"), ("user", f"n{place}"))):
                connection.execute(
                    sa.insert(messages).values(
                        id=uuid4(), conversation_id=one, position=position, role=role, content=said, sent_at=at
                    )
                )
            bookings.save(connection, one, date(2031, 6, 1), time(17), (10 + place, 0, 0), None, {}, at)
            connection.execute(
                sa.insert(feedback).values(
                    id=uuid4(), source="serving", source_id=str(one), conversation_id=one, vote="down",
                    comment=f"meh {place}", given_at=at,
                )
            )  # fmt: skip
    return [one for _, one in sorted(ids, reverse=True)]


def read_all(ask: Ask, first: int) -> list[str]:
    found: list[str] = []
    after = None
    while True:
        given = ask(PAGE, "agent", first=first, after=after, channel="FACEBOOK")["data"]["conversations"]
        found += [edge["node"]["id"] for edge in given["edges"]]
        if not given["pageInfo"]["hasNextPage"]:
            return found
        after = given["pageInfo"]["endCursor"]


@pytest.mark.parametrize("first", [1, 3, 5, 12, 30])
def test_pages_of_any_size_give_each_conversation_once_and_in_order(talks: list[UUID], ask: Ask, first: int) -> None:
    assert read_all(ask, first) == [str(one) for one in talks]


def test_what_belongs_to_a_conversation_comes_with_it(talks: list[UUID], ask: Ask) -> None:
    node = ask(PAGE, "agent", first=1, channel="FACEBOOK")["data"]["conversations"]["edges"][0]["node"]
    assert [one["role"] for one in node["messages"]] == ["assistant", "user"]
    assert node["booking"] == {"status": "REQUESTED", "eventOn": "2031-06-01"}
    assert node["ratings"][0]["vote"] == "down"
    assert node["ratings"][0]["comment"].startswith("meh")


def test_the_number_of_statements_does_not_depend_on_the_page(
    talks: list[UUID], ask: Ask, serving_engine: sa.Engine
) -> None:
    ask(PAGE, "agent", first=1)  # the key is known from here on
    counts = []
    for first in (1, 4, 12):
        with statements(serving_engine) as sent:
            ask(PAGE, "agent", first=first, channel="FACEBOOK")
        counts.append(len([one for one in sent if "ai." in one]))
    assert counts[0] == counts[1] == counts[2] == 5, counts  # page, turns, bookings, ratings, audit log


def test_who_read_personal_rows_stands_in_the_audit_log(talks: list[UUID], ask: Ask, serving_engine: sa.Engine) -> None:
    ask(PAGE, "agent", first=2, channel="FACEBOOK")
    query = "select actor, details from ai.audit_log where action = 'graphql.read' order by id desc limit 1"
    with serving_engine.connect() as connection:
        actor, details = connection.execute(sa.text(query)).one()
    assert actor == "test agent"
    assert details["conversations"] == 2
    assert "paged" not in str(details)


@pytest.mark.parametrize("role", ["app", "reviewer", None])
@pytest.mark.parametrize("field", ["conversations { edges { cursor } }", "bookings { edges { cursor } }",
                                   "feedback { edges { cursor } }", "customers { edges { cursor } }",
                                   "calendar { day }", f'conversation(id: "{UUID(int=1)}") {{ id }}'])  # fmt: skip
def test_personal_rows_are_for_the_people_who_answer_customers(ask: Ask, role: str | None, field: str) -> None:
    told = ask(f"{{ {field} }}", role)
    assert told["errors"][0]["extensions"]["status"] == (403 if role else 401)
    assert set(told["data"].values()) == {None}


def test_one_refused_field_leaves_the_others(ask: Ask) -> None:
    told = ask("{ menu { adult } customers { edges { cursor } } }", "app")
    assert told["data"] == {"menu": {"adult": "55"}, "customers": None}
    assert [one["path"] for one in told["errors"]] == [["customers"]]


def test_bookings_feedback_and_customers_are_paged_too(talks: list[UUID], ask: Ask, serving_engine: sa.Engine) -> None:
    with serving_engine.begin() as connection:
        for name in ("aa11", "bb22", "cc33"):
            connection.execute(
                sa.insert(customer_profiles).values(
                    customer_hash=name,
                    bookings=1,
                    completed=1,
                    spend_usd=550,
                    tier="graph",
                    updated_at=datetime.now(UTC),
                )
            )
    lists = {
        "bookings": ('fromDay: "2031-06-01", toDay: "2031-06-01"', "adults", 12),
        "feedback": ("verdict: DOWN", "comment", None),
        "customers": ('tier: "graph"', "customerHash", 3),
    }
    for name, (filters, field, expected) in lists.items():
        seen, after = [], ""
        while True:
            page = ask(
                f"{{ {name}({filters}, first: 2{after}) {{ edges {{ node {{ {field} }} }} "
                "pageInfo { hasNextPage endCursor } } }"
            )["data"][name]
            seen += [str(edge["node"][field]) for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = f', after: "{page["pageInfo"]["endCursor"]}"'
        assert len(seen) == len(set(seen)), name
        assert expected is None or len(seen) == expected, name


def test_articles_are_listed_and_opened(ask: Ask) -> None:
    told = ask('{ articles(first: 2) { edges { node { id } } } article(id: "KB-042") { title } }', "app")["data"]
    assert [edge["node"]["id"] for edge in told["articles"]["edges"]] == ["KB-012", "KB-020"]
    assert told["article"]["title"] == "Cancelling and refunds"
    assert ask('{ article(id: "KB-999") { title } }', "app")["data"] == {"article": None}


@pytest.mark.parametrize("after", ["nonsense", "", "bnVsbA==", "WzEsMl0=", "e30=", "é", "A" * 700])
@pytest.mark.parametrize("name", ["conversations", "bookings", "feedback"])
def test_what_is_no_cursor_is_refused_with_a_sentence(ask: Ask, name: str, after: str) -> None:
    told = ask(f"query ($after: String) {{ {name}(after: $after) {{ edges {{ cursor }} }} }}", after=after)
    assert "cursor" in told["errors"][0]["message"]
    assert told["errors"][0]["extensions"]["code"] == "UNFIT"


@pytest.mark.parametrize("first", [0, -1, 101, 2_000_000_000])
def test_pages_are_bounded(ask: Ask, first: int) -> None:
    told = ask(f"{{ customers(first: {first}) {{ edges {{ cursor }} }} }}")
    assert told["errors"], told


def test_there_is_no_get_and_no_list_of_queries(client: TestClient, key_of: Callable[[str], dict[str, str]]) -> None:
    assert client.get("/graphql?query={menu{adult}}", headers=key_of("admin")).status_code == 405
    assert client.post("/graphql", json=[{"query": "{ menu { adult } }"}], headers=key_of("admin")).status_code == 422
    sent = client.post("/graphql", content="query={menu{adult}}", headers=key_of("admin"))
    assert sent.status_code == 422
