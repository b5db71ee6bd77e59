"""What the chat on a web page says itself: its scripts have the English, and are sent the language of the browser."""

from collections.abc import Mapping

from mhc_core.languages import ENGLISH, current, marked, translated

TEXTS = (
    marked("Chat with us"),
    marked("Write a message…"),
    marked("Your message"),
    marked("Send"),
    marked("Suggestions"),
    marked("Short answers"),
    marked("Chat with the concierge"),
    marked("New chat"),
    marked("Close the chat"),
    marked("Conversation"),
    marked("You"),
    marked("From our team"),
    marked("Today"),
    marked("Yesterday"),
    marked("Sources"),
    marked("Source"),
    marked("Close"),
    marked("Try again"),
    marked("Our team answers here"),
    marked("Your conversation goes on. “New chat” starts another."),
    marked("This article was taken down."),
    marked("1 new message"),
    marked("There is no connection right now."),
    marked("Something went wrong."),
    marked("The answer broke off."),
    marked("That was a lot at once. Please wait a moment."),
    marked("Helpful"),
    marked("Not helpful"),
    marked("Was this helpful?"),
    marked("Please try again."),
    marked("Thank you!"),
    marked("Thank you! We read every word."),
    marked("Stars"),
    marked("1 star"),
    marked("What did you like? (optional)"),
    marked("What was missing or wrong? (optional)"),
    marked("Send feedback"),
)
FILLED = (
    marked("This chat is not available on this site. You reach us at {phone} or {email}."),
    marked("{name} is writing …"),
    marked("{count} new messages"),
    marked("{count} stars"),
)
"""The same with values in braces, which the scripts fill in."""


def texts() -> Mapping[str, str]:
    """The texts in the language that is spoken now, by their English; none for English itself."""
    if current() == ENGLISH:
        return {}
    names = ("phone", "email", "name", "count")
    kept = {name: f"{{{name}}}" for name in names}
    return {text: translated(text, **kept) for text in (*TEXTS, *FILLED)}
