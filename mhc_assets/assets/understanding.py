"""How messages are read: labelled messages, the version trained on them, its evaluation, and which one is live."""

import dagster as dg

from mhc_assets.plots import forest
from mhc_assets.resources import Platform
from mhc_assets.run_versions import made_by_run
from mhc_assets.style import OWNERS, UNDERSTAND
from mhc_core.db.queries import understanding as queries
from mhc_core.db.queries import understanding_versions as stored
from mhc_core.db.queries import versions
from mhc_core.understanding import examples, learning


@dg.asset(group_name=UNDERSTAND, kinds={"postgres"}, owners=OWNERS, code_version="1")
def understanding_examples(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult[None]:
    """Messages with the act, topic and slots that they should be read with, scrubbed.

    They come from the release (gold), from staff (`mhc review understanding`), and from bookings: where a customer sent
    a request, messages whose reading agrees with its record. Of 15 % of customers and gold messages everything is held
    out, so that versions are judged on what none of them saw.
    """
    with platform.engine.begin() as connection:
        gathered = examples.gather(connection, platform.gold(), platform.scrubber(), platform.now())
        counts = queries.counts(connection)
        held_out = len(queries.held_out(connection))
    context.log.info("%d gold messages changed, %d new from bookings", gathered.gold, gathered.bookings)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(counts.values()),
            **{f"from_{origin}": count for origin, count in counts.items()},
            **{f"{name}_now": count for name, count in gathered._asdict().items()},
            "held_out": held_out,
        }
    )


@dg.asset(
    group_name=UNDERSTAND,
    kinds={"scikitlearn"},
    owners=OWNERS,
    deps=[understanding_examples],
    pool="training",
    code_version="1",
)
def understanding_model(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult[None]:
    """A version of understanding, trained in this run on all labelled messages that are not held out.

    The same messages, recipe and seed are trained once. A version is a file without code under its content hash.
    """
    settings = platform.settings
    made = learning.train(
        platform.engine, platform.understanding(), settings.artifacts, settings.seed, platform.now(), context.log.info
    )
    return dg.MaterializeResult(
        metadata={
            "version": made.id,
            "recipe": made.recipe,
            "sha256": made.artifact_sha256,
            **{f"from_{origin}": count for origin, count in made.examples.items()},
            "metrics": dg.MetadataValue.json(dict(made.metrics)),
        },
        data_version=dg.DataVersion(made.id),
    )


@dg.asset(group_name=UNDERSTAND, kinds={"scikitlearn"}, owners=OWNERS, deps=[understanding_model], code_version="1")
def understanding_evaluation(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult[None]:
    """The candidate and the live version read the same held-out messages; the verdict is promote, hold or reject.

    A candidate is promoted when it is not worse in slots, topics, acts, seeing who needs a person, and sparing the
    others (paired bootstrap over customers). Each measure is defined in `docs/understanding.md`.
    """
    candidate = made_by_run(context, understanding_model)
    judged = learning.evaluate(platform.engine, platform.understanding(), candidate, platform.settings.seed)
    shown = {name: (each["mean"], each["low"], each["high"]) for name, each in judged.differences.items()}
    return dg.MaterializeResult(
        metadata={
            "verdict": judged.verdict.value,
            "reasons": dg.MetadataValue.md("\n".join(f"- {reason}" for reason in judged.reasons)),
            "evaluation": judged.id,
            "candidate": judged.candidate_id,
            "baseline": judged.baseline_id or "none",
            "messages": judged.messages,
            "candidate_metrics": dg.MetadataValue.json(dict(judged.candidate_metrics)),
            "baseline_metrics": dg.MetadataValue.json(dict(judged.baseline_metrics)),
            **({"differences": forest("candidate minus live version, 95 % interval", shown)} if shown else {}),
        },
        data_version=dg.DataVersion(str(judged.id)),
    )


@dg.asset(group_name=UNDERSTAND, kinds={"postgres"}, owners=OWNERS, deps=[understanding_evaluation], code_version="1")
def promoted_understanding(context: dg.AssetExecutionContext, platform: Platform) -> dg.MaterializeResult[None]:
    """The version that reads customers' messages: a pointer that moves only after the verdict *promote*.

    Serving follows within seconds. Go back at once with `mhc understanding rollback`.
    """
    with platform.engine.begin() as connection:
        made = made_by_run(context, understanding_evaluation)
        judged = stored.evaluation(connection, int(made)) if made else stored.latest_evaluation(connection)
        if judged is None:
            raise dg.Failure("nothing was evaluated yet; materialise understanding_evaluation", allow_retries=False)
        moved = learning.promote(connection, judged, "pipeline", platform.now())
        live = versions.live(connection, stored.KIND) or "none"
    return dg.MaterializeResult(
        metadata={"live": live, "candidate": judged.candidate_id, "verdict": judged.verdict.value, "moved": moved},
        data_version=dg.DataVersion(live),
    )
