"""The page of models: what is live, and the way between answers and examples."""

import pytest
import sqlalchemy as sa
from fakes.consoles import Staff
from fakes.stored import NOW, example, say, talk

from mhc_core.db.queries import training, versions


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


@pytest.mark.parametrize(
    ("typed", "said"),
    [("42", "This is no id of an answer"), ("00000000-0000-0000-0000-000000000001", "There is no message")],
)
def test_what_is_no_answer_is_said(operator: Staff, typed: str, said: str) -> None:
    operator.open("/models")
    operator.see("input[aria-label='Id of an answer']").send_keys(typed)
    operator.see("button", "Show").click()
    operator.see(".q-notification", said)
