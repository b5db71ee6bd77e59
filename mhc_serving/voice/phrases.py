"""What the line says by itself: made into sound once at the start, since it is the same for all."""

from dataclasses import dataclass, fields

from mhc_core.business.pricing import Business


@dataclass(frozen=True, slots=True)
class Phrases:
    """The fixed phrases of a line."""

    notice: str
    talk_notice: str
    moment: str
    again: str
    unclear: str
    busy: str
    silent: str
    goodbye: str
    too_long: str
    failed: str
    through: str
    called_back: str
    no_training: str
    link_sent: str
    no_link: str

    @property
    def all(self) -> list[str]:
        """Those that are said; the notice of the page is read."""
        return [getattr(self, each.name) for each in fields(self) if each.name != "talk_notice"]


def phrases(business: Business, texts_links: bool = False) -> Phrases:
    """The phrases of this business. ``texts_links``: callers can have links sent to them."""
    return Phrases(
        notice=(
            f"Hello, you are talking with the automated assistant of {business.name}, not with a person. "
            "What is said is written down to answer you and to train the assistant; no sound is kept. "
            "Press star if you do not want to train it, and zero for a person at any time. "
            "How can I help with your party?"
        ),
        talk_notice=(
            f"You talk with the automated assistant of {business.name}, not with a person. What you say is written "
            "down to answer you and to train the assistant; no sound is kept. Who holds the button agrees to that."
        ),
        moment="One moment, please.",
        again="Sorry, I did not catch that. Please say it again.",
        unclear=(
            "I am sorry, I still do not understand. You can type numbers on your telephone, or press zero for a person."
        ),
        busy="I am sorry, many people are talking to me right now. Please say that again.",
        silent="Are you still there?",
        goodbye="I hear nothing, so I end the call here. Nothing of what you told me is lost. Goodbye.",
        too_long="We have talked for as long as I can. Nothing of what you told me is lost.",
        failed="I am sorry, something does not work on our side.",
        through="Please hold, I put you through to a person of our team.",
        called_back="I have passed it on, and a person of our team will get back to you at this number. Goodbye.",
        no_training="All right, this call is not used for training.",
        link_sent="I have texted you the link.",
        no_link="There is no link to text you at the moment.",
    )
