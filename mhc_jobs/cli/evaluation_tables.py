"""What an evaluation's verdict rests on, as people read it in the terminal."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from mhc_core.db.queries.evaluation import Evaluation
from mhc_core.evaluation import measures
from mhc_jobs.cli.console import columns


def evidence(evaluation: Evaluation) -> Iterator[Table | str]:
    """The questions that were asked, pass or fail, the judge, guardrails and slices; nothing of what was not stored."""
    details = evaluation.details
    if evaluation.evaluation_set_id:
        left_out = details.get("left_out_as_taught", 0)
        yield f"asked: evaluation set {evaluation.evaluation_set_id}" + (
            f", without {left_out} questions that a model was taught" if left_out else ""
        )
    if passes := details.get("passes"):
        yield (
            f"pass or fail: {passes['gained']} questions gained, {passes['lost']} lost "
            f"(McNemar, exact p = {passes['p_better']:.3g} for better, {passes['p_worse']:.3g} for worse)"
        )
    if judge := details.get("judge"):
        yield measures.judge_sentence(judge)
    if guardrails := measures.guardrail_rows(details):
        yield _table(measures.GUARDRAIL_COLUMNS, guardrails)
    if slices := measures.slice_rows(details):
        yield _table(measures.SLICE_COLUMNS, slices)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = columns(headings[0], *(f">{heading}" for heading in headings[1:]), header_style="dim")
    for row in rows:
        table.add_row(*row)
    return table
