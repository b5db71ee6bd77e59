"""The customer of a conversation in the one record format: who they are, and what else is known of them."""

from typing import Any, NamedTuple


class Person(NamedTuple):
    """What a system knows of a customer; empty values are nothing."""

    id: object = None
    name: object = None
    email: object = None
    phone: object = None


def customer(person: Person) -> dict[str, Any]:
    """``customer_id`` and the ``customer`` record, by which scrubbing finds their name in the text.

    An e-mail address or a phone number is the id where there is one: it is what the person is known by elsewhere too,
    and what an erasure is asked for with.
    """
    ident = person.email or person.phone or person.id
    known = {
        key: str(value)
        for key, value in (("name", person.name), ("email", person.email), ("phone", person.phone))
        if value
    }
    return ({"customer_id": str(ident)} if ident else {}) | ({"customer": known} if known else {})
