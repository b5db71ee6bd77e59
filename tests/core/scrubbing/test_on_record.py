"""What is on file of a customer is taken out wherever it stands, also where the words could mean something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.scrubbing import Scrubber
from mhc_core.scrubbing.on_record import on_record

RECORD = {
    "name": "Irene Lamb",
    "phone": "(916) 555-0142",
    "email": "irene.lamb@example.com",
    "address": "14 Cherry Grove, Folsom CA 95630",
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("irene lamb here", ["irene lamb"]),
        ("IRENE  LAMB, 9165550142", ["IRENE  LAMB", "9165550142"]),
        ("call 916.555.0142 or irene.lamb@example.com", ["916.555.0142", "irene.lamb", "irene.lamb@example.com"]),
        ("14 cherry grove please", ["14 cherry grove"]),
        ("we want lamb for 14 people, Irenes grove", []),
    ],
)
def test_the_record_is_found_as_people_type_it(text: str, found: list[str]) -> None:
    spans = sorted(on_record(RECORD, text))
    assert [text[span.start : span.end] for span in spans] == found


def test_the_scrubber_takes_out_what_the_record_says() -> None:
    text = "hi its irene lamb, is lamb on the menu?"
    result = Scrubber.load().scrub(text, known=on_record(RECORD, text))
    assert result.text == "hi its [PERSON_1], is lamb on the menu?"


@given(st.dictionaries(st.sampled_from([*RECORD, "vip"]), st.one_of(st.none(), st.text(), st.integers())), st.text())
def test_any_record_and_text_give_slices_of_the_text(record: dict[str, object], text: str) -> None:
    for span in on_record(record, text):
        assert 0 <= span.start < span.end <= len(text)
