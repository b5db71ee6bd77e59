"""What is personal data in a catering chat and what is not, message by message."""

import pytest

from mhc_core.scrubbing import PiiType, Risk, Scrubber

OWN = ("(916) 740-8768", "cs@myhibachichef.com")

PERSONAL = [
    ("PERSON", "hello my name is daniel", "hello my name is [PERSON_1]"),
    ("PERSON", "this is DeShawn", "this is [PERSON_1]"),
    ("PERSON", "i'm Xiomara and i have a question", "i'm [PERSON_1] and i have a question"),
    ("PERSON", "my name is Hope", "my name is [PERSON_1]"),
    ("PERSON", "my daughter Summer is turning 10", "my daughter [PERSON_1] is turning 10"),
    ("PERSON", "reservation under o'brien", "reservation under [PERSON_1]"),
    ("PERSON", "Thank you, Dr. Okonkwo", "Thank you, Dr. [PERSON_1]"),
    ("PERSON", "me llamo José Hernández", "me llamo [PERSON_1]"),
    ("PERSON", "Kimberly Nguyen-Tran", "[PERSON_1]"),
    ("PERSON", "ABDUL RAHMAN 12 GUESTS", "[PERSON_1] 12 GUESTS"),
    ("PERSON", "Best, Jamal W.", "Best, [PERSON_1]."),
    ("PHONE", "my # is 916.555.0182", "my # is [PHONE_1]"),
    ("PHONE", "nine one six, five five five, oh one two three", "[PHONE_1]"),
    ("PHONE", "four one five 555 oh one double two", "[PHONE_1]"),
    ("PHONE", "call 555 0148", "call [PHONE_1]"),
    ("PHONE", "+44 20 7946 0958 thx", "[PHONE_1] thx"),
    ("PHONE", "my number is 9 1 6 5 5 5 0 1 2 3", "my number is [PHONE_1]"),
    ("EMAIL", "jane dot doe at gmail dot com", "[EMAIL_1]"),
    ("EMAIL", "write to jo.smith@example.com. Some of us eat fish", "write to [EMAIL_1]. Some of us eat fish"),
    ("EMAIL", "reach me at anna@ gmail . com", "reach me at [EMAIL_1]"),
    ("ADDRESS", "party is at 8901 Foothills blvd roseville ca 95747", "party is at [ADDRESS_1]"),
    ("ADDRESS", "7750 Sunrise Blvd #210 Citrus Heights, CA 95610", "[ADDRESS_1]"),
    ("ADDRESS", "PO Box 1234, Davis, CA 95616", "[ADDRESS_1]"),
    ("ADDRESS", "12 Calle del Sol", "[ADDRESS_1]"),
    ("US_SSN", "my ssn is 123-45-6789", "my ssn is [US_SSN_1]"),
    ("US_SSN", "last 4 of my social is 6789", "last 4 of my social is [US_SSN_1]"),
    ("CREDIT_CARD", "3782 822463 10005", "[CREDIT_CARD_1]"),
    ("IBAN", "GB82 WEST 1234 5698 7654 32", "[IBAN_1]"),
    ("IP", "my ip 2001:db8::ff00:42:8329", "my ip [IP_1]"),
    ("URL", "see mybirthday.com", "see [URL_1]"),
    ("SOCIAL_HANDLE", "my insta is jenny.parties", "my insta is [SOCIAL_HANDLE_1]"),
    ("SOCIAL_HANDLE", "follow me @hungry_hanna", "follow me [SOCIAL_HANDLE_1]"),
    ("DATE_OF_BIRTH", "born on March 3, 1990", "born on [DATE_OF_BIRTH_1]"),
    ("GOVERNMENT_ID", "driver's license D1234567", "driver's license [GOVERNMENT_ID_1]"),
    ("BANK_ACCOUNT", "my account number is 44556677", "my account number is [BANK_ACCOUNT_1]"),
    ("GATE_CODE", "the gate code is 4821#", "the gate code is [GATE_CODE_1]"),
    ("GATE_CODE", "press 1234 at the callbox", "press [GATE_CODE_1] at the callbox"),
    ("VEHICLE_PLATE", "license plate 8ABC123", "license plate [VEHICLE_PLATE_1]"),
]

