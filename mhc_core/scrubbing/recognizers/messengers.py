"""Names on WeChat, LINE and the like, as they are given in Chinese and Japanese sentences."""

import re
from collections.abc import Iterator

from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.recognizers.base import Span, SpanRecognizer
from mhc_core.scrubbing.signs import has_signs

_NETWORK = (
    r"微信|微博|小红书|抖音|賴|(?<![a-z])(?:we\s?chat|weixin|wx|vx|v信|line|qq|kakao|insta(?:gram)?|ig)(?![a-z])|ライン|"
    r"インスタ|カカオ|ツイッター"
)
_SAID = (
    r"(?:[\s:：=,，]|同?[号號码碼]|的|是|为|為|加|找|搜|名|の|は|が|アカウント|ユーザー|"
    r"(?<![a-z])(?:id|is|account)(?![a-z]))"
)
_HANDLE = re.compile(
    rf"(?:{_NETWORK}){_SAID}{{0,8}}(?P<handle>@?[a-z0-9_][a-z0-9_.\-]{{3,30}}[a-z0-9_])(?![\w.]*@)", re.IGNORECASE
)


class MessengerRecognizer(SpanRecognizer):
    """Handles after the name of a network in a text with signs: "微信号是wang_99", "LINEのIDはtaro88です"."""

    types = (PiiType.SOCIAL_HANDLE,)
    reads_signs = True

    def spans(self, text: str) -> Iterator[Span]:
        if not has_signs(text):
            return
        for match in _HANDLE.finditer(text):
            yield PiiType.SOCIAL_HANDLE, match.start("handle"), match.end("handle"), 0.8
