"""The pages behind the links of our e-mails, and the footer that carries the links."""

from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from mhc_core.business.pricing import Business
from mhc_core.feedback.links import Vote
from mhc_core.languages import current, plural, translated

LONGEST_COMMENT = 4000

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_PAGES.globals.update(translated=translated, plural=plural)


class Footer(NamedTuple):
    """What to put under an answer that goes out by e-mail, for both parts of the message."""

    html: str
    text: str


def footer(business: Business, up: str, down: str) -> Footer:
    """The question whether the answer helped, with a link for each vote."""
    links = {"business": business, "up": up, "down": down}
    return Footer(*(_PAGES.get_template(f"footer.{kind}").render(links) for kind in ("html", "txt")))


class FeedbackPages:
    """Pages for customers in the business's name, served below ``address``."""

    def __init__(self, business: Business, address: str) -> None:
        self._business = business
        self._root = urlsplit(address).path

    def vote(self, message_id: UUID, vote: Vote, token: str) -> str:
        """Asks for one press of a button; opening the page means nothing."""
        return self._page("vote", translated("Did our answer help you?"), id=message_id, vote=vote, token=token)

    def voted(self, message_id: UUID, vote: Vote, token: str) -> str:
        """Thanks for a vote, and asks for a comment."""
        return self._page("thanks", translated("Thank you!"), ask=True, id=message_id, vote=vote, token=token)

    def thanks(self) -> str:
        """Thanks when all is said."""
        return self._page("thanks", translated("Thank you!"), ask=False)

    def survey(self, conversation_id: UUID, token: str) -> str:
        """Asks for stars and a comment after the booking."""
        return self._page("survey", translated("How did it go with us?"), id=conversation_id, token=token)

    def unsubscribe(self, token: str) -> str:
        """Asks for one press of a button, after which no follow-up is sent any more."""
        return self._page("unsubscribe", translated("No more messages from us?"), token=token)

    def unsubscribed(self) -> str:
        """Says that it is done."""
        return self._page("unsubscribed", translated("Done"))

    def problem(self, title: str, explanation: str) -> str:
        """Says why the link does not work, and how to reach us all the same."""
        return self._page("problem", title, explanation=explanation)

    def _page(self, name: str, title: str, **values: Any) -> str:
        page = _PAGES.get_template(f"{name}.html")
        known = {"business": self._business, "root": self._root, "language": current(), "longest": LONGEST_COMMENT}
        return page.render(title=title, **known, **values)
