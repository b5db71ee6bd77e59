"""The ``mhc`` command: puts the commands together and turns errors into one line with an exit code.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 130 interrupted.
"""

import signal
import sys

import typer
from rich.text import Text

from mhc_core.errors import MHCError
from mhc_jobs.cli import (
    alerts,
    audit,
    backup,
    bench_anomalies,
    bench_answers,
    bench_chat,
    bench_churn,
    bench_console,
    bench_context,
    bench_costs,
    bench_demand,
    bench_gate,
    bench_graphql,
    bench_guards,
    bench_languages,
    bench_loop,
    bench_offers,
    bench_offline,
    bench_review,
    bench_scores,
    bench_scrub,
    bench_train_diets,
    bench_train_guards,
    bench_train_multilingual,
    bench_train_scores,
    bench_understanding,
    bench_value,
    bench_voice,
    campaigns,
    chat,
    config,
    consents,
    console_server,
    costs,
    dagster,
    dataset,
    db,
    demo,
    feedback,
    graphql_schema,
    importing,
    keys,
    knowledge,
    languages,
    loop,
    models,
    offers,
    openapi,
    pipeline,
    privacy,
    prompts,
    report,
    review,
    rollout,
    scrub,
    serve,
    simulate,
    status,
    tagger,
    understanding,
    up,
    users,
    worker,
)
from mhc_jobs.cli.console import err

app = typer.Typer(
    help="The self-learning platform behind the My Hibachi Chef concierge.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    epilog="Settings are environment variables; `mhc config` lists them.",
)
app.command("up")(up.command)
app.command("serve")(serve.command)
app.command("console")(console_server.command)
app.command("worker")(worker.command)
app.command("demo")(demo.command)
app.command("loop")(loop.command)
app.command("status")(status.command)
app.command("costs")(costs.command)
app.command("report")(report.command)
app.add_typer(pipeline.app, name="pipeline")
app.command("dagster", context_settings=dagster.CONTEXT)(dagster.command)
app.command("chat")(chat.command)
app.add_typer(importing.app, name="import")
app.add_typer(review.app, name="review")
app.add_typer(dataset.app, name="dataset")
app.add_typer(models.app, name="models")
app.add_typer(rollout.app, name="rollout")
app.add_typer(prompts.app, name="prompts")
app.add_typer(knowledge.app, name="knowledge")
app.add_typer(understanding.app, name="understanding")
app.add_typer(offers.app, name="offers")
app.add_typer(feedback.app, name="feedback")
app.add_typer(campaigns.app, name="campaigns")
app.add_typer(consents.app, name="consents")
app.add_typer(keys.app, name="keys")
app.add_typer(users.app, name="users")
app.add_typer(alerts.app, name="alerts")
app.add_typer(privacy.app, name="privacy")
app.add_typer(audit.app, name="audit")
app.add_typer(db.app, name="db")
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("scrub")(scrub.command)
app.add_typer(tagger.app, name="tagger")
app.add_typer(languages.app, name="languages")
app.command("simulate")(simulate.command)
app.command("openapi")(openapi.command)
app.command("graphql")(graphql_schema.command)
app.command("config")(config.command)
bench = typer.Typer(help="Measure, beside a baseline in the same run.", no_args_is_help=True)
bench.command("scrub")(bench_scrub.command)
bench.command("answers")(bench_answers.command)
bench.command("chat")(bench_chat.command)
bench.command("console")(bench_console.command)
bench.command("loop")(bench_loop.command)
bench.command("context")(bench_context.command)
bench.command("costs")(bench_costs.command)
bench.command("offers")(bench_offers.command)
bench.command("train-diets")(bench_train_diets.command)
bench.command("train-multilingual")(bench_train_multilingual.command)
bench.command("offline")(bench_offline.command)
bench.command("review")(bench_review.command)
bench.command("scores")(bench_scores.command)
bench.command("train-scores")(bench_train_scores.command)
bench.command("understanding")(bench_understanding.command)
bench.command("gate")(bench_gate.command)
bench.command("graphql")(bench_graphql.command)
bench.command("guards")(bench_guards.command)
bench.command("train-guards")(bench_train_guards.command)
bench.command("churn")(bench_churn.command)
bench.command("demand")(bench_demand.command)
bench.command("value")(bench_value.command)
bench.command("voice")(bench_voice.command)
bench.command("languages")(bench_languages.command)
bench.command("anomalies")(bench_anomalies.command)
app.add_typer(bench, name="bench")


def main() -> None:
    """Entry point of the ``mhc`` script."""
    # A script that starts us with `&` leaves SIGINT ignored, and Dagster then has SIGTERM ignored as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        app()
    except MHCError as error:
        err.print(Text.assemble(("error:", "bold red"), " ", str(error)), soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        err.print("interrupted")
        sys.exit(130)
