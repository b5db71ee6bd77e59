"""Every door by which a customer's words come in, each with a person of its own who must not be seen behind it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import orjson
import sqlalchemy as sa
from fastapi.testclient import TestClient

from fakes.environment import environment
from fakes.pipeline import execute
from mhc_core import settings as configuration
from mhc_jobs import dagster_home
from mhc_serving.access import keys
from mhc_serving.access.keys import Role
from mhc_serving.app import create_app

DAY = date(2026, 10, 4)
NOW = datetime(2026, 10, 4, 17, tzinfo=UTC)
NICKNAME = "Brindlewyck"
"""A name no scrubber can know: only a reviewer's mark keeps it out."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a name, a number, an address and an e-mail that stand nowhere else."""

    first: str
    last: str
    phone: str
    street: str

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def email(self) -> str:
        return f"{self.first}.{self.last}@example.com".lower()

    @property
    def line(self) -> str:
        """All of it, as people say it."""
        return (
            f"My name is {self.name}, my number is {self.phone}, my email is {self.email} "
            f"and we live at {self.street}, Fresno, CA 93722."
        )

    @property
    def canaries(self) -> set[str]:
        """What to look for, in lower case."""
        digits = "".join(character for character in self.phone if character.isdigit())
        return {text.lower() for text in (self.last, self.phone, digits, self.street, self.email)}


PEOPLE = {
    "imported conversation": Person("Winifred", "Quattlebaum", "(212) 555-0101", "4117 Larkspur Lane"),
    "imported edit": Person("Rosalind", "Schexnayder", "(212) 555-0102", "882 Foxglove Court"),
    "imported review": Person("Leopold", "Ziegenfuss", "(212) 555-0103", "1530 Tamarack Road"),
    "refused line": Person("Marguerite", "Featherstonhaugh", "(212) 555-0104", "77 Bluestem Avenue"),
    "name of a conversations file": Person("Cornelius", "Dauphinais", "(212) 555-0105", "2604 Sorrel Drive"),
    "name of a feedback file": Person("Philippa", "Trevathan", "(212) 555-0106", "319 Hawkweed Street"),
    "imported comment": Person("Bartholomew", "Szymborski", "(212) 555-0107", "6021 Yarrow Place"),
    "chat": Person("Henrietta", "Villavicencio", "(212) 555-0108", "945 Bittersweet Lane"),
    "completions": Person("Augustus", "Papadopoulos", "(212) 555-0109", "1188 Columbine Road"),
    "transcript": Person("Clementine", "Wojciechowski", "(212) 555-0110", "4402 Goldenrod Court"),
    "complaint": Person("Thaddeus", "Ravensdale", "(212) 555-0111", "563 Snapdragon Street"),
    "comment": Person("Josephine", "Thibodeaux", "(212) 555-0112", "7310 Marigold Avenue"),
    "edit of a reviewer": Person("Ferdinand", "Abernethy", "(212) 555-0113", "2097 Heather Drive"),
    "note of a reviewer": Person("Millicent", "Fothergill", "(212) 555-0114", "156 Clover Lane"),
}
KEPT_NOWHERE = {
    "refused line", "name of a conversations file", "name of a feedback file",
    "transcript", "edit of a reviewer", "note of a reviewer",
}  # fmt: skip
"""Doors whose words are not even kept raw."""


def canaries() -> set[str]:
    """Everything that may be found in raw columns only."""
    return {NICKNAME.lower()}.union(*(person.canaries for person in PEOPLE.values()))


def open_all(url: str, engine: sa.Engine, state: Path, incoming: Path, **variables: str) -> None:
    """Bring something in by every door, and learn from it as the platform does."""
    _fill_inbox(incoming)
    places = {"MHC_DATABASE_URL": url, "MHC_STATE_DIR": str(state), "MHC_INBOX_URI": incoming.as_uri()}
    with environment(**places, **variables):
        settings = configuration.load()
        with TestClient(create_app(settings, engine, clock=lambda: NOW)) as client:
            _customers(client)
            _mark(client, engine)
            with dagster_home.instance(settings, url) as instance:
                _collect(instance)
                execute("review", instance)
            _review(client, engine)
        with dagster_home.instance(settings, url) as instance:
            for job in ("knowledge", "train", "stats"):
                execute(job, instance)


def _collect(instance: dg.DagsterInstance) -> None:
    day = {f"dagster/asset_partition_range_{end}": DAY.isoformat() for end in ("start", "end")}
    execute("collect", instance, day)


def _fill_inbox(folder: Path) -> None:
    person = PEOPLE["name of a conversations file"]
    refused = PEOPLE["refused line"]
    lines = [orjson.dumps(record) for record in _records()]
    lines.append(orjson.dumps({"id": refused.email, "channel": refused.name, "messages": refused.line}))
    lines.append(refused.line.encode())
    (folder / f"{person.name} {person.phone} {person.street}.jsonl").write_bytes(b"\n".join(lines))
    person, about = PEOPLE["name of a feedback file"], PEOPLE["imported comment"]
    rated = {"conversation_id": "door-edit", "position": 1, "vote": "up", "comment": f"Great! {about.line}"}
    unknown = {"conversation_id": refused.email, "vote": "up", "comment": refused.line}
    (folder / f"feedback {person.name} {person.email}.jsonl").write_bytes(
        orjson.dumps(rated) + b"\n" + orjson.dumps(unknown)
    )


