"""Functions of a client that the concierge may ask it to call: which one, with what arguments, and what came of it.

No model chooses: a function is called with what the conversation is known to say. An argument is known by the name of
its property (``date``, ``adults``, ``zip_code`` …) and has to fit the property's schema; a text to search for is the
customer's own message.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from mhc_core.concierge.agents.reply import Question, Reply
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.turn import schemas
from mhc_core.errors import DataError
from mhc_core.understanding.result import Act

MODEL_ID = "client/function"
"""Stands with an answer that a function of the client gave."""

_FACTS: Mapping[str, Callable[[Facts], Any]] = {
    "date day eventdate partydate": lambda facts: facts.day and facts.day.isoformat(),
    "time start starttime starts": lambda facts: facts.starts and f"{facts.starts:%H:%M}",
    "adults numberofadults": lambda facts: facts.party.adults,
    "children kids numberofchildren": lambda facts: facts.party.children,
    "guests people partysize headcount guestcount numberofguests numberofpeople": lambda facts: (
        facts.party.head_count or None
    ),
    "miles distance distancemiles": lambda facts: facts.party.miles and float(facts.party.miles),
    "address streetaddress": lambda facts: facts.address,
    "city town": lambda facts: facts.city,
    "location place where": lambda facts: facts.where or None,
    "zip zipcode postalcode postcode": lambda facts: facts.zip,
    "name customername fullname": lambda facts: facts.name,
    "phone phonenumber telephone": lambda facts: facts.phone,
    "email emailaddress": lambda facts: facts.email,
    "occasion": lambda facts: facts.occasion,
    "budget": lambda facts: facts.budget and float(facts.budget),
    "proteins": lambda facts: list(facts.proteins) or None,
    "allergies allergens": lambda facts: [allergy.allergen for allergy in facts.allergies] or None,
}
_KNOWN = {name: read for names, read in _FACTS.items() for name in names.split()}
_MESSAGE = frozenset({"query", "question", "message", "text", "input", "search", "searchquery"})


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the client; ``parameters`` is the JSON schema of its arguments, an object."""

    name: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the client is asked to make."""

    name: str
    arguments: Mapping[str, Any]


def choose(question: Question, functions: Sequence[Function], *, forced: bool) -> Call | None:
    """The call that a message leads to: of the functions whose required arguments are all known, the one that uses most
    of what this message told. None where the message told nothing that one of them requires.

    With ``forced`` a call is made in any case.

    Raises:
        DataError: a schema cannot be read, or one must be called and an argument it requires is not known.
    """
    found: list[tuple[int, Call]] = []
    for function in functions:
        arguments = _arguments(function, question, question.facts)
        required = function.parameters.get("required", [])
        if all(name in arguments for name in required):
            new = [name for name in arguments if _told_now(name, function, question)]
            if forced or any(name in required for name in new):
                found.append((len(new), Call(function.name, arguments)))
        elif forced and len(functions) == 1:
            missing = ", ".join(name for name in required if name not in arguments)
            raise DataError(
                f"{function.name} needs {missing}, which the conversation does not tell; let the customer say it, or "
                "leave tool_choice at auto"
            )
    if forced and not found:
        raise DataError(
            "no function can be called with what the conversation tells; let the customer say more, or leave "
            "tool_choice at auto"
        )
    return max(found, key=lambda one: one[0])[1] if found else None


def relayed(question: Question, results: Sequence[str]) -> Reply:
    """What functions of the client gave back, as the answer."""
    text = "\n".join(_readable(result) for result in results)
    return Reply(text, "client_function", question.intent, 1.0, MODEL_ID, facts=question.facts, evidence=tuple(results))


def _arguments(function: Function, question: Question, facts: Facts) -> dict[str, Any]:
    """What is known of a function's arguments."""
    found: dict[str, Any] = {}
    for name, schema in function.parameters.get("properties", {}).items():
        value = _value(name, question, facts)
        fitting = None if value is None else _fitting(function, schema, value)
        if fitting is not None:
            found[name] = fitting
    return found


def _value(name: str, question: Question, facts: Facts) -> Any:
    plain = re.sub(r"[^a-z]", "", name.lower())
    if plain in _MESSAGE:
        return question.text
    read = _KNOWN.get(plain)
    return None if read is None else read(facts)


def _told_now(name: str, function: Function, question: Question) -> bool:
    if re.sub(r"[^a-z]", "", name.lower()) in _MESSAGE:
        return Act.ASK in question.acts
    return bool(_value(name, question, question.before) != _value(name, question, question.facts))


def _fitting(function: Function, schema: Any, value: Any) -> Any:
    """The value as the schema wants it; None where it does not fit."""
    if isinstance(schema, dict) and "$defs" in function.parameters:
        schema = {**schema, "$defs": function.parameters["$defs"]}
    listed = value if isinstance(value, list) else [value]
    return next(
        (shaped for shaped in (value, listed, ", ".join(map(str, listed))) if schemas.fits(schema, shaped)), None
    )


def _readable(result: str) -> str:
    """A result in words: the text of a JSON document where it has one, else its values by name."""
    try:
        document = orjson.loads(result)
    except orjson.JSONDecodeError:
        return result.strip()
    if isinstance(document, dict):
        for name in ("answer", "message", "text", "result"):
            if isinstance(document.get(name), str):
                return str(document[name])
        return "\n".join(f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in document.items())
    return _plain(document)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    return value if isinstance(value, str) else orjson.dumps(value).decode()
