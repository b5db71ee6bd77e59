"""What a message says in code: exact ways to write a text so that a person or a model reads it and a pattern does not.

Ordinary messages have no reading here. One that was found stands for the code where it stood, so that what is said
around it, or in the next code, is read together.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from functools import partial

DECODED_CHARS = 2_000
_READ_WORDS = 60
_CODED = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{16,2000}={0,6}(?![\w+/=-])")
_HEX = re.compile(r"(?<!\w)(?:0x)?((?:[0-9a-fA-F]{2}[ :,]{0,2}){7,2000}[0-9a-fA-F]{2})(?!\w)")
_BINARY = re.compile(r"(?<!\w)((?:[01]{8}[ ,]{0,2}){7,2000}[01]{8})(?!\w)")
_DECIMAL = re.compile(r"(?<!\w)((?:\d{2,3}[ ,]{1,2}){9,2000}\d{2,3})(?!\w)")
_PERCENT = re.compile(r"%([0-9a-fA-F]{2})")
_ESCAPED = re.compile(r"\\u00([0-9a-fA-F]{2})|\\x([0-9a-fA-F]{2})|&#x([0-9a-fA-F]{2});|&#(\d{2,3});")
_MORSE_RUN = re.compile(r"(?:(?<![\w.-])|^)[.\-·−–•]{1,6}(?:[ /|]{1,3}[.\-·−–•]{1,6}){5,2000}")
_APART = r"[ .\-_*|,]"
# A run is tried from its first letter alone: from each of them "1_ 1_ 1_ …" took 400 times its length.
_BEGINS = "".join(rf"(?<!(?<!\w)[^\W_]{_APART * many})" for many in (1, 2, 3))
_SPACED = re.compile(rf"(?<!\w){_BEGINS}(?:[^\W_]{_APART}{{1,3}}){{5,2000}}[^\W_](?!\w)")
_PIG = re.compile(r"\b(?:[a-z]+ay)\b")
_WORD = re.compile(r"[a-z']+")
_LEET_WORD = re.compile(r"(?<!\w)(?=[a-z]{0,20}[0134578@$!|]{1,9}[a-z]|[a-z]{1,20}[013457])[\w@$!|]{2,40}")
_LEET = str.maketrans("0134578@$!|", "oieastbasil")
_MORSE_LETTERS = """
    .- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..
    ----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----.
"""
_MORSE = dict(zip(_MORSE_LETTERS.split(), "abcdefghijklmnopqrstuvwxyz0123456789", strict=True))
_SPELLING_WORDS = """
    alfa alpha bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november oscar papa
    quebec romeo sierra tango uniform victor whiskey xray x-ray yankee zulu
"""
_SPOKEN = _SPELLING_WORDS.split()
_SPOKEN_RUN = re.compile(rf"\b(?:{'|'.join(_SPOKEN)})\b(?:[\s,/-]+(?:{'|'.join(_SPOKEN)})\b){{5,400}}")
_BRAILLE = str.maketrans("⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵⠀", "abcdefghijklmnopqrstuvwxyz ")
_FLAGS = {0x1F1E6 + number: 97 + number for number in range(26)}
_TURNED = str.maketrans("ɐqɔpǝɟƃɓɥᴉıɾʞןlɯuodbɹsʇnʌʍxʎz", "abcdefgghiijkllmnopqrstuvwxyz")
_STARTS = "bl br ch cl cr dr fl fr gl gr kn ph pl pr qu sc sh sk sl sm sn sp st sw th tr tw wh wr"
_ONSETS = frozenset(_STARTS.split())
_FIRST_LETTERS = re.compile(r"first (?:letters?|characters?)|initials?\b|acrostic|primera letra|anfangsbuchstaben")
_COMMON_WORDS = """
    the a to for is it and of you we i in on what how do can my our your with are have this that be at or not all any
    will me if from please hi hello thanks yes no now as say tell give get was were they them us by only just free off
    ignore rules rule prompt instructions system price confirm refund deposit everything nothing party
    de la el que y en un por para con es le les des et une der die das und ich mit o os as um uma não per il di
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def readings(text: str) -> Iterator[str]:
    """What a text says where something of it is coded, one way of coding at a time."""
    replaced = [one for one in (_encoded(text), _lettered(text)) if one != text]
    yield from replaced
    lower = text.lower()
    yield from _initials(lower)
    if not replaced and lower.isascii() and not _plain(lower, 15):
        found = list(dict.fromkeys(_ciphers(lower)))
        most = max(map(_common, found))
        yield from (one for one in found if _common(one) == most and _plain(one))


def decoded(text: str) -> Iterator[str]:
    """What Base64, hexadecimal, binary and escaped parts of a text say, each alone."""
    for pattern, decode in _ENCODINGS:
        for found in pattern.finditer(text):
            if (said := decode(found[0])) is not None:
                yield said
    if len(_PERCENT.findall(text)) + len(_ESCAPED.findall(text)) >= 6:
        yield _unescaped(text)


def _encoded(text: str) -> str:
    """The text with what its encoded parts say."""
    for pattern, decode in _ENCODINGS:
        text = pattern.sub(partial(_said, decode), text)
    if len(_PERCENT.findall(text)) + len(_ESCAPED.findall(text)) >= 6:
        text = _unescaped(text)
    return text


def _said(decode: Callable[[str], str | None], found: re.Match[str]) -> str:
    said = decode(found[0])
    return found[0] if said is None else said


