"""The measures of an evaluation as people read them: named, defined, by weight, in the unit that suits them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


def _share(value: float) -> str:
    return f"{value:.1%}"


def _number(value: float) -> str:
    return f"{value:.3f}"


def _milliseconds(value: float) -> str:
    return f"{value:,.0f} ms"


def _dollars(value: float) -> str:
    return f"{value:,.4f} USD" if value else "0 USD"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a model: ``form`` writes its value, ``definition`` says what it is of all questions."""

    label: str
    form: Callable[[float], str]
    definition: str


MEASURES: Mapping[str, Measure] = {
    "similarity": Measure(
        "similarity to the approved answer (0 to 1)",
        _number,
        "Cosine of the embeddings of answer and approved answer, times 0.5 + 0.5 × the share of numbers both state.",
    ),
    "right": Measure(
        "answers close enough to count as right", _share, "Share of answers with a similarity of 0.6 or more."
    ),
    "alone_right": Measure(
        "the same of the model alone",
        _share,
        "Share of answers that count as right when the model is asked without the concierge around it: without "
        "understanding, agents, tools and guards.",
    ),
    "alone_similarity": Measure(
        "similarity of the model alone", _number, "Similarity to the approved answer, asked in the same way."
    ),
    "judge": Measure(
        "answers that the judge passes",
        _share,
        "Share of answers that the model in `MHC_JUDGE_MODEL` would send. It decides only with κ ≥ 0.6 against people.",
    ),
    "figures": Measure(
        "figures that are right (F1)",
        _share,
        "F1 of the prices, percentages, times, distances and counts of answer and approved answer, in one unit; what a "
        "passage states is not held against the answer. Mean over questions with figures.",
    ),
    "facts": Measure(
        "rules of the approved answer that are stated",
        _share,
        "Share of the approved answer's facts (a figure, or yes or no, about a subject such as refund or deposit) that "
        "the answer states too.",
    ),
    "contradictions": Measure(
        "answers that contradict the approved one",
        _share,
        "Share of answers that state the opposite, or only other figures of the same kind, about a subject of the "
        "approved answer.",
    ),
    "groundedness": Measure(
        "statements that rest on the knowledge",
        _share,
        "Share of an answer's statements that a passage or the approved answer supports: close in meaning (cosine 0.6) "
        "and with every number in it.",
    ),
    "citation_precision": Measure(
        "citations that support the answer", _share, "Share of cited passages that support a statement of the answer."
    ),
    "citation_recall": Measure(
        "statements with a citation",
        _share,
        "Of the statements that some passage given supports, the share that a cited passage supports.",
    ),
    "handover": Measure(
        "hand-overs to a person that are right",
        _share,
        "Share of questions where the answer passes the matter to a person exactly when the approved answer does; an "
        "answer below `MHC_MINIMUM_CONFIDENCE` counts as passed on.",
    ),
    "personal": Measure(
        "answers with personal data", _share, "Share of answers in which the scrubber finds something, or refuses."
    ),
    "rude": Measure("answers with rude words", _share, "Share of answers with profanity or abuse (`badwords-py`)."),
    "confidence": Measure("mean confidence", _share, "Mean of the probability of being right that the model claims."),
    "ece": Measure(
        "calibration error (0 is best)",
        _number,
        "Expected calibration error: gap between claimed and actual share of right answers, over ten bins of equal "
        "width (Guo et al. 2017).",
    ),
    "brier": Measure("Brier score (0 is best)", _number, "Mean squared gap between confidence and being right."),
    "latency_p50_ms": Measure("time to answer, median", _milliseconds, "Wall clock of one answer, without retrieval."),
    "latency_p95_ms": Measure("time to answer, 95th percentile", _milliseconds, "The same, 95 of 100 are faster."),
    "cost_usd": Measure("cost of all questions", _dollars, "What the provider charges for all answers, USD."),
}


def rows(candidate: Mapping[str, float], baseline: Mapping[str, float]) -> list[tuple[str, str, str]]:
    """Name, candidate's value and baseline's value of each measure; a value that was not taken is a dash."""

    def shown(values: Mapping[str, float], name: str, measure: Measure) -> str:
        return measure.form(values[name]) if name in values else "–"

    return [
        (measure.label, shown(candidate, name, measure), shown(baseline, name, measure))
        for name, measure in MEASURES.items()
        if name in candidate
    ]


GUARDRAIL_COLUMNS = ("guardrail", "candidate", "baseline", "may lose", "interval of the difference", "holds")
SLICE_COLUMNS = ("slice", "questions", "customers", "difference", "interval", "finding")


def guardrail_rows(details: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The guardrails of a stored evaluation, under ``GUARDRAIL_COLUMNS``."""
    return [
        (
            item["name"],
            f"{item['candidate']:,.3f}",
            f"{item['baseline']:,.3f}",
            f"{item['margin']:g}" if item["difference"] else f"over {item['margin']:g} only",
            _interval(item["difference"]),
            "yes" if item["holds"] else "no",
        )
        for item in details.get("guardrails", ())
    ]


def slice_rows(details: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The slices of a stored evaluation, under ``SLICE_COLUMNS``."""
    return [
        (
            f"{item['by']}: {item['value']}",
            f"{item['questions']}",
            f"{item['groups']}",
            f"{item['difference']['mean']:+.3f}",
            _interval(item["difference"]),
            _finding(item),
        )
        for item in details.get("slices", ())
    ]


def judge_sentence(judge: Mapping[str, Any]) -> str:
    """Who judged, how far they agree with people, and whether that is enough to decide."""
    if judge["kappa"] is None:
        agreed = f"{judge['decisions']} human decisions are too few to measure agreement"
    else:
        low, high = judge["interval"]
        agreed = (
            f"Cohen's κ = {judge['kappa']:.2f} ({low:.2f} to {high:.2f}) with people on {judge['decisions']} decisions"
        )
    return f"judge {judge['model']}: {agreed}; {'it decides' if judge['decides'] else 'it decides nothing'}"


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose numbers stand right, under their headings."""
    lines = [columns, ["---", *["--:"] * (len(columns) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _interval(interval: Mapping[str, float] | None) -> str:
    return f"{interval['low']:+.3f} to {interval['high']:+.3f}" if interval else "–"


def _finding(item: Mapping[str, Any]) -> str:
    if item["p_worse"] is None:
        return "not enough data"
    if item["worse"]:
        return f"worse (p = {item['p_worse']:.3f})"
    return f"better (p = {item['p_better']:.3f})" if item["better"] else "no difference shown"
