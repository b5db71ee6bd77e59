"""A small installation with one customer in every place where words can be, each place marked with the same canary."""

import hashlib
import io
import re
import shutil
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import orjson
import sqlalchemy as sa
from pgvector import HalfVector

from fakes.stored import WordEmbedder
from mhc_core.business import pricing
from mhc_core.collection.importing.bookings import import_bookings
from mhc_core.collection.importing.conversations import import_conversations
from mhc_core.dataset import build
from mhc_core.db import engine as engines
from mhc_core.db.queries import dataset as dataset_queries
from mhc_core.db.queries import installation, review, understanding, understanding_versions, versions
from mhc_core.db.queries.knowledge import articles, replace_questions, upsert_articles
from mhc_core.db.rows.understanding import NewExample
from mhc_core.db.tables import diet_facts, knowledge_articles, offer_suggestions, training_examples
from mhc_core.evaluation import sets
from mhc_core.knowledge import index, learned, translations
from mhc_core.privacy.erase import Forgetter
from mhc_core.providers.local.fine_tuner import LocalFineTuner
from mhc_core.pseudonyms import customer_hash
from mhc_core.review import decisions
from mhc_core.settings import Settings
from mhc_core.support import notes
from mhc_core.training import jobs
from mhc_core.vocabulary import Decision

CANARY = "zephyrquill"
VICTIM = f"{CANARY}@example.com"
ARTICLE = "KB-900"
THEN = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
EMBEDDER = WordEmbedder()
TOPICS = ("deposit", "shrimp", "travel", "rain", "allergy", "noodles", "chairs", "tofu")


def settings(root: Path) -> Settings:
    """Where a small data set is enough and everything is written under ``root``."""
    # With this seed the victim is trained on.
    return Settings(state_dir=root, dataset_min_examples=10, fine_tuner="local", seed=1)


def forgetter(engine: sa.Engine, root: Path, **options: Any) -> Forgetter:
    return Forgetter(engine, EMBEDDER, pricing.load(), settings(root), **options)


def record(number: int, customer: str | None = None, mark: str = "") -> dict[str, Any]:
    """A conversation of two exchanges; with ``mark`` in every text it carries."""
    asked, other = TOPICS[number % 8], TOPICS[(number * 3 + 1) % 8]
    said = [
        {"role": "user", "content": f"how about {asked} for party{number} {mark}"},
        {
            "role": "assistant", "content": f"the {asked} costs more {mark} answer{number}",
            "edit": {"content": f"better {mark}", "reason": f"because {mark}", "by": "Ann"}, "note": mark,
        },
        {"role": "user", "content": f"and {other} with word{number} {mark}"},
        {"role": "assistant", "content": f"{other} is included {mark} reply{number}"},
    ]  # fmt: skip
    return {
        "id": f"{mark}{number}", "channel": "web", "customer_id": customer or f"customer-{number}",
        "started_at": THEN.isoformat(), "messages": said, "thread_id": f"thread {mark}", "meta": {"subject": mark},
        "feedback": {"vote": "up", "comment": f"comment {mark} thank you all very much"}, "outcome": "booked",
        "escalation": {"reason": f"reason {mark}", "agent_id": "Ann"},
        **({"call": {"consent": "given", "consent_wording": f"yes {mark}, you may record"}} if mark else {}),
    }  # fmt: skip


RECORDS = [*(record(number) for number in range(1, 25)), record(77, VICTIM, CANARY)]


def bring_in(engine: sa.Engine, root: Path, records: list[dict[str, Any]]) -> Any:
    file = root / "given" / "given.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"".join(orjson.dumps(found, option=orjson.OPT_APPEND_NEWLINE) for found in records))
    report = import_conversations(engine, str(file), NOW, root / "rejects.jsonl", source="files")
    shutil.rmtree(file.parent)
    return report