def _lettered(text: str) -> str:
    """The text with its letters in the alphabet: Morse, spelling alphabets, Braille, flags, spaced and leet letters."""
    text = _MORSE_RUN.sub(_from_morse, text)
    for table in (_BRAILLE, _FLAGS):
        if sum(ord(letter) in table for letter in text) >= 6:
            text = text.translate(table)
    text = _SPACED.sub(_closed, text)
    lower = text.lower()
    if (spelt := _SPOKEN_RUN.sub(lambda found: "".join(word[0] for word in _words(found[0])), lower)) != lower:
        text = spelt
    if len(_LEET_WORD.findall(lower)) >= 3:
        read = _LEET_WORD.sub(lambda found: found[0].translate(_LEET), lower)
        text = read if _common(read) > _common(lower) else text
    return text


def _ciphers(text: str) -> Iterator[str]:
    """What a text that is no language may be: shifted, mirrored, reversed, upside down, in pig Latin."""
    yield text[::-1]
    yield " ".join(word[::-1] for word in text.split())
    yield " ".join(reversed(text.split()))
    if any(ord(letter) in _TURNED for letter in text if not letter.isascii()):
        turned = text.translate(_TURNED)
        yield turned
        yield turned[::-1]
    if len(_PIG.findall(text)) >= 4:
        yield _PIG.sub(_from_pig, text)
    letters = "abcdefghijklmnopqrstuvwxyz"
    yield text.translate(str.maketrans(letters, letters[::-1]))
    for shift in range(1, 26):
        yield text.translate(str.maketrans(letters, letters[shift:] + letters[:shift]))


def _initials(text: str) -> Iterator[str]:
    """The first letters of lines or words, where they are asked for."""
    if _FIRST_LETTERS.search(text) is None:
        return
    lines = [line.strip() for line in text.split("\n")]
    for parts in (lines, text.rpartition(":")[2].split()):
        if len(parts) >= 8:
            yield f"{lines[0]} {''.join(part[0] if part else ' ' for part in parts)}"
            yield "".join(part[0] if part else " " for part in parts[1:])


def _plain(text: str, one_in: int = 6) -> bool:
    """Whether a text reads as language: one of so many of its first words is one that sentences need, and two are."""
    count = len(_words(text)[:_READ_WORDS])
    return count < 4 or one_in * _common(text) >= max(count, 2 * one_in)


def _common(text: str) -> int:
    """Words that sentences need, of the first; those of one or two letters stand in any cipher."""
    return sum(len(word) > 2 and word in _COMMON for word in _words(text)[:_READ_WORDS])


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _readable(raw: bytes) -> str | None:
    try:
        text = raw.decode("utf-8")[:DECODED_CHARS]
    except ValueError:
        return None
    return text if text and sum(c.isalpha() or c.isspace() for c in text) >= 0.7 * len(text) else None


def _from_base(found: str) -> str | None:
    plain = found.translate({45: "+", 95: "/"}).rstrip("=")
    for decode in (base64.b64decode, base64.b32decode):
        try:
            said = _readable(decode(plain + "=" * (-len(plain) % (4 if decode is base64.b64decode else 8))))
        except (binascii.Error, ValueError):
            continue
        if said is not None:
            return said
    return None


def _from_hex(found: str) -> str | None:
    try:
        return _readable(bytes.fromhex(re.sub(r"0x|[ :,]", "", found)))
    except ValueError:
        return None


def _from_numbers(base: int, found: str) -> str | None:
    numbers = [int(one, base) for one in re.findall(r"\d+", found)]
    if len(numbers) == 1:  # bits without gaps
        bits = re.sub(r"\D", "", found)
        numbers = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    return _readable(bytes(numbers)) if all(number < 256 for number in numbers) else None


_ENCODINGS: tuple[tuple[re.Pattern[str], Callable[[str], str | None]], ...] = (
    (_BINARY, partial(_from_numbers, 2)),
    (_HEX, _from_hex),
    (_DECIMAL, partial(_from_numbers, 10)),
    (_CODED, _from_base),
)


def _unescaped(text: str) -> str:
    text = _PERCENT.sub(lambda found: chr(int(found[1], 16)), text)
    return _ESCAPED.sub(
        lambda found: chr(int(found[4]) if found[4] else int(next(filter(None, found.groups())), 16)), text
    )


def _from_morse(found: re.Match[str]) -> str:
    plain = found[0].translate(str.maketrans("·•−–", "..--"))
    words = re.split(r" ?[/|] ?| {2,}", plain)
    said = " ".join("".join(_MORSE.get(letter, "") for letter in word.split()) for word in words)
    return f" {said} " if any(map(str.isalpha, said)) else found[0]


def _closed(found: re.Match[str]) -> str:
    """Letters that stand apart as words: the wider gap, or the blank among signs, ends a word."""
    parts = re.split(r" {2,}|\s*[|]\s*" if " " in found[0][1:3] else r" +", found[0])
    return " ".join(re.sub(r"[ .\-_*|,]", "", part) for part in parts)


def _from_pig(found: re.Match[str]) -> str:
    stem = found[0][:-2]
    if stem.endswith("w") and stem[:1] in "aeiou":
        return stem[:-1]
    moved = 2 if stem[-2:] in _ONSETS else 1
    return stem[-moved:] + stem[:-moved]
