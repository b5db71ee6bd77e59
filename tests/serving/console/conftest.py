"""The console on a real port, people of every role, and a browser. The page library knows one console a process."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa
from fakes.consoles import PASSWORD, THEN, Staff, Visitor, chromium
from fakes.dagster_pages import SmallDagster
from fakes.databases import copy
from fakes.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider
from fastapi import FastAPI
from pydantic import SecretStr
from selenium import webdriver

from mhc_core.accounts import people
from mhc_core.db import engine as engines
from mhc_core.settings import Settings
from mhc_core.vocabulary import StaffRole

Serve = Callable[[FastAPI], AbstractContextManager[str]]


@pytest.fixture(scope="session")
def console_engine(_server_url: str, _template: str) -> Iterator[sa.Engine]:
    """The console's database, with an account of each role, named like it."""
    with copy(_server_url, _template) as url:
        engine = engines.create(url, zone="America/Los_Angeles")
        with engine.begin() as connection:
            for role in StaffRole:
                people.create(connection, role.value, role, PASSWORD, "test", THEN)
        yield engine
        engine.dispose()


@pytest.fixture(scope="session")
def provider() -> Provider:
    """Who vouches for staff, beside the console's own passwords."""
    return Provider()


@pytest.fixture(scope="session")
def issuer(provider: Provider, serve: Serve) -> Iterator[str]:
    """Its address."""
    with serve(provider.app()) as address:
        yield address


@pytest.fixture(scope="session")
def console_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the console keeps files."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def dagster(serve: Serve) -> Iterator[SmallDagster]:
    """Dagster's web server, made small."""
    small = SmallDagster()
    with serve(small.app()) as small.address:
        yield small


@pytest.fixture(scope="session")
def console(
    console_engine: sa.Engine, issuer: str, serve: Serve, console_state: Path, dagster: SmallDagster
) -> Iterator[str]:
    """Its address."""
    from mhc_serving.console.app import create_console

    settings = Settings(
        state_dir=console_state,
        rate_limit_sign_in="5/minute",
        dagster_url=dagster.address,
        dagster_secret=SecretStr(dagster.secret),
        oidc_issuer=issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=SecretStr(CLIENT_SECRET),
        oidc_role_claim="groups",
        oidc_roles={"front desk": StaffRole.AGENT, "kitchen": StaffRole.REVIEWER, "owners": StaffRole.ADMIN},
    )
    with serve(create_console(settings, console_engine)) as address:
        yield address


@pytest.fixture
def visitor(console: str) -> Iterator[Visitor]:
    """Somebody who is signed in with a role, without a browser."""
    opened: list[httpx2.Client] = []

    def call(role: StaffRole) -> httpx2.Client:
        client = httpx2.Client(base_url=console)
        opened.append(client)
        answer = client.post("/console/sign-in", data={"name": role.value, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    yield call
    for client in opened:
        client.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[webdriver.Chrome]:
    """Chromium without a window."""
    with chromium() as driver:
        yield driver


@pytest.fixture
def staff(browser: webdriver.Chrome, console: str) -> Staff:
    """Whoever sits before the browser."""
    return Staff(browser, console)
