"""Rules are read from a file, and say who hears of what, when."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mhc_core.errors import ConfigurationError
from mhc_core.monitoring.alerts import rules
from mhc_core.monitoring.alerts.rules import Rules
from mhc_core.vocabulary import AlertKind, Severity


def of(**said: object) -> Rules:
    return Rules.model_validate(said)


def test_the_shipped_rules_tell_every_channel_of_everything() -> None:
    shipped = rules.load(None)
    for kind in AlertKind:
        assert shipped.channels(kind, ["mail", "slack"]) == ["mail", "slack"]
    assert shipped.repeat_after(Severity.CRITICAL) == timedelta(hours=1)
    assert shipped.repeat_after(Severity.INFO) is None


def test_the_first_rule_that_fits_decides() -> None:
    told = of(
        rule=[
            {"kinds": ["disk_space"], "channels": []},
            {"kinds": ["budget"], "channels": ["sms", "nowhere"], "severity": "critical"},
            {"channels": ["*"]},
        ]
    )
    known = ["mail", "sms"]
    assert told.channels(AlertKind.DISK_SPACE, known) == []
    assert told.channels(AlertKind.BUDGET, known) == ["sms"]
    assert told.channels(AlertKind.ANOMALY, known) == known
    assert told.severity(AlertKind.BUDGET, Severity.INFO) is Severity.CRITICAL
    assert told.severity(AlertKind.ANOMALY, Severity.INFO) is Severity.INFO
    assert rules.unknown_channels(told, known) == ["nowhere"]
    assert of(rule=[]).channels(AlertKind.ANOMALY, known) == []


@pytest.mark.parametrize(
    ("begin", "until", "hour", "quiet"),
    [("22:00", "07:00", 23, True), ("22:00", "07:00", 6, True), ("22:00", "07:00", 7, False),
     ("22:00", "07:00", 12, False), ("12:00", "14:00", 13, True), ("12:00", "14:00", 14, False)],
)  # fmt: skip
def test_quiet_hours_may_go_over_midnight(begin: str, until: str, hour: int, quiet: bool) -> None:
    told = of(quiet_hours={"from": begin, "until": until})
    at = datetime(2026, 3, 5, hour, tzinfo=UTC)
    assert told.quiet(Severity.WARNING, at) is quiet
    assert not told.quiet(Severity.CRITICAL, at)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[rule", "is no TOML"),
        ("[[rule]]\nkinds = ['fire']\nchannels = []", "rule.0.kinds.0"),
        ("[[rule]]\nkind = 'budget'\nchannels = []", "rule.0.kind: Extra"),
        ("group_seconds = 300", "group_seconds"),
        ("[repeat_minutes]\nwarning = 0", "repeat_minutes.warning"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        rules.load(file)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        rules.load(tmp_path / "none.toml")
