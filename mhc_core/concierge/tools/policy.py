"""The tool ``policy_lookup``: what the published articles say on a topic."""

from typing import Annotated

from pydantic import Field

from mhc_core.concierge.tools.case import Case
from mhc_core.concierge.tools.portions import Arguments


class PolicyArguments(Arguments):
    """What to look up."""

    topic: Annotated[str, Field(min_length=2, max_length=300, description="The question in a few words.")]


def look_up(case: Case, wanted: PolicyArguments) -> str:
    """The passages found, each with its mark; they may be cited from then on."""
    found = case.search(wanted.topic)
    known = {passage.chunk_id for passage in case.passages}
    case.passages += [passage for passage in found if passage.chunk_id not in known]
    if not found:
        return "No article says anything on this. Say so, and offer that a person of the team answers."
    return "\n\n".join(f"[kb:{passage.chunk_id}] {passage.title}\n{passage.content}" for passage in found)
