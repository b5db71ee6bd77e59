"""What Great Expectations holds true of a data set version.

It takes seconds to import, so it is imported where it is used. Three of its habits shape the code: an empty
frame passes every expectation, a missing column hides in ``exception_info``, and results may hold NaN.
"""

from collections.abc import Collection, Mapping
from typing import Any

import orjson

from mhc_core.artifacts import store
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.db.rows.dataset import PREFERENCES
from mhc_core.vocabulary import Intent

EMAIL = r"[\w.+-]+@[\w-]+\.[\w.]{2,}"
PHONE = r"\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b"


def failures(
    dataset: DatasetVersion, customers: Mapping[str, str], business_contacts: Collection[str]
) -> tuple[dict[str, str], int]:
    """Expectations that do not hold, with how often, and how many were tested.

    ``customers`` gives the customer hash of each example id; ``business_contacts`` are no personal data.
    """
    import great_expectations as gx
    import great_expectations.expectations as expect
    import pandas as pd
    from great_expectations.data_context.types.base import ProgressBarsConfig

    rows = _rows(dataset, customers, business_contacts)
    if len(rows) != dataset.train_count + dataset.validation_count:
        return {"row_count": f"{len(rows)} lines, {dataset.train_count + dataset.validation_count} expected"}, 1
    frame = pd.DataFrame(rows)
    sides = frame.groupby("customer")["split"].nunique()
    frame["customer_on_both_sides"] = frame["customer"].map(sides) > 1
    suite = [
        expect.ExpectColumnValuesToBeUnique(column="example_id"),
        expect.ExpectColumnValuesToBeInSet(column="intent", value_set=[intent.value for intent in Intent]),
        expect.ExpectColumnValueLengthsToBeBetween(column="question", min_value=1, max_value=20_000),
        expect.ExpectColumnValueLengthsToBeBetween(column="answer", min_value=1, max_value=20_000),
        expect.ExpectColumnValueLengthsToBeBetween(column="system", min_value=20),
        expect.ExpectColumnValuesToBeInSet(column="customer_on_both_sides", value_set=[False]),
        *(
            expect.ExpectColumnValuesToNotMatchRegex(column=column, regex=pattern)
            for column in ("question_without_contacts", "answer_without_contacts", "rejected_without_contacts")
            for pattern in (EMAIL, PHONE)
        ),
    ]
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    batch = (
        context.data_sources.add_pandas("data_set")
        .add_dataframe_asset("lines")
        .add_batch_definition_whole_dataframe("all")
    ).get_batch(batch_parameters={"dataframe": frame})
    failed: dict[str, str] = {}
    for expectation in suite:
        result = batch.validate(expectation)
        if not result.success:
            name = f"{expectation.expectation_type}({getattr(expectation, 'column', '')})"
            failed[name] = f"{result.result.get('unexpected_count', 'could not be tested')}"
    return failed, len(suite)


def _rows(
    dataset: DatasetVersion, customers: Mapping[str, str], business_contacts: Collection[str]
) -> list[dict[str, Any]]:
    def without_contacts(text: str) -> str:
        for contact in business_contacts:
            text = text.replace(contact, "")
        return text

    rejected = _rejected(dataset)
    rows = []
    for split, uri in (("train", dataset.train_uri), ("validation", dataset.validation_uri)):
        data = store.read_verified(uri, dataset.manifest["sha256"][split])
        for record in map(orjson.loads, data.splitlines()):
            messages, example = record["messages"], record["metadata"]["example_id"]
            rows.append(
                {
                    "example_id": example,
                    "split": split,
                    "intent": record["metadata"]["intent"],
                    "customer": customers.get(example, example),
                    "system": messages[0]["content"],
                    "question": messages[-2]["content"],
                    "answer": messages[-1]["content"],
                    "question_without_contacts": without_contacts(messages[-2]["content"]),
                    "answer_without_contacts": without_contacts(messages[-1]["content"]),
                    "rejected_without_contacts": without_contacts(rejected.get(example, "")),
                }
            )
    return rows


def _rejected(dataset: DatasetVersion) -> dict[str, str]:
    """What people replaced, by example."""
    if dataset.preferences_uri is None:
        return {}
    data = store.read_verified(dataset.preferences_uri, dataset.manifest["sha256"][PREFERENCES])
    pairs = map(orjson.loads, data.splitlines())
    return {pair["metadata"]["example_id"]: pair["rejected"][0]["content"] for pair in pairs}
