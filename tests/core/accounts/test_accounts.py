"""Accounts of staff, and the sessions in which their people are known."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa

from mhc_core.accounts import people, sessions
from mhc_core.db.queries import staff
from mhc_core.errors import AccessDenied, Conflict, DataError, NotFound
from mhc_core.vocabulary import StaffRole

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
PASSWORD = "seven quiet grills"


@pytest.fixture
def ana(connection: sa.Connection) -> str:
    people.create(connection, "Ana  Lima", StaffRole.REVIEWER, PASSWORD, "test", NOW)
    return "Ana Lima"


def signed_in(connection: sa.Connection, name: str, now: datetime = NOW) -> str:
    token = sessions.sign_in(connection, name, PASSWORD, now)
    assert token is not None
    return token


def test_a_person_is_known_by_the_token_of_their_session(connection: sa.Connection, ana: str) -> None:
    token = signed_in(connection, "ana lima")
    person = sessions.person(connection, token, NOW)
    assert (person.name, person.role) == (ana, StaffRole.REVIEWER)


@pytest.mark.parametrize(("name", "password"), [("Ana Lima", "seven loud grills"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_or_password_begins_nothing(connection: sa.Connection, ana: str, name: str, password: str) -> None:
    assert sessions.sign_in(connection, name, password, NOW) is None
    assert staff.listed(connection, NOW, NOW - sessions.IDLE)[0].sessions == 0


def test_neither_passwords_nor_tokens_are_stored(connection: sa.Connection, ana: str) -> None:
    token = signed_in(connection, ana)
    stored = connection.execute(sa.text("select a::text || s::text from ai.staff_accounts a, ai.staff_sessions s"))
    assert all(PASSWORD not in row and token not in row for row in stored.scalars())
    log = connection.scalars(sa.text("select details::text from ai.audit_log where actor in ('Ana Lima', 'test')"))
    assert all(PASSWORD not in row and token not in row for row in log)


def test_a_session_ends_when_nobody_is_there(connection: sa.Connection, ana: str) -> None:
    token = signed_in(connection, ana)
    almost = NOW + sessions.IDLE - timedelta(minutes=1)
    sessions.person(connection, token, almost, present=False)
    with pytest.raises(AccessDenied):
        sessions.person(connection, token, NOW + sessions.IDLE)
    sessions.person(connection, token, almost)
    sessions.person(connection, token, NOW + sessions.IDLE)


def test_a_session_ends_after_a_working_day(connection: sa.Connection, ana: str) -> None:
    token = signed_in(connection, ana)
    for hour in range(12):
        sessions.person(connection, token, NOW + timedelta(hours=hour))
    with pytest.raises(AccessDenied, match="sign in again"):
        sessions.person(connection, token, NOW + sessions.LONGEST)


def test_who_signs_out_is_out_here_and_in_elsewhere(connection: sa.Connection, ana: str) -> None:
    here, elsewhere = signed_in(connection, ana), signed_in(connection, ana)
    sessions.sign_out(connection, here, NOW)
    with pytest.raises(AccessDenied):
        sessions.person(connection, here, NOW)
    assert sessions.person(connection, elsewhere, NOW).name == ana


def test_administrators_end_sessions_and_switch_accounts_off(connection: sa.Connection, ana: str) -> None:
    first, second = signed_in(connection, ana), signed_in(connection, ana)
    assert people.end_sessions(connection, "ana LIMA", "boss", NOW) == 2
    third = signed_in(connection, ana)
    assert people.disable(connection, ana, "boss", NOW) == 1
    for token in (first, second, third):
        with pytest.raises(AccessDenied):
            sessions.person(connection, token, NOW)
    assert sessions.sign_in(connection, ana, PASSWORD, NOW) is None
    people.enable(connection, ana, "boss", NOW)
    signed_in(connection, ana)
    with pytest.raises(Conflict, match="switched on"):
        people.enable(connection, ana, "boss", NOW)


def test_a_new_password_ends_what_the_old_one_began(connection: sa.Connection, ana: str) -> None:
    token = signed_in(connection, ana)
    people.set_password(connection, ana, "another long secret", "boss", NOW)
    with pytest.raises(AccessDenied):
        sessions.person(connection, token, NOW)
    assert sessions.sign_in(connection, ana, PASSWORD, NOW) is None
    assert sessions.sign_in(connection, ana, "another long secret", NOW) is not None


def test_a_new_role_counts_from_the_next_act(connection: sa.Connection, ana: str) -> None:
    token = signed_in(connection, ana)
    people.set_role(connection, ana, StaffRole.AGENT, "boss", NOW)
    assert sessions.person(connection, token, NOW).role is StaffRole.AGENT


def test_what_cannot_be_an_account_is_refused(connection: sa.Connection, ana: str) -> None:
    with pytest.raises(Conflict, match="ANA LIMA"):
        people.create(connection, "ANA LIMA", StaffRole.AGENT, PASSWORD, "test", NOW)
    with pytest.raises(DataError, match="12 to 200"):
        people.create(connection, "Bo", StaffRole.AGENT, "short", "test", NOW)
    with pytest.raises(DataError, match="name"):
        people.create(connection, "  ", StaffRole.AGENT, PASSWORD, "test", NOW)
    with pytest.raises(NotFound, match="mhc users list"):
        people.disable(connection, "Bo", "boss", NOW)


def test_a_code_of_an_app_is_asked_for_and_counts_once(connection: sa.Connection, ana: str) -> None:
    address = people.ask_for_codes(connection, ana, "MHC", "boss", NOW)
    app = pyotp.parse_uri(address)
    assert isinstance(app, pyotp.TOTP)

    def attempt(code: str, now: datetime = NOW) -> bool:
        return sessions.sign_in(connection, ana, PASSWORD, now, code) is not None

    code = app.at(NOW)
    assert not attempt("")
    assert not attempt("12345")
    assert attempt(f"{code[:3]} {code[3:]}")
    assert not attempt(code)
    later = NOW + timedelta(minutes=5)
    assert not attempt(code, later)
    assert attempt(app.at(later - timedelta(seconds=30)), later)
    assert not attempt(app.at(later - timedelta(seconds=90)), later)
    people.ask_for_no_codes(connection, ana, "boss", NOW)
    assert attempt("")


def test_every_change_stands_in_the_audit_log_with_who_made_it(connection: sa.Connection, ana: str) -> None:
    signed_in(connection, ana)
    sessions.sign_in(connection, ana, "wrong password", NOW)
    people.disable(connection, ana, "boss", NOW)
    log = connection.execute(sa.text("select actor, action from ai.audit_log order by id")).all()
    assert [tuple(row) for row in log][-4:] == [
        ("test", "account.created"),
        (ana, "session.started"),
        (ana, "session.refused"),
        ("boss", "account.disabled"),
    ]


def test_an_attempt_with_a_name_that_nobody_has_is_noted_without_the_name(connection: sa.Connection) -> None:
    assert sessions.sign_in(connection, "my password by mistake", "x", NOW) is None
    row = connection.execute(sa.text("select actor, action, subject from ai.audit_log order by id desc limit 1")).one()
    assert tuple(row) == ("nobody", "session.refused", "account:unknown")
