"""E-mail addresses, links, IP addresses and names on social networks, also as people dictate them."""

import re
from collections.abc import Iterator
from ipaddress import ip_address

from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.lexicon import ordinary
from mhc_core.scrubbing.recognizers.base import Span, SpanRecognizer

_TLD = (
    "com|net|org|edu|gov|mil|int|info|biz|name|pro|mobi|app|dev|io|ai|me|tv|cc|us|uk|ca|au|nz|ie|de|fr|es|it|nl|be|"
    "ch|at|se|no|dk|fi|"
    "pl|pt|cz|gr|ro|hu|ru|ua|tr|il|in|pk|cn|jp|kr|tw|hk|sg|my|th|vn|ph|id|br|mx|ar|cl|pe|za|ng|ke|eg|ae|sa|eu|co|ly|"
    "gl|gg|sh|so|fm|"
    "to|xyz|online|site|store|shop|tech|cloud|club|live|life|link|page|web|wedding|events|party|photo|photos|space|"
    "world|today|email|"
    "bio|ee|blog|art|design|studio|media|social|team|works|zone|agency|house|kitchen|restaurant|catering|cafe|fun|"
    "lol|art|menu|place"
)
_MAIL_HOST = (
    r"g\s?mail|googlemail|yahoo|ymail|hot\s?mail|outlook|live|icloud|me|mac|aol|msn|proton(?:mail)?|pm|gmx|mail|"
    r"comcast|att|"
    r"sbcglobal|verizon|cox|charter|earthlink|zoho|fastmail|rocketmail|bellsouth|pacbell|hey|qq|163|yandex|web"
)
_EMAIL = re.compile(
    r"(?<![\w.+\-])[\w.!#$%&'*+/=?^`{|}~\-]{1,64}\s{0,2}@\s{0,2}(?:[\w\-]{1,63}\s?\.\s?){1,4}[^\W\d_]{2,24}(?![\w\-])|"
    r"(?<![\w.+\-])[\w.%+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){0,5}|"
    r"\"[^\"\n@]{1,64}\"@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,5}"
)
_LAST_LABEL = re.compile(rf"\.(?:{_TLD})(?=\.\s(?!(?:{_TLD})\b))", re.IGNORECASE)
"""Where an address ends though a word follows its full stop: "write to x@example.com. Some …"."""
_AT = r"(?:\(\s?at\s?\)|\[\s?at\s?\]|\{\s?at\s?\}|<\s?at\s?>|\bat\b|@|\barroba\b)"
_DOT = r"(?:\s?(?:\(\s?dot\s?\)|\[\s?dot\s?\]|\{\s?dot\s?\}|<\s?dot\s?>|\bdot\b|\bpunto\b)\s?|\.)"
_LOCAL = r"(?<![\w.+\-])[\w+\-]{1,40}(?:\s?(?:\.|\bdot\b|\bunderscore\b|\bdash\b|\bhyphen\b)\s?[\w+\-]{1,40}){0,4}"
_SPOKEN_EMAIL = re.compile(
    rf"{_LOCAL}\s{{0,2}}{_AT}\s{{0,2}}"
    rf"(?:(?:[\w\-]{{1,40}}{_DOT}){{1,3}}(?:{_TLD})\b|(?:{_MAIL_HOST})(?:{_DOT}|\s)(?:com|net|org|co|me)\b)",
    re.IGNORECASE,
)
_PLAIN_AT = re.compile(r"\bat\s+[\w\-]{1,40}(?:\.[\w\-]{1,40})+$", re.IGNORECASE)
_KNOWN_HOST = re.compile(rf"\bat\s+(?:{_MAIL_HOST})\.\w{{2,5}}$", re.IGNORECASE)
_MAIL_CUE = re.compile(
    r"(?:mail(?:s|ing)?|reach(?: me)?|contact(?: me)?|address|write(?: me)?)\b[\s\w:,']{0,20}$", re.IGNORECASE
)
_URL = re.compile(
    rf"\b(?:[a-z][a-z0-9+.\-]{{1,12}}://|www\d?\.)[^\s<>\"'\ufffc\ufff9]{{2,2000}}|"
    rf"(?<![\w@.\-])(?:[a-z0-9](?:[a-z0-9\-]{{0,62}})\.){{1,5}}(?:{_TLD})(?![\w\-])(?::\d{{2,5}})?(?:[/?#][^\s<>\"'\ufffc\ufff9]{{0,2000}})?",
    re.IGNORECASE,
)
_SPOKEN_URL = re.compile(
    r"\b(?:www|w w w)\s(?:dot|\.)\s[\w\-]{1,40}(?:\s(?:dot|\.)\s[\w\-]{1,40}){0,2}\s(?:dot|\.)\s(?:com|net|org)\b",
    re.IGNORECASE,
)
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
_IPV6 = re.compile(
    r"(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:(?:\d{1,3}\.){3}\d{1,3})?(?:%\w{1,15})?(?![\w:])", re.IGNORECASE
)
_NETWORK = (
    r"(?:insta(?:gram)?|ig|tik\s?tok|snap(?:chat)?|twitter|telegram|discord|skype|face\s?book|fb|linked\s?in|venmo|"
    r"cash\s?app|whatsapp|"
    r"we\s?chat|kik|threads|you\s?tube|pinterest|viber|line)"
)
_HANDLE = re.compile(r"(?<![\w@.+\-/])@[A-Za-z0-9_](?:[A-Za-z0-9_.\-]{0,38}[A-Za-z0-9_])?")
_NAMED_HANDLE = re.compile(
    rf"\b(?:my|our|his|her|their|the|on|via|through|add|follow|dm|find|check|at|add me on)?\s?{_NETWORK}"
    rf"(?:\s(?:account|handle|name|user\s?name|id|user|page|profile))?(?:\s?[:=]\s?|\s(?:is|as|at|under|called|"
    rf"-)\s(?:just\s)?|\s(?=@))"
    r"\(?(?P<handle>@?[a-z0-9_](?:[a-z0-9_.\-]{1,38}[a-z0-9_]))",
    re.IGNORECASE,
)
_BARE_HANDLE = re.compile(
    rf"\b{_NETWORK}\s(?P<handle>(?=[a-z0-9_.]*[_\d.][a-z0-9])[a-z][a-z0-9_.]{{3,38}}[a-z0-9_])(?![\w.]*\.(?:{_TLD})\b)|"
    rf"(?<![\w@.])(?P<before>(?=[a-z0-9_.]*[_\d.][a-z0-9])[a-z][a-z0-9_.]{{3,38}}[a-z0-9_])\s(?:on|at)\s{_NETWORK}\b",
    re.IGNORECASE,
)
"""A handle beside the name of a network, told from words by a digit, a dot or an underscore in it."""
_USER_CUE = re.compile(
    r"\b(?:my\s)?(?:user\s?name|user\s?id|screen\s?name|handle|gamertag)\s?(?:is|:|=|"
    r"-)\s?(?P<handle>@?[a-z0-9_][a-z0-9_.\-]{1,38}[a-z0-9_])",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?)]}'\""


