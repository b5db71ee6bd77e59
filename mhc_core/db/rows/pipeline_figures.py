"""A figure of the pipeline: what Dagster knows of its runs, as numbers with a name."""

from typing import NamedTuple

from mhc_core.vocabulary import PipelineCount


class PipelineFigure(NamedTuple):
    """``name`` is a status, an asset, or a schedule or sensor; moments are seconds since 1970."""

    what: PipelineCount
    name: str
    value: float
