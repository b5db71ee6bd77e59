"""The same message in the spellings in which an attack may hide: look-alike letters, digits for letters, codes."""

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial

_LOOK_ALIKE = str.maketrans(
    "аеорсухіјѕԁԛԝһӏкмтвнгп" "αβεικνορτυχγσηζ" "ɑɡɩɪʀꜱᴏᴜᴠᴡᴢʟɴᴍᴋᴊɢᴅᴄʙᴀᴇʜᴛᴘꜰ" "ıłøđßþæœ",
    "aeopcyxijsdqwhlkmtbhrn" "abeiknoptuxyonz" "agiirsouvwzlnmkjgdcbaehtpf" "ilodspao",
)  # fmt: skip
_LEET = str.maketrans("013457@$!|€", "oieastasile")
_BASE64 = re.compile(r"(?<![\w+/=])[A-Za-z0-9+/_-]{16,2000}={0,2}")
_HEX = re.compile(r"(?<![\w])(?:0x)?((?:[0-9a-fA-F]{2}[ :]?){10,4000})(?!\w)")
_ESCAPED = re.compile(r"(?:\\u00|\\x|%|&#x?)([0-9a-fA-F]{2,3});?")
_SPACED = re.compile(r"(?<!\w)(?:[^\W_][ .\-_*|]{1,3}){5,400}[^\W_](?!\w)")
_LETTER_GAP = re.compile(r"[ .\-_*|]")
_WORD_GAP = re.compile(r" {2,}|[-_.*|] [-_.*|]?|\|")
_SPACES = re.compile(r"[^\S\n]+")
_TAGS = {0xE0000 + letter: letter for letter in range(0x20, 0x7F)}
_CODE_HINT = re.compile(
    r"\b(?:base ?64|rot ?13|decod\w*|decrypt\w*|cipher\w*|encod\w*|backwards?|revers\w*|hex|caesar)\b"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]+")
DECODED_CHARS = 2000


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
    closed = _SPACED.sub(_closed, shown)
    if closed != shown:
        yield folded(closed)
    yield from map(folded, decoded(text))
    if _CODE_HINT.search(plain) or _unlike_language(plain):
        yield codecs.encode(plain, "rot13")
        yield plain[::-1]


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


def decoded(text: str) -> Iterator[str]:
    """What Base64, hexadecimal and escaped parts of a text say, as far as they say something readable."""
    for found in _BASE64.finditer(text):
        yield from _readable(partial(base64.b64decode, found[0].translate({45: "+", 95: "/"}) + "=="))
    for found in _HEX.finditer(text):
        yield from _readable(partial(bytes.fromhex, re.sub(r"[ :]", "", found[1])))
    if len(_ESCAPED.findall(text)) >= 6:
        base = 10 if "&#" in text and "&#x" not in text else 16
        yield _ESCAPED.sub(lambda m: chr(int(m[1], base)) if base == 16 or m[1].isdigit() else m[0], text)


def _readable(decode: Callable[[], bytes]) -> Iterator[str]:
    try:
        text = decode().decode("utf-8")[:DECODED_CHARS]
    except (binascii.Error, ValueError):
        return
    if text and sum(c.isalpha() or c.isspace() for c in text) >= 0.7 * len(text):
        yield text


def _closed(found: re.Match[str]) -> str:
    return " ".join(_LETTER_GAP.sub("", word) for word in _WORD_GAP.split(found[0]))


_COMMON_WORDS = """
    the a to for is it and of you we i in on what how do can my our your with are have this that be at or not
    will me if from please hi hello thanks yes no de la el que y en un por para con es le les des et une der die
    das und ich mit o os as um uma não per il di
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def _unlike_language(plain: str) -> bool:
    """Whether several words hold not one that every sentence needs."""
    words = re.findall(r"[a-z']+", plain)
    return len(words) >= 4 and not any(word in _COMMON for word in words)
