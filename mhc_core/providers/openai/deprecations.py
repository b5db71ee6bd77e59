"""The life of base models: ``deprecations.toml`` read once, and what of it is near. A clock is always given."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from mhc_core.errors import AccessDenied

WARN_DAYS = 90
"""So many days before a date people are warned of it."""

_ANY = ""
_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class Deadline:
    """The first day on which something no longer works; not ``firm``: it will not be before that day."""

    on: date
    firm: bool = True


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What is known of the end of one model; None is unknown."""

    company: str
    licence: str
    retires: Deadline | None
    fine_tuned_retires: Deadline | None
    training_closes: Deadline | None


@dataclass(frozen=True, slots=True)
class Use:
    """A provider's model that the platform depends on. ``trains``: new training jobs are started on it."""

    what: str
    provider: str
    model: str
    trains: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline of a model in use. ``days`` are those that are left, 0 or less when it has passed."""

    use: Use
    event: str
    deadline: Deadline
    days: int

    def __str__(self) -> str:
        when = f"{self.deadline.on.day} {self.deadline.on:%B %Y}"
        if self.days <= 0:
            return f"{self.use.model} ({self.use.what}) {self.event} since {when}: choose another model now"
        near = f"{'from' if self.deadline.firm else 'at some time from'} {when}, in {self.days} days"
        return f"{self.use.model} ({self.use.what}) {self.event} {near}: choose another model in time"


def find(provider: str, model: str) -> Lifecycle | None:
    """The lifecycle of a family, a dated snapshot, or a model trained on one (``ft:BASE:…``, ``BASE.ft-…``).

    Of a model that is not listed it is what holds for all of its provider; None when that is not listed either.
    """
    listed = _load()
    return listed.get((provider, family(model))) or listed.get((provider, _ANY))


def family(model: str) -> str:
    """The name a model is listed under: without date or content hash, and of a trained model that of its base."""
    base = model.split(":")[1] if model.startswith("ft:") else model.split(".ft-")[0].split("@")[0]
    return _SNAPSHOT.sub("", base)


def is_trained(model: str) -> bool:
    """Whether the name is that of a model somebody trained at a provider."""
    return model.startswith("ft:") or ".ft-" in model


def due(uses: Iterable[Use], today: date) -> list[Due]:
    """The deadlines of models in use that have passed or come within ``WARN_DAYS``, soonest first."""
    found: list[Due] = []
    for use in uses:
        known = find(use.provider, use.model)
        if known is None:
            continue
        ends = known.fine_tuned_retires if is_trained(use.model) else known.retires
        events = [("answers no more", ends)] if not use.trains else [
            ("takes no new training jobs", known.training_closes),
            ("answers no more once it is trained", known.fine_tuned_retires),
        ]  # fmt: skip
        for event, deadline in events:
            if deadline is not None and (deadline.on - today).days <= WARN_DAYS:
                found.append(Due(use, event, deadline, (deadline.on - today).days))
    return sorted(found, key=lambda each: (each.days, each.use.what))


def require_open(provider: str, base_model: str, today: date) -> None:
    """Refuse to buy a training job that the provider no longer sells, or whose model would not answer any more.

    Raises:
        AccessDenied: a firm date has passed.
    """
    known = find(provider, base_model)
    if known is None:
        return
    for event, deadline in (
        ("takes no new training jobs", known.training_closes),
        ("has retired this model", known.fine_tuned_retires),
    ):
        if deadline is not None and deadline.firm and deadline.on <= today:
            raise AccessDenied(
                f"{known.company} {event} ({base_model}) since {deadline.on.day} {deadline.on:%B %Y}; nothing was "
                "uploaded or paid: set MHC_FINE_TUNER=lora to train open weights or MHC_FINE_TUNER=local to train here "
                "without a model of a provider"
            )


@cache
def _load() -> Mapping[tuple[str, str], Lifecycle]:
    text = resources.files("mhc_core.providers.openai").joinpath("deprecations.toml").read_text("utf-8")
    document = tomllib.loads(text)
    return {
        (provider, name): _lifecycle(document[provider], entry)
        for provider in document
        if isinstance(document[provider], dict)
        for name, entry in {_ANY: {"retires": "unknown"}, **document[provider]["models"]}.items()
    }


def _lifecycle(provider: Mapping[str, Any], entry: Mapping[str, Any]) -> Lifecycle:
    retires = _deadline(entry["retires"])
    return Lifecycle(
        company=provider["name"],
        licence=entry.get("licence", provider["licence"]),
        retires=retires,
        fine_tuned_retires=_deadline(entry["fine_tuned_retires"]) if "fine_tuned_retires" in entry else retires,
        training_closes=_deadline(entry.get("training_closes", provider["training_closes"])),
    )


def _deadline(value: Any) -> Deadline | None:
    if isinstance(value, date):
        return Deadline(value)
    return None if value in ("unknown", "never") else Deadline(value["earliest"], firm=False)
