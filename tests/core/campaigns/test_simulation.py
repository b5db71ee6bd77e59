"""10,000 schedules over all zones and both changes of the clock, sent by the real sender over tables in memory.

Who is judged right is decided here with another library's clocks and from what the simulated people know themselves,
such as where they really live; nothing of ``law`` or ``zones`` is asked.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from dateutil import tz

from mhc_core.business import pricing
from mhc_core.campaigns import links, optouts, rules, sending
from mhc_core.campaigns.sending import Sender
from mhc_core.db.queries import campaign_outbox, consents, installation, surveys
from mhc_core.db.queries import campaigns as known
from mhc_core.db.queries.campaign_outbox import Person, Touch
from mhc_core.db.queries.campaigns import Known
from mhc_core.providers.messaging.result import Message, Result
from mhc_core.settings import Settings
from mhc_core.signing import SigningKeys

SCHEDULES, PEOPLE, CAP = 10_000, 3_000, 2
WEEK = timedelta(days=7)
CHANGES = (datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
# Where people live, the area code of a number from there, and a zip code of there.
HOMES = [
    ("America/New_York", "212", "10001"), ("America/New_York", "906", "49801"), ("America/Chicago", "312", "60601"),
    ("America/Chicago", "850", "32501"), ("America/Denver", "303", "80202"), ("America/Denver", "915", "79901"),
    ("America/Boise", "541", "97914"), ("America/Phoenix", "602", "85001"), ("America/Los_Angeles", "415", "94105"),
    ("America/Anchorage", "907", "99501"), ("America/Adak", "907", "99546"), ("Pacific/Honolulu", "808", "96813"),
    ("America/Puerto_Rico", "787", "00901"), ("Pacific/Guam", "671", "96910"), ("Pacific/Pago_Pago", "684", "96799"),
    ("America/Detroit", "313", "48201"), ("America/Indiana/Tell_City", "812", "47586"),
    ("America/Kentucky/Monticello", "606", "42633"), ("America/North_Dakota/Beulah", "701", "58523"),
    ("America/Menominee", "906", "49858"),
]  # fmt: skip


@dataclass
class Someone:
    home: str
    address: str
    zips: list[str]
    channels: list[str]
    stopped_at: datetime | None
    written_to: list[datetime] = field(default_factory=list)


@dataclass
class Row:
    touch: Touch
    state: str = "planned"
    taken_at: datetime | None = None


@dataclass
class World:
    """Tables in memory behind the names of the real queries, and the one service, which notes what arrives when."""

    people: dict[str, Someone]
    rows: dict[int, Row]
    queue: list[tuple[datetime, int]]
    now: datetime = CHANGES[0]
    arrived: list[tuple[int, datetime]] = field(default_factory=list)
    current: int = 0

    @contextmanager
    def begin(self) -> Iterator[None]:
        yield None

    def hold(self, _: Any, now: datetime) -> Touch | None:
        if not self.queue or self.queue[0][0] > now:
            return None
        _, self.current = heapq.heappop(self.queue)
        return self.rows[self.current].touch

    def later(self, _: Any, touch: int, reason: str, at: datetime) -> None:
        assert at > self.now, "it would be looked at for ever"
        heapq.heappush(self.queue, (at, touch))

    def standing(self, _: Any, touch: int, now: datetime) -> Known:
        someone = self.people[self.rows[touch].touch.customer_hash]
        out = someone.stopped_at is not None and someone.stopped_at <= now
        recent = [at for at in someone.written_to if at > now - WEEK]
        return Known(touch, False, out, True, someone.channels, False, False, False, None, None, recent)

    def person(self, _: Any, conversation_id: UUID) -> Person:
        someone = self.people[self.rows[self.current].touch.customer_hash]
        return Person(someone.address, someone.zips, [], None, None)

    def intend(self, _: Any, touch: int, channel: str, language: str, now: datetime) -> None:
        row = self.rows[touch]
        row.state, row.taken_at = "sending", now
        self.people[row.touch.customer_hash].written_to.append(now)

    def note(self, _: Any, touch: int, state: str, *__: Any) -> None:
        self.rows[touch].state = state

    def skip(self, _: Any, touch: int, reason: str, now: datetime) -> None:
        self.rows[touch].state = "skipped"

    def carry(self, message: Message) -> Result:
        self.arrived.append((self.current, self.now))
        return Result("accepted", "1")


def someone(draw: Random, number: int) -> Someone:
    """Where they live is told by their number, by a zip code, by both, or by nothing at all."""
    home, area, code = draw.choice(HOMES)
    told = draw.choice(("number", "zip", "both", "nothing"))
    foreign = draw.choice(HOMES)[1]  # a number of another place, where the zip code tells the truth
    if told in ("zip", "nothing"):
        mail = told == "nothing" or draw.random() < 0.5
        address = f"person{number}@example.com" if mail else f"+1{foreign}555{number % 10_000:04}"
    else:
        address = f"+1{area}555{number % 10_000:04}"
    stopped = draw.choice(CHANGES) + timedelta(hours=draw.uniform(-120, 120)) if draw.random() < 0.3 else None
    channels = ["email"] if "@" in address else draw.choice((["sms"], ["sms", "whatsapp"]))
    return Someone(home, address, [code] if told in ("zip", "both") else [], channels, stopped)


def world(draw: Random) -> World:
    people = {f"{number:032x}": someone(draw, number) for number in range(PEOPLE)}
    steps = [(one.name, step.name, step.template) for one in rules.load().campaign for step in one.step]
    rows: dict[int, Row] = {}
    for number in range(SCHEDULES):
        campaign, step, template = draw.choice(steps)
        due = draw.choice(CHANGES) + timedelta(minutes=draw.randrange(-6 * 1440, 6 * 1440))
        ends = due + timedelta(hours=draw.choice((12, 24, 72, 168)))
        who = draw.choice(list(people)) if number % 50 == 0 else f"{draw.randrange(PEOPLE):032x}"
        rows[number] = Row(Touch(number, campaign, step, who, str(number), UUID(int=number), template, ends))
        rows[number].taken_at = due
    queue = [(row.taken_at, number) for number, row in rows.items() if row.taken_at is not None]
    heapq.heapify(queue)
    return World(people, rows, queue)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> World:
    made = world(Random(20261129))
    for name in ("hold", "later", "person", "intend", "note", "skip"):
        monkeypatch.setattr(campaign_outbox, name, getattr(made, name))
    monkeypatch.setattr(campaign_outbox, "give_up", lambda *_: 0)
    monkeypatch.setattr(campaign_outbox, "issue", lambda *given: given[2])
    monkeypatch.setattr(known, "standing", made.standing)
    monkeypatch.setattr(consents, "opted_out", lambda *_: False)
    monkeypatch.setattr(consents, "wording", lambda *_: None)
    monkeypatch.setattr(surveys, "asked_elsewhere", lambda *_: None)
    monkeypatch.setattr(installation, "salt", lambda _: b"salt")
    monkeypatch.setattr(optouts, "screen", lambda *_: 0)
    signing = links.UnsubscribeLinks(SigningKeys(given=[b"x" * 32]), "https://example.com")
    monkeypatch.setattr(links, "of_installation", lambda *_: signing)
    monkeypatch.setattr(sending.FeedbackLinks, "survey", lambda *_: "https://example.com/s")
    return made


def test_nobody_of_ten_thousand_is_written_to_at_night_after_stop_twice_or_too_often(made: World) -> None:
    settings = Settings(_env_file=None, campaigns=True, campaigns_weekly=CAP)
    services = dict.fromkeys(("sms", "whatsapp", "email"), made.carry)
    campaigns = rules.load().model_copy(update={"postal_address": "1 Example Street"})
    sender = Sender(made, campaigns, pricing.load(), settings, services, lambda: made.now)  # type: ignore[arg-type]
    while made.queue:
        made.now = max(made.now, made.queue[0][0]) if made.queue[0][0] > made.now else made.now
        sender.send_due(SCHEDULES)
        if made.queue:
            made.now = made.queue[0][0]
    whose = {number: made.people[row.touch.customer_hash] for number, row in made.rows.items()}
    clocks = {home: tz.gettz(home) for home, _, _ in HOMES}
    night = [one for one, at in made.arrived if not 8 <= at.astimezone(clocks[whose[one].home]).hour < 21]
    stopped = [whose[one].stopped_at for one, _ in made.arrived]
    after_stop = [at for (_, at), since in zip(made.arrived, stopped, strict=True) if since is not None and at >= since]
    by_person: dict[str, list[datetime]] = defaultdict(list)
    for one, at in made.arrived:
        by_person[made.rows[one].touch.customer_hash].append(at)
    above = [
        at for times in by_person.values() for at in times if sum(at - WEEK < other <= at for other in times) > CAP
    ]
    late = [one for one, at in made.arrived if at >= made.rows[one].touch.expires_at]
    assert (len(night), len(after_stop), len(above), len(late)) == (0, 0, 0, 0)
    assert len({one for one, _ in made.arrived}) == len(made.arrived)
    assert len(made.rows) == SCHEDULES
    assert len(made.arrived) > SCHEDULES / 4, "a sender that never sends keeps every law"
    assert {whose[one].home for one, _ in made.arrived} == set(clocks)
    assert {row.state for row in made.rows.values()} == {"sent", "skipped"}
