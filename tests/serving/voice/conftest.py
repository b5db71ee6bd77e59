"""The API with an open phone line, and an account that calls there."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes.phones import OPEN, SOUND, TOKEN
from fastapi import FastAPI
from pydantic import SecretStr

from mhc_core.settings import Settings, Twilio
from mhc_jobs.bench.voice.caller import Account
from mhc_serving.app import create_app


@pytest.fixture
def phone_settings(tmp_path: Path) -> Settings:
    return Settings(
        state_dir=tmp_path,
        voice=True,
        voice_talk=True,
        voice_transfer_to="+19165550199",
        public_url="http://testserver",
        twilio=Twilio(account_sid="AC0", auth_token=SecretStr(TOKEN)),
    )


@pytest.fixture
def phone_app(serving_engine: sa.Engine, phone_settings: Settings) -> FastAPI:
    """The API with an open line."""
    return create_app(phone_settings, serving_engine, sound=SOUND, clock=lambda: OPEN)


@pytest.fixture
def account(phone_app: FastAPI, serve: Callable[[FastAPI], AbstractContextManager[str]]) -> Iterator[Account]:
    """The line on a real port, and who calls there."""
    with serve(phone_app) as url:
        phone_app.state.services.settings.public_url = url
        yield Account(url, TOKEN, f"+1916555{secrets.randbelow(10_000):04d}")


@pytest.fixture
def call_sid() -> str:
    """A call that nobody made before."""
    return f"CA{secrets.token_hex(16)}"
