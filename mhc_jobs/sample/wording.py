"""Small language of the topic files: ``[one|other|]`` picks one of the alternatives, ``{slot}`` is filled in."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_SPACES = re.compile(r" {2,}")
_BEFORE_STOP = re.compile(r" +([,.!?;:])")


class Template:
    """One sentence pattern, parsed once; ``fields`` are the names of its slots."""

    __slots__ = ("_parts", "fields", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self.fields = frozenset(_SLOT.findall(source))
        self._parts = [part.split("|") if index % 2 else part for index, part in enumerate(_CHOICE.split(source))]

    def render(self, rng: Random, slots: Mapping[str, str]) -> str:
        """Choose the alternatives and fill the slots."""
        text = "".join(part if isinstance(part, str) else rng.choice(part) for part in self._parts)
        filled = text.format_map(slots) if "{" in text else text
        return _BEFORE_STOP.sub(r"\1", _SPACES.sub(" ", filled)).strip()


def templates(sources: Sequence[str]) -> tuple[Template, ...]:
    """Parse several patterns."""
    return tuple(Template(source) for source in sources)


def say(rng: Random, patterns: Sequence[Template], slots: Mapping[str, str]) -> str:
    """Render one of the patterns."""
    return rng.choice(patterns).render(rng, slots)


def money(amount: Decimal) -> str:
    """``$1,250`` or ``$12.50``."""
    return f"${amount:,.0f}" if amount == amount.to_integral_value() else f"${amount:,.2f}"


def number(value: Decimal | int) -> str:
    """A plain number without trailing zeros."""
    return f"{Decimal(value).normalize():f}"


def listed(items: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def counted(count: int, one: str, many: str) -> str:
    """``1 adult``, ``12 adults``."""
    return f"{count} {one if count == 1 else many}"
