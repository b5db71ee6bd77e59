"""Mailboxes in the mbox format, such as Gmail's from Google Takeout. A thread is a conversation."""

import email
import email.utils
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message

from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.formats.meta import WHO
from mhc_core.collection.importing.formats.people import Person, customer
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Piece
from mhc_core.collection.importing.readers import MAX_LINE, Line, Source
from mhc_core.collection.importing.reject import Place
from mhc_core.errors import DataError
from mhc_core.language.html_text import plain

_FROM_LINE = re.compile(rb"From \S+.*\d{4}\s*$")
_LEFT_OUT = frozenset({"spam", "trash", "draft", "drafts", "chat"})


class Mbox:
    """Text that begins with a *From* line and headers."""

    name = "an mbox mailbox"
    source = "email"
    pieces = True

    def detect(self, head: Head) -> bool:
        first = head.data.split(b"\n", 1)[0].rstrip(b"\r")
        return first.startswith(b"From ") and _FROM_LINE.match(first) is not None

    def read(self, head: Head, context: Context) -> Iterator[Piece]:
        ours, parents = _first_pass(head.source, context)
        for place, message in _messages(head.source):
            if reason := _left_out(message):
                context.notes[reason] += 1
                continue
            name, sender = _sender(message)
            if not sender:
                context.rejects.add(place, "the e-mail has no sender")
                continue
            thread = str(message.get("X-GM-THRID") or _root(message, parents)).strip()
            record = {
                "conversation_id": thread,
                "channel": "email",
                "role": context.reading.role_of(sender) or ("agent" if sender in ours else "user"),
                "content": _body(message),
                "timestamp": _date(message),
                "subject": _header(message, "Subject"),
                "id": str(message.get("Message-ID", "")).strip() or None,
            }
            if record["role"] == "user":
                record |= customer(Person(None, name, sender))
            yield Piece(place, thread, record)


def _first_pass(source: Source, context: Context) -> tuple[set[str], dict[str, str]]:
    """The addresses of the business, and which message each one answers.

    The business is whom the mailbox belongs to: who sent what is labelled as sent, and who got what lies in the inbox;
    else whom its file or the command line names, else the one address that is on every message.
    """
    ours: set[str] = set()
    parents: dict[str, str] = {}
    everywhere: set[str] | None = None
    inboxes: Counter[str] = Counter()
    for _, message in _messages(source, headers_only=True):
        if _left_out(message):
            continue
        ident = str(message.get("Message-ID", "")).strip()
        if ident and (answered := _answered(message)):
            parents[ident] = answered
        sender = _sender(message)[1]
        receivers = _addresses(message, "To", "Cc", "Delivered-To")
        labels = _labels(message)
        if "sent" in labels:
            ours.add(sender)
        elif "inbox" in labels:
            inboxes.update(set(_addresses(message, "Delivered-To") or receivers[:1]))
        there = {sender, *receivers}
        ours |= {one for one in there if context.reading.role_of(one) in ("agent", "assistant")}
        everywhere = there if everywhere is None else everywhere & there
    if not ours and inboxes:
        ours.add(inboxes.most_common(1)[0][0])
    if not ours and everywhere is not None and len(everywhere) == 1:
        ours = everywhere
    if not ours and everywhere is not None:
        raise DataError(f"a mailbox: {WHO.replace('NAME', 'ADDRESS')}")
    return ours, parents


def _messages(source: Source, headers_only: bool = False) -> Iterator[tuple[Place, Message]]:
    """Every message; of one over the limit its beginning, which holds the text and not all that was attached."""
    taken: list[bytes] = []
    first, size, digest, body, blank = 0, 0, hashlib.sha256(), False, True
    last: Line | None = None
    for line in source.lines(blank=True):
        if blank and _FROM_LINE.match(line.data):
            if taken:
                yield (
                    Place(0, first, line.number - 1, size, digest.hexdigest()),
                    email.message_from_bytes(b"".join(taken)),
                )
            taken, first, size, digest, body = [b""], line.number, 0, hashlib.sha256(), False
            continue
        blank = not line.data.strip()
        body = body or blank
        size += line.length + 1
        digest.update(line.data + b"\n")
        if size <= MAX_LINE and not (headers_only and body):
            taken.append(line.data.removeprefix(b">") + b"\n" if line.data.startswith(b">From ") else line.data + b"\n")
        last = line
    if taken and last is not None:
        yield Place(0, first, last.number, size, digest.hexdigest()), email.message_from_bytes(b"".join(taken))


def _left_out(message: Message) -> str | None:
    if _labels(message) & _LEFT_OUT:
        return "e-mails in spam, trash or drafts, left out"
    if str(message.get("Auto-Submitted", "no")).strip().lower() not in ("no", ""):
        return "automatic e-mails, left out"
    if message.get("List-Unsubscribe") or str(message.get("Precedence", "")).strip().lower() in ("bulk", "list"):
        return "mass e-mails, left out"
    return None


def _labels(message: Message) -> set[str]:
    return {label.strip().lower() for label in _header(message, "X-Gmail-Labels").split(",")}


def _answered(message: Message) -> str:
    named = re.findall(r"<[^<>\s]+>", f"{message.get('References', '')} {message.get('In-Reply-To', '')}")
    return named[0] if named else ""


def _root(message: Message, parents: dict[str, str]) -> str:
    """The message that began the thread, as far as the file or the message's own references tell."""
    ident = _answered(message) or str(message.get("Message-ID", "")).strip()
    seen = set()
    while ident in parents and ident not in seen:
        seen.add(ident)
        ident = parents[ident]
    return ident or hashlib.sha256(message.as_bytes()).hexdigest()[:32]


def _header(message: Message, name: str) -> str:
    value = message.get(name, "")
    try:
        return str(make_header(decode_header(str(value))))
    except (LookupError, UnicodeError, ValueError, email.errors.HeaderParseError):
        return str(value)


def _sender(message: Message) -> tuple[str, str]:
    found = email.utils.getaddresses([_header(message, "From")])
    name, address = found[0] if found else ("", "")
    return name, address.strip().lower() if "@" in address else ""


def _addresses(message: Message, *names: str) -> list[str]:
    values = [str(value) for name in names for value in message.get_all(name, [])]
    return [address.strip().lower() for _, address in email.utils.getaddresses(values) if "@" in address]


def _date(message: Message) -> str | None:
    value = str(message.get("Date", "")).strip()
    return re.sub(r"\s*\([^)]*\)$", "", value) or None


def _body(message: Message) -> str:
    """The text of the message; of an HTML message what a reader sees. Attachments are left out."""
    html = ""
    for part in message.walk():
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/plain":
            return _decoded(part)
        if kind == "text/html" and not html:
            html = _decoded(part)
    return plain(html)


def _decoded(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        text = data.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        text = data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\0", "").strip()


FORMAT = Mbox()
PRECEDENCE = 20
