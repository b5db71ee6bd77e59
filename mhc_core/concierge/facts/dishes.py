"""What the guests eat: dishes with their counts as a message orders, adds, swaps or takes them off."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mhc_core.business.rules import Business
from mhc_core.concierge.facts.party import Party
from mhc_core.understanding.result import EVERYONE, Act, Segment, Slot, SlotName

Counts = Mapping[str, int | None]

_FORWARD = re.compile(
    r"\s*(?:x|×|of(?: the| us)?|orders?(?: of)?|portions?(?: of)?|sides?(?: of)?|more|extra|the|\s)*\s*"
)
_APART = re.compile(r"[,;.+&/]|\b(?:and|plus|y|n|then|with)\b")
_FOR = re.compile(r"(?:\bfor|\bpara|[x×:=-])\s*$")
_REVERSED = re.compile(r"\b(?:instead of|rather than|in place of|en vez de|en lugar de)\b|の代わりに")
_SWAP = re.compile(r"\b(?:for|to|with|into|por|con|becomes?)\b|->|换成|換成|改成|から")
_NONE_OF = re.compile(r"\b(?:no|without|minus|skip|drop|sin)\s+(?:the\s+)?$", re.IGNORECASE)
_STAYS = re.compile(r"\b(?:keep|keeping|leave|stays?|still want|deja|dejen)\b[^,.;]*$")
_EXTRA = re.compile(r"\b(?:extra|additional|more|third|add|sides?|orders?|portions?)\W+(?:\w+\W+)?$")


@dataclass(frozen=True, slots=True)
class Menu:
    """What was chosen, by name with the portions: ``None`` without a number, ``EVERYONE`` for all guests."""

    proteins: Counts = field(default_factory=dict)
    upgrades: Counts = field(default_factory=dict)
    add_ons: Counts = field(default_factory=dict)

    def number(self, name: str) -> int | None:
        """The portions of a dish; None also where it was not chosen."""
        return {**self.proteins, **self.upgrades, **self.add_ons}.get(name)


def changed(business: Business, before: Menu, segment: Segment) -> Menu:
    """The menu after one segment of a message."""
    wanted = _paired(segment)
    if not wanted:
        return before
    swap = _swap(segment, [dish for dish, _ in wanted])
    if segment.act in (Act.CORRECT, Act.INFORM, Act.ASK, Act.AFFIRM) and swap is not None:
        return _swapped(business, before, segment, dict(wanted), *swap)
    after = before
    for dish, count in wanted:
        name, kind = placed(business, segment, dish)
        if name is None or (segment.act is Act.REMOVE and _stays(segment, dish)):
            continue
        known = getattr(after, kind)
        if name in known and _NONE_OF.search(segment.text[: max(0, dish.start - segment.start)]):
            after = _with(after, kind, name, _GONE)
            continue
        if segment.act is Act.REMOVE:
            number = known.get(name)
            left = number - count if number not in (None, EVERYONE) and count not in (None, EVERYONE) else 0
            name = name if name in known else _same(business, known, name)
            after = _with(after, kind, name, max(left, 0) or _GONE)
        elif segment.act is Act.ADD and known.get(name) not in (None, EVERYONE) and count not in (None, EVERYONE):
            after = _with(after, kind, name, known[name] + count)
        else:
            after = _with(after, kind, name, known.get(name) if count is None else count)
    return after


def _stays(segment: Segment, dish: Slot) -> bool:
    """Whether a dish is named beside what is taken off because it stays: "take the gyoza off, keep the edamame"."""
    return bool(_STAYS.search(segment.text[: max(0, dish.start - segment.start)].casefold()))


def uncounted(party: Party) -> list[str]:
    """Upgrades and add-ons that were asked for without a number."""
    return [name for name, count in (*party.upgrades.items(), *party.add_ons.items()) if count is None]


def counted(menu: Menu, segment: Segment) -> Menu:
    """The menu with a number that was told alone, for what had none."""
    numbers = [slot.value for slot in segment.slots if slot.name is SlotName.COUNT and isinstance(slot.value, int)]
    if not numbers or any(slot.name is SlotName.DISH for slot in segment.slots):
        return menu
    parts = ({name: numbers[-1] if count is None else count for name, count in kind.items()}
             for kind in (menu.upgrades, menu.add_ons))  # fmt: skip
    return Menu(menu.proteins, *parts)


_GONE = -2
"""In place of a number: taken off."""


def _with(menu: Menu, kind: str, name: str, count: int | None) -> Menu:
    parts = {"proteins": menu.proteins, "upgrades": menu.upgrades, "add_ons": menu.add_ons}
    changed = {**parts[kind], name: count}
    if count == _GONE:
        del changed[name]
    return Menu(**{**parts, kind: changed})


def placed(business: Business, segment: Segment, dish: Slot) -> tuple[str | None, str]:
    """The name of a dish on the menu and its kind; no name where it is none, or one that every guest gets anyway.

    What is included anyway is ordered on top only next to a word such as ``extra``, or when it is added or taken off.
    """
    said = str(dish.value or dish.text)
    plain = said.casefold()
    before = segment.text[: max(0, dish.start - segment.start)].casefold()
    extra = bool(_EXTRA.search(before)) or plain.startswith("extra ")
    proteins = {name.casefold(): name for name in business.menu.proteins}
    if plain in proteins:
        on_top = business.add_on_prices.get(f"extra {plain}")
        return (on_top[0], "add_ons") if extra and on_top and segment.act is Act.ADD else (proteins[plain], "proteins")
    if plain in business.upgrade_names:
        return business.upgrade_names[plain], "upgrades"
    sides = {side.casefold() for side in business.menu.sides}
    found = business.add_on_prices.get(plain)
    if found is None or (plain in sides and not extra and segment.act not in (Act.ADD, Act.REMOVE)):
        return None, "add_ons"
    return found[0], "add_ons"


def _same(business: Business, known: Counts, name: str) -> str:
    return next((other for other in known if other.endswith(name)), name) if known else name


def _paired(segment: Segment) -> list[tuple[Slot, int | None]]:
    """Each dish with its portions: a number right before it or behind it, one for several dishes counts for each."""
    slots = [slot for slot in segment.slots if slot.name in (SlotName.DISH, SlotName.COUNT)]
    found: list[tuple[Slot, int | None]] = []
    waiting: int | None = None
    uncounted = 0  # dishes at the end of ``found`` that have no number yet
    for place, slot in enumerate(slots):
        if slot.name is SlotName.DISH:
            found.append((slot, waiting))
            uncounted = 0 if waiting is not None else uncounted + 1
            waiting = None
        elif isinstance(slot.value, int):
            following = slots[place + 1] if place + 1 < len(slots) else None
            if uncounted and not _forward(segment, slots[place - 1], slot, following):
                found[-uncounted:] = [(dish, slot.value) for dish, _ in found[-uncounted:]]
                uncounted = 0
            else:
                waiting = slot.value
        else:
            uncounted = 0  # "the rest": no number that is known
    return found


def _forward(segment: Segment, before: Slot, count: Slot, after: Slot | None) -> bool:
    """Whether a number belongs to the dish behind it and not to the dish before it."""
    if after is None or after.name is not SlotName.DISH:
        return False
    gap = segment.text[before.end - segment.start : count.start - segment.start].casefold()
    between = segment.text[count.end - segment.start : after.start - segment.start].casefold()
    if _FOR.search(gap):
        return False
    return bool(_FORWARD.fullmatch(between)) and (bool(_APART.search(gap)) or count.value != EVERYONE)


def _swap(segment: Segment, dishes: Sequence[Slot]) -> tuple[Slot, Slot] | None:
    """(from, to) of a message that puts one dish in the place of another."""
    if len(dishes) != 2:
        return None
    first, second = dishes
    between = segment.text[first.end - segment.start : second.start - segment.start].casefold()
    if _REVERSED.search(between):
        return second, first
    if segment.act is Act.CORRECT and _SWAP.search(between) and not _APART.search(between):
        return first, second
    return None


def _swapped(
    business: Business, before: Menu, segment: Segment, counts: Mapping[Slot, int | None], old: Slot, new: Slot
) -> Menu:
    gone, gone_kind = placed(business, segment, old)
    name, kind = placed(business, segment, new)
    if gone is None or name is None:
        return before
    told = next((counts[dish] for dish in (old, new) if counts[dish] is not None), None)
    known = before.number(gone)
    whole = told in (None, EVERYONE) or known in (None, EVERYONE)
    moved = (known if told is None else told) if whole else min(told or 0, known or 0)
    left = _GONE if whole or moved == known else (known or 0) - (moved or 0)
    after = before if gone not in getattr(before, gone_kind) else _with(before, gone_kind, gone, left)
    already = after.number(name)
    both = already not in (None, EVERYONE) and moved not in (None, EVERYONE)
    return _with(after, kind, name, (already or 0) + (moved or 0) if both else moved)
