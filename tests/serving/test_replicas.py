"""Two servers on one database, each a process with a state folder of its own: what one of them knows, both go by."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import sqlalchemy as sa
from fakes.api import ARTICLES, publish_knowledge
from fakes.databases import copy
from fakes.openai_endpoints import StandIn
from fakes.openai_server import running
from fakes.redis_server import PROGRAM, redis_server
from fakes.replicas import Replica, replicas
from fakes.rollout_serving import begin
from fakes.waiting import until

from mhc_core.business import pricing
from mhc_core.db import engine as engines
from mhc_core.db.queries import installation
from mhc_core.db.queries import keys as key_queries
from mhc_core.db.queries import prompts as prompt_queries
from mhc_core.db.tables import api_keys, experiment_exposures, rollout_exposures
from mhc_core.prompts import experiment_control, registry, wordings
from mhc_core.prompts.experiments import variant_of
from mhc_core.pseudonyms import customer_hash
from mhc_core.rollout import assignment, stages
from mhc_core.settings import Settings
from mhc_core.vocabulary import Arm, ExperimentMetric, Intent
from mhc_serving.access import keys
from mhc_serving.access.access_control import KEY_KNOWN_SECONDS
from mhc_serving.access.keys import Role

pytestmark = pytest.mark.long

RAIN = "Does the chef cook in the rain?"
A_MINUTE = 60
REFRESHED = Settings().refresh_seconds
SLACK = 3.0
"""Two processes and the tests share a machine: how long something may take beyond what is promised."""


@dataclass
class Shop:
    """The servers, by turns, and what is behind them."""

    servers: Sequence[Replica]
    engine: sa.Engine
    openai: StandIn
    customers: Iterator[str] = field(default_factory=lambda: (f"guest-{number}" for number in count()))

    def post(self, at: int, path: str, body: Any = None, key: str | None = None, **headers: str) -> httpx2.Response:
        given = {**headers, **({"Authorization": f"Bearer {key}"} if key else {})}
        return httpx2.post(f"{self.servers[at].address}{path}", json=body, headers=given, timeout=30)

    def get(self, at: int, path: str, key: str | None = None, **params: str) -> httpx2.Response:
        given = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx2.get(f"{self.servers[at].address}{path}", params=params, headers=given, timeout=30)

    def ask(self, at: int, message: str = RAIN, customer: str | None = None, **more: Any) -> dict[str, Any]:
        body = {"message": message, "customer_id": customer or next(self.customers), "channel": "web", **more}
        response = self.post(at, "/api/v1/chat", body)
        assert response.status_code == 200, response.text
        given: dict[str, Any] = response.json()
        return given

    def key(self, role: Role) -> str:
        with self.engine.begin() as connection:
            return keys.create(connection, f"test {uuid4()}", role, datetime.now(UTC))


def quoted(asked: list[dict[str, Any]]) -> str:
    """The beginning of the first passage that the model was given, cited: an answer with which nothing is wrong."""
    mark, _, rest = asked[0]["content"].split("[kb:")[2].partition("]")
    return f"{rest.partition(chr(10))[2].partition('. ')[0]}. [kb:{mark}]"


@pytest.fixture(scope="module")
def shop(_server_url: str, _template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("replicas")
    with ExitStack() as opened:
        engine = engines.create(opened.enter_context(copy(_server_url, _template)))
        opened.callback(engine.dispose)
        publish_knowledge(engine, tmp_path_factory.mktemp("articles"), ARTICLES)
        openai = opened.enter_context(running())
        openai.reply = quoted
        limits = dict.fromkeys(("CUSTOMER", "ADDRESS", "ANONYMOUS"), "100000/minute") | {"KEY": f"{A_MINUTE}/minute"}
        more = {f"MHC_RATE_LIMIT_{kind}": limit for kind, limit in limits.items()}
        more["MHC_WIDGET_ORIGINS"] = "https://shop.example.org"
        if PROGRAM is not None:
            more["MHC_RATE_LIMIT_STORAGE_URI"] = opened.enter_context(redis_server(folder))[0]
        more |= {"OPENAI_API_KEY": openai.key, "OPENAI_BASE_URL": openai.base_url}
        servers = opened.enter_context(replicas(engine, folder, **more))
        yield Shop(servers, engine, openai)


def test_a_conversation_goes_on_at_the_other_server_and_a_message_sent_twice_is_one(shop: Shop) -> None:
    customer, key = next(shop.customers), uuid4().hex
    body = {"message": RAIN, "customer_id": customer, "channel": "web"}
    first = shop.post(0, "/api/v1/chat", body, **{"Idempotency-Key": key}).json()
    again = shop.post(1, "/api/v1/chat", body, **{"Idempotency-Key": key}).json()
    assert (again["message_id"], again["answer"]) == (first["message_id"], first["answer"])
    later = shop.ask(1, "Which allergens are there?", customer, conversation_id=first["conversation_id"])
    said = shop.get(0, f"/api/v1/chat/{first['conversation_id']}/messages", customer_id=customer).json()["messages"]
    assert [turn["id"] for turn in said if turn["who"] == "assistant"] == [first["message_id"], later["message_id"]]


def test_who_is_handed_over_at_one_is_at_a_person_at_the_other(shop: Shop) -> None:
    customer, agent, colleague = next(shop.customers), shop.key(Role.AGENT), shop.key(Role.AGENT)
    given = shop.ask(0, "I want to talk to a person", customer)
    assert given["escalated"]
    conversation = given["conversation_id"]
    queue = shop.get(1, "/api/v1/handovers", agent, limit="200").json()["items"]
    [waiting] = [one for one in queue if one["conversation_id"] == conversation]
    path = f"/api/v1/handovers/{waiting['id']}"
    assert shop.post(1, f"{path}/claim", key=agent).status_code == 200
    assert shop.post(0, f"{path}/claim", key=colleague).status_code == 409
    assert shop.post(0, f"{path}/reply", {"text": "Ann here, we have tents."}, agent).status_code == 200
    for at in (0, 1):
        said = shop.get(at, f"/api/v1/chat/{conversation}/messages", customer_id=customer).json()
        assert said["at_a_person"]
        assert "Ann here, we have tents." in [turn["text"] for turn in said["messages"] if turn["who"] == "person"]
        assert shop.ask(at, "Are you there?", customer, conversation_id=conversation)["model"] == "rules/handover"
    assert shop.post(1, f"{path}/give-back", key=agent).status_code == 200
    assert not shop.ask(0, RAIN, customer, conversation_id=conversation)["escalated"]


def test_a_key_that_is_revoked_is_refused_by_both_within_the_promised_time(shop: Shop) -> None:
    key = shop.key(Role.REVIEWER)
    assert [shop.get(at, "/api/v1/models", key).status_code for at in (0, 1)] == [200, 200]
    with shop.engine.begin() as connection:
        newest = connection.scalar(sa.select(sa.func.max(api_keys.c.id)))
        assert newest is not None
        key_queries.revoke(connection, newest, datetime.now(UTC))
    refused = [401, 401]
    until(
        lambda: [shop.get(at, "/api/v1/models", key).status_code for at in (0, 1)] == refused,
        KEY_KNOWN_SECONDS + SLACK,
    )


def test_a_widget_token_of_one_opens_the_other(shop: Shop) -> None:
    site = {"Origin": "https://shop.example.org"}
    token = shop.post(0, "/api/v1/widget/tokens", {}, **site).json()
    given = shop.post(1, "/api/v1/chat", {"message": RAIN, "channel": "web"}, token["token"], **site)
    assert given.status_code == 200, given.text
    assert given.json()["conversation_id"] == token["conversation_id"]
    renewed = shop.post(1, "/api/v1/widget/tokens", {"token": token["token"]}, **site).json()
    later = shop.post(0, "/api/v1/chat", {"message": "And in the snow?", "channel": "web"}, renewed["token"], **site)
    assert later.json()["conversation_id"] == token["conversation_id"]


def test_an_answer_kept_by_one_is_given_by_the_other_and_ends_at_both(shop: Shop) -> None:
    question = "Does the chef cook in heavy rain?"
    shop.ask(0, question)
    until(lambda: shop.ask(1, question)["cached"], 60)
    who = next(shop.customers)
    given = shop.ask(0, question, who)
    assert given["cached"]
    rating = {"message_id": given["message_id"], "vote": "down", "customer_id": who}
    assert shop.post(0, "/api/v1/ai/feedback", rating).is_success
    assert not shop.ask(1, question)["cached"]


def test_new_knowledge_is_live_at_both_within_the_promised_time(shop: Shop, tmp_path: Path) -> None:
    made = publish_knowledge(shop.engine, tmp_path, {"KB-100": ("Music", "policy", "Music is yours to bring.")})
    live = [made, made]
    until(lambda: [shop.get(at, "/readyz").json()["knowledge_version"] for at in (0, 1)] == live, REFRESHED + 3 * SLACK)


def test_a_customer_of_a_rollout_has_one_model_at_both_and_none_after_its_end(shop: Shop) -> None:
    found = begin(shop.engine, provider="openai")
    with shop.engine.begin() as connection:
        salt = installation.salt(connection)
    who = [next(shop.customers) for _ in range(8)]
    plan = stages.plan(found)
    arms = {one: assignment.arm(plan, customer_hash(salt, one)) for one in who}
    expected = {one: "new" if arm is Arm.CANDIDATE else "old" for one, arm in arms.items()}
    assert set(expected.values()) == {"old", "new"}
    lucky = next(one for one, model in expected.items() if model == "new")
    until(lambda: {shop.ask(at, customer=lucky, message=f"Rain {uuid4()}?")["model"] for at in (0, 1)} == {"new"}, 20)
    for number, (customer, model) in enumerate(expected.items()):
        seen = [shop.ask(at, f"Rain {uuid4()}?", customer)["model"] for at in (number % 2, 1 - number % 2)]
        assert seen == [model, model]
    with shop.engine.begin() as connection:
        exposed = connection.scalar(sa.select(sa.func.count()).select_from(rollout_exposures))
        stages.kill(connection, "kim", "the test is over", datetime.now(UTC))
    assert exposed == len(who), "one row for each customer, whichever servers answered"
    until(lambda: {shop.ask(at, f"Rain {uuid4()}?")["model"] for at in (0, 1)} == {"old"}, REFRESHED + 3 * SLACK)


def test_a_customer_of_an_experiment_reads_one_wording_at_both(shop: Shop) -> None:
    business = pricing.load()
    name = wordings.knowledge(Intent.POLICY)
    version = wordings.version(business, name, "Answer like a sailor.")
    now = datetime.now(UTC)
    with shop.engine.begin() as connection:
        prompt_queries.record(connection, [version], "ann")
        made = experiment_control.start(
            connection, "trial", name, [(version.id, 1)], 1, ExperimentMetric.CONTAINED, timedelta(hours=24), "salt",
            "ann", now,
        )  # fmt: skip
    with shop.engine.connect() as connection:
        [running_now] = registry.running(connection, business).values()
    sailor, plain = (
        next(who for who in shop.customers if variant_of(running_now, who).position == position) for position in (1, 0)
    )

    def wording(at: int, customer: str) -> bool:
        shop.ask(at, f"Rain {uuid4()}?", customer)
        return version.content in shop.openai.bodies[-1]["messages"][0]["content"]

    until(lambda: wording(0, sailor) and wording(1, sailor), 20)
    assert [wording(at, plain) for at in (0, 1)] == [False, False]
    with shop.engine.begin() as connection:
        exposed = connection.execute(
            sa.select(experiment_exposures.c.position).where(experiment_exposures.c.experiment_id == made.id)
        ).scalars()
        assert sorted(exposed) == [0, 1]
        experiment_control.end(connection, "trial", "ann", "it is over", datetime.now(UTC))


@pytest.mark.skipif(PROGRAM is None, reason="redis-server is not installed (Debian package redis-server)")
def test_a_limit_counts_what_both_were_asked(shop: Shop) -> None:
    key = shop.key(Role.REVIEWER)
    statuses = [shop.get(number % 2, "/api/v1/models", key).status_code for number in range(A_MINUTE + 4)]
    assert set(statuses[: A_MINUTE - 1]) == {200}
    assert statuses[-1] == 429, "each alone was asked half as often as it allows"
