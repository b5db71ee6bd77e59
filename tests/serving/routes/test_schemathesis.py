"""The whole API under generated requests: no 5xx, no status and nothing else but what its description says."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
import schemathesis
import sqlalchemy as sa
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as rules
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mhc_core.settings import Settings
from mhc_serving.app import create_app

KeyOf = Callable[[str], dict[str, str]]
Serve = Callable[[FastAPI], AbstractContextManager[str]]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
RULES = rules(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def api(serving_engine: sa.Engine, tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> Iterator[Any]:
    app = create_app(Settings(state_dir=tmp_path_factory.mktemp("state"), open_loopback=True), serving_engine)
    with serve(app) as url:  # called in process, the app would be started and stopped with every request
        yield schemathesis.openapi.from_url(f"{url}/openapi.json")


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_what_the_api_answers_fits_its_description(api: Any, key_of: KeyOf, mode: GenerationMode) -> None:
    headers, problems = key_of("admin"), list[str]()
    for operation in (found.ok() for found in api.get_all_operations()):

        @RULES
        @given(case=operation.as_strategy(generation_mode=mode))
        def answers_fit(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=CHECKS, headers=headers)

        try:
            answers_fit()
        except Unsatisfiable:
            continue  # it takes nothing that could be wrong
        except (FailureGroup, ExceptionGroup) as failures:
            problems.append(f"{operation.label}: {[str(failure) for failure in failures.exceptions]}")
    assert not problems, "\n".join(problems)
