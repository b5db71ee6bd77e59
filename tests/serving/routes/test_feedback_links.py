"""Customers rate out of an e-mail: a link opens a page, only its button records, and a bad link gets a kind answer."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from mhc_core.db.queries import installation
from mhc_core.db.tables import feedback, feedback_history
from mhc_core.feedback.links import FeedbackLinks, Purpose, keys
from mhc_core.settings import Settings
from mhc_serving.app import create_app, utc_now

Say = Callable[..., dict[str, Any]]
HOME = "http://127.0.0.1:8000"


@pytest.fixture
def links(serving_engine: sa.Engine) -> FeedbackLinks:
    with serving_engine.begin() as connection:
        return FeedbackLinks(keys(installation.salt(connection), None, 30), HOME, days=30)


@pytest.fixture
def answer(say: Say) -> dict[str, Any]:
    return say("How much space does the chef need?")


def _stored(engine: sa.Engine, answer: dict[str, Any]) -> list[sa.Row[Any]]:
    query = sa.select(feedback).where(feedback.c.conversation_id == UUID(answer["conversation_id"]))
    with engine.connect() as connection:
        return list(connection.execute(query))


def _fields(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page)}


def _token(link: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


def test_a_scanner_that_opens_the_link_records_nothing(
    client: TestClient, links: FeedbackLinks, answer: dict[str, Any], serving_engine: sa.Engine
) -> None:
    link = links.vote(UUID(answer["message_id"]), "up", utc_now())
    page = client.get(link.removeprefix(HOME))
    assert page.status_code == 200
    assert page.text.count("<button") == 1
    assert _stored(serving_engine, answer) == []
    pressed = client.post("/api/v1/ai/feedback/vote", data=_fields(page.text))
    assert "Thank you" in pressed.text
    assert [(row.vote, row.source) for row in _stored(serving_engine, answer)] == [("up", "serving")]


def test_a_comment_follows_the_vote_and_both_are_one_rating_with_the_chats(
    client: TestClient, links: FeedbackLinks, answer: dict[str, Any], serving_engine: sa.Engine, customer: str
) -> None:
    said = {"message_id": answer["message_id"], "customer_id": customer, "vote": "up", "stars": 4}
    client.post("/api/v1/ai/feedback", json=said)
    fields = _token(links.vote(UUID(answer["message_id"]), "down", utc_now()))
    thanks = client.post("/api/v1/ai/feedback/vote", data=fields)
    last = client.post(
        "/api/v1/ai/feedback/vote", data=_fields(thanks.text) | {"comment": "  <b>no</b> metric units  "}
    )
    assert "<textarea" in thanks.text
    assert "<textarea" not in last.text
    (row,) = _stored(serving_engine, answer)
    assert (row.vote, row.stars, row.comment) == ("down", 4, "<b>no</b> metric units")
    with serving_engine.connect() as connection:
        states = connection.execute(
            sa.select(feedback_history.c["via", "vote", "comment"])
            .where(feedback_history.c.feedback_id == row.id)
            .order_by(feedback_history.c.id)
        ).all()
    assert states == [("chat", "up", None), ("email", "down", None), ("email", "down", "<b>no</b> metric units")]


@pytest.mark.parametrize(
    ("made", "status"),
    [(timedelta(days=31), 410), (timedelta(days=29), 200)],
)
def test_a_link_works_for_its_days(
    client: TestClient, links: FeedbackLinks, answer: dict[str, Any], made: timedelta, status: int
) -> None:
    link = links.vote(UUID(answer["message_id"]), "up", utc_now() - made)
    assert client.get(link.removeprefix(HOME)).status_code == status
    assert client.post("/api/v1/ai/feedback/vote", data=_token(link)).status_code == status


@pytest.mark.parametrize("change", [{"id": str(uuid4())}, {"id": "x"}, {"token": ""}, {"token": "é"}, {"vote": "x"}])
def test_a_forged_link_gets_a_kind_page_and_records_nothing(
    client: TestClient,
    links: FeedbackLinks,
    answer: dict[str, Any],
    serving_engine: sa.Engine,
    change: dict[str, str],
) -> None:
    fields = _token(links.vote(UUID(answer["message_id"]), "up", utc_now())) | change
    for response in (
        client.get("/api/v1/ai/feedback", params=fields),
        client.post("/api/v1/ai/feedback/vote", data=fields),
    ):
        assert response.status_code == 404
        assert "not complete" in response.text
        assert "cs@myhibachichef.com" in response.text
    assert _stored(serving_engine, answer) == []


def test_a_survey_link_is_no_vote_and_the_other_way_round(
    client: TestClient, links: FeedbackLinks, answer: dict[str, Any]
) -> None:
    message_id = UUID(answer["message_id"])
    token = links.token(Purpose.SURVEY, message_id, utc_now())
    fields = {"id": str(message_id), "vote": "up", "token": token}
    assert client.post("/api/v1/ai/feedback/vote", data=fields).status_code == 404
    fields["token"] = links.token(Purpose.VOTE, message_id, utc_now())
    assert client.get("/api/v1/ai/feedback/survey", params=fields).status_code == 404


def test_the_survey_keeps_stars_and_words_for_the_whole_conversation(
    client: TestClient, links: FeedbackLinks, answer: dict[str, Any], serving_engine: sa.Engine
) -> None:
    link = links.survey(UUID(answer["conversation_id"]), utc_now())
    page = client.get(link.removeprefix(HOME))
    assert page.text.count('name="stars"') == 5
    fields = _token(link)
    assert "Your rating" in client.post("/api/v1/ai/feedback/survey", data=fields | {"stars": "6"}).text
    assert _stored(serving_engine, answer) == []
    said = {"stars": "5", "comment": "The onion volcano!", "helpful": "no"}
    assert "Thank you" in client.post("/api/v1/ai/feedback/survey", data=fields | said).text
    (row,) = _stored(serving_engine, answer)
    assert (row.source, row.stars, row.comment, row.message_id) == ("survey", 5, "The onion volcano!", None)
    assert row.helpful is False


def test_pages_run_no_script_and_tell_nobody_their_address(
    client: TestClient, links: FeedbackLinks, answer: dict[str, Any]
) -> None:
    page = client.get(links.vote(UUID(answer["message_id"]), "up", utc_now()).removeprefix(HOME))
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "<script" not in page.text
    for reference in re.findall(r'(?:src|href)="(/[^"]+)"', page.text):
        assert client.get(reference).status_code == 200


def test_what_stands_in_a_link_is_never_html(client: TestClient, links: FeedbackLinks, answer: dict[str, Any]) -> None:
    fields = _token(links.vote(UUID(answer["message_id"]), "up", utc_now()))
    response = client.get("/api/v1/ai/feedback", params=fields | {"id": f'{{{answer["message_id"]}}}"><script>'})
    assert "<script" not in response.text


def test_our_own_people_rate_apart_from_customers(
    client: TestClient,
    answer: dict[str, Any],
    serving_engine: sa.Engine,
    key_of: Callable[[str], dict[str, str]],
) -> None:
    body = {"conversation_id": answer["conversation_id"], "good_job": False, "comment": "It left out the overhead"}
    assert client.post("/api/v1/ai/feedback/agent", json=body).status_code == 401
    first = client.post("/api/v1/ai/feedback/agent", json=body, headers=key_of("agent"))
    again = client.post("/api/v1/ai/feedback/agent", json=body | {"good_job": True}, headers=key_of("agent"))
    other = client.post("/api/v1/ai/feedback/agent", json=body, headers=key_of("reviewer"))
    assert first.json()["feedback_id"] == again.json()["feedback_id"] != other.json()["feedback_id"]
    assert again.json()["good_job"] is True
    assert {row.source for row in _stored(serving_engine, answer)} == {"agent"}
    mixed = body | {"message_id": str(uuid4())}
    assert client.post("/api/v1/ai/feedback/agent", json=mixed, headers=key_of("agent")).status_code == 404


def test_the_footer_carries_links_that_work(
    client: TestClient, answer: dict[str, Any], serving_engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mhc_jobs.cli.main import app

    monkeypatch.setenv("MHC_DATABASE_URL", serving_engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("MHC_PUBLIC_URL", "https://chat.example.com/base/")
    done = CliRunner().invoke(app, ["feedback", "footer", "--message", answer["message_id"], "--json"])
    assert done.exit_code == 0, done.output
    parts = json.loads(done.stdout)
    in_html = [unescape(link) for link in re.findall(r'href="([^"]+)"', parts["html"])]
    in_text = re.findall(r"https://\S+", parts["text"])
    assert [_token(link)["vote"] for link in in_html] == ["up", "down"]
    assert [link.split("&token")[0] for link in in_html] == [link.split("&token")[0] for link in in_text]
    for link in (*in_html, *in_text):
        assert link.startswith("https://chat.example.com/base/api/v1/ai/feedback?")
        assert client.get(link.removeprefix("https://chat.example.com/base")).status_code == 200


def test_the_survey_command_gives_a_link_that_works(
    client: TestClient, answer: dict[str, Any], serving_engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mhc_jobs.cli.main import app

    monkeypatch.setenv("MHC_DATABASE_URL", serving_engine.url.render_as_string(hide_password=False))
    done = CliRunner().invoke(app, ["feedback", "survey", "--conversation", answer["conversation_id"]])
    assert done.exit_code == 0, done.output
    assert client.get(done.stdout.strip().removeprefix(HOME)).status_code == 200


def test_ratings_count_for_the_versions_that_answered(
    client: TestClient, answer: dict[str, Any], links: FeedbackLinks, key_of: Callable[[str], dict[str, str]]
) -> None:
    def figures() -> dict[str, Any]:
        stats = client.get("/api/v1/ai/feedback/stats?days=1", headers=key_of("agent")).json()
        by: dict[str, Any] = stats["by_knowledge"].get(answer["knowledge_version"], {"ratings": 0})
        return by

    before = figures()["ratings"]
    client.post(
        "/api/v1/ai/feedback/survey",
        data=_token(links.survey(UUID(answer["conversation_id"]), utc_now())) | {"stars": "5"},
    )
    assert figures()["ratings"] == before + 1


def test_a_token_from_another_installation_is_worth_nothing() -> None:
    now = datetime.fromisoformat("2026-11-21T12:00:00+00:00")
    subject = uuid4()
    ours, theirs = (FeedbackLinks(keys(salt, None, 30), HOME, 30) for salt in (b"a" * 32, b"b" * 32))
    with pytest.raises(Exception, match="not complete"):
        ours.check(Purpose.VOTE, subject, theirs.token(Purpose.VOTE, subject, now), now)


def test_whoever_tries_links_by_the_dozen_has_to_wait(serving_engine: sa.Engine, tmp_path: Path) -> None:
    app = create_app(Settings(state_dir=tmp_path, rate_limit_address="3/minute"), serving_engine)
    with TestClient(app) as client:
        guesses = [client.get("/api/v1/ai/feedback", params={"id": str(uuid4()), "token": "x"}) for _ in range(5)]
        voted = client.post("/api/v1/ai/feedback/vote", data={"id": str(uuid4()), "token": "x", "vote": "up"})
    assert [one.status_code for one in guesses] == [404, 404, 404, 429, 429]
    assert voted.status_code == 429
    assert "try the link again" in voted.text
    assert int(voted.headers["Retry-After"]) > 0
