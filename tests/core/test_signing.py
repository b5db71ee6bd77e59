"""Keys change by themselves, and what they signed stays good for as long as it should."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.errors import ConfigurationError
from mhc_core.feedback.links import FeedbackLinks, LinkForged, Purpose, keys
from mhc_core.settings import load
from mhc_core.signing import SigningKeys

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SALT = b"s" * 32
SUBJECT = UUID(int=7)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, st.integers(1, 60), st.integers(1, 90), st.floats(0, 1))
def test_what_was_signed_is_accepted_as_long_as_it_should(
    now: datetime, period: int, lasting: int, share: float
) -> None:
    made = SigningKeys(salt=SALT, purpose="x", period=timedelta(days=period), lasting=timedelta(days=lasting))
    signer, later = made.at(now)[-1], now + timedelta(days=lasting) * share
    assert signer in made.at(later)
    assert signer in made.at(now - timedelta(minutes=5)), "a server whose clock is slow knows it already"
    assert signer not in made.at(now + timedelta(days=lasting + 2 * period + 1))
    assert made.at(now + timedelta(days=period))[-1] != signer


def test_each_purpose_and_each_installation_has_its_own() -> None:
    made = [SigningKeys(salt=salt, purpose=purpose).at(NOW)[-1] for salt in (SALT, b"o" * 32) for purpose in "ab"]
    assert len({*made, SALT}) == 5


def test_links_are_not_signed_by_the_salt_and_those_of_before_still_work() -> None:
    links = FeedbackLinks(keys(SALT, None, 30), "https://example.com", 30)
    token = links.token(Purpose.VOTE, SUBJECT, NOW)
    of_salt = FeedbackLinks(SigningKeys([SALT]), "https://example.com", 30)
    with pytest.raises(LinkForged):
        of_salt.check(Purpose.VOTE, SUBJECT, token, NOW)
    links.check(Purpose.VOTE, SUBJECT, of_salt.token(Purpose.VOTE, SUBJECT, NOW), NOW)
    links.check(Purpose.VOTE, SUBJECT, token, NOW + timedelta(days=29))


def test_secrets_of_the_settings_take_their_place() -> None:
    old, new = "o" * 32, "n" * 32
    assert keys(SALT, f"{old}, {new}", 30).at(NOW) == [old.encode(), new.encode()]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MHC_TOKEN_SECRETS", "short"),
        ("MHC_TOKEN_SECRETS", f"{'o' * 32},short"),
        ("MHC_LINK_SECRETS", f"short,{'o' * 32}"),
    ],
)
def test_weak_settings_are_refused_without_being_quoted(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name) as refused:
        load()
    assert value not in str(refused.value)


def test_strong_ones_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHC_TOKEN_SECRETS", f"{'o' * 32},{'n' * 40}")
    assert load().token_secrets
