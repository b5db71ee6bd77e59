"""The way out of follow-ups: opening the link changes nothing, one press or one request of a mail program ends them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from mhc_core.campaigns import links
from mhc_core.db.queries import installation
from mhc_core.pseudonyms import customer_hash
from mhc_core.settings import Settings
from mhc_serving.app import utc_now

HOME = "http://127.0.0.1:8000"


@pytest.fixture
def who(serving_engine: sa.Engine) -> Iterator[str]:
    with serving_engine.begin() as connection:
        found = customer_hash(installation.salt(connection), "leaver@example.com")
    with serving_engine.begin() as connection:  # other tests leave some
        connection.execute(sa.text("delete from ai.contact_optouts"))
    yield found
    with serving_engine.begin() as connection:
        connection.execute(sa.text("delete from ai.contact_optouts"))


@pytest.fixture
def link(serving_engine: sa.Engine, who: str) -> str:
    with serving_engine.begin() as connection:
        made = links.of_installation(connection, Settings(_env_file=None)).link(who, utc_now())
    return made.removeprefix(HOME)


def left(engine: sa.Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text("select customer_hash, how from ai.contact_optouts"))]


def test_a_scanner_that_opens_the_link_ends_nothing(client: TestClient, serving_engine: sa.Engine, link: str) -> None:
    page = client.get(link)
    assert page.status_code == 200
    assert page.text.count("<button") == 1
    assert "no-store" in page.headers["cache-control"]
    assert left(serving_engine) == []


def test_one_click_of_a_mail_program_ends_everything(
    client: TestClient, serving_engine: sa.Engine, link: str, who: str
) -> None:
    answer = client.post(link, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert left(serving_engine) == [(who, "link")]


def test_one_click_may_be_sent_as_parts_too(client: TestClient, serving_engine: sa.Engine, link: str, who: str) -> None:
    assert client.post(link, files={"List-Unsubscribe": (None, "One-Click")}).status_code == 200
    assert left(serving_engine) == [(who, "link")]


def test_the_button_of_the_page_does_the_same_and_twice_is_once(
    client: TestClient, serving_engine: sa.Engine, link: str, who: str
) -> None:
    token = link.partition("token=")[2]
    for _ in range(2):
        page = client.post(links.PATH, data={"token": token})
        assert page.status_code == 200
        assert "no offers" in page.text
    assert left(serving_engine) == [(who, "link")]


@pytest.mark.parametrize("token", ["", "x", "half"])
def test_a_token_that_was_not_made_here_ends_nothing(
    client: TestClient, serving_engine: sa.Engine, link: str, token: str
) -> None:
    wrong = link[:-9] if token == "half" else f"{links.PATH}?token={token}"
    for answer in (client.get(wrong), client.post(wrong)):
        assert answer.status_code == 404
    assert left(serving_engine) == []


def test_the_link_of_an_old_e_mail_still_works(serving_engine: sa.Engine, who: str) -> None:
    with serving_engine.begin() as connection:
        made = links.of_installation(connection, Settings(_env_file=None))
        token = made.link(who, utc_now() - timedelta(days=700)).partition("token=")[2]
        assert made.read(token, utc_now()) == who
