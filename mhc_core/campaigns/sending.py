"""Carries the plan out: whoever is written to is written to once, whenever and wherever it is interrupted.

A touch is taken with its person held, everything that may forbid it is asked anew, and that it goes out now is written
down before the one call of the service. Killed before that, nothing happened; killed after it, nobody knows whether the
message arrived, so it is not sent again. The address is read here and nowhere else, and not kept.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mhc_core.business.rules import Business
from mhc_core.campaigns import law, links, offers, optouts, planning, tongues, writing, zones
from mhc_core.campaigns.law import Reason, Standing
from mhc_core.campaigns.rules import Campaigns, Step, length
from mhc_core.db.queries import campaign_outbox as queries
from mhc_core.db.queries import campaigns as known
from mhc_core.db.queries import consents, installation, surveys
from mhc_core.db.queries.campaign_outbox import Person, Touch
from mhc_core.feedback.links import FeedbackLinks
from mhc_core.feedback.links import keys as feedback_keys
from mhc_core.languages import month_and_day, speaking, weekday_and_day
from mhc_core.providers.messaging.result import SECONDS, Message, Result, Send
from mhc_core.pseudonyms import customer_hash, person_id
from mhc_core.settings import Settings

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=8 * SECONDS)
"""Longer than a service may take for all that one message needs."""
TROUBLE = 5
"""Messages in a row that a service does not take, after which the rest waits for the next pass."""
AGAIN_AFTER = timedelta(minutes=10)
"""When a service that did not take a message is asked once more."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Everything that sending needs; ``channels`` are the services by channel."""

    engine: sa.Engine
    campaigns: Campaigns
    business: Business
    settings: Settings
    channels: Mapping[str, Send]
    clock: Callable[[], datetime]

    def send_due(self, limit: int) -> Counter[str]:
        """Send what is due, one after the other; how many touches were sent, put off, left out, and so on.

        Any number of processes may. Nothing is raised for a message that a service does not take.

        Args:
            limit: touches that are looked at, at most.
        """
        done: Counter[str] = Counter()
        with self.engine.begin() as connection:
            optouts.screen(connection, self.clock())
            done["unknown"] += queries.give_up(connection, self.clock() - LEASE, self.clock())
        trouble = 0
        for _ in range(limit):
            if trouble >= TROUBLE:
                log.warning("services take no messages; the rest waits for the next pass")
                break
            with self.engine.begin() as connection:
                touch = queries.hold(connection, self.clock())
                if touch is None:
                    break
                decided = self._decide(connection, touch)
            if isinstance(decided, str):
                done[decided] += 1
                continue
            send, message = decided
            result = send(message)
            trouble = trouble + 1 if result.outcome == "not_taken" else 0
            with self.engine.begin() as connection:
                done[self._note(connection, touch, result)] += 1
        return +done

    def _decide(self, connection: sa.Connection, touch: Touch) -> tuple[Send, Message] | str:
        """The message to send now and its service, the intent written down; or what was done instead."""
        now = self.clock()
        campaign = self.campaigns.by_name.get(touch.campaign)
        step = self.campaigns.step(touch.campaign, touch.step)
        if campaign is None or step is None:
            return self._skip(connection, touch, Reason.STEP_GONE, now)
        if now >= touch.expires_at:
            return self._skip(connection, touch, Reason.EXPIRED, now)
        person = queries.person(connection, touch.conversation_id)
        standing = planning.standing(known.standing(connection, touch.id, now), campaign, touch.template)
        reason = law.refusal(standing) or self._other_spelling(connection, person)
        if reason is not None:
            return self._skip(connection, touch, reason, now)
        channel = next((one for one in planning.CHANNELS if one in standing.channels and one in self.channels), None)
        if channel is None:
            queries.later(connection, touch.id, "no_service", now + AGAIN_AFTER)
            return "put_off"
        if (wait := self._wait(standing, person, now)) is not None:
            if wait.until >= touch.expires_at:
                return self._skip(connection, touch, wait.reason, now)
            queries.later(connection, touch.id, wait.reason, wait.until)
            return "put_off"
        language = tongues.chosen(connection, touch.template, touch.customer_hash, channel, person.language)
        if language is None:
            return self._skip(connection, touch, Reason.LANGUAGE, now)
        with speaking(language):
            message = self._written(connection, touch, step, channel, person, now)
        queries.intend(connection, touch.id, channel, language, now)
        return self.channels[channel], message

    def _wait(self, standing: Standing, person: Person, now: datetime) -> law.Wait | None:
        numbers = [zones.of_phone(number) for number in (person.address or "", *person.phones)]
        places = zones.candidates(*numbers, *(zones.of_zip(code) for code in person.zips))
        pause = length(self.campaigns.pause_after_talk)
        return law.wait(standing, places, now, self.campaigns.hours, self.settings.campaigns_weekly, pause)

    def _other_spelling(self, connection: sa.Connection, person: Person) -> Reason | None:
        """An id that reached us in another spelling is the same person: their word counts for both."""
        if person.address is None:
            return Reason.NO_ADDRESS
        salt = installation.salt(connection)
        hashes = [customer_hash(salt, one) for one in {person.address, person_id(person.address)}]
        return Reason.OPTED_OUT if consents.opted_out(connection, hashes) else None

    def _written(
        self, connection: sa.Connection, touch: Touch, step: Step, channel: str, person: Person, now: datetime
    ) -> Message:
        salt = installation.salt(connection)
        key = f"{touch.campaign}/{touch.step}/{touch.customer_hash}/{touch.anchor}"
        values: dict[str, Any] = {"day": _day(person.day)}
        if step.offer is not None:
            ends = offers.ends(step.offer, self.business, now)
            code = queries.issue(connection, touch.id, offers.code(salt, key), step.offer.percent, ends, now)
            last = ends.astimezone(self.business.contact.zone).date() - timedelta(days=1)
            values |= {"percent": step.offer.percent, "code": code, "until": month_and_day(last)}
        days = self.settings.feedback_link_days
        secrets = self.settings.link_secrets.get_secret_value() if self.settings.link_secrets else None
        feedback = FeedbackLinks(feedback_keys(salt, secrets, days), self.settings.public_address, days)
        values["survey"] = feedback.survey(touch.conversation_id, now)
        whoever = customer_hash(salt, person_id(person.address or ""))  # under any spelling: see _other_spelling
        unsubscribe = links.of_installation(connection, self.settings).link(whoever, now)
        return writing.message(
            touch.template,
            channel,
            key,
            person.address or "",
            self.business,
            values,
            unsubscribe,
            self.campaigns.postal_address,
        )

    def _skip(self, connection: sa.Connection, touch: Touch, reason: Reason, now: datetime) -> str:
        queries.skip(connection, touch.id, reason, now)
        return "left_out"

    def _note(self, connection: sa.Connection, touch: Touch, result: Result) -> str:
        now = self.clock()
        if result.outcome == "not_taken":
            queries.again(connection, touch.id, result.failure or "not_taken", now + AGAIN_AFTER)
            log.warning("campaign touch %d was not taken (%s); it waits", touch.id, result.failure)
            return "put_off"
        state = {"accepted": "sent", "refused": "refused", "unknown": "unknown"}[result.outcome]
        queries.note(connection, touch.id, state, result.failure, result.provider_message_id, now)
        if state == "sent" and touch.template.partition(".")[0] == planning.ASKS:
            surveys.asked_elsewhere(connection, touch.anchor, now)
        log.info("campaign touch %d: %s", touch.id, state)
        return state


def _day(stored: str | None) -> str | None:
    """A day of a party as the language that is spoken now says it; None where none was told."""
    try:
        day = date.fromisoformat(stored or "")
    except ValueError:
        return None
    return weekday_and_day(day)
