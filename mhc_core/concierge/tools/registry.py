"""Every tool by name, with typed arguments: called by OpenAI's tool calling and by our own code alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import ValidationError

from mhc_core.concierge.tools import booking, person, policy, price, protein_plan
from mhc_core.concierge.tools.case import Case
from mhc_core.concierge.tools.portions import Arguments
from mhc_core.errors import DataError
from mhc_core.protocols import Tool, ToolCall


@dataclass(frozen=True, slots=True)
class Spec:
    """A tool: what it is for, what it takes, and what it does. ``run`` returns a text or raises ``DataError``."""

    name: str
    description: str
    arguments: type[Arguments]
    run: Callable[[Case, Any], str]


TOOLS = {
    spec.name: spec
    for spec in (
        Spec(
            "quote",
            "Works out the exact price of a party, with deposit and balance. Ask for the guests first; never guess.",
            price.QuoteArguments,
            price.price,
        ),
        Spec("travel_fee", "What the way to the party costs.", price.TravelArguments, price.travel_fee),
        Spec(
            "protein_plan",
            "Checks the proteins chosen against those included, and prices upgrades and extra portions.",
            protein_plan.ProteinArguments,
            protein_plan.plan,
        ),
        Spec("policy_lookup", "Finds what our articles say on a topic.", policy.PolicyArguments, policy.look_up),
        Spec(
            "booking_request",
            "Sends the customer's wish to the team, who confirm it. Call it once everything is known and the customer "
            "agreed to send it. It is no booking and says nothing about availability.",
            booking.BookingArguments,
            booking.request,
        ),
        Spec("hand_over", "Gives the conversation to a person.", person.HandOverArguments, person.hand_over),
    )
}


def offered(case: Case, names: Sequence[str]) -> tuple[Tool, ...]:
    """These tools for a model to call in this turn."""
    return tuple(
        Tool(spec.name, spec.description, _schema(spec.arguments), _caller(case, spec.name))
        for spec in (TOOLS[name] for name in names)
    )


@cache
def _schema(arguments: type[Arguments]) -> Mapping[str, Any]:
    return arguments.model_json_schema()


def use(case: Case, name: str, arguments: Mapping[str, Any]) -> str:
    """Call a tool; its result is evidence of this turn. What does not fit comes back as a sentence."""
    spec = TOOLS[name]
    try:
        result = spec.run(case, spec.arguments.model_validate(dict(arguments)))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors())
        return f"The arguments do not fit ({wrong}). Correct them, or ask the customer."
    except DataError as error:
        return f"That does not work: {error}."
    case.calls.append(ToolCall(name, dict(arguments), result))
    return result


def _caller(case: Case, name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda arguments: use(case, name, arguments)