class EmailRecognizer(SpanRecognizer):
    """E-mail addresses: written, spaced out, or spoken ("x at y dot com")."""

    types = (PiiType.EMAIL,)

    def spans(self, text: str) -> Iterator[Span]:
        if "@" in text:
            for match in _EMAIL.finditer(text):
                last = _LAST_LABEL.search(match.group())
                yield PiiType.EMAIL, match.start(), match.start() + last.end() if last else match.end(), 0.95
        for match in _SPOKEN_EMAIL.finditer(text):
            found = match.group()
            if (
                _PLAIN_AT.search(found)
                and not _KNOWN_HOST.search(found)
                and not _MAIL_CUE.search(text[max(0, match.start() - 40) : match.start()])
                and not any(character.isdigit() or character in "_." for character in found.split()[0])
            ):
                continue  # "found you at somewhere.com"
            yield PiiType.EMAIL, match.start(), match.end(), 0.9


class UrlRecognizer(SpanRecognizer):
    """Links with or without a scheme."""

    types = (PiiType.URL,)

    def spans(self, text: str) -> Iterator[Span]:
        if "." in text or "://" in text:
            for match in _URL.finditer(text):
                end = match.start() + len(match.group().rstrip(_TRAILING))
                if not _IPV4.fullmatch(text, match.start(), end):
                    yield PiiType.URL, match.start(), end, 0.85
        for match in _SPOKEN_URL.finditer(text):
            yield PiiType.URL, match.start(), match.end(), 0.8


class IpRecognizer(SpanRecognizer):
    """IPv4 and IPv6 addresses."""

    types = (PiiType.IP,)

    def spans(self, text: str) -> Iterator[Span]:
        if text.count(".") >= 3:
            for match in _IPV4.finditer(text):
                if all(int(part) < 256 for part in match.group().split(".")):
                    yield PiiType.IP, match.start(), match.end(), 0.95
        if text.count(":") >= 2:
            for match in _IPV6.finditer(text):
                value = match.group().partition("%")[0]
                if any(character.isalnum() for character in value) and _is_ip(value):
                    yield PiiType.IP, match.start(), match.end(), 0.9


class SocialHandleRecognizer(SpanRecognizer):
    """Names on social networks: "@name", "my insta is name"."""

    types = (PiiType.SOCIAL_HANDLE,)

    def spans(self, text: str) -> Iterator[Span]:
        if "@" in text:
            for match in _HANDLE.finditer(text):
                if any(character.isalpha() for character in match.group()):
                    yield PiiType.SOCIAL_HANDLE, match.start(), match.end(), 0.85
        for match in _BARE_HANDLE.finditer(text):
            group = "handle" if match.group("handle") else "before"
            yield PiiType.SOCIAL_HANDLE, match.start(group), match.end(group), 0.7
        for pattern in (_NAMED_HANDLE, _USER_CUE):
            for match in pattern.finditer(text):
                handle = match.group("handle")
                if handle.startswith("@") or not ordinary(handle.lower()):
                    yield PiiType.SOCIAL_HANDLE, match.start("handle"), match.end("handle"), 0.7


def _is_ip(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return True
