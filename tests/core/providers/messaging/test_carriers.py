"""Texts go out in the form that Twilio and RingCentral take, once, and each answer is taken for what it means."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fakes import carriers as standins
from fakes.carriers import Carriers, carriers

from mhc_core.providers.messaging.result import Message, Send
from mhc_core.providers.messaging.ringcentral import RingCentral
from mhc_core.providers.messaging.twilio import Twilio

TO, TEXT = "+19165550101", "Hola ñ 🎉: 10 % off & more"
NOW = datetime(2026, 3, 5, tzinfo=UTC)


@pytest.fixture
def state() -> Iterator[Carriers]:
    with carriers() as made:
        yield made
    assert made.violations == []


def twilio(state: Carriers, prefix: str = "") -> Twilio:
    return Twilio(standins.ACCOUNT, standins.TOKEN, "+15550100001", prefix, state.url)


def ringcentral(state: Carriers, now: list[datetime] | None = None) -> RingCentral:
    times = now or [NOW]
    return RingCentral(standins.CLIENT, standins.SECRET, standins.JWT, "+15550100002", lambda: times[0], state.url)


@pytest.fixture(params=["twilio", "ringcentral"])
def send(request: pytest.FixtureRequest, state: Carriers) -> Send:
    return twilio(state).send if request.param == "twilio" else ringcentral(state).send


def message(to: str = TO, text: str = TEXT) -> Message:
    return Message("key", to, text)


def test_a_text_arrives_as_it_was_written(send: Send, state: Carriers) -> None:
    result = send(message())
    assert result.outcome == "accepted"
    assert result.provider_message_id
    assert state.accepted == [(TO, TEXT)]


def test_whatsapp_goes_through_twilio_with_its_prefix(state: Carriers) -> None:
    assert twilio(state, "whatsapp:").send(message()).outcome == "accepted"
    assert state.accepted == [(f"whatsapp:{TO}", TEXT)]


def test_who_told_the_carrier_to_stop_is_refused_for_good(send: Send, state: Carriers) -> None:
    state.stopped.add(TO)
    result = send(message())
    assert result.outcome == "refused"
    assert result.failure in ("HTTP 400 (21610)", "HTTP 403 (MSG-242)")
    assert TO not in str(result)


def test_a_number_that_is_none_is_refused(send: Send, state: Carriers) -> None:
    assert send(message("+1 555")).outcome == "refused"


@pytest.mark.parametrize(
    ("status", "outcome"), [(429, "not_taken"), (500, "unknown"), (503, "unknown"), (302, "unknown")]
)
def test_what_an_answer_means_decides_whether_it_may_be_tried_again(
    send: Send, state: Carriers, status: int, outcome: str
) -> None:
    state.fails = [status]
    assert send(message()).outcome == outcome
    assert state.accepted == []


def test_an_answer_that_is_lost_means_that_nobody_knows(send: Send, state: Carriers) -> None:
    state.fails = [0]
    result = send(message())
    assert result.outcome == "unknown"
    assert len(state.accepted) == 1, "it was on its way, so it must not be sent again"


def test_a_service_that_is_not_reached_took_nothing() -> None:
    gone = Carriers(port=9)
    assert twilio(gone).send(message()).outcome == "not_taken"
    assert ringcentral(gone).send(message()).outcome == "not_taken"


def test_one_token_serves_many_texts_until_it_ends(state: Carriers) -> None:
    now = [NOW]
    service = ringcentral(state, now)
    for _ in range(3):
        service.send(message())
    assert len(state.tokens) == 1
    now[0] += timedelta(hours=1)
    service.send(message())
    assert len(state.tokens) == 2


def test_a_token_that_is_refused_is_asked_for_anew_once_and_the_text_goes_out_once(state: Carriers) -> None:
    service = ringcentral(state)
    service.send(message())
    state.expired.add("token0")
    assert service.send(message()).outcome == "accepted"
    assert len(state.accepted) == 2
    state.expired |= {f"token{number}" for number in range(9)}
    assert service.send(message()).outcome == "not_taken"


def test_a_wrong_password_uses_nothing_up(state: Carriers) -> None:
    wrong = Twilio(standins.ACCOUNT, "wrong", "+15550100001", url=state.url)
    assert wrong.send(message()).outcome == "not_taken"
    wrong_app = RingCentral("app", "wrong", standins.JWT, "+15550100002", lambda: NOW, state.url)
    assert wrong_app.send(message()).outcome == "not_taken"


def test_a_text_that_is_too_long_is_cut_where_the_service_cuts(state: Carriers) -> None:
    assert ringcentral(state).send(message(text="🎉" * 700)).outcome == "accepted"
    assert state.accepted[0][1] == "🎉" * 500
