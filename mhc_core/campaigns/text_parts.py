"""How many parts a text message takes on its way: what is paid for, and what phones put together again.

An alphabet of 7 bits (3GPP TS 23.038) gives 160 characters in one part and 153 in each of several; one sign that is not
in it, such as "á" or any Chinese one, makes it 70 and 67 for the whole message.
"""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("\f^{}\\[~]|€")
MOST_PLAIN, MOST = 3, 6
"""Parts of a message at most, in that alphabet and otherwise."""


def plain(text: str) -> bool:
    """Whether the alphabet of 7 bits holds all of a text."""
    return all(sign in _BASIC or sign in _TWICE for sign in text)


def parts(text: str) -> int:
    """The parts of a text."""
    if plain(text):
        length, alone, each = len(text) + sum(sign in _TWICE for sign in text), 160, 153
    else:
        length, alone, each = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= alone else -(-length // each)


def too_long(text: str) -> bool:
    """Whether it takes more parts than we send."""
    return parts(text) > (MOST_PLAIN if plain(text) else MOST)
