"""The same message in the spellings in which an attack may hide: look-alikes, invisible letters, ``codes``."""

import re
import unicodedata
from collections.abc import Iterator

from mhc_core.concierge.guards import codes

_LOOK_ALIKE = str.maketrans(
    "аеорсухіјѕԁԛԝһӏкмтвнгп" "αβεικνορτυχγσηζ" "ɑɡɩɪʀꜱᴏᴜᴠᴡᴢʟɴᴍᴋᴊɢᴅᴄʙᴀᴇʜᴛᴘꜰ" "ıłøđßþæœ",
    "aeopcyxijsdqwhlkmtbhrn" "abeiknoptuxyonz" "agiirsouvwzlnmkjgdcbaehtpf" "ilodspao",
)  # fmt: skip
_LEET = str.maketrans("013457@$!|€", "oieastasile")
_SPACES = re.compile(r"[^\S\n]+")
_TAGS = {0xE0000 + letter: letter for letter in range(0x20, 0x7F)}
_MIXED = re.compile(
    r"[a-z][\u0300-\u036f]|[a-z][\u0370-\u058f\u1d00-\u1dbf]|[\u0370-\u058f\u1d00-\u1dbf][a-z]", re.IGNORECASE
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]+")


def folded(text: str) -> str:
    """Lower case without invisible characters and accents, look-alike letters as Latin ones, single spaces."""
    if text.isascii():
        return _single(_visible(text).lower())
    text = _without(unicodedata.normalize("NFKD", _visible(text)), ("Mn", "Me"))
    return _single(text.lower().translate(_LOOK_ALIKE))


def views(text: str) -> Iterator[str]:
    """The message as a model may understand it, plainest reading first; a decoding only where something is coded."""
    plain = folded(text)
    yield plain
    shown = _visible(text).lower()
    if not shown.isascii():
        yield _single(shown)
    lettered = plain.translate(_LEET)
    if lettered != plain:
        yield lettered
    yield from map(folded, codes.readings(_visible(text)))


def meanings(text: str) -> list[str]:
    """The message for readers of meaning: as it is seen, in one alphabet, and what is said in code."""
    shown = _visible(text)
    seen = folded(shown) if _MIXED.search(shown) else shown
    return list(dict.fromkeys([seen, *codes.readings(shown)]))


def _visible(text: str) -> str:
    if text.isascii():
        return _CONTROLS.sub("", text)
    return _without(unicodedata.normalize("NFKC", text.translate(_TAGS)), ("Cf", "Cc"), kept="\n\t")


def _without(text: str, categories: tuple[str, ...], kept: str = "") -> str:
    """The text without the letters of these Unicode categories."""
    unwanted = {ord(c) for c in set(text) if c not in kept and unicodedata.category(c) in categories}
    return text.translate(dict.fromkeys(unwanted)) if unwanted else text


def _single(text: str) -> str:
    if text.replace("\n", "").isprintable() and "  " not in text and "’" not in text:
        return text  # of all white space only the space is printable
    return _SPACES.sub(" ", text.replace("’", "'"))
