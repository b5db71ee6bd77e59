"""HTML as the text that a reader sees: an e-mail's markup, styles and tracking pictures are nobody's words."""

import re
from html.parser import HTMLParser

_MARKUP = re.compile(
    r"</?(?:p|br|div|span|b|i|u|a|em|strong|html|body|head|style|table|tr|td|ul|ol|li|img|font|h[1-6]|blockquote|meta|hr)"
    r"\b[^<>]*>|<!--|&(?:nbsp|amp|lt|gt|quot|#\d+|#x[0-9a-f]+);",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_UNSEEN = frozenset({"style", "script", "head", "title", "template", "noscript"})
_BLOCKS = frozenset({"p", "div", "table", "tr", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article"})
_QUOTES = frozenset({"gmail_quote", "yahoo_quoted", "moz-cite-prefix"})
_VOID = frozenset({"br", "img", "hr", "meta", "input", "link", "area", "base", "col", "embed", "source", "wbr"})


def plain(text: str) -> str:
    """``text`` without its markup; text that has none stays as it is."""
    if _MARKUP.search(text) is None:
        return text
    reader = _Reader()
    reader.feed(_COMMENT.sub("", text))  # the parser looks for the end of each anew
    reader.close()
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in "".join(reader.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Collects what is seen; what an e-mail program marked as quoted is not."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: list[str] = []  # open tags from the one that hides on

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            if tag in ("br", "hr") and not self._hidden:
                self.parts.append("\n")
            return
        classes = dict(attrs).get("class") or ""
        if self._hidden or tag in _UNSEEN or not _QUOTES.isdisjoint(classes.split()):
            self._hidden.append(tag)
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in _BLOCKS:
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            while self._hidden.pop() != tag:
                pass
        elif tag in _BLOCKS and not self._hidden:
            self.parts.append("\n\n" if tag == "p" else "\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"[\r\n\t ]+", " ", data))
