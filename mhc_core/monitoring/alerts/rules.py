"""Who hears of what: a file of rules, checked when it is read."""

import tomllib
from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mhc_core.errors import ConfigurationError
from mhc_core.vocabulary import AlertKind, Severity

SHIPPED = Path(__file__).with_name("rules.toml")
ALL_CHANNELS = "*"
_ORDER = list(Severity)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QuietHours(_Section):
    """Hours of the business in which only what is grave is told; they may go over midnight."""

    begin: time = Field(alias="from")
    until: time
    unless: Severity = Severity.CRITICAL


class Disk(_Section):
    """When too little space is left."""

    free_percent: float = Field(10.0, gt=0, lt=100)


class Rule(_Section):
    """Which channels hear of which kinds; without kinds, of all."""

    channels: tuple[str, ...]
    kinds: tuple[AlertKind, ...] = ()
    severity: Severity | None = None


class Rules(_Section):
    """The rules of one installation."""

    group_seconds: float = Field(15.0, ge=0, le=40)
    quiet_hours: QuietHours | None = None
    repeat_minutes: Mapping[Severity, Annotated[int, Field(ge=5)]] = {}
    disk: Disk = Disk()
    rule: tuple[Rule, ...] = ()

    def of(self, kind: AlertKind) -> Rule | None:
        """The first rule that fits; None when nobody hears of it."""
        return next((rule for rule in self.rule if not rule.kinds or kind in rule.kinds), None)

    def severity(self, kind: AlertKind, own: Severity) -> Severity:
        """How grave an alert is that says of itself ``own``."""
        rule = self.of(kind)
        return (rule.severity if rule else None) or own

    def channels(self, kind: AlertKind, known: Collection[str]) -> list[str]:
        """Who hears of a kind, of the channels that have an address."""
        rule = self.of(kind)
        named = rule.channels if rule else ()
        return sorted(known) if ALL_CHANNELS in named else [name for name in named if name in known]

    def quiet(self, severity: Severity, local: datetime) -> bool:
        """Whether an alert of this severity waits, at this time of the business."""
        hours = self.quiet_hours
        if hours is None or _ORDER.index(severity) >= _ORDER.index(hours.unless):
            return False
        at = local.time()
        if hours.begin <= hours.until:
            return hours.begin <= at < hours.until
        return at >= hours.begin or at < hours.until

    def repeat_after(self, severity: Severity) -> timedelta | None:
        """After how long it is told again; None: never."""
        minutes = self.repeat_minutes.get(severity)
        return None if minutes is None else timedelta(minutes=minutes)


def load(path: Path | None) -> Rules:
    """The rules of a file; the ones that come with the platform when none is named.

    Raises:
        ConfigurationError: the file cannot be read, or says something that is no rule.
    """
    source = path or SHIPPED
    try:
        return Rules.model_validate(tomllib.loads(source.read_text("utf-8")))
    except OSError as error:
        raise ConfigurationError(f"{source} cannot be read ({error.strerror}); correct MHC_ALERT_RULES") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{source} is no TOML: {error}; correct that line") from None
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise ConfigurationError(f"{source}: {problems}; `mhc alerts rules` shows what is allowed") from None


def unknown_channels(rules: Rules, known: Collection[str]) -> list[str]:
    """Channels that rules name and that have no address."""
    named = {name for rule in rules.rule for name in rule.channels if name != ALL_CHANNELS}
    return sorted(named - set(known))
