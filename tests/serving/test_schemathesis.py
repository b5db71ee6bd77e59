"""The whole API under generated requests: no 5xx, and nothing but what its description says."""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from mhc_core.settings import Settings
from mhc_serving.app import create_app

KeyOf = Callable[[str], dict[str, str]]


@pytest.fixture(scope="module")
def api(serving_engine: sa.Engine, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return schemathesis.openapi.from_asgi(
        "/openapi.json", create_app(Settings(state_dir=tmp_path_factory.mktemp("state")), serving_engine)
    )


schema = schemathesis.pytest.from_fixture("api")


@schema.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_what_the_api_answers_fits_its_description(case: schemathesis.Case, key_of: KeyOf) -> None:
    checks = [not_a_server_error, content_type_conformance, response_schema_conformance]
    case.call_and_validate(checks=checks, headers=key_of("admin"))
