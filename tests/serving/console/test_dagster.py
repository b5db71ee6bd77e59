"""Dagster's pages: through the console, for operators, and by no other way."""

import json
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from fakes.consoles import THEN, Visitor
from fakes.dagster_pages import GRAPHQL, LARGE, PAGES, SmallDagster
from starlette.requests import Request
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from mhc_core.accounts import people
from mhc_core.db.tables import audit_log
from mhc_core.vocabulary import StaffRole

LAUNCH = {"operationName": "LaunchRun", "query": "mutation LaunchRun { launch }"}


@pytest.fixture
def seen(dagster: SmallDagster) -> list[Request]:
    """What reached Dagster in this test."""
    dagster.seen.clear()
    return dagster.seen


@pytest.fixture
def operator(visitor: Visitor) -> httpx2.Client:
    """An operator who looks at the console."""
    return visitor(StaffRole.OPERATOR)


def _origin(client: httpx2.Client) -> str:
    return str(client.base_url).rstrip("/")


def _cookie(client: httpx2.Client) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())}


def test_operators_see_dagsters_pages_and_dagster_sees_no_cookie(operator: httpx2.Client, seen: list[Request]) -> None:
    answer = operator.get(f"{PAGES}/", headers={"Authorization": "Bearer mhc_x"})
    assert (answer.status_code, answer.text) == (200, "the pages")
    assert answer.headers["content-security-policy"] == "default-src 'self'"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "set-cookie" not in answer.headers
    assert not {"cookie", "authorization"} & set(seen[0].headers)


@pytest.mark.parametrize("role", [StaffRole.AGENT, StaffRole.REVIEWER])
@pytest.mark.parametrize("path", [f"{PAGES}/", f"{PAGES}/large.js", GRAPHQL, PAGES, "/console//dagster/graphql"])
def test_other_roles_do_not(visitor: Visitor, seen: list[Request], role: StaffRole, path: str) -> None:
    client = visitor(role)
    assert client.get(path).status_code in (403, 404)
    assert client.post(path, json=LAUNCH, headers={"Origin": _origin(client)}).status_code in (403, 404, 405)
    assert not seen


def test_strangers_are_sent_to_sign_in(console: str, seen: list[Request]) -> None:
    assert httpx2.get(f"{console}{PAGES}/").status_code == 303
    assert httpx2.post(f"{console}{GRAPHQL}", json=LAUNCH).status_code == 401
    assert not seen


