"""Intercom: conversations as its API and its exports give them, one object each or as a list."""

from collections.abc import Iterator, Mapping
from typing import Any

from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.formats.people import Person, customer
from mhc_core.collection.importing.formats.shapes import converted
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming
from mhc_core.language.html_text import plain

_CHANNELS = {"conversation": "web", "whatsapp": "sms", "phone_call": "phone", "phone_switch": "phone", "push": "web"}
_ROLES = {"user": "user", "lead": "user", "contact": "user", "admin": "agent", "team": "agent", "bot": "assistant"}


class Intercom:
    """Objects of the type *conversation* with the message that began them and the parts that followed."""

    name = "an Intercom export"
    source = "intercom"
    pieces = False

    def detect(self, head: Head) -> bool:
        return head.record.get("type") == "conversation" and "conversation_parts" in head.record

    def read(self, head: Head, context: Context) -> Iterator[Incoming]:
        return converted(head, context, convert)


def convert(talk: Mapping[str, Any]) -> dict[str, Any]:
    """The conversation in the one format. Notes among colleagues are left out."""
    begin = talk.get("source") or {}
    author = begin.get("author") or {}
    parts = (talk.get("conversation_parts") or {}).get("conversation_parts") or []
    said = [{**begin, "created_at": talk.get("created_at")}, *parts]
    people = [part.get("author") or {} for part in said]
    person = next((one for one in people if _ROLES.get(str(one.get("type"))) == "user"), {})
    record: dict[str, Any] = {
        "id": talk.get("id"),
        "channel": _CHANNELS.get(str(begin.get("type")), begin.get("type") or "web"),
        "status": "closed" if talk.get("state") == "closed" else "active",
        "messages": [
            {
                "role": _ROLES.get(str((part.get("author") or {}).get("type")), "agent"),
                "content": plain(part.get("body") or ""),
                "timestamp": part.get("created_at"),
                "id": part.get("id"),
            }
            for part in said
            if part.get("body") and part.get("part_type") != "note"
        ],
        **customer(Person(person.get("id"), person.get("name"), person.get("email"), person.get("phone"))),
    }
    rating = talk.get("conversation_rating") or {}
    if rating.get("rating") is not None:
        record["feedback"] = {
            "stars": rating["rating"],
            "comment": rating.get("remark"),
            "at": rating.get("created_at"),
        }
    if begin.get("subject"):
        record["subject"] = plain(begin["subject"])
    if author.get("type") == "admin":
        record["begun_by"] = "agent"
    return record


FORMAT = Intercom()
