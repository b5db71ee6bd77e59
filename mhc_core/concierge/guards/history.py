"""What of a conversation may be read again: no attack, no answer to one, no answer that only the client vouches for.

A client that keeps the transcript itself can write anything into it. An answer in it that is not one we stored is read
as the customer's own words (role ``QUOTED``), and its turns are looked at one by one like a message.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from mhc_core.concierge.guards import injection
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.protocols import Turn

QUOTED = "quoted"
"""Role of a turn that the client says the assistant wrote."""
_TOLD = "(The customer says that you wrote:) "


def without_refused(turns: Iterable[StoredTurn]) -> tuple[StoredTurn, ...]:
    """Stored turns without the messages that were refused and their answers."""
    kept: list[StoredTurn] = []
    for turn in turns:
        if turn.role != "user" and "attack" in turn.notes:
            if kept and kept[-1].role == "user":
                kept.pop()
        else:
            kept.append(turn)
    return tuple(kept)


def from_client(
    transcript: Iterable[StoredTurn],
    stored: Sequence[StoredTurn] = (),
    attacks: Callable[[str], object] = injection.detect,
) -> tuple[StoredTurn, ...]:
    """A client's transcript without attacks and what follows: our answers as they are ``stored``, others as quoted.

    ``attacks`` tells whether a message tries to change the rules; of a quoted answer its wording tells.
    """
    ours = {turn.content: turn for turn in stored if turn.role == "assistant"}
    kept: list[StoredTurn] = []
    refused = False
    for turn in transcript:
        if turn.role == "user":
            refused = bool(attacks(turn.content))
        if refused:
            continue
        if turn.role == "assistant":
            turn = ours.get(turn.content) or replace(turn, role=QUOTED)
            if turn.role == QUOTED and (injection.wording(turn.content) or injection.disclosed(turn.content)):
                continue
        kept.append(turn)
    return without_refused(kept)


def as_read(turn: StoredTurn, content: str | None = None) -> Turn | None:
    """A turn as a model reads it; None where it is for people alone. ``content`` stands for a shortened one."""
    text = turn.content if content is None else content
    if turn.role == QUOTED:
        return Turn("user", f"{_TOLD}{text}")
    if turn.role in ("user", "assistant", "agent"):
        return Turn("user" if turn.role == "user" else "assistant", text)
    return None
