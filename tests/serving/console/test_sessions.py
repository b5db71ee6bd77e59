"""Sessions on pages that are open: they end there too, and so does a role."""

import sqlalchemy as sa
from fakes.consoles import PASSWORD, THEN, Staff
from fakes.waiting import until

from mhc_core.accounts import people
from mhc_core.vocabulary import StaffRole


def test_a_page_that_is_open_ends_with_its_session(staff: Staff, console_engine: sa.Engine) -> None:
    with console_engine.begin() as connection:
        people.create(connection, "Ending", StaffRole.ADMIN, PASSWORD, "test", THEN)
    staff.sign_in("Ending")
    staff.open("/audit")
    with console_engine.begin() as connection:
        people.end_sessions(connection, "Ending", "test", THEN)
    staff.see("button", "Filter").click()
    until(lambda: staff.browser.current_url.endswith("/console/sign-in"), 10)


def test_a_page_that_is_open_does_nothing_for_another_role(staff: Staff, console_engine: sa.Engine) -> None:
    with console_engine.begin() as connection:
        people.create(connection, "Turning", StaffRole.ADMIN, PASSWORD, "test", THEN)
    staff.sign_in("Turning")
    staff.open("/people")
    with console_engine.begin() as connection:
        people.set_role(connection, "Turning", StaffRole.AGENT, "test", THEN)
    staff.see("input[aria-label=Name]").send_keys("Somebody")
    staff.see("button", "Make an account").click()
    staff.see(".q-notification", "Your role is agent now")
    with console_engine.connect() as connection:
        assert not connection.scalar(sa.text("select count(*) from ai.staff_accounts where name = 'Somebody'"))


def test_administrators_make_accounts_whose_password_is_shown_once(staff: Staff, console: str) -> None:
    staff.sign_in("admin")
    staff.open("/people")
    staff.see("input[aria-label=Name]").send_keys("New Colleague")
    staff.see("button", "Make an account").click()
    password = staff.see(".q-dialog .secret").text
    assert len(password) >= 20
    staff.see(".q-dialog button", "Done").click()
    staff.see(".cards h2", "New Colleague")
