"""Campaigns as typed, frozen data, read from one file that a person can edit."""

import re
import tomllib
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from mhc_core.errors import ConfigurationError

SHIPPED = Path(__file__).parent / "campaigns.toml"
TEMPLATES = Path(__file__).parent / "templates"
_SPAN = re.compile(r"(\d{1,4}) (hour|day|week|month)s?")

Follows = Literal["abandoned_booking", "event", "last_booking", "churn_risk"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Span = Annotated[str, Field(pattern=rf"^{_SPAN.pattern}$")]
"""A time span as PostgreSQL reads it too; a month is a month of the calendar."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Offer(_Section):
    """What the code of a step is worth, and for how long: that day of the business only, or so many days."""

    percent: int = Field(ge=1, le=100)
    same_day: bool = False
    days: int | None = Field(None, ge=1, le=365)

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.same_day == (self.days is not None):
            raise ValueError("an offer has either same_day = true or a number of days")
        return self


class Step(_Section):
    """One message: ``after`` what the campaign follows, and no later than ``within`` that moment."""

    name: Name
    after: Span
    within: Span
    template: str = Field(pattern=r"^[a-z][a-z0-9_]*\.v\d+$")
    offer: Offer | None = None

    @field_validator("template")
    @classmethod
    def _written(cls, name: str) -> str:
        if not (TEMPLATES / f"{name}.toml").is_file():
            raise ValueError(f"there is no template {name}; write it as templates/{name}.toml")
        return name


class Campaign(_Section):
    """A series of messages with its reason to exist, and the people who are left alone to measure it by."""

    name: Name
    follows: Follows
    risk: tuple[float, float] | None = None
    holdout: float = Field(ge=0, le=0.5)
    reply: Literal["ends", "pauses"]
    counts_days: int = Field(ge=1, le=365)
    step: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len({one.name for one in self.step}) < len(self.step):
            raise ValueError("two steps have the same name")
        if (self.follows == "churn_risk") != (self.risk is not None):
            raise ValueError("risk = [from, below] belongs to campaigns that follow churn_risk, and to no other")
        if self.risk is not None and not 0 <= self.risk[0] < self.risk[1] <= 1:
            raise ValueError("risk is [from, below] with 0 <= from < below <= 1")
        return self


class Hours(_Section):
    """When something may arrive, in the recipient's zone: from the first moment on, before the last."""

    start: time = Field(alias="from")
    until: time

    @model_validator(mode="after")
    def _within_the_law(self) -> Self:
        if not time(8) <= self.start < self.until <= time(21):
            raise ValueError("hours lie between 08:00 and 21:00 (47 CFR 64.1200(c)(1)), from before until")
        return self


class Task(_Section):
    """From which risk on a person writes, and what they may offer."""

    risk_from: float = Field(ge=0, le=1)
    percent: int = Field(ge=0, le=100)


class Campaigns(_Section):
    """The whole file."""

    postal_address: str = ""
    pause_after_talk: Span
    hours: Hours
    task: Task
    campaign: tuple[Campaign, ...]

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        if len({one.name for one in self.campaign}) < len(self.campaign):
            raise ValueError("two campaigns have the same name")
        return self

    @property
    def by_name(self) -> Mapping[str, Campaign]:
        """The campaigns by name."""
        return {one.name: one for one in self.campaign}

    def step(self, campaign: str, step: str) -> Step | None:
        """A step; None when the file does not have it any more."""
        found = self.by_name.get(campaign)
        return next((one for one in found.step if one.name == step), None) if found else None


def length(span: str) -> timedelta:
    """A span in hours, days or weeks as a length; a month counts as 30 days."""
    found = _SPAN.fullmatch(span)
    assert found is not None
    hours = {"hour": 1, "day": 24, "week": 24 * 7, "month": 24 * 30}[found[2]]
    return timedelta(hours=int(found[1]) * hours)


def load(path: Path | None = None) -> Campaigns:
    """Read the file; the one that comes with the platform when none is named.

    Raises:
        ConfigurationError: the file cannot be read, or says something that is no campaign.
    """
    source = path or SHIPPED
    try:
        return Campaigns.model_validate(tomllib.loads(source.read_text("utf-8-sig")))
    except OSError as error:
        raise ConfigurationError(f"{source} cannot be read ({error.strerror}); correct MHC_CAMPAIGNS_FILE") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{source} is no TOML: {error}; correct that line") from None
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise ConfigurationError(f"{source}: {problems}; correct these keys") from None
