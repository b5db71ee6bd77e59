"""No generated number, address or link survives a scrub, in whatever sentence; offsets always lead back."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mhc_core.scrubbing import Scrubber, ScrubResult
from mhc_core.scrubbing.digits import luhn

quick = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))

TEMPLATES = (
    "{}",
    "{} is the right one",
    "hi there! its {} thanks so much",
    "for the party on 7/4 at 5pm with 20 guests: {}, ok?",
    "Please use {}.",
    "use ({}) pls",
    "order 88213, total $1,020.50 — {}\nsee you Saturday",
    "IS IT {} OR NOT",
    "we need 12 adults {} and 3 kids",
    "hola, {} gracias",
    "“{}”",
)


@pytest.fixture(scope="module")
def scrubber() -> Scrubber:
    return Scrubber.load()


def digits(count: int, first: str = "0123456789") -> st.SearchStrategy[str]:
    return st.builds(
        "".join, st.tuples(st.sampled_from(first), st.text("0123456789", min_size=count - 1, max_size=count - 1))
    )


def grouped(value: str, sizes: list[int], gap: str) -> str:
    parts, position = [], 0
    for size in sizes:
        parts.append(value[position : position + size])
        position += size
    return gap.join([*parts, value[position:]] if position < len(value) else parts)


US_FORMS = (
    "{0}-{1}-{2}",
    "({0}) {1}-{2}",
    "{0}.{1}.{2}",
    "{0} {1} {2}",
    "{0}{1}{2}",
    "+1 {0} {1} {2}",
    "1-{0}-{1}-{2}",
    "{0} {1}{2}",
    "+1({0}){1}-{2}",
    "{0}/{1}-{2}",
    "{0}–{1}–{2}",
)
PHONES = st.builds(
    lambda form, area, exchange, line: form.format(area, exchange, line),
    st.sampled_from(US_FORMS),
    digits(3, "23456789"),
    digits(3, "23456789"),
    digits(4),
)
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
SPOKEN = st.builds(
    lambda number, gap: gap.join(WORDS[int(digit)] for digit in number),
    digits(10, "23456789"),
    st.sampled_from((" ", ", ", "-", " - ")),
)


def with_check_digit(body: str) -> str:
    return next(body + check for check in "0123456789" if luhn([int(one) for one in body + check]))


CARDS = st.builds(
    lambda body, sizes, gap: grouped(with_check_digit(body), sizes, gap),
    st.one_of(digits(15, "3456"), digits(14, "3")),
    st.sampled_from(([4, 4, 4, 4], [4, 6, 5], [16], [6, 10], [2] * 8, [1] * 16)),
    st.sampled_from((" ", "-", ".", "  ", " - ")),
)
SSNS = st.builds(
    lambda number, gap: grouped(number, [3, 2, 4], gap), digits(9), st.sampled_from(("-", " ", ".", "–", " - ", "/"))
)


def iban(country: str, body: str) -> str:
    number = int("".join(str(int(character, 36)) for character in body + country + "00"))
    return f"{country}{98 - number % 97:02d}{body}"


IBANS = st.builds(
    lambda value, size, lower: (lambda text: text.lower() if lower else text)(
        grouped(value, [size] * (len(value) // size), " ")
    ),
    st.one_of(
        st.builds(lambda body: iban("DE", body), digits(18)),
        st.builds(
            lambda bank, body: iban("GB", bank + body),
            st.text("ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=4, max_size=4),
            digits(14),
        ),
        st.builds(lambda body: iban("FR", body), digits(23)),
        st.builds(lambda body: iban("NL", "ABNA" + body), digits(10)),
    ),
    st.sampled_from((4, 40)),
    st.booleans(),
)
IPS = st.one_of(st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(str))
LOCAL = st.from_regex(r"[a-z][a-z0-9]{0,8}([._+\-][a-z0-9]{1,8}){0,2}", fullmatch=True)
HOST = st.from_regex(r"[a-z][a-z0-9]{1,9}(-[a-z0-9]{1,5})?\.(com|net|org|co\.uk|io|de|museum)", fullmatch=True)
EMAILS = st.one_of(
    st.builds("{}@{}".format, LOCAL, HOST),
    st.builds(lambda local, host: f"{local}@{host}".upper(), LOCAL, HOST),
    st.builds(
        "{} at {} dot com".format,
        st.from_regex(r"[a-z][a-z0-9]{2,9}", fullmatch=True),
        st.from_regex(r"[a-z]{3,9}", fullmatch=True),
    ),
    st.builds("{} (at) {} (dot) com".format, LOCAL, st.from_regex(r"[a-z]{3,9}", fullmatch=True)),
)


def assert_gone(scrubber: Scrubber, template: str, value: str) -> None:
    text = template.format(value)
    start = text.index(value)
    result = scrubber.scrub(text)
    covered = {position for finding in result.findings for position in range(finding.start, finding.end)}
    left = [
        text[position]
        for position in range(start, start + len(value))
        if text[position].isalnum() and position not in covered
    ]
    assert not left, f"{left} of {value!r} survived in {result.text!r}"
    assert_maps_back(text, result)


def assert_maps_back(text: str, result: ScrubResult) -> None:
    rebuilt, position = [], 0
    for finding in result.findings:
        assert position <= finding.start < finding.end <= len(text)
        rebuilt += [text[position : finding.start], finding.placeholder]
        position = finding.end
    assert "".join([*rebuilt, text[position:]]) == result.text
    assert sum(result.counts.values()) == len(result.findings)


@quick
@given(st.sampled_from(TEMPLATES), PHONES)
def test_phone_never_survives(scrubber: Scrubber, template: str, value: str) -> None:
    assert_gone(scrubber, template, value)


@settings(quick, max_examples=50)
@given(st.sampled_from([one for one in TEMPLATES if one != "we need 12 adults {} and 3 kids"]), SPOKEN)
def test_spoken_phone_never_survives(scrubber: Scrubber, template: str, value: str) -> None:
    assert_gone(scrubber, template, value)


@quick
@given(st.sampled_from(TEMPLATES), CARDS)
def test_card_never_survives(scrubber: Scrubber, template: str, value: str) -> None:
    assert_gone(scrubber, template, value)


@quick
@given(st.sampled_from(TEMPLATES), SSNS)
def test_social_security_number_never_survives(scrubber: Scrubber, template: str, value: str) -> None:
    assert_gone(scrubber, template, value)


@quick
@given(st.sampled_from(TEMPLATES), IBANS)
def test_iban_never_survives(scrubber: Scrubber, template: str, value: str) -> None:
    assert_gone(scrubber, template, value)


@quick
@example("{}", "::1")
@given(st.sampled_from(TEMPLATES), IPS)
def test_ip_never_survives(scrubber: Scrubber, template: str, value: str) -> None:
    assert_gone(scrubber, template, value)


@quick
@given(st.sampled_from(TEMPLATES), EMAILS)
def test_email_never_survives(scrubber: Scrubber, template: str, value: str) -> None:
    assert_gone(scrubber, template, value)


FRAGMENTS = (
    *"""