def populate(engine: sa.Engine, root: Path) -> None:
    """Import, learn, review, publish, train and promote."""
    assert bring_in(engine, root, RECORDS).inserted == len(RECORDS)
    _book(engine, root)
    with engine.begin() as connection:
        _learn(connection)
        decisions.enqueue(connection, Settings())
        items = list(connection.scalars(sa.text("select id from ai.review_items order by id")))
        review.record(connection, items, Decision.APPROVE, "Ann", NOW, None, f"{CANARY} is fine", None)
        _publish(connection)
        _understand(connection, root)
        examples = dataset_queries.verified(connection, EMBEDDER.id)
    made = build.store(engine, examples, pricing.load(), settings(root))
    job = jobs.submit(engine, LocalFineTuner(EMBEDDER, settings(root).artifacts, 7), made, NOW)
    assert job.state.error is None
    with engine.begin() as connection:
        sets.ensure(connection, made)
        versions.move(connection, "model", jobs.record(connection, job), "Ann", "first", NOW)
        # Only the victim's decisions keep the canary; it stands for a note about them.
        connection.execute(
            sa.text("""
                update ai.review_decisions d set reason = null from ai.review_items i
                join ai.training_examples e on e.id = i.example_id
                where i.id = d.item_id and e.question not like :canary
            """),
            {"canary": f"%{CANARY}%"},
        )
        connection.execute(sa.text("update ai.review_decisions set former_answer = reason"))
        for conversation in connection.scalars(
            sa.text("select id from ai.conversations where customer_id = :id"), {"id": VICTIM}
        ).all():
            notes.note(connection, conversation, f"{CANARY} likes to be called in the evening", "Ann", NOW)
            notes.tag(connection, conversation, CANARY, "Ann", NOW)
            _diets(connection, conversation)


def _diets(connection: sa.Connection, conversation: UUID) -> None:
    """What the customer cannot eat, in a word of theirs, and what was suggested to them."""
    asked = connection.scalar(
        sa.text("select id from ai.messages where conversation_id = :id order by position limit 1"),
        {"id": conversation},
    )
    connection.execute(
        sa.insert(diet_facts),
        {
            "message_id": asked, "kind": "allergen", "value": CANARY, "conversation_id": conversation,
            "for_whom": "self", "stance": "stated", "certainty": 0.9, "said_at": THEN,
        },
    )  # fmt: skip
    connection.execute(
        sa.insert(offer_suggestions),
        {
            "conversation_id": conversation, "message_id": asked, "offer": "shrimp", "segment": "adults",
            "shown": True, "suggested_at": THEN,
        },
    )  # fmt: skip


def _book(engine: sa.Engine, root: Path) -> None:
    """A booking of the victim in another system, counted in a profile and the ledger."""
    file = root / "bookings.csv"
    file.write_text(f"id,customer,booked_at,status,zip\n{CANARY},{VICTIM},{THEN:%Y-%m-%d},completed,95630\n")
    zone, regions = pricing.load().contact.zone, pricing.load().regions
    report = import_bookings(engine, file, THEN, root / "rejects.jsonl", zone=zone, regions=regions)
    assert report.inserted == 1
    file.unlink()


def _learn(connection: sa.Connection) -> None:
    """Examples as scrubbing would leave them, had it not known the canary."""
    salt = installation.salt(connection)
    rows = connection.execute(
        sa.text("""
            select q.conversation_id, q.id as asked, a.id as answered, q.content as question, a.content as answer,
                   c.customer_id
            from ai.messages q
            join ai.messages a on a.conversation_id = q.conversation_id and a.position = q.position + 1
            join ai.conversations c on c.id = q.conversation_id
            where q.role = 'user' order by c.source_id, q.position
        """)
    ).all()
    vectors = EMBEDDER.embed([row.question for row in rows])
    connection.execute(
        sa.insert(training_examples),
        [
            {
                "id": uuid5(row.answered, "example"), "conversation_id": row.conversation_id,
                "question_message_id": row.asked, "answer_message_id": row.answered,
                "customer_hash": customer_hash(salt, row.customer_id), "day": THEN.date(), "channel": "web",
                "intent": ("policy", "menu")[number % 2], "origin": "score", "question": row.question,
                "answer": row.answer, "rejected_answer": f"never: {row.question}",
                "context": [{"role": "user", "content": row.question}] if number % 3 == 0 else [],
                "quality": 0.9, "risk": "none", "embedder": EMBEDDER.id, "embedding": HalfVector(vector),
                "content_sha256": hashlib.sha256(f"{row.question}{row.answer}".encode()).hexdigest(),
            }
            for number, (row, vector) in enumerate(zip(rows, vectors, strict=True))
        ],
    )  # fmt: skip


