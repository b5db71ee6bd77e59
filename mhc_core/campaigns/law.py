"""Who may be written to, and when: the law and our manners, with their sources, in one place.

**Consent** (47 CFR 64.1200(a)(2), (f)(9)): advertising by text needs prior express written consent, so each one is
kept with when, how and the words that were agreed to. We ask for it on every channel, e-mail too, which the law (15 USC
7704, CAN-SPAM) would allow without.

**Hours** (47 CFR 64.1200(c)(1)): no telephone solicitation before 8 or after 21 o'clock where the person is. The
rule leaves out who gave permission; we keep it for all and on every channel. Zones are all in which the person may be,
and the hours of each are kept, so a move or a changed clock wakes nobody.

**Revocation** (47 CFR 64.1200(a)(10) and (12), FCC 24-24 of February 2024): in any reasonable manner, "stop",
"quit", "end", "revoke", "opt out", "cancel" and "unsubscribe" among them; honoured within ten business days; one
confirmation within five minutes, without advertising. That one wish ends everything is put off until 31 January 2027
(DA 26-12); here it ends all advertising on all channels at once. ``optouts`` hears it.

**E-mail** (15 USC 7704(a), 16 CFR 316.5): a way out that works for 30 days at least, by one page or one reply, for
nothing and without an account; honoured within ten business days; a postal address. RFC 8058 is how mail programs ask.

**Manners**: nothing to people with an open complaint, a party to come or an erasure; a cap across all campaigns; a
person who answers is in a conversation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from mhc_core.campaigns.rules import Hours
from mhc_core.campaigns.zones import Zones
from mhc_core.errors import ConfigurationError

WEEK = timedelta(days=7)


class Reason(StrEnum):
    """Why somebody is not written to, or not yet."""

    ERASED = "erased"
    OPTED_OUT = "opted_out"
    NO_ADDRESS = "no_address"
    NO_CONSENT = "no_consent"
    LANGUAGE = "no_language"
    COMPLAINT = "open_complaint"
    UPCOMING = "upcoming_event"
    REPLIED = "replied"
    ASKED = "asked_already"
    EXPIRED = "too_late"
    STEP_GONE = "step_removed"
    TALKING = "talking"
    CAP = "frequency_cap"
    QUIET = "quiet_hours"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a person at a moment, as far as it decides whether they may be written to.

    Args:
        channels: on which their address could be reached and they consented, the latest word of theirs counting.
        reachable: whether what is known of them is an address at all.
        complaint: a hand-over or a complaint of theirs is open.
        upcoming: a party of theirs is asked for or confirmed, today or later.
        replied: they wrote since this campaign first wrote to them.
        asked: somebody asked them already what this step would ask.
        wrote_at: when they last wrote.
        written_to: when advertising went out to them within the last week, oldest first; what may have gone out counts.
    """

    erased: bool = False
    opted_out: bool = False
    reachable: bool = True
    channels: frozenset[str] = frozenset()
    complaint: bool = False
    upcoming: bool = False
    replied: bool = False
    asked: bool = False
    wrote_at: datetime | None = None
    written_to: Sequence[datetime] = ()


def refusal(person: Standing) -> Reason | None:
    """Why this person must not get the message at all; None when they may."""
    for reason, applies in (
        (Reason.ERASED, person.erased),
        (Reason.OPTED_OUT, person.opted_out),
        (Reason.NO_ADDRESS, not person.reachable),
        (Reason.NO_CONSENT, not person.channels),
        (Reason.COMPLAINT, person.complaint),
        (Reason.UPCOMING, person.upcoming),
        (Reason.ASKED, person.asked),
        (Reason.REPLIED, person.replied),
    ):
        if applies:
            return reason
    return None


@dataclass(frozen=True, slots=True)
class Wait:
    """Why not now, and from when on it may be looked at again."""

    reason: Reason
    until: datetime


def wait(person: Standing, zones: Zones, now: datetime, hours: Hours, weekly: int, pause: timedelta) -> Wait | None:
    """Why a message that may be sent must not be sent now; None when it may.

    Args:
        zones: all in which the person may be, one at least.
        weekly: messages that a person gets in any seven days at most.
        pause: how long after their last message a person counts as talking with us.
    """
    if person.wrote_at is not None and now < person.wrote_at + pause:
        return Wait(Reason.TALKING, person.wrote_at + pause)
    recent = [at for at in person.written_to if at > now - WEEK]
    if len(recent) >= weekly:
        return Wait(Reason.CAP, sorted(recent)[len(recent) - weekly] + WEEK)
    if not allowed(now, zones, hours):
        return Wait(Reason.QUIET, next_allowed(now, zones, hours))
    return None


def allowed(moment: datetime, zones: Zones, hours: Hours) -> bool:
    """Whether it is a time to write in every one of the zones."""
    return all(hours.start <= moment.astimezone(zone).time() < hours.until for zone in zones)


def next_allowed(now: datetime, zones: Zones, hours: Hours) -> datetime:
    """The first moment from now on at which it is a time to write in every one of the zones.

    Such a time begins when a day begins in one of the zones, so only those moments are looked at. Where days hardly
    overlap, as of somebody who may be anywhere, it is a few hours a day.

    Raises:
        ConfigurationError: the zones have no such time in common within a week.
    """
    if allowed(now, zones, hours):
        return now
    beginnings = sorted(
        datetime.combine(now.astimezone(zone).date() + timedelta(days=ahead), hours.start, zone).astimezone(UTC)
        for zone in zones
        for ahead in range(8)
    )
    found = next((at for at in beginnings if at > now and allowed(at, zones, hours)), None)
    if found is None:
        raise ConfigurationError("the hours of campaigns are so narrow that zones have none in common; widen [hours]")
    return found
