"""Forgetting a customer: steps that are each committed, in an order in which a kill at any moment loses nothing.

The tombstone is committed first, so that no import brings anything in while the rest runs, and is written down beside
the backups (``ledger``), so that no restore does. Then come the ``STEPS``: all
words of the customer go in one transaction, and what was built from them follows: knowledge, data sets, models. A step
whose result is stored is not done again, and a step that was cut off does the same again: so running the same command
finishes what was killed, and on a finished erasure it returns the certificate.

A customer who writes to us again later is a new contact, and is held like anyone; erasing them again starts anew.
Imports never bring an erased customer back, since a file proves no new contact.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.business.pricing import Business
from mhc_core.db.queries import audit, held, installation, redaction, retired, versions
from mhc_core.db.queries import privacy as queries
from mhc_core.db.queries.conversations import lock_imports
from mhc_core.db.queries.locks import exclusive
from mhc_core.db.queries.privacy import Erasure
from mhc_core.db.queries.redaction import Erased
from mhc_core.errors import Conflict, DataError, NotFound
from mhc_core.knowledge import index
from mhc_core.privacy import certificate, datasets, ledger, models, remnants, sources
from mhc_core.protocols import Embedder
from mhc_core.pseudonyms import customer_hash, person_id
from mhc_core.settings import Settings
from mhc_core.vocabulary import RETRAINING

Report = Callable[[str], None]


class Forgotten(NamedTuple):
    """A finished erasure: its certificate, and the names of files in the inbox that still hold the customer."""

    certificate: dict[str, Any]
    inbox_files: list[str]


@dataclass(frozen=True, slots=True)
class Forgetter:
    """What an erasure works with. ``report`` hears the name of every step before it is committed, and after."""

    engine: sa.Engine
    embedder: Embedder
    business: Business
    settings: Settings
    report: Report = lambda step: None

    def held(self, customer_id: str) -> dict[str, int]:
        """How many rows an erasure of this customer would find, by table; an earlier erasure is one.

        Raises:
            DataError: no customer id.
        """
        if not customer_id.strip():
            raise DataError("an erasure needs the customer's id; give --customer ID")
        person = person_id(customer_id)
        with self.engine.begin() as connection:
            ids = [person, *self._other_spellings(connection, customer_id)]
            hashes = [customer_hash(installation.salt(connection), one) for one in ids]
            found = [held.counts(connection, [*ids, *hashes], hashed) for hashed in hashes]
        tables = {table for counts in found for table in counts} - {"audit_log"}
        return {table: max(counts.get(table, 0) for counts in found) for table in sorted(tables)}

    def erase(self, customer_id: str, by: str, now: datetime, *, unknown: bool = False) -> Forgotten:
        """Forget a customer, or finish forgetting them.

        Other spellings of the same phone number or e-mail address are forgotten before, each with a certificate of its
        own. With ``unknown`` a customer of whom nothing is held gets a tombstone and a certificate too, so that no
        import brings them in.

        Raises:
            DataError: no customer id.
            NotFound: nothing is held of such a customer; nothing was done.
            DatabaseUnavailable, ConfigurationError, TransientError: run it again, it goes on from there.
        """
        if not self.held(customer_id) and not unknown:
            raise NotFound(
                "nothing is held under this customer id, and nothing was erased; check its spelling, or say that the "
                "customer may be unknown (--unknown, `unknown` over HTTP), which keeps imports from bringing them in"
            )
        with self.engine.connect() as connection:
            others = self._other_spellings(connection, customer_id)
        for spelling in others:
            self._forget(spelling, by, now)
        made = self._forget(person_id(customer_id), by, now)
        return Forgotten(made, sources.holding(self.settings.inbox, customer_id))

    def _other_spellings(self, connection: sa.Connection, customer_id: str) -> list[str]:
        person = person_id(customer_id)
        found = [customer_id, *queries.spellings(connection, person)]
        return [one for one in dict.fromkeys(found) if one != person and person_id(one) == person]

    def _forget(self, customer_id: str, by: str, now: datetime) -> dict[str, Any]:
        with exclusive(self.engine, "ai.erasures"):
            self.report("tombstone: before")
            with self.engine.begin() as connection:
                lock_imports(connection)
                hashed = customer_hash(installation.salt(connection), customer_id)
                erasure = queries.request(connection, hashed, by, now)
                held = queries.holds_data(connection, [customer_id, hashed], hashed)
                if erasure.status == "finished":
                    if not held and erasure.certificate is not None:
                        return erasure.certificate
                    erasure = queries.reopen(connection, erasure, by, now)
            self.report("tombstone: done")
            return self._finish(Run(self, erasure, [customer_id, hashed], now))

    def resume(self, now: datetime) -> list[dict[str, Any]]:
        """Finish every erasure that was begun, and sweep up after finished ones; the certificates of the former."""
        with exclusive(self.engine, "ai.erasures"):
            with self.engine.connect() as connection:
                unfinished = [
                    Run(self, found, [*queries.ids_of(connection, found.customer_hash), found.customer_hash], now)
                    for found in queries.unfinished(connection)
                ]
            certificates = [self._finish(run) for run in unfinished]
            with self.engine.begin() as connection:
                redaction.sweep(connection)
            remnants.clear(self.engine)
            return certificates

    def _finish(self, run: "Run") -> dict[str, Any]:
        asked = run.erasure
        with self.engine.connect() as connection:
            place = ledger.folder(self.settings.backups, ledger.name(connection))
        ledger.write(place, [ledger.Entry(asked.customer_hash, asked.requested_by, asked.requested_at)])
        done = dict(asked.progress)
        while True:
            for step in STEPS:
                if step.name not in done:
                    with self.engine.begin() as connection:
                        done[step.name] = step.work(run, connection, done)
                        queries.save_progress(connection, run.erasure.id, done)
                        self.report(f"{step.name}: before")
                    self.report(f"{step.name}: done")
            if made := self._close(run, done):
                return made

    def _close(self, run: "Run", done: dict[str, Any]) -> dict[str, Any] | None:
        """Certify the erasure, unless a stage wrote more examples meanwhile: then the steps are due again."""
        datasets.remove_orphans(self.engine, self.settings)
        left = remnants.clear(self.engine)
        erasure, now = run.erasure, run.now
        with self.engine.begin() as connection:
            late = redaction.erase(connection, erasure.id, erasure.customer_hash, [], now)
            known, done["words"] = done["words"]["examples"], _merged(done["words"], late)
            if done["words"]["examples"] != known:
                for step in STEPS[1:]:
                    del done[step.name]
                queries.save_progress(connection, erasure.id, done)
                return None
            beyond_reach = remnants.beyond_reach(now, self.settings.backup_days)
            reach = {"not_cleared": left, "beyond_reach": beyond_reach}
            made = certificate.make(erasure, [*(step.certified(done) for step in STEPS), reach], now)
            queries.finish(connection, erasure.id, made, now)
            audit.record(connection, erasure.requested_by, "privacy.erased", erasure.customer_hash, made["counts"], now)
            self.report("certificate: before")
        self.report("certificate: done")
        return made


class Run(NamedTuple):
    """One erasure that is under way; ``customer_ids`` are what the raw tables may know the customer by."""

    forgetter: Forgetter
    erasure: Erasure
    customer_ids: Sequence[str]
    now: datetime


class Step(NamedTuple):
    """One step: ``work`` gets the results of those before it, and its own result is committed together with what it did
    on the connection; ``certified`` is what the certificate says of the results."""

    name: str
    work: Callable[[Run, sa.Connection, dict[str, Any]], dict[str, Any]]
    certified: Callable[[dict[str, Any]], dict[str, Any]]


def _words(run: Run, connection: sa.Connection, done: dict[str, Any]) -> dict[str, Any]:
    erasure = run.erasure
    erased = redaction.erase(connection, erasure.id, erasure.customer_hash, run.customer_ids, run.now)
    return _merged({"counts": {}, "examples": [], "articles": []}, erased)


def _knowledge(run: Run, connection: sa.Connection, done: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {"withdrawn": done["words"]["articles"]}
    if result["withdrawn"]:
        result["before"] = versions.live(connection, index.KIND)
        try:
            built = index.build(connection, run.forgetter.embedder, run.now)
            published = index.publish(connection, built.id, run.forgetter.embedder, run.now, models.ACTOR)
            result |= {"version": built.id, "live": published.live}
        except Conflict as refused:
            result["not_built"] = str(refused)
    return result


def _data_set(run: Run, connection: sa.Connection, done: dict[str, Any]) -> dict[str, Any]:
    if not retired.datasets_with(connection, _examples(done)):
        return {"version": None}
    at = run.forgetter
    version, reason = datasets.rebuild(at.engine, at.embedder, at.business, at.settings)
    return {"version": version} | ({"not_built": reason} if reason else {})


def _retirement(run: Run, connection: sa.Connection, done: dict[str, Any]) -> dict[str, Any]:
    replaced_by = done["data set"]["version"]
    gone = datasets.retire(run.forgetter.engine, _examples(done), run.erasure.id, replaced_by, run.now)
    return {"versions": gone, "uploads": retired.uploads(connection, [found["id"] for found in gone])}


def _models(run: Run, connection: sa.Connection, done: dict[str, Any]) -> dict[str, Any]:
    trained_on = [found["id"] for found in done["retirement"]["versions"]]
    examples, at = set(done["words"]["examples"]), run.forgetter
    return {
        "models": models.clean_all(at.engine, trained_on, examples, run.erasure.id, at.settings, run.now),
        "understanding": models.readers(connection, run.erasure.customer_hash),
    }


def _retraining(run: Run, connection: sa.Connection, done: dict[str, Any]) -> dict[str, Any]:
    dataset = done["data set"]["version"]
    result = {"requested": bool(done["models"]["models"]) and dataset is not None, "dataset": dataset}
    if result["requested"]:
        audit.record(connection, models.ACTOR, RETRAINING, f"erasure:{run.erasure.id}", result, run.now)
    return result


STEPS = (
    Step("words", _words, lambda done: {
        "counts": done["words"]["counts"], "examples": len(done["words"]["examples"]),
    }),
    Step("knowledge", _knowledge, lambda done: {"knowledge": done["knowledge"]}),
    Step("data set", _data_set, lambda done: {"datasets": done["data set"]}),
    Step("retirement", _retirement, lambda done: {
        "datasets": {**done["data set"], "retired": done["retirement"]["versions"]},
        "delete_at_provider": done["retirement"]["uploads"],
    }),
    Step("models", _models, lambda done: {
        "models": done["models"]["models"], "understanding": done["models"].get("understanding", []),
    }),
    Step("retraining", _retraining, lambda done: {"retraining": done["retraining"]}),
)  # fmt: skip


def _examples(done: dict[str, Any]) -> list[UUID]:
    return [UUID(example) for example in done["words"]["examples"]]


def _merged(words: dict[str, Any], late: Erased) -> dict[str, Any]:
    return {
        "counts": {name: count + words["counts"].get(name, 0) for name, count in late.counts.items()},
        "examples": sorted({*words["examples"], *map(str, late.examples)}),
        "articles": sorted({*words["articles"], *late.articles}),
    }