def _understand(connection: sa.Connection, root: Path) -> None:
    """Corrections of two customers' messages, had the scrubber not known the canary, and a version taught by them."""
    salt = installation.salt(connection)
    rows = connection.execute(
        sa.text("""
            select m.id, c.customer_id, m.content from ai.messages m join ai.conversations c on c.id = m.conversation_id
            where m.position = 0 and c.customer_id in (:victim, 'customer-1') order by m.content
        """),
        {"victim": VICTIM},
    ).all()
    corrected = [
        NewExample(
            f"correction:{row.id}", "correction", f"ask/policy: {row.content}", str(number), False, row.id,
            customer_hash(salt, row.customer_id), THEN.date(), "Ann",
        )
        for number, row in enumerate(rows)
    ]  # fmt: skip
    understanding.save(connection, corrected, NOW)
    members = [one.id for one in understanding.to_train(connection)]
    assert len(members) == 2
    understanding_versions.add(
        connection, members, id="understanding-1", key="1", recipe="1", seed=1, artifact_uri=root.as_uri(),
        artifact_sha256="0", examples={"correction": 2}, examples_until=NOW,
    )  # fmt: skip


def _publish(connection: sa.Connection) -> None:
    example = connection.execute(
        sa.text("select id, question, answer from ai.training_examples where question like :c order by id limit 1"),
        {"c": f"%{CANARY}%"},
    ).one()
    own = {"id": ARTICLE, "title": "Rain", "body": "When it rains the host provides cover.", "origin": "file"}
    taken = {
        "id": learned.article_id(str(example.id)), "title": example.question, "body": example.answer,
        "origin": "learned",
    }  # fmt: skip
    for article, category, from_example in ((own, "policy", None), (taken, "learned", example.id)):
        row = {
            **article, "category": category, "tags": [], "content_sha256": "0" * 64, "reviewed_at": NOW,
            "example_id": from_example, "active": True,
        }  # fmt: skip
        upsert_articles(connection, [row], NOW)
    for stored in articles(connection):
        if stored.id in (taken["id"], ARTICLE):
            words = f"es {stored.title}", f"es {stored.body}"
            translations.store_machine(connection, stored, "es", *words, "words/1", NOW)
    replace_questions(connection, {taken["id"]: [f"what about {CANARY}"], ARTICLE: ["what when it rains"]}, NOW)
    index.publish(connection, index.build(connection, EMBEDDER, NOW).id, EMBEDDER, NOW, "Ann")
    connection.execute(
        sa.text("""
            update ai.messages m set citations = cast(:citations as jsonb) from ai.conversations c
            where c.id = m.conversation_id and c.customer_id = 'customer-3' and m.position = 3
        """),
        {
            "citations": orjson.dumps(
                [
                    {"id": ARTICLE, "title": "Rain", "score": 0.5},
                    {"id": taken["id"], "title": taken["title"], "score": 0.4},
                ]
            ).decode()
        },
    )
    assert connection.scalar(sa.select(sa.func.count()).select_from(knowledge_articles)) == 2


