"""Sign-in by an OpenID Connect provider, against one that speaks real HTTP and checks what it is sent."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from fakes.consoles import THEN, Staff
from fakes.oidc_provider import Provider
from joserfc.jwk import RSAKey

from mhc_core.accounts import people
from mhc_core.db.queries import staff

Come = Callable[..., httpx2.Response]


@pytest.fixture(autouse=True)
def _honest(provider: Provider) -> Iterator[None]:
    yield
    provider.claims, provider.headers, provider.forger, provider.down = {}, {}, None, False


@pytest.fixture
def browser_of(console: str) -> Iterator[httpx2.Client]:
    """Somebody's browser; each test has an address of its own, since failed attempts are counted by it."""
    address = {"X-Forwarded-For": f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"}
    with httpx2.Client(base_url=console, headers=address) as client:
        yield client


@pytest.fixture
def come(browser_of: httpx2.Client, provider: Provider) -> Come:
    """Goes to the provider and comes back; claims are what it says this time."""

    def call(**claims: Any) -> httpx2.Response:
        provider.claims = claims
        return browser_of.get(_way_back(browser_of))

    return call


def _way_back(client: httpx2.Client) -> str:
    away = client.get("/console/sign-in/provider/")
    assert away.status_code == 302, away.text
    sent_back = httpx2.get(away.headers["location"])
    assert sent_back.is_redirect, sent_back.text
    return sent_back.headers["location"]


def _refused(answer: httpx2.Response, why: str) -> None:
    assert answer.status_code in (401, 403)
    assert why in answer.text
    assert "mhc_session" not in answer.headers.get("set-cookie", "")


FAILED = "could not vouch for you"


def test_who_the_provider_vouches_for_is_let_in_with_their_role(
    come: Come, browser_of: httpx2.Client, console_engine: sa.Engine, issuer: str
) -> None:
    assert come(sub="new", email="new@example.com", groups=["kitchen", "front desk", "pets"]).status_code == 303
    assert "new@example.com · reviewer" in browser_of.get("/console/review").text
    assert browser_of.get("/console/inbox").status_code == 403
    with console_engine.connect() as connection:
        account = staff.by_name(connection, "new@example.com")
    assert account is not None
    assert (account.provided_by, account.subject, account.password_hash) == (issuer, "new", None)


def test_the_role_is_what_the_provider_says_each_time(come: Come, browser_of: httpx2.Client) -> None:
    come(sub="riser", email="riser@example.com", groups="front desk")
    assert browser_of.get("/console/people").status_code == 403
    come(sub="riser", email="riser@example.com", groups="owners")
    assert browser_of.get("/console/people").status_code == 200


def test_a_person_is_known_by_the_providers_id_whatever_their_address_becomes(
    come: Come, console_engine: sa.Engine
) -> None:
    come(sub="mover", email="before@example.com")
    assert come(sub="mover", email="after@example.com").status_code == 303
    with console_engine.connect() as connection:
        assert staff.by_name(connection, "after@example.com") is None
    _refused(come(sub="namesake", email="before@example.com"), "Another account here has the name")


@pytest.mark.parametrize("verified", [False, None, "true"])
def test_an_address_that_is_not_verified_is_refused(come: Come, verified: object) -> None:
    _refused(come(sub="unverified", email_verified=verified), "has not verified your e-mail address")


@pytest.mark.parametrize("groups", [["pets"], [], None, {"owners": True}])
def test_without_a_role_nobody_is_let_in(come: Come, groups: object) -> None:
    _refused(come(sub="nobody", groups=groups), "gives you no role here")


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another client"},
        {"aud": "another client", "azp": "console"},
        {"iss": "https://id.example.org"},
        {"nonce": "of another visit"},
        {"nonce": None},
        {"exp": 1},
        {"sub": None},
    ],
    ids=["audience", "audience with our name beside it", "issuer", "nonce", "no nonce", "expired", "nobody"],
)
def test_a_token_for_others_or_of_another_time_is_refused(come: Come, claims: dict[str, Any]) -> None:
    _refused(come(**claims), FAILED)


def test_what_the_clients_secret_signs_is_refused(come: Come, provider: Provider) -> None:
    provider.headers = {"alg": "HS256"}
    _refused(come(), FAILED)


def test_new_keys_of_the_provider_are_fetched_when_they_are_met(come: Come, provider: Provider) -> None:
    assert come(sub="patient").status_code == 303
    asked = provider.asked_for_keys
    provider.rotate()
    assert [come(sub="patient").status_code for _ in range(2)] == [303, 303]
    assert provider.asked_for_keys == asked + 1


def test_a_provider_that_fails_is_said_and_no_crash(
    come: Come, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.rotate()
    provider.down = True
    _refused(come(sub="unlucky"), FAILED)
    assert "a sign-in by the provider failed (HTTPStatusError)" in caplog.text
    assert "unlucky" not in caplog.text
    provider.down = False
    assert come(sub="unlucky").status_code == 303


def test_what_another_key_signs_under_the_providers_name_is_refused(come: Come, provider: Provider) -> None:
    provider.forger = RSAKey.generate_key(2048)
    _refused(come(), FAILED)


def test_the_way_back_is_good_once_and_in_the_browser_that_left(browser_of: httpx2.Client, console: str) -> None:
    back = _way_back(browser_of)
    _refused(httpx2.get(back, headers=dict(browser_of.headers)), FAILED)
    assert browser_of.get(back).status_code == 303
    _refused(browser_of.get(back), FAILED)
    _refused(browser_of.get("/console/sign-in/provider/back?code=a&state=b"), FAILED)


def test_whoever_says_no_at_the_provider_is_told_so_plainly(browser_of: httpx2.Client) -> None:
    _refused(browser_of.get("/console/sign-in/provider/back?error=access_denied&state=x"), FAILED)


def test_who_is_switched_off_here_stays_out(come: Come, console_engine: sa.Engine) -> None:
    come(sub="gone", email="gone@example.com")
    with console_engine.begin() as connection:
        people.disable(connection, "gone@example.com", "test", THEN)
    _refused(come(sub="gone", email="gone@example.com"), "Your account is switched off")


def test_an_account_of_the_provider_has_no_password(come: Come, console: str, browser_of: httpx2.Client) -> None:
    come(sub="plain", email="plain@example.com")
    answer = browser_of.post("/console/sign-in", data={"name": "plain@example.com", "password": ""})
    assert answer.status_code == 401


def test_failed_attempts_are_counted_like_those_by_password(come: Come, browser_of: httpx2.Client) -> None:
    for _ in range(5):
        _refused(come(groups=[]), "no role")
    assert browser_of.get("/console/sign-in/provider/").status_code == 429


def test_a_browser_goes_there_and_comes_back_signed_in(staff: Staff, console: str, provider: Provider) -> None:
    provider.claims = {"sub": "walker", "groups": ["kitchen"]}
    staff.browser.get(f"{console}/console/sign-in")
    staff.browser.delete_all_cookies()
    staff.browser.get(f"{console}/console/sign-in")
    staff.see("a", "Sign in with your organisation").click()
    staff.see("h1", "Dashboard")
    staff.see(".who", "walker@example.com · reviewer")
