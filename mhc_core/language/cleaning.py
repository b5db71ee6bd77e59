"""Text as its writer meant it, for whatever learns from it: without what mail programs, web pages and phones add.

Raw text stays as it came; this is made of it each time it is read.
"""

import re

from mhc_core.language.html_text import plain
from mhc_core.language.mojibake import repaired
from mhc_core.vocabulary import Channel

LONGEST = 100_000  # characters; the patterns of quoting are not run on more
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_QUOTED = re.compile(r"(?m)^\s*>.*\n?")
_FORWARD = re.compile(
    r"(?mi)^[ \t>*_-]{0,40}(?:-{2,} ?(?:original message|forwarded message|ursprüngliche nachricht) ?-{2,}"
    r"|begin forwarded message:|_{20,})[ \t]*$"
)
_DEVICE = re.compile(r"(?mi)^(?:sent from my |sent from (?:outlook|mail|yahoo|samsung)|get outlook for ).{0,60}$")
_DISCLAIMER = re.compile(
    r"(?is)\n[ \t*_]*(?:(?:confidentiality|privacy|legal) (?:notice|disclaimer)|disclaimer\b"
    r"|(?:this|the (?:content|information)[^\n.]{0,40}) (?:e-?mail|message|communication|transmission)[^\n]{0,80}"
    r"(?:confidential|privileged|intended (?:only|solely))).*"
)
_TRACKING = re.compile(r"(?i)[?&](?:utm_\w+|fbclid|gclid|mc_[ce]id|_hsenc|_hsmi)=[^\s&#)>\]]*")
_LONG_LINE = re.compile(r"[^\n]{250,}")  # no header and no signature; the parser takes quadratic time in a line
_LANGUAGES = ("en", "es", "de", "fr")  # of "On Monday, Kai wrote:"


def invisible_removed(text: str) -> str:
    """``text`` without characters that nobody sees: NUL and other controls, zero width, marks of direction.

    A joiner stays between the parts of an emoji, and half of a surrogate pair becomes U+FFFD.
    """
    return _UNSEEN.sub(lambda found: "\ufffd" if "\ud800" <= found[0] <= "\udfff" else "", text)


def cleaned(text: str, channel: str) -> str:
    """``text`` as its writer meant it. Of an e-mail only what is new stays; when that is nothing, all does."""
    text = repaired(invisible_removed(text))
    text = _TRACKING.sub("", plain(text))
    if channel != Channel.EMAIL or len(text) > LONGEST:
        return text
    return _written(text) or text


def _written(text: str) -> str:
    """What an e-mail says itself: without quoted messages, signature and disclaimer."""
    from mailparser_reply.parser import EmailMessage

    text = re.sub(r"\n{3,}", "\n\n", text.replace("\r\n", "\n"))
    if found := _FORWARD.search(text):
        text = text[: found.start()]
    text = _DISCLAIMER.sub("", _DEVICE.sub("", text))
    long = _LONG_LINE.findall(text)
    places = iter(range(len(long)))
    text = _LONG_LINE.sub(lambda line: f"\0{next(places)}\0", text)
    replies = EmailMessage(text=text, languages=list(_LANGUAGES), keep_hyphen_lists=True).read().replies
    newest = next((reply.body for reply in replies if not reply.headers), text)
    newest = re.sub("\0(\\d+)\0", lambda place: long[int(place[1])].strip(), newest)
    return re.sub(r"\n{3,}", "\n\n", _QUOTED.sub("", newest)).strip()