def moved(engine: sa.Engine, before: Path, after: Path) -> None:
    """Copy the files of one installation and let the copied database point at the copies."""
    shutil.copytree(before, after, dirs_exist_ok=True)
    with engine.begin() as connection:
        for table, columns in (
            ("dataset_versions", ("train_uri", "validation_uri")),
            ("model_versions", ("artifact_uri",)),
            ("training_jobs", ("artifact_uri",)),
            ("understanding_versions", ("artifact_uri",)),
        ):
            for column in columns:
                connection.execute(
                    sa.text(f"update ai.{table} set {column} = replace({column}, :before, :after)"),
                    {"before": str(before), "after": str(after)},
                )


def tables(connection: sa.Connection) -> list[str]:
    query = "select relname from pg_class where relnamespace = 'ai'::regnamespace and relkind in ('r', 'm') order by 1"
    return list(connection.scalars(sa.text(query)))


def found_in(engine: sa.Engine, root: Path, word: str = CANARY) -> list[str]:
    """Every table and file in which a word stands, whatever the column, upper or lower case, packed or not."""
    with engine.connect() as connection:
        places = [
            name
            for name in tables(connection)
            if connection.scalar(
                sa.text(f"select exists (select from ai.{name} t where t::text ilike :word)"), {"word": f"%{word}%"}
            )
        ]
    for path in sorted(root.rglob("*")):
        if path.is_file() and any(word.encode() in text.lower() for text in (*_unpacked(path), path.name.encode())):
            places.append(path.name)
    return places


def _unpacked(path: Path) -> list[bytes]:
    data = path.read_bytes()
    if path.suffix != ".zip":
        return [data]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [archive.read(name) for name in archive.namelist()]


_COUNTED = {
    "audit_log",
    "version_aliases",
    "knowledge_chunks",
    "knowledge_version_chunks",
    "retrieval_questions",
    "knowledge_translations",
}


def state(engine: sa.Engine, root: Path) -> dict[str, Any]:
    """Rows and files, without what differs between two runs of the same: clock, numbers drawn, folder."""
    left_out = "- 'created_at' - 'updated_at' - 'at' - 'search' - 'last_used_at'"
    found: dict[str, Any] = {}
    with engine.connect() as connection:
        for name in tables(connection):
            if name in ("audit_chain", "read_versions"):  # hashes of what is left out here; a count of statements
                continue
            numbered = " - 'id' - 'chunk_id'" if name in _COUNTED else ""
            rows = connection.scalars(sa.text(f"select (to_jsonb(t) {left_out}{numbered})::text from ai.{name} t"))
            found[name] = sorted(row.replace(str(root), "ROOT") for row in rows)
    for path in sorted((root / "artifacts").rglob("*")):
        if path.is_file():
            found[str(path.relative_to(root))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def rows_of_others(engine: sa.Engine) -> dict[str, list[str]]:
    """Everything about other customers, except what cites the victim."""
    mine = re.compile(rf"{CANARY}|KB-L|erased", re.IGNORECASE)
    with engine.connect() as connection:
        gone = {str(found) for found in victims_conversations(connection)}
        found = {
            name: sorted(connection.scalars(sa.text(f"select (to_jsonb(t) - 'search')::text from ai.{name} t")))
            for name in ("conversations", "messages", "feedback", "training_examples", "conversation_scores")
        }
    return {
        name: [row for row in rows if not mine.search(row) and not any(each in row for each in gone)]
        for name, rows in found.items()
    }


def victims_conversations(connection: sa.Connection) -> list[UUID]:
    query = "select id from ai.conversations where customer_id = :id or channel_metadata ? 'mhc_erasure'"
    return list(connection.scalars(sa.text(query), {"id": VICTIM}))


if __name__ == "__main__":
    # Erase in a process of its own that dies by SIGKILL at one point. Arguments: URL, folder, point.
    import os
    import signal

    url, folder, deadly = sys.argv[1:]

    def die(point: str) -> None:
        if point == deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    connected = engines.create(url)
    forgetter(connected, Path(folder), report=die).erase(VICTIM, "Ann", NOW)
