"""What a process counts has few labels, whatever callers send."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import generate_latest

from mhc_serving.metrics.counters import Counters

WORD = st.text(st.characters(codec="utf-8", exclude_characters="\\"), min_size=1, max_size=12)


def lines(counters: Counters, name: str) -> list[str]:
    page = generate_latest(counters.registry()).decode()
    return [line for line in page.split("\n") if line.startswith((name + "{", name + " "))]


def test_requests_are_told_by_method_route_and_status() -> None:
    counters = Counters()
    counters.begin()
    counters.begin()
    counters.end("POST", "/api/v1/chat", 200, 0.2)
    assert lines(counters, "mhc_http_requests_total") == [
        'mhc_http_requests_total{method="POST",route="/api/v1/chat",status="200"} 1.0'
    ]
    assert lines(counters, "mhc_http_requests_in_flight") == ["mhc_http_requests_in_flight 1.0"]
    seconds = lines(counters, "mhc_http_request_seconds_bucket")
    assert {line for line in seconds if 'le="0.1"' in line or 'le="0.25"' in line} == {
        'mhc_http_request_seconds_bucket{le="0.1",route="/api/v1/chat"} 0.0',
        'mhc_http_request_seconds_bucket{le="0.25",route="/api/v1/chat"} 1.0',
    }


@given(st.lists(WORD, min_size=1, max_size=60))
def test_a_method_that_is_made_up_makes_no_line_of_its_own(methods: list[str]) -> None:
    counters = Counters()
    for method in methods:
        counters.begin()
        counters.end(method, None, 405, 0.0)
    assert len(lines(counters, "mhc_http_requests_total")) <= 8


def test_the_hundredth_model_is_the_last_with_a_line_of_its_own() -> None:
    counters = Counters()
    for number in range(150):
        counters.answered(f"model-{number}", "knowledge", 0.1, cached=False, escalated=number % 50 == 0)
    told = lines(counters, "mhc_answers_total")
    assert len(told) == 101
    assert 'mhc_answers_total{agent="other",cached="false",model="other"} 50.0' in told
    assert lines(counters, "mhc_answers_handed_over_total") == ["mhc_answers_handed_over_total 3.0"]
