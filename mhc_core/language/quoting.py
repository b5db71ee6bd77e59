"""Quoting a text by the blocks that fit a question. A block is never cut, so a condition stays with what it allows."""

import re
from collections.abc import Sequence

WORDS = 125
"""A text is quoted by its best block, by its first, which says what it is about, and by the next best, as long as all
together have no more words."""
NEAR = 0.3
"""How much further from the question, by cosine, the next best block may be."""
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s")
_SIGNS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_END = re.compile(r"[.!?:;]$")


def blocks(text: str) -> list[str]:
    """The paragraphs of a text; a list belongs to the paragraph before it, a heading stands over each of them."""
    parts: list[str] = []
    for part in re.split(r"\n\s*\n", text.strip()):
        if parts and _ITEM.match(part):
            parts[-1] += f"\n\n{part}"
        else:
            parts.append(part)
    head, _, rest = parts[0].partition("\n")
    if rest and not _END.search(head.strip()) and not _ITEM.match(head):
        parts[1:] = [f"{head}\n{part}" for part in parts[1:]]
    return parts


def quoted(parts: Sequence[str], near: Sequence[float]) -> str:
    """The blocks that fit best, in their order; ``near`` is the closeness (cosine) of each to the question."""
    order = sorted(range(len(parts)), key=lambda at: -near[at])
    best = order[0]
    order.sort(key=lambda at: (at != best, at != 0))
    taken, words = [best], _words(parts[best])
    for at in order[1:]:
        words += _words(parts[at])
        if words <= WORDS and (at == 0 or near[at] >= near[best] - NEAR):
            taken.append(at)
    return "\n\n".join(parts[at] for at in sorted(taken))


def _words(text: str) -> int:
    """How many words a text has; where a script has no blanks two signs count as one."""
    return len(text.split()) + len(_SIGNS.findall(text)) // 2
