"""Forgetting a customer: steps that are each committed, in an order in which a kill at any moment loses nothing.

The tombstone is committed first, so that no import brings anything in while the rest runs. Then all words of the
customer go in one transaction. What was built from them follows: knowledge, data sets, models. A step whose result is
stored is not done again, and a step that was cut off does the same again: so running the same command finishes what
was killed, and on a finished erasure it returns the certificate.

A customer who writes to us again later is a new contact, and is held like anyone; erasing them again starts anew.
Imports never bring an erased customer back, since a file proves no new contact.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from mhc_core.business.pricing import Business
from mhc_core.db.queries import audit, installation, redaction, retired, versions
from mhc_core.db.queries import privacy as queries
from mhc_core.db.queries.conversations import lock_imports
from mhc_core.db.queries.privacy import Erasure
from mhc_core.db.queries.redaction import Erased
from mhc_core.errors import Conflict, DataError
from mhc_core.knowledge import index
from mhc_core.privacy import certificate, datasets, models
from mhc_core.protocols import Embedder
from mhc_core.pseudonyms import customer_hash
from mhc_core.settings import Settings
from mhc_core.vocabulary import RETRAINING

STEPS = ("tombstone", "words", "knowledge", "data set", "retirement", "models", "retraining", "certificate")

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Forgetter:
    """What an erasure works with. ``report`` hears the name of every step before it is committed, and after."""

    engine: sa.Engine
    embedder: Embedder
    business: Business
    settings: Settings
    report: Report = lambda step: None

    def erase(self, customer_id: str, by: str, now: datetime) -> dict[str, Any]:
        """Forget a customer, or finish forgetting them; returns the certificate.

        A customer of whom nothing is held gets a tombstone and a certificate too.

        Raises:
            DataError: no customer id.
            DatabaseUnavailable, ConfigurationError, TransientError: run it again, it goes on from there.
        """
        if not customer_id.strip():
            raise DataError("an erasure needs the customer's id; give --customer ID")
        with queries.exclusive(self.engine):
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
            return self._finish(erasure, [customer_id, hashed], now)

    def resume(self, now: datetime) -> list[dict[str, Any]]:
        """Finish every erasure that was begun, and sweep up after finished ones; the certificates of the former."""
        with queries.exclusive(self.engine):
            with self.engine.connect() as connection:
                open_ones = [
                    (found, queries.ids_of(connection, found.customer_hash)) for found in queries.unfinished(connection)
                ]
            certificates = [self._finish(found, [*ids, found.customer_hash], now) for found, ids in open_ones]
            with self.engine.begin() as connection:
                redaction.sweep(connection)
            return certificates

    def _finish(self, erasure: Erasure, customer_ids: list[str], now: datetime) -> dict[str, Any]:
        done = dict(erasure.progress)
        while True:
            for step, work in (
                ("words", self._words),
                ("knowledge", self._knowledge),
                ("data set", self._data_set),
                ("retirement", self._retirement),
                ("models", self._models),
                ("retraining", self._retraining),
            ):
                if step not in done:
                    done[step] = work(erasure, done, customer_ids, now)
                    self.report(f"{step}: done")
            made = self._certificate(erasure, done, now)
            if made is not None:
                return made

    def _words(self, erasure: Erasure, done: dict[str, Any], customer_ids: list[str], now: datetime) -> Any:
        with self.engine.begin() as connection:
            erased = redaction.erase(connection, erasure.id, erasure.customer_hash, customer_ids, now)
            result = _merged({"counts": {}, "examples": [], "articles": []}, erased)
            queries.save_step(connection, erasure.id, "words", result, status="erased")
            self.report("words: before")
        return result

    def _knowledge(self, erasure: Erasure, done: dict[str, Any], customer_ids: list[str], now: datetime) -> Any:
        with self.engine.begin() as connection:
            result: dict[str, Any] = {"withdrawn": done["words"]["articles"]}
            if result["withdrawn"]:
                result["before"] = versions.live(connection, index.KIND)
                try:
                    built = index.build(connection, self.embedder, now)
                    published = index.publish(connection, built.id, self.embedder, now, models.ACTOR)
                    result |= {"version": built.id, "live": published.live}
                except Conflict as refused:
                    result["not_built"] = str(refused)
            self._save(connection, erasure, "knowledge", result)
        return result

    def _data_set(self, erasure: Erasure, done: dict[str, Any], customer_ids: list[str], now: datetime) -> Any:
        with self.engine.connect() as connection:
            holding = retired.datasets_with(connection, _examples(done))
        result: dict[str, Any] = {"version": None}
        if holding:
            version, reason = datasets.rebuild(self.engine, self.embedder, self.business, self.settings)
            result = {"version": version} | ({"not_built": reason} if reason else {})
        with self.engine.begin() as connection:
            self._save(connection, erasure, "data set", result)
        return result

    def _retirement(self, erasure: Erasure, done: dict[str, Any], customer_ids: list[str], now: datetime) -> Any:
        replaced_by = done["data set"]["version"]
        gone = datasets.retire(self.engine, _examples(done), erasure.id, replaced_by, now)
        with self.engine.begin() as connection:
            given = retired.uploads(connection, [found["id"] for found in gone])
            result = {"versions": gone, "uploads": given}
            self._save(connection, erasure, "retirement", result)
        return result

    def _models(self, erasure: Erasure, done: dict[str, Any], customer_ids: list[str], now: datetime) -> Any:
        trained_on = [found["id"] for found in done["retirement"]["versions"]]
        examples = set(done["words"]["examples"])
        cleaned = models.clean_all(self.engine, trained_on, examples, erasure.id, self.settings, now)
        result = {"models": cleaned}
        with self.engine.begin() as connection:
            self._save(connection, erasure, "models", result)
        return result

    def _retraining(self, erasure: Erasure, done: dict[str, Any], customer_ids: list[str], now: datetime) -> Any:
        wanted = bool(done["models"]["models"]) and done["data set"]["version"] is not None
        result = {"requested": wanted, "dataset": done["data set"]["version"]}
        with self.engine.begin() as connection:
            if wanted:
                audit.record(connection, models.ACTOR, RETRAINING, f"erasure:{erasure.id}", result, now)
            self._save(connection, erasure, "retraining", result)
        return result

    def _certificate(self, erasure: Erasure, done: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        """Close the erasure, unless a stage wrote more examples while the words went: then the steps are due again."""
        datasets.remove_orphans(self.engine, self.settings)
        with self.engine.begin() as connection:
            late = redaction.erase(connection, erasure.id, erasure.customer_hash, [], now)
            words = _merged(done["words"], late)
            if words["examples"] != done["words"]["examples"]:
                queries.start_over(connection, erasure, words)
                for step in STEPS[2:-1]:
                    del done[step]
                done["words"] = words
                return None
            made = certificate.make(erasure, {**done, "words": words}, now)
            queries.finish(connection, erasure.id, made, now)
            audit.record(connection, erasure.requested_by, "privacy.erased", erasure.customer_hash, made["counts"], now)
            self.report("certificate: before")
        self.report("certificate: done")
        return made

    def _save(self, connection: sa.Connection, erasure: Erasure, step: str, result: dict[str, Any]) -> None:
        queries.save_step(connection, erasure.id, step, result)
        self.report(f"{step}: before")


def _examples(done: dict[str, Any]) -> list[UUID]:
    return [UUID(example) for example in done["words"]["examples"]]


def _merged(words: dict[str, Any], late: Erased) -> dict[str, Any]:
    return {
        "counts": {name: count + words["counts"].get(name, 0) for name, count in late.counts.items()},
        "examples": sorted({*words["examples"], *map(str, late.examples)}),
        "articles": sorted({*words["articles"], *late.articles}),
    }
