"""Personal data in labelled messages: nothing of it is kept, and a model is not taught placeholders."""

import re

import pytest

from mhc_core.errors import DataError
from mhc_core.scrubbing import Known, PiiType, Scrubber
from mhc_core.understanding.labelled import LabelledMessage, LabelledSegment, parse_line, written
from mhc_core.understanding.masking import Piece, StandIns, masked, replaced, scrubbed
from mhc_core.understanding.result import Act, Topic

GOLD = [
    parse_line("@name inform/book: [name:Rosa Quill]"),
    parse_line("@contact inform/book: [phone:(916) 555-0107] or [email:rosa@example.com]"),
]


@pytest.fixture(scope="module")
def scrubber() -> Scrubber:
    return Scrubber.load()


def test_labels_stay_with_their_words_when_personal_data_goes(scrubber: Scrubber) -> None:
    raw = parse_line(
        "inform/book: hi its [name:Tom Carver], call [phone:916-555-0191] || correct/book: make it [adults:12 adults]"
    )
    kept = written(scrubbed(scrubber, raw))
    assert kept == (
        "inform/book: hi its [name:[PERSON_1]], call [phone:[PHONE_1]] || correct/book: make it [adults:12 adults]"
    )
    assert written(parse_line(kept)) == kept


def test_a_name_that_only_its_label_gives_away_is_not_kept(scrubber: Scrubber) -> None:
    raw = parse_line("@name inform/book: the [name:zxqv] one please")
    assert written(masked(scrubbed(scrubber, raw))) == "@name inform/book: the [name:[PERSON_1]] one please"


def test_what_a_reviewer_marked_is_taken_out(scrubber: Scrubber) -> None:
    raw = parse_line("inform/book: meet me by the blue gate")
    start = raw.text.index("blue")
    kept = scrubbed(scrubber, raw, [Known(start, len(raw.text), PiiType.ADDRESS)])
    assert written(kept) == "inform/book: meet me by the [ADDRESS_1]"


def test_lines_of_one_message_become_one_line(scrubber: Scrubber) -> None:
    kept = scrubbed(scrubber, parse_line("inform/book: for [adults:12 adults]\n  on [date:june 14]"))
    assert written(kept) == "inform/book: for [adults:12 adults] on [date:june 14]"


def test_a_message_that_the_format_cannot_hold_is_refused(scrubber: Scrubber) -> None:
    text = "for us || stop: it"
    whole = LabelledSegment(0, len(text), Act.INFORM, Topic.BOOK)
    with pytest.raises(DataError, match="line format"):
        scrubbed(scrubber, LabelledMessage(text, frozenset(), (whole,), ()))


def test_a_model_is_taught_words_and_no_placeholders() -> None:
    kept = parse_line("inform/book: its [name:[PERSON_1]], call [phone:[PHONE_1]] not [PHONE_2] or [URL_1]")
    filled = StandIns(GOLD).fill(kept)
    assert filled == StandIns(GOLD).fill(kept)
    assert re.fullmatch(
        r"inform/book: its \[name:Rosa Quill\], call \[phone:\(916\) 555-0107\] not \(916\) 555-0107 or \[URL_1\]",
        written(filled),
    )


def test_two_slots_in_one_placeholder_become_one() -> None:
    raw = parse_line("inform/book: at [address:12 Oak St], [city:Davis] for [adults:9 adults]")
    start, end = raw.text.index("12"), raw.text.index(" for")
    assert written(replaced(raw, [Piece(start, end, "[ADDRESS_1]")])) == (
        "inform/book: at [address:[ADDRESS_1]] for [adults:9 adults]"
    )