HARMLESS = """
how much for 12 adults and 5 kids
July 12 at 5pm
we need 15 people on 7/4/2026 at 6:30
total is $1,250.00
order #48213
order number 1234567
invoice 2024-1187
ref 5521190
do you travel to 95818?
zip is 95630
Quote for 95747 please
in Davis on Saturday
Is Tracy too far?
Santa Rosa on Memorial Day
party in Santa Clara
El Dorado Hills
Filet mignon and lobster tail
Chicken Teriyaki for 10
New York Strip for 3
Mother's Day brunch
Christmas Eve at 6
are you guys Hibachi Heaven?
mark me down for 15
may i add gyoza
rose gold theme
8x6 ft area
the grill is 68.3 x 27.5 x 41.3
HELLO HOW ARE YOU
Sounds Good Thanks!
its a surprise party
from 3 to 5
20-25 ppl
KB-042 says refund
the chef was late
Chef did awesome job
im 20 min away
45 min drive
12 people at the park
plate of shrimp 12 pieces
promo code HIBACHI10
gate is open
my card was declined
2026-05-03 18:00
10 mile way
account for 12 guests
my daughter's birthday is july 4 2026
can I pay with Venmo or Zelle
do you have a Facebook page
my instagram is private
""".strip().splitlines()


@pytest.fixture(scope="module")
def scrubber() -> Scrubber:
    return Scrubber.load(OWN)


@pytest.mark.parametrize(("kind", "text", "clean"), PERSONAL)
def test_personal_data_is_replaced(scrubber: Scrubber, kind: str, text: str, clean: str) -> None:
    result = scrubber.scrub(text)
    assert result.text == clean
    assert PiiType(kind) in {finding.type for finding in result.findings}


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_stays(scrubber: Scrubber, text: str) -> None:
    result = scrubber.scrub(text)
    assert result.text == text
    assert result.risk is Risk.NONE
    assert result.safe_for_training


@pytest.mark.parametrize(
    "text", ["call (916) 740-8768", "text 916-740-8768!", "+1 916 740 8768", "9167408768", "CS@MyHibachiChef.com or so"]
)
def test_the_business_itself_stays(scrubber: Scrubber, text: str) -> None:
    assert scrubber.scrub(text).text == text
    assert scrubber.scrub(text).safe_for_training
    assert Scrubber.load().scrub(text).findings


@pytest.mark.parametrize(
    "text", ["cs@myhibachichef.com.example.org", "xcs@myhibachichef.com", "916-740-87689", "9167408768, 555-0134"]
)
def test_the_allow_list_opens_no_door_to_neighbours(scrubber: Scrubber, text: str) -> None:
    assert scrubber.scrub(text).findings


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("hi there", Risk.NONE),
        ("thanks, Priya", Risk.LOW),
        ("call 650-555-0177", Risk.MEDIUM),
        ("742 Evergreen Terrace", Risk.MEDIUM),
        ("card 4242 4242 4242 4242", Risk.HIGH),
        ("thanks Priya, ssn 123-45-6789", Risk.HIGH),
    ],
)
def test_risk_is_that_of_the_worst_finding(scrubber: Scrubber, text: str, risk: Risk) -> None:
    assert scrubber.scrub(text).risk is risk


def test_a_long_number_that_is_left_blocks_training(scrubber: Scrubber) -> None:
    result = scrubber.scrub("order 123456789")
    assert result.text == "order 123456789"
    assert not result.safe_for_training


def test_overlaps_take_the_more_harmful_label(scrubber: Scrubber) -> None:
    result = scrubber.scrub("maria.lopez@gmail.com")
    assert [finding.type for finding in result.findings] == [PiiType.EMAIL]
    result = scrubber.scrub("my card is 4242424242424242, call 650-555-0177")
    assert result.text == "my card is [CREDIT_CARD_1], call [PHONE_1]"


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "\ud800", "\n\n\t", "[PERSON_1]", "🎉🎉", "\u200b\u200b", "...", "[[[]]]"]
)
def test_odd_texts_pass_unchanged(scrubber: Scrubber, text: str) -> None:
    result = scrubber.scrub(text)
    assert (result.text, result.findings, result.risk) == (text, (), Risk.NONE)


@pytest.mark.parametrize(
    "text",
    [
        "6\u200b50-555-\u200b0177",
        "６５０-555-0177",
        "650\u2011555\u20110177",
        "650\u00a0555\u00a00177",
        "call\x0065\u00ad0 555 0177",
    ],
)
def test_disguised_numbers_are_found(scrubber: Scrubber, text: str) -> None:
    assert PiiType.PHONE in {finding.type for finding in scrubber.scrub(text).findings}


def test_names_written_with_combining_accents_are_found(scrubber: Scrubber) -> None:
    assert scrubber.scrub("my name is Jose\u0301 Herna\u0301ndez ok").text == "my name is [PERSON_1] ok"
