"""What a recogniser writes, as people write it."""

import pytest

from mhc_core.protocols import Heard
from mhc_serving.voice.wording import words


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("On June 19th at 6 30 in the evening.", "On June 19th at 6:30 in the evening."),
        ("April 17th at 530 in the afternoon.", "April 17th at 5:30 in the afternoon."),
        ("We start at 5.30 p.m.", "We start at 5:30 p.m."),
        ("at 1130 am", "at 11:30 am"),
        ("My zip code is 95-125.", "My zip code is 95125."),
        ("Zip code is 945 07", "Zip code is 94507"),
        ("9.5125.", "95125."),
        ("9 5 1 2 5", "95125"),
        ("the code is 9-5-1-2-5, thanks", "the code is 95125, thanks"),
        ("My zip code is 95125 12 adults", "My zip code is 95125 12 adults"),
        ("12 adults and 345 dollars", "12 adults and 345 dollars"),
        ("We are 12 and 30 in the family", "We are 12 and 30 in the family"),
        ("my number is 916 740 8768", "my number is 916 740 8768"),
        ("[music] yes (coughs)", "yes"),
        ("...", ""),
    ],
)
def test_times_and_codes_are_written_as_people_write_them(heard: str, written: str) -> None:
    assert words([Heard(heard, 0.0, 1.0, 0.5)])[0] == written


def test_the_confidence_is_the_mean_of_what_was_heard() -> None:
    assert words([Heard("a", 0.0, 1.0, 0.5), Heard("b", 1.0, 2.0, 0.7)])[1] == pytest.approx(0.6)