def test_large_files_come_whole_and_are_not_sent_again(operator: httpx2.Client) -> None:
    first = operator.get(f"{PAGES}/large.js")
    assert first.content == LARGE
    assert first.headers["cache-control"] == "no-cache"
    again = operator.get(f"{PAGES}/large.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


def test_dagster_leads_to_its_pages_by_the_consoles_address(operator: httpx2.Client) -> None:
    assert operator.get(f"{PAGES}/away").headers["location"] == f"{_origin(operator)}{PAGES}/"


def test_a_change_is_passed_on_and_written_down(operator: httpx2.Client, console_engine: sa.Engine) -> None:
    answer = operator.post(f"{GRAPHQL}?op=LaunchRun", json=LAUNCH, headers={"Origin": _origin(operator)})
    assert answer.json() == {"asked": LAUNCH}
    with console_engine.connect() as connection:
        acts = connection.execute(sa.select(audit_log).where(audit_log.c.action == "dagster.changed")).all()
    assert [(act.actor, act.details["operation"]) for act in acts][-1:] == [("operator", "LaunchRun")]


@pytest.mark.parametrize(
    ("method", "path", "headers", "body"),
    [
        ("POST", GRAPHQL, {"Origin": "https://evil.example"}, json.dumps(LAUNCH)),
        ("POST", GRAPHQL, {"Origin": "null"}, json.dumps(LAUNCH)),
        ("POST", GRAPHQL, {}, json.dumps(LAUNCH)),
        ("POST", GRAPHQL, {"Origin": "own", "Content-Type": "text/plain"}, json.dumps(LAUNCH)),
        ("POST", GRAPHQL, {"Origin": "own", "Content-Type": "application/graphql"}, "mutation { launch }"),
        ("POST", GRAPHQL, {"Origin": "own", "Content-Type": "application/x-www-form-urlencoded"}, "query=mutation"),
        ("POST", f"{GRAPHQL}?query=mutation%7Blaunch%7D", {"Origin": "own"}, "{}"),
        ("GET", f"{GRAPHQL}?query=mutation%7Blaunch%7D", {}, None),
        ("HEAD", f"{GRAPHQL}?query=mutation%7Blaunch%7D", {}, None),
        ("POST", f"{PAGES}/report_asset_materialization/x", {"Origin": "own"}, "{}"),
        ("PUT", GRAPHQL, {"Origin": "own"}, json.dumps(LAUNCH)),
        ("DELETE", f"{PAGES}/", {"Origin": "own"}, None),
        ("GET", f"{PAGES}/", {"Host": "evil.example"}, None),
        ("GET", f"{PAGES}/", {"Host": "127.0.0.1.evil.example"}, None),
        ("GET", f"{PAGES}/", {"Host": "evil.example:8010"}, None),
        ("POST", GRAPHQL, {"Host": "evil.example", "Origin": "http://evil.example"}, json.dumps(LAUNCH)),
    ],
)
def test_what_a_page_elsewhere_could_send_reaches_nothing(
    operator: httpx2.Client, seen: list[Request], method: str, path: str, headers: dict[str, str], body: str | None
) -> None:
    sent = {"Content-Type": "application/json", **_cookie(operator), **headers}
    if sent.get("Origin") == "own":
        sent["Origin"] = _origin(operator)
    answer = httpx2.request(method, f"{_origin(operator)}{path}", headers=sent, content=body)
    assert 400 <= answer.status_code < 500, answer.text
    assert not seen


def _socket(client: httpx2.Client, **headers: str) -> Any:
    place = _origin(client).replace("http", "ws") + GRAPHQL
    return connect(
        place, subprotocols=["graphql-ws"], additional_headers={**_cookie(client), **headers}, proxy=None, max_size=None
    )  # type: ignore[list-item]


def test_sockets_are_passed_on(operator: httpx2.Client) -> None:
    with _socket(operator, Origin=_origin(operator)) as socket:
        assert socket.subprotocol == "graphql-ws"
        socket.send("runs")
        assert socket.recv(10) == "runsruns"
        socket.send("x" * 2_000_000)
        assert len(socket.recv(30)) == 4_000_000


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Host": "evil.example"}])
def test_sockets_of_other_sites_are_closed(operator: httpx2.Client, headers: dict[str, str]) -> None:
    with pytest.raises((InvalidStatus, ConnectionClosed)), _socket(operator, **headers) as socket:
        socket.recv(10)


def test_a_socket_ends_with_its_session(
    operator: httpx2.Client, console_engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mhc_serving.console.dagster_proxy.LOOK_SECONDS", 0.1)
    with _socket(operator, Origin=_origin(operator)) as socket:
        socket.send("a")
        assert socket.recv(10) == "aa"
        with console_engine.begin() as connection:
            people.end_sessions(connection, "operator", "test", THEN)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(20)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


@pytest.mark.parametrize("headers", [{}, {"X-MHC-Console": ""}, {"X-MHC-Console": "guess"}, {"Host": "evil.example"}])
@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_dagster_itself_answers_only_the_console(
    dagster: SmallDagster, headers: dict[str, str], content_type: str
) -> None:
    directly = dagster.address
    sent = {"Content-Type": content_type, **headers}
    assert httpx2.post(f"{directly}{GRAPHQL}", content=json.dumps(LAUNCH), headers=sent).status_code == 403
    assert httpx2.get(f"{directly}{PAGES}/", headers=headers).status_code == 403
    with pytest.raises(InvalidStatus):
        connect(directly.replace("http", "ws") + GRAPHQL, additional_headers=headers, proxy=None)
    assert httpx2.get(f"{directly}{PAGES}/", headers={"X-MHC-Console": dagster.secret}).status_code == 200


def test_while_dagster_does_not_run_its_page_says_so(operator: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from mhc_serving.console.dagster_proxy import DagsterProxy

    monkeypatch.setattr(DagsterProxy, "_path", staticmethod(lambda scope: "http://127.0.0.1:1/"))
    answer = operator.get(f"{PAGES}/")
    assert answer.status_code == 502
    assert "half a minute" in answer.text
