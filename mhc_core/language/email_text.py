"""What an e-mail says itself: without the messages it answers, its signature and its disclaimer.

Line by line, as the libraries for it (``mail-parser-reply``, ``email-reply-parser``) run patterns over the whole text
that take quadratic time: one message of 40 kB kept a process busy for 17 s.
"""

import re
from collections.abc import Sequence

_WIDEST = 200  # characters of a line that are looked at: no header and no signature is longer
_WROTE = re.compile(r"On\s.*\bwrote ?:|Am\s.*\bschrieb\b.*:|El\s.*\bescribió ?:|Le\s.*\ba écrit\b.*:", re.IGNORECASE)
_SENDER_WROTE = re.compile(r"[^<>]*<[^<>@\s]+@[^<>\s]+> (?:wrote|escribió) ?:", re.IGNORECASE)
_FIELD = re.compile(
    r"[* ]*(?:From|Sent|To|Subject|Date|Cc|Organi[sz]ation|Von|Gesendet|An|Betreff|Datum|De|Enviado|Para|Asunto|Fecha"
    r"|Envoyé|À|Objet) ?:",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"[*_ -]*(?:-{2,} ?(?:original message|forwarded message|ursprüngliche nachricht) ?-{2,}"
    r"|begin forwarded message:|_{20,}|-{32,})\s*",
    re.IGNORECASE,
)
_SIGNATURE_LINES = 8
_SIGNATURE = re.compile(r"--|__")
_REGARDS = re.compile(
    r"(?:(?:best|kind|warm) regards|regards|all the best|best|thanks|thank you|many thanks|sincerely|cheers"
    r"|mit freundlichen gr(?:ü|ue)(?:ß|ss)en|(?:(?:beste|liebe|viele)n? )?gr(?:ü|ue)(?:ß|ss)e|gruß"
    r"|saludos|atentamente|gracias|un saludo|cordialmente|muchas gracias|cordialement|salutations"
    r"|bonne (?:réception|journée))[,.!]?(?:\s+[^\W\d_][\w.'-]*){0,2}",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"(?:sent from (?:my\s|outlook|mail|yahoo|samsung)|get outlook for\s|gesendet von\s|enviado desde mi|envoyé depuis"
    r"\s).{0,60}",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"[*_ ]*(?:(?:(?:confidentiality|privacy|legal) (?:notice|disclaimer)|disclaimer|(?:privileged|confidential|private"
    r"|sensitive|important) (?:notice|note|information):)|(?:caution|warning|confidential|(?:wichtiger )?hinweis"
    r"|achtung|aviso|advertencia|confidencialidad):.*mail|(?:this|the (?:content|information).{0,40})"
    r" (?:e-?mail|message|communication|transmission).{0,80}(?:confidential|privileged|intended (?:only|solely)))",
    re.IGNORECASE,
)


def written(text: str) -> str:
    """What is new in an e-mail; nothing where that is nothing. Takes time linear in the length of the text.

    Of an answer below what it quotes the quotes are left out, of one above them everything from there on.
    """
    lines = [line.strip() for line in text.split("\n")]
    kept = [line for line in lines if not line.startswith(">")]
    end = _first_header(kept)
    if end is not None and not any(kept[: end[0]]):  # the answer stands below
        del kept[: end[1]]
        end = _first_header(kept)
    if end is not None:
        del kept[end[0] :]
    return "\n".join(_without_end(kept)).strip()


def _first_header(lines: Sequence[str]) -> tuple[int, int] | None:
    """From where to where the first header of a quoted message reaches."""
    for at, line in enumerate(lines):
        start = line[:_WIDEST]
        if _RULE.fullmatch(start):
            return at, at + 1
        if _FIELD.match(start):
            following = [one[:_WIDEST] for one in lines[at + 1 : at + 3] if one]
            if following and _FIELD.match(following[0]):
                return at, _after_fields(lines, at)
        if line.endswith(":") and _SENDER_WROTE.fullmatch(start):
            return at, at + 1
        for upto in range(at + 1, min(at + 4, len(lines) + 1)):
            if not lines[upto - 1]:
                break
            if lines[upto - 1].endswith(":") and _WROTE.fullmatch(" ".join(one[:_WIDEST] for one in lines[at:upto])):
                return at, upto
    return None


def _after_fields(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and (not lines[at] or _FIELD.match(lines[at][:_WIDEST])):
        at += 1
    return at


def _without_end(lines: Sequence[str]) -> Sequence[str]:
    """The lines before the signature and the disclaimer, without those of a device."""
    kept: list[str] = []
    left, begun = sum(map(bool, lines)), False
    for line in lines:
        start, left = line[:_WIDEST], left - bool(line)
        ends = _NOTICE.match(start) or (left <= _SIGNATURE_LINES and _REGARDS.fullmatch(start))
        if _SIGNATURE.fullmatch(start) or (begun and ends):
            break
        if not _DEVICE.fullmatch(start):
            kept.append(line)
            begun = begun or bool(line)
    return kept