Maria Lopez
maria
my name is
this is
thx,
[PERSON_1]
[PHONE_12]
742 Evergreen Terrace
gate code 4821
and
Chef Tony
- Monica
the
order #55021
[
]
@joy_22
rose wine
🎉
Nguyễn Văn An
king
Dr.
St.
P.O. Box 22
apt 5
12
Springfield, OR 97403
call me
Kwame
Grace
ALL CAPS
born on 3/4/1990
""".strip().splitlines(),
    "\n",
    "\u200b",
    "\x00",
    "\ud800",
)
PIECES = st.one_of(
    PHONES,
    CARDS,
    SSNS,
    EMAILS,
    IPS,
    st.sampled_from(FRAGMENTS),
    st.text(max_size=12),
)
MESSAGES = st.lists(PIECES, max_size=7).map(" ".join)


@settings(quick, max_examples=250)
@given(MESSAGES)
def test_any_text_maps_back_and_a_second_scrub_changes_nothing(scrubber: Scrubber, text: str) -> None:
    first = scrubber.scrub(text)
    assert_maps_back(text, first)
    second = scrubber.scrub(first.text)
    assert (second.text, second.findings) == (first.text, ())
    assert scrubber.scrub(text) == first


@settings(quick, max_examples=60)
@given(st.lists(MESSAGES, min_size=1, max_size=4))
def test_numbers_stay_when_the_conversation_grows(scrubber: Scrubber, texts: list[str]) -> None:
    whole = scrubber.scrub_conversation(texts)
    for length in range(1, len(texts)):
        assert scrubber.scrub_conversation(texts[:length]) == whole[:length]
