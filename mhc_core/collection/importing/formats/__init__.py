"""The kinds of files that conversations come in, one module each.

A module defines ``FORMAT``: a name for people, the source its conversations count as, whether it knows a file by how
that begins, and how it is read into records of the one format (``record_format``). To add one is to add a module;
``PRECEDENCE`` orders those that could mistake each other's files, and is 50 where a format does not care.
"""

import functools
import importlib
import pkgutil
from collections.abc import Iterator
from typing import Protocol

from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming, Piece
from mhc_core.errors import DataError


class Format(Protocol):
    """One kind of file."""

    name: str
    """As people call it, such as *an Intercom export*."""
    source: str
    """The default ``source`` of its conversations: ids of one system never meet those of another."""
    pieces: bool
    """Whether it yields messages that are put together afterwards, else whole conversations.

    A format may have ``beside`` too: names of files of its exports that hold no conversations.
    """

    def detect(self, head: Head) -> bool:
        """Whether a file that begins so is of this kind."""
        ...

    def read(self, head: Head, context: Context) -> Iterator[Incoming | Piece]:
        """The conversations of the file, whole or in pieces.

        What cannot be read goes to ``context.rejects``, what was repaired is counted in ``context.notes``.

        Raises:
            DataError: the file as a whole cannot be taken.
        """
        ...


@functools.cache
def known() -> dict[str, Format]:
    """Every format by the name of its module, in the order in which they are asked."""
    found: list[tuple[int, str, Format]] = []
    for module in pkgutil.iter_modules(__path__):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        if hasattr(loaded, "FORMAT"):
            found.append((getattr(loaded, "PRECEDENCE", 50), module.name, loaded.FORMAT))
    return {name: each for _, name, each in sorted(found, key=lambda item: item[:2])}


def of(head: Head, wanted: str = "auto") -> Format:
    """The format of a file, or the one that is wanted.

    Raises:
        DataError: the file is of no known kind; it is named for what it seems to be.
    """
    if wanted != "auto":
        return known()[wanted]
    for each in known().values():
        try:
            if each.detect(head):
                return each
        except (AttributeError, KeyError, TypeError):  # another shape than its files have
            continue
    raise DataError(f"{head.unknown}: no conversations can be read from it; {TAKEN}")


ATTACHED = ("a picture", "a film", "a sound", "a web page", "a PDF")
"""How files begin to be named that lie in an export beside its conversations."""
TAKEN = (
    "taken are JSON lines, CSV, Excel workbooks and the exports of Intercom, Zendesk, Chatwoot, Freshdesk, Facebook, "
    "Instagram, WhatsApp, Twilio, Gmail (mbox), RingCentral, Slack and OpenAI, and transcripts of calls as WebVTT, SRT "
    "or text (docs/importing.md)"
)
