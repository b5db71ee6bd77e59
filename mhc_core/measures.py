"""The measures of an evaluation as people read them: named, in order of weight, in the unit that suits them."""

from collections.abc import Callable, Mapping


def _share(value: float) -> str:
    return f"{value:.1%}"


def _number(value: float) -> str:
    return f"{value:.3f}"


def _milliseconds(value: float) -> str:
    return f"{value:,.0f} ms"


def _dollars(value: float) -> str:
    return f"{value:,.4f} USD" if value else "0 USD"


_MEASURES: Mapping[str, tuple[str, Callable[[float], str]]] = {
    "similarity": ("similarity to the approved answer (0 to 1)", _number),
    "right": ("answers close enough to count as right", _share),
    "groundedness": ("statements that rest on the knowledge", _share),
    "confidence": ("mean confidence", _share),
    "ece": ("calibration error (0 is best)", _number),
    "brier": ("Brier score (0 is best)", _number),
    "latency_p50_ms": ("time to answer, median", _milliseconds),
    "latency_p95_ms": ("time to answer, 95th percentile", _milliseconds),
    "cost_usd": ("cost of all questions", _dollars),
}


def rows(candidate: Mapping[str, float], baseline: Mapping[str, float]) -> list[tuple[str, str, str]]:
    """Name, candidate's value and baseline's value of each measure; a value that was not taken is a dash."""

    def shown(values: Mapping[str, float], name: str, form: Callable[[float], str]) -> str:
        return form(values[name]) if name in values else "–"

    return [
        (label, shown(candidate, name, form), shown(baseline, name, form))
        for name, (label, form) in _MEASURES.items()
        if name in candidate
    ]
