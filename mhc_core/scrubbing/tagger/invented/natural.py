"""Real sentences with invented people: names put where customers wrote of somebody, greeted or signed."""

import re
from collections.abc import Iterator, Sequence
from random import Random

from mhc_core.scrubbing.tagger.invented.messages import Messages
from mhc_core.scrubbing.tagger.invented.noise import edited, noisy
from mhc_core.scrubbing.tagger.labelled import Labelled

_PRONOUN = re.compile(r"\b(?:(?P<subject>[Hh]e|[Ss]he)(?P<rest>'s|s)?|(?P<owner>his)|(?P<object>him))\b")
_KIN = re.compile(
    r"\b(?:[Mm]y|[Oo]ur|[Hh]is|[Hh]er)\s(?:wife|husband|hubby|mom|mother|dad|father|sister|brother|son|daughter|cousin|aunt|uncle|boss|friend|neighbor|"
    r"roommate|boyfriend|girlfriend|bf|gf|fianc[eé]e?|partner|niece|nephew|grandma|grandpa|grandmother|grandfather|assistant|planner|kid|landlord|"
    r"coworker|mother.in.law|father.in.law|sister.in.law)\b(?!['’])"
)
_OPENINGS = (
    "hi this is {name}. ",
    "hey its {first}, ",
    "Hello, my name is {full}. ",
    "{first} here. ",
    "Hi, {full} here, ",
    "this is {full}, ",
    "i'm {first} and ",
    "im {first} ",
    "hi im {full}, ",
    "{first} again, ",
    "it's {first} from {city}. ",
)
_CLOSINGS = (
    " thanks, {first}",
    "\n{full}",
    " - {first}",
    "\n\nBest,\n{full}",
    " {first}",
    ". {full} {phone}",
    " Thank you, {full}",
    ", {full}",
    "\n{full}\n{phone}",
    " my number is {phone}",
    " {phone}",
    ". call me at {phone}",
    " - {full}, {address}",
    " xo {first}",
    ". its {address}",
    " we're at {address}",
)


def natural(messages: Sequence[Labelled], seed: int) -> Iterator[Labelled]:
    """Each message as it is, and again with people put into it where there is a place for them."""
    random = Random(seed)
    drawn = Messages(random)
    for message in messages:
        yield noisy(message, random)
        changed = _changed(message, random, drawn)
        if changed is not None:
            yield noisy(changed, random)


def _changed(message: Labelled, random: Random, drawn: Messages) -> Labelled | None:
    edits: list[tuple[int, int, Labelled]] = []
    taken = [(start, end) for _, start, end in message.spans]
    for match in _PRONOUN.finditer(message.text):
        if random.random() < 0.7:
            slot = match.lastgroup if match.lastgroup != "rest" else "subject"
            name = drawn.fill("{first}'s" if slot == "owner" else "{first}" if random.random() < 0.85 else "{full}")
            edits.append((match.start(), match.end("subject") if slot == "subject" else match.end(), name))
    for match in _KIN.finditer(message.text):
        draw = random.random()
        if draw < 0.6:
            edits.append((match.end(), match.end(), drawn.fill(" {first}" if draw < 0.5 else ", {first},")))
        elif draw < 0.85:
            edits.append((*match.span(), drawn.fill("{name}")))
    if random.random() < (0.25 if edits else 0.35):
        edits.append((0, 0, drawn.fill(random.choice(_OPENINGS))))
    if random.random() < (0.2 if edits else 0.3):
        end = len(message.text)
        edits.append((end, end, drawn.fill(random.choice(_CLOSINGS))))
    edits = [edit for edit in edits if not any(edit[0] < end and edit[1] > start for start, end in taken)]
    if not edits:
        return None
    text, spans = message.text, list(message.spans)
    for start, end, new in sorted(edits, key=lambda edit: -edit[0]):
        text, spans = edited(text, spans, [(start, end, new.text)])
        spans += [(label, one + start, other + start) for label, one, other in new.spans]
    return Labelled(text, sorted(spans, key=lambda span: span[1]))
