"""Articles that answers cite, and customers under their pseudonyms."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self

import strawberry
from pydantic import StringConstraints, TypeAdapter

from mhc_core.db.queries import knowledge, pages
from mhc_core.db.queries.pages import ListedCustomer
from mhc_core.db.queries.read_versions import Kind
from mhc_core.errors import DataError
from mhc_serving.access.keys import Role
from mhc_serving.graphql.asked import asked
from mhc_serving.graphql.connection import USUAL, After, Connection, First, bounded, key_of, page
from mhc_serving.graphql.limits import SIZE

_TEXT_KEY = TypeAdapter(Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")])
_LONGEST = 100


@strawberry.type(description="An article that answers may cite. Learned ones hold scrubbed text only.")
class Article:
    """As it is now."""

    id: strawberry.ID
    title: str
    category: str
    tags: list[str]
    body: str = strawberry.field(description="Markdown.")
    updated_at: datetime

    @classmethod
    def of(cls, row: object) -> Self:
        """As stored."""
        return cls(**{name: getattr(row, name) for name in ("id", "title", "category", "tags", "body", "updated_at")})


@strawberry.type(description="A customer under their pseudonym. Money in USD.")
class Customer:
    """What is known and expected of them; no word of theirs."""

    customer_hash: strawberry.ID
    tier: str
    bookings: int
    completed: int
    next_tier: str | None
    bookings_until_next: int | None
    last_booked_on: date | None
    last_channel: str | None
    usual_guests: int | None
    spend_usd: Decimal
    expected_usd: Decimal | None = strawberry.field(description="Of the next 52 weeks.")
    churn_risk: float | None = strawberry.field(description="0 to 1.")

    @classmethod
    def of(cls, row: ListedCustomer) -> Self:
        """As stored."""
        return cls(**row._asdict())


@strawberry.type
class KnowledgeQueries:
    """Articles and customers."""

    @strawberry.field(description="An article in use; null where there is none. For every key and widget token.")
    def article(self, info: strawberry.Info, id: strawberry.ID) -> Article | None:
        row = knowledge.article(asked(info).connection, _plain(id, "id"))
        return Article.of(row) if row is not None and row.active else None

    @strawberry.field(description="Articles in use, by id. Needs an API key of any role.", metadata={SIZE: "first"})
    def articles(
        self,
        info: strawberry.Info,
        first: First = USUAL,
        after: After = None,
        category: Annotated[str | None, strawberry.argument(description="Only these.")] = None,
    ) -> Connection[Article] | None:
        query = asked(info)
        query.staff(*Role)
        key, wanted = key_of(after, _TEXT_KEY), None if category is None else _plain(category, "category")
        rows = query.reads.read(
            Kind.KNOWLEDGE,
            (wanted, key, bounded(first)),
            lambda connection: pages.articles(connection, wanted, key, first),
        )
        return page(rows, first, lambda row: row.id, Article.of, after)

    @strawberry.field(description="Customers, by pseudonym. Roles: agent, admin.", metadata={SIZE: "first"})
    def customers(
        self,
        info: strawberry.Info,
        first: First = USUAL,
        after: After = None,
        tier: Annotated[str | None, strawberry.argument(description="Only these.")] = None,
    ) -> Connection[Customer] | None:
        query = asked(info)
        query.staff(Role.AGENT)
        wanted = None if tier is None else _plain(tier, "tier")
        rows = pages.customers(query.connection, wanted, key_of(after, _TEXT_KEY), bounded(first))
        query.note("customers", min(first, len(rows)))
        return page(rows, first, lambda row: row.customer_hash, Customer.of, after)


def _plain(text: str, name: str) -> str:
    """A text that can be looked up.

    Raises:
        DataError: it is too long, or holds what cannot be stored.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        text = "\0"
    if len(text) > _LONGEST or "\0" in text:
        raise DataError(f"{name} must be {_LONGEST} characters at most, all of which can be stored")
    return text
