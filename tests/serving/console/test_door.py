"""Who gets into the console, and who onto which page."""

import secrets

import httpx2
import pytest
import sqlalchemy as sa
from fakes.consoles import PASSWORD, THEN, Visitor
from httpx2 import Client

from mhc_core.accounts import people
from mhc_core.vocabulary import StaffRole
from mhc_serving.console import places

EVERYBODY = frozenset(StaffRole)
MATRIX = {
    "/": EVERYBODY,
    "/inbox": {StaffRole.AGENT, StaffRole.ADMIN},
    "/bookings": {StaffRole.AGENT, StaffRole.ADMIN},
    "/customers": {StaffRole.AGENT, StaffRole.OPERATOR, StaffRole.ADMIN},
    "/follow-ups": {StaffRole.OPERATOR, StaffRole.ADMIN},
    "/demand": {StaffRole.AGENT, StaffRole.OPERATOR, StaffRole.ADMIN},
    "/review": {StaffRole.REVIEWER, StaffRole.ADMIN},
    "/knowledge": {StaffRole.REVIEWER, StaffRole.OPERATOR, StaffRole.ADMIN},
    "/models": {StaffRole.OPERATOR, StaffRole.ADMIN},
    "/alerts": {StaffRole.OPERATOR, StaffRole.ADMIN},
    "/anomalies": {StaffRole.OPERATOR, StaffRole.ADMIN},
    "/costs": {StaffRole.OPERATOR, StaffRole.ADMIN},
    "/reports": {StaffRole.OPERATOR, StaffRole.ADMIN},
    "/audit": {StaffRole.OPERATOR, StaffRole.ADMIN},
    "/people": {StaffRole.ADMIN},
}


def test_every_page_has_a_row_and_every_row_a_page() -> None:
    assert {place.path for place in places.PLACES} == set(MATRIX), "who may open the page? say it in MATRIX"


@pytest.mark.parametrize("role", StaffRole)
def test_each_role_opens_its_pages_and_no_others(visitor: Visitor, role: StaffRole) -> None:
    client = visitor(role)
    for path, roles in MATRIX.items():
        answer = client.get(f"/console{path}")
        assert answer.status_code == (200 if role in roles else 403), path


@pytest.mark.parametrize("path", ["/console/", "/console/people", "/console/nowhere"])
def test_who_is_not_signed_in_is_sent_to_sign_in(console: str, path: str) -> None:
    answer = httpx2.get(console + path)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/console/sign-in?next={path}"


def test_the_sockets_of_pages_are_closed_to_strangers(console: str) -> None:
    answer = httpx2.get(f"{console}/console/_nicegui_ws/socket.io/?EIO=4&transport=polling")
    assert answer.status_code == 401


def test_a_wrong_password_is_one_plain_sentence(console: str) -> None:
    answer = httpx2.post(f"{console}/console/sign-in", data={"name": "agent", "password": "wrong"})
    assert answer.status_code == 401
    assert "Name, password or code is wrong" in answer.text
    assert "set-cookie" not in answer.headers


def test_attempts_are_throttled_by_account(console: str, console_engine: sa.Engine) -> None:
    name = f"victim {secrets.token_hex(4)}"
    with console_engine.begin() as connection:
        people.create(connection, name, StaffRole.AGENT, PASSWORD, "test", THEN)

    def attempt(password: str, address: str) -> int:
        headers = {"X-Forwarded-For": address}
        data = {"name": name, "password": password}
        return httpx2.post(f"{console}/console/sign-in", data=data, headers=headers).status_code

    statuses = [attempt("wrong", f"10.0.0.{number}") for number in range(6)]
    assert statuses == [401] * 5 + [429]
    assert attempt(PASSWORD, "10.0.0.99") == 429


def test_the_cookie_is_kept_from_scripts_and_other_sites(console: str) -> None:
    answer = httpx2.post(f"{console}/console/sign-in", data={"name": "agent", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/console" in cookie


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/console//evil.example", "/nowhere"])
def test_signing_in_leads_to_the_console_only(console: str, wanted: str) -> None:
    data = {"name": "agent", "password": PASSWORD, "next": wanted}
    assert httpx2.post(f"{console}/console/sign-in", data=data).headers["location"] == "/console/"


def test_another_site_cannot_act_here(visitor: Visitor) -> None:
    client = visitor(StaffRole.AGENT)
    answer = client.post("/console/sign-out", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert client.get("/console/").status_code == 200


def _out(client: Client) -> bool:
    return client.get("/console/").status_code == 303


def test_an_ended_session_opens_nothing_any_more(visitor: Visitor, console_engine: sa.Engine) -> None:
    one, other = visitor(StaffRole.AGENT), visitor(StaffRole.REVIEWER)
    assert one.post("/console/sign-out").status_code == 303
    assert _out(one)
    with console_engine.begin() as connection:
        people.end_sessions(connection, "reviewer", "test", THEN)
    # Sessions end at once, whatever the clock of who ended them says.
    assert _out(other)


def test_answers_tell_browsers_to_be_careful(visitor: Visitor) -> None:
    headers = visitor(StaffRole.AGENT).get("/console/").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