def _records() -> Iterator[dict[str, Any]]:
    person = PEOPLE["imported conversation"]
    asked = f"Hi! {person.line} Do you bring plates and chairs for the party?"
    yield _record(
        "door-import",
        asked,
        {"content": f"Thanks {person.name}! Plates and chairs are yours to bring.", "feedback": {"vote": "down"}},
    ) | {
        "customer_id": person.email,
        "thread_id": person.phone,
        "meta": {"caller": person.name, "where": person.street},
        "escalation": {"reason": person.line, "agent_id": person.name},
    }
    person = PEOPLE["imported edit"]
    edit = {
        "content": f"Yes {person.name}, we cook outside. {person.line}",
        "reason": f"Told {person.line}",
        "by": "Ann",
    }
    yield _record("door-edit", f"{person.line} Do you cook outside?", {"content": "No.", "edit": edit})
    person = PEOPLE["imported review"]
    review = {"decision": "edit", "answer": f"Dear {person.name}, it is gas. {person.line}", "reason": person.line}
    yield _record(
        "door-review",
        "Is the grill run on gas?",
        {"content": "I do not know.", "review": review, "feedback": {"vote": "down"}},
    )


def _record(ident: str, question: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    asked = {"role": "user", "content": question, "timestamp": f"{DAY}T10:00:00Z"}
    answered = {"role": "assistant", "timestamp": f"{DAY}T10:01:00Z", **answer}
    return {"id": ident, "channel": "sms", "status": "closed", "messages": [asked, answered]}


def _customers(client: TestClient) -> None:
    person = PEOPLE["chat"]
    answer = _chat(client, f"Hello, {person.line} Do the chefs bring their own tables?", person.email)
    _rate(client, answer["message_id"], person.email, f"Not helpful. {PEOPLE['comment'].line}")
    answer = _chat(client, f"Our place is called {NICKNAME} Hollow. May the dog stay near the grill?", "door-mark")
    _rate(client, answer["message_id"], "door-mark", "no")
    person = PEOPLE["complaint"]
    _chat(client, f"{person.line} Everyone got sick after your party, I want a manager!", person.phone)
    person, told = PEOPLE["completions"], PEOPLE["transcript"]
    messages = [
        {"role": "user", "content": f"Hi. {told.line}"},
        {"role": "assistant", "content": f"Welcome {told.name}, shall I write to {told.email}?"},
        {"role": "user", "content": f"No, {person.line} Is there music?"},
    ]
    response = client.post(
        "/v1/chat/completions", json={"model": "mhc-concierge", "messages": messages, "user": person.name}
    )
    assert response.status_code == 200, response.text
    _rate(client, response.json()["mhc"]["message_id"], person.name, person.line)


def _chat(client: TestClient, message: str, customer: str) -> dict[str, Any]:
    response = client.post("/api/v1/chat", json={"message": message, "customer_id": customer, "channel": "web"})
    assert response.status_code == 200, response.text
    given: dict[str, Any] = response.json()
    return given


def _rate(client: TestClient, message_id: str, customer: str, comment: str) -> None:
    rating = {"message_id": message_id, "customer_id": customer, "vote": "down", "comment": comment}
    response = client.post("/api/v1/ai/feedback", json=rating)
    assert response.status_code == 200, response.text


@contextmanager
def _reviewer(client: TestClient, engine: sa.Engine) -> Iterator[dict[str, str]]:
    with engine.begin() as connection:
        key = keys.create(connection, "doors", Role.REVIEWER, NOW)
    yield {"Authorization": f"Bearer {key}"}


def _mark(client: TestClient, engine: sa.Engine) -> None:
    with engine.connect() as connection:
        asked = connection.scalar(
            sa.text("select id from ai.messages where content like :like"), {"like": f"%{NICKNAME}%"}
        )
    mark = {"message_id": str(asked), "kind": "missed", "type": "PERSON", "text": NICKNAME}
    with _reviewer(client, engine) as headers:
        response = client.post("/api/v1/review/marks", json=mark, headers=headers)
    assert response.status_code == 200, response.text


def _review(client: TestClient, engine: sa.Engine) -> None:
    with engine.connect() as connection:
        items = connection.scalars(
            sa.text("""
                select i.id from ai.review_items i join ai.training_examples e on e.id = i.example_id
                where e.day = :day and i.status = 'pending' order by i.id
            """),
            {"day": DAY},
        ).all()
    assert len(items) >= 2, "the doors brought nothing to review"
    decisions = [{"decision": "approve", "reason": PEOPLE["note of a reviewer"].line} for _ in items]
    decisions[0] |= {"decision": "edit", "answer": f"Of course. {PEOPLE['edit of a reviewer'].line}"}
    with _reviewer(client, engine) as headers:
        for item, decision in zip(items, decisions, strict=True):
            response = client.post(f"/api/v1/review/{item}", json=decision, headers=headers)
            assert response.status_code == 200, response.text
