"""Placeholders over a whole conversation."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from mhc_core.scrubbing import PiiType, Placeholders, Scrubber
from mhc_core.scrubbing.placeholders import canonical


@pytest.fixture(scope="module")
def scrubber() -> Scrubber:
    return Scrubber.load()


def texts(scrubber: Scrubber, *messages: str) -> list[str]:
    return [result.text for result in scrubber.scrub_conversation(messages)]


def test_one_person_keeps_one_number(scrubber: Scrubber) -> None:
    assert texts(
        scrubber, "hi its maria", "Thanks Maria Lopez!", "Maria's patio is covered", "Mrs. Lopez called", "MARIA LOPEZ"
    ) == [
        "hi its [PERSON_1]",
        "Thanks [PERSON_1]!",
        "[PERSON_1]'s patio is covered",
        "Mrs. [PERSON_1] called",
        "[PERSON_1]",
    ]


def test_two_people_keep_two_numbers(scrubber: Scrubber) -> None:
    assert texts(scrubber, "this is Maria Lopez", "my husband Carlos Lopez pays", "carlos here", "and Maria again") == [
        "this is [PERSON_1]",
        "my husband [PERSON_2] pays",
        "[PERSON_2] here",
        "and [PERSON_1] again",
    ]


def test_a_bare_given_name_means_who_was_spoken_of_last(scrubber: Scrubber) -> None:
    assert texts(scrubber, "Maria Lopez and Maria Garcia", "Maria said yes")[1] == "[PERSON_2] said yes"


def test_one_number_in_several_spellings_is_one(scrubber: Scrubber) -> None:
    clean = texts(
        scrubber,
        "650-555-0177",
        "+1 (650) 555 0177",
        "six five zero five five five zero one seven seven",
        "650-555-0178",
    )
    assert clean == ["[PHONE_1]", "[PHONE_1]", "[PHONE_1]", "[PHONE_2]"]
    clean = texts(scrubber, "jane.doe@gmail.com", "jane dot doe at gmail dot com")
    assert clean == ["[EMAIL_1]", "[EMAIL_1]"]


def test_a_name_found_once_is_recognised_when_it_recurs(scrubber: Scrubber) -> None:
    assert texts(scrubber, "my name is Zubeldia", "so zubeldia wants shrimp") == [
        "my name is [PERSON_1]",
        "so [PERSON_1] wants shrimp",
    ]
    assert texts(scrubber, "my name is Rose", "rose wine allowed?")[1] == "rose wine allowed?"


def test_numbers_in_the_text_are_not_given_again(scrubber: Scrubber) -> None:
    assert scrubber.scrub("[PERSON_1] and [PERSON_4] met Priya Nair").text == "[PERSON_1] and [PERSON_4] met [PERSON_5]"


def test_memory_is_carried_by_the_caller_and_shows_no_values(scrubber: Scrubber) -> None:
    memory = Placeholders()
    assert scrubber.scrub("thanks, Priya", memory).text == "thanks, [PERSON_1]"
    assert scrubber.scrub("Priya Nair", memory).text == "[PERSON_1]"
    assert "riya" not in repr(memory)
    assert scrubber.scrub("Deshawn").text == "[PERSON_1]"  # no memory, no link to another conversation


def test_canonical_forms() -> None:
    assert canonical(PiiType.PHONE, "+1 (916) 555-0123") == canonical(
        PiiType.PHONE, "nine one six five five five zero one two three"
    )
    assert canonical(PiiType.URL, "https://www.Evite.com/") == canonical(PiiType.URL, "evite.com")
    assert canonical(PiiType.ADDRESS, "12 Oak St., Apt 5") == canonical(PiiType.ADDRESS, "12 oak st apt 5")


def test_threads_share_one_scrubber(scrubber: Scrubber) -> None:
    messages = [
        f"hi, Kwame Mensah {number} called 650-555-{number:04d} from {number} Oak Street" for number in range(100, 140)
    ]
    alone = [scrubber.scrub(message) for message in messages]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(scrubber.scrub, messages)) == alone
    assert Scrubber.load() is scrubber
