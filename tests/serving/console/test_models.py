"""The page of models: what is live, and the way between answers and examples."""

from uuid import UUID

import pytest
import sqlalchemy as sa
from fakes.consoles import Staff
from fakes.stored import NOW, example, say, talk
from fakes.waiting import until
from selenium.webdriver.common.keys import Keys

from mhc_core.business import pricing
from mhc_core.db.queries import evaluation as evaluations
from mhc_core.db.queries import prompts, training, versions
from mhc_core.db.rows.evaluation import AnswerPair, NewEvaluation
from mhc_core.db.tables import evaluation_set_members, model_versions
from mhc_core.prompts import registry
from mhc_core.vocabulary import Verdict


@pytest.fixture
def operator(staff: Staff) -> Staff:
    staff.sign_in("operator")
    return staff


def test_what_is_live_is_rolled_back_with_a_reason(operator: Staff, console_engine: sa.Engine) -> None:
    with console_engine.begin() as connection:
        baseline = training.ensure_baseline(connection)
        connection.execute(
            sa.text("insert into ai.model_versions (id, provider, base_model) values ('newer', 'local', 'index')")
        )
        for model in (baseline, "newer"):
            versions.move(connection, "model", model, "test", "first", NOW)
    operator.open("/models")
    operator.see("td", "newer")
    operator.see(".talk", "newer").click()
    operator.see(".open button", "Roll back").click()
    operator.see(".q-dialog input").send_keys(" of the weekend")
    operator.see(".q-dialog button", "Roll back").click()
    operator.see(".q-notification", "done")
    with console_engine.connect() as connection:
        last = versions.history(connection, "model")[0]
    assert (last.version_id, last.moved_by) == (baseline, "operator")
    assert "of the weekend" in last.reason


def test_an_answer_leads_to_its_example_and_back(operator: Staff, console_engine: sa.Engine) -> None:
    with console_engine.begin() as connection:
        source = example(connection, "How much is sake?", "It is included.", verified=True, verified_by="ana")
        answers = [
            talk(connection, say("user", "sake?"), say("assistant", "It is included.", example_id=source))[1][1]
            for _ in range(2)
        ]
    operator.open("/models")
    operator.see("input[aria-label='Id of an answer']").send_keys(str(answers[0]))
    operator.see("button", "Show").click()
    operator.see(".turn.answer", "It is included")
    operator.see("p", "Approved by ana")
    for answer in answers:
        operator.see("td", str(answer))


def test_answers_of_an_evaluation_stand_side_by_side(operator: Staff, console_engine: sa.Engine) -> None:
    with console_engine.begin() as connection:
        asked = [example(connection, f"question {number}", "approved", verified=True) for number in range(2)]
        _evaluated(connection, asked)
    operator.open("/models")
    operator.see(".talk", "judged").click()
    operator.see(".open summary", "Answers side by side").click()
    worst = operator.see(".open .card", "question 0").text
    assert ("candidate 0" in worst, "baseline 0" in worst, "-0.500" in worst) == (True, True, True)
    assert operator.faults() == []
    operator.see(".open button", "Better first").click()
    until(lambda: "question 1" in operator.see(".open .card").text, 10)
    operator.see(".open button", "Its example").click()
    operator.see(".q-dialog p", "question 1")
    link = operator.see(".open a", "Its evaluation in Dagster").get_attribute("href")
    assert "/assets/shadow_evaluation?view=events&time=" in link


def _evaluated(connection: sa.Connection, asked: list[UUID]) -> None:
    """An evaluation of the model ``judged`` on these examples, worse on the first."""
    baseline = training.ensure_baseline(connection)
    connection.execute(
        sa.text("""
        insert into ai.dataset_versions (id, train_uri, validation_uri, train_count, validation_count, last_sequence)
        values ('ds-console', 'file:///none', 'file:///none', 0, 2, 1)
    """)
    )
    connection.execute(
        sa.text("""
        insert into ai.evaluation_sets (id, dataset_id, questions) values ('es-console', 'ds-console', 2)
    """)
    )
    connection.execute(sa.insert(model_versions).values(id="judged", provider="local", base_model="index"))
    connection.execute(
        sa.insert(evaluation_set_members).values(
            [
                {
                    "set_id": "es-console",
                    "position": place,
                    "example_id": one,
                    "customer_hash": "c",
                    "day": NOW.date(),
                    "channel": "web",
                    "intent": "menu",
                    "messages": [{"content": f"question {place}"}, {"content": "approved"}],
                }
                for place, one in enumerate(asked)
            ]
        )
    )
    found = NewEvaluation(
        "console",
        "judged",
        baseline,
        "ds-console",
        None,
        "es-console",
        2,
        {"right": 1.0},
        {"right": 1.0},
        0.0,
        0.0,
        0.0,
        Verdict.HOLD,
    )
    pairs = [
        AnswerPair(one, (-0.5, 0.5)[place], f"candidate {place}", f"baseline {place}")
        for place, one in enumerate(asked)
    ]
    evaluations.save(connection, found, pairs)


def test_a_wording_is_written_tried_and_put_in_production(operator: Staff, console_engine: sa.Engine) -> None:
    with console_engine.begin() as connection:
        registry.sync_with_release(connection, pricing.load(), NOW)
    operator.open("/models")
    operator.see("button[aria-label='Open agent/lead']").click()
    operator.see(".q-dialog textarea").send_keys(" Ask one thing at a time.")
    assert operator.faults() == []
    operator.see(".q-dialog button", "Record as a new version").click()
    operator.see(".q-notification", "is recorded")
    operator.see("button", "Start an experiment").click()
    operator.see(".q-dialog input[aria-label=Name]").send_keys("one-thing")
    operator.see(".q-dialog .q-field", "Versions to try").click()
    operator.see(".q-menu .q-item", "agent/lead").click()
    operator.press(Keys.ESCAPE)
    operator.see(".q-dialog button", "Start").click()
    operator.see("button[aria-label='Open one-thing']").click()
    operator.see(".q-dialog td", "collecting")
    operator.see(".q-dialog button", "End it").click()
    operator.see(".q-notification", "One-thing: done")
    operator.see("button[aria-label='Open agent/lead']").click()
    operator.see(".q-dialog .q-field", "Version").click()
    operator.see(".q-menu .q-item:not(.q-item--active)").click()
    operator.see(".q-dialog pre", "+")
    operator.browser.execute_script(  # a notification may lie over it
        "arguments[0].click()", operator.see(".q-dialog button", "Put in production")
    )
    operator.see(".q-notification", "is in production")
    with console_engine.connect() as connection:
        done = (
            connection.execute(
                sa.text("""
            select action from ai.audit_log where actor = 'operator' and action ~ '^(prompt|experiment)' order by id
        """)
            )
            .scalars()
            .all()
        )
        live = {one.name: one.task for one in prompts.standing(connection)}["agent/lead"]
    assert done == ["prompt.added", "experiment.started", "experiment.ended", "prompt.moved"]
    assert live.endswith("Ask one thing at a time.")


@pytest.mark.parametrize(
    ("typed", "said"),
    [("42", "This is no id of an answer"), ("00000000-0000-0000-0000-000000000001", "There is no message")],
)
def test_what_is_no_answer_is_said(operator: Staff, typed: str, said: str) -> None:
    operator.open("/models")
    operator.see("input[aria-label='Id of an answer']").send_keys(typed)
    operator.see("button", "Show").click()
    operator.see(".q-notification", said)
