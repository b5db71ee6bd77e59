"""Text as its writer meant it, for whatever learns from it: without what mail programs, web pages and phones add, and
what was spoken without the "um" of it.

Raw text stays as it came; this is made of it each time it is read.
"""

import re

from mhc_core.language.disfluencies import fluent
from mhc_core.language.email_text import written
from mhc_core.language.html_text import plain
from mhc_core.language.mojibake import repaired
from mhc_core.vocabulary import Channel

_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_TRACKING = re.compile(r"(?i)[?&](?:utm_\w+|fbclid|gclid|mc_[ce]id|_hsenc|_hsmi)=[^\s&#)>\]]*")
_GAP = re.compile(r"\s{3,}")
"""More blanks than anybody means. A pattern that allows some around a word looks from each of them through all that
follow, so without this a thousand of them would take it a million steps."""


def invisible_removed(text: str) -> str:
    """``text`` without characters that nobody sees: NUL and other controls, zero width, marks of direction.

    A joiner stays between the parts of an emoji, and half of a surrogate pair becomes U+FFFD.
    """
    return _UNSEEN.sub(lambda found: "\ufffd" if "\ud800" <= found[0] <= "\udfff" else "", text)


def cleaned(text: str, channel: str) -> str:
    """``text`` as its writer meant it. Of an e-mail only what is new stays; when that is nothing, all does. What was
    said on the telephone is made fluent."""
    text = repaired(invisible_removed(text))
    text = _TRACKING.sub("", plain(text))
    if channel == Channel.EMAIL:
        text = written(text) or text
    if channel == Channel.PHONE:
        text = fluent(text)
    return _GAP.sub(lambda gap: "\n" * min(gap[0].count("\n"), 2) or "  ", text)
