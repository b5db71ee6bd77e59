"""The page of knowledge in a real browser."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from fakes.consoles import THEN, Staff
from fakes.stored import example

from mhc_core.db.queries import knowledge as queries
from mhc_core.knowledge import writing


@pytest.fixture(autouse=True)
def _article(console_engine: sa.Engine) -> Iterator[None]:
    with console_engine.begin() as connection:
        writing.save(connection, writing.form("KB-7", "Noise", "site", [], [], "Loud."), None, "test", THEN)
    yield
    with console_engine.begin() as connection:
        connection.execute(sa.text("delete from ai.review_items"))
        connection.execute(sa.text("delete from ai.knowledge_articles"))


def test_an_article_is_corrected_with_a_preview(staff: Staff, console_engine: sa.Engine) -> None:
    staff.sign_in("reviewer")
    staff.open("/knowledge")
    staff.see(".talk", "KB-7 Noise").click()
    staff.see(".body", "Loud.")
    staff.see(".open button", "Edit").click()
    field = staff.see(".q-dialog textarea")
    field.send_keys(" Until **ten** in the evening.")
    staff.see(".q-dialog button", "Preview").click()
    staff.see(".q-dialog strong", "ten")
    assert staff.faults() == []
    staff.see(".q-dialog button", "Save").click()
    staff.see(".open .body", "Loud. Until ten in the evening.")
    with console_engine.connect() as connection:
        row = queries.article(connection, "KB-7")
    assert row is not None
    assert row.body == "Loud. Until **ten** in the evening."


def test_questions_that_nobody_could_answer_begin_an_article(staff: Staff, console_engine: sa.Engine) -> None:
    with console_engine.begin() as connection:
        made = example(connection, "is the grill safe for dogs", "perhaps", intent="other", confidence=0.1)
        connection.execute(
            sa.text("""
                insert into ai.review_items (example_id, priority, reasons) values (:id, 1, '{low_confidence}')
            """),
            {"id": made},
        )
    staff.sign_in("operator")
    staff.open("/knowledge")
    staff.see(".cards .card", "is the grill safe for dogs").find_element("tag name", "button").click()
    filled = staff.see(".q-dialog textarea").get_attribute("value") or ""
    assert "is the grill safe for dogs" in filled
    assert filled.endswith("perhaps")
    staff.see(".q-dialog button", "Save").click()
    staff.see(".q-notification", "Front matter has no title")
