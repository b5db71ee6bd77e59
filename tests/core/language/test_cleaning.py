"""What is learned from is what somebody wrote: no quotes, signatures, markup or characters that nobody sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.language.cleaning import cleaned, invisible_removed
from mhc_core.language.html_text import plain

QUOTED = "On Mon, Jan 5, 2026 at 9:00 AM Lee Moss <lee@example.com> wrote:\n> How many chairs?\n>\n> Lee"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"We need twelve chairs.\n\n{QUOTED}", "We need twelve chairs."),
        ("Twelve, thanks.\n\n-----Original Message-----\nFrom: us\nSent: Monday\n\nHow many?", "Twelve, thanks."),
        ("Yes.\n\nFrom: Lee Moss\nSent: Monday, January 5\nTo: Us\nSubject: Re: Chairs\n\nHow many?", "Yes."),
        ("We come at five.\n\n-- \nSam\n(916) 555-0123", "We come at five."),
        ("We come at five.\n\nBest regards,\nSam\nOwner", "We come at five."),
        ("Is it halal?\n\nSent from my iPhone", "Is it halal?"),
        (
            "It is.\n\nCONFIDENTIALITY NOTICE: this e-mail is for its addressee.\nDelete it otherwise.",
            "It is.",
        ),
        ("It is.\nThis e-mail is confidential and intended only for the addressee.", "It is."),
        ("We are:\n- 8 adults\n- 4 children", "We are:\n- 8 adults\n- 4 children"),
        ("> How many?\nTwelve.\n> When?\nAt five.", "Twelve.\nAt five."),
        ("<p>Hi,</p><p>is <b>tofu</b> in &amp; free?</p><style>p{color:red}</style>", "Hi,\n\nis tofu in & free?"),
        ('<div>At five.</div><div class="gmail_quote">On Monday Lee wrote: when?</div>', "At five."),
        ("See https://example.com/a?id=7&utm_source=mail&utm_medium=x now", "See https://example.com/a?id=7 now"),
    ],
)  # fmt: skip
def test_of_an_email_what_is_new_stays(text: str, left: str) -> None:
    assert cleaned(text, "email") == left


def test_when_nothing_is_new_everything_stays() -> None:
    assert cleaned("> only quoted", "email") == "> only quoted"


@pytest.mark.parametrize("text", ["5 < 6 and 7 > 3", "a <3 b", "AT&T; R&D", "> a quote in a chat", "-- \nnot mail"])
def test_a_chat_message_stays_as_it_is(text: str) -> None:
    assert cleaned(text, "sms") == text


def test_damaged_text_is_repaired_and_other_text_is_not() -> None:
    assert cleaned("quinceaÃ±era â€“ weâ€™d love to", "web") == "quinceañera – we’d love to"
    assert cleaned("Zoë orders crème brûlée – 5 €", "web") == "Zoë orders crème brûlée – 5 €"


def test_what_nobody_sees_goes_and_a_family_stays_together() -> None:
    assert invisible_removed("a\u200bb\u200e\u202ec\ufeff\0d\ud83c") == "abcd\ufffd"
    assert invisible_removed("👩\u200d👧\r\n\tx") == "👩\u200d👧\r\n\tx"


@given(st.text(), st.sampled_from(["web", "email"]))
def test_any_text_is_cleaned_to_what_can_be_stored(text: str, channel: str) -> None:
    found = cleaned(text, channel)
    found.encode()
    assert "\0" not in found


@given(st.text(alphabet="<>/&;#bipa1 \n\"'=!-"))
def test_broken_markup_never_raises(text: str) -> None:
    plain(text)


@pytest.mark.timeout(60)  # the parser of quoted replies took minutes for these
@pytest.mark.parametrize("part", ["On Monday, ", "On a ", "\n", "-", "<div>", "> On a\n", "Best regards,\n"])
def test_a_hostile_email_takes_no_time(part: str) -> None:
    cleaned(part * (99_000 // len(part)) + "wrote:", "email")


def test_long_paragraphs_of_an_email_stay_where_they_are() -> None:
    one, other = "We are twelve. " * 30, "And two children. " * 30
    assert cleaned(f"{one}\n\n{other}\n\n{QUOTED}", "email") == f"{one.strip()}\n\n{other.strip()}"
