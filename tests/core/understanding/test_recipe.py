"""The recipe of the release: what it trains is the same file each time, and reads the same once it is loaded."""

from mhc_core.artifacts import store
from mhc_core.understanding import examples, recipe


def test_a_trained_version_reads_the_same_after_it_was_stored() -> None:
    standard = recipe.standard()
    taught = examples.gold()[::40]
    trained = standard.train(taught, 7)
    data = trained.to_bytes()
    assert store.sha256(data) == store.sha256(standard.train(taught, 7).to_bytes())
    loaded = standard.load(data, "understanding-1")
    assert loaded.model_id == "understanding-1"
    for message in examples.gold()[1:200:20]:
        before, after = (model.read(message.text, message.context) for model in (trained, loaded))
        assert before.segments == after.segments
        assert before.person == after.person
