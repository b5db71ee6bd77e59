"""The base model under a LoRA adapter: where ``MHC_LORA_BASE`` finds it, what it is called, and how it is loaded."""

import hashlib
import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mhc_core.errors import ConfigurationError

log = logging.getLogger(__name__)

UNKNOWN_LICENCE = "unknown: look it up before you use the model"
_CONTENT = ("*.safetensors", "*.gguf", "*.json", "*.jinja", "*.model")


@dataclass(frozen=True, slots=True)
class Base:
    """A base model. ``id`` names its content and no place; ``source`` is a folder or a hub id."""

    id: str
    source: str
    gguf_file: str | None = None
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A base model in memory with its tokenizer, on ``device`` (cuda, mps, cpu) in ``precision``."""

    model: Any
    tokenizer: Any
    device: str
    precision: str

    @property
    def pad(self) -> int:
        """Id of the token that fills up a batch."""
        return self.tokenizer.pad_token_id or 0


def resolve(setting: str | None) -> Base:
    """The base that the setting names: a folder in Hugging Face's layout, a GGUF file or a folder with one, or a hub id
    (``owner/name``, with ``@revision`` if wanted).

    Raises:
        ConfigurationError: there is none, or the folder holds no model.
    """
    if not setting:
        raise ConfigurationError(
            "no base model to train on: set MHC_LORA_BASE to a folder, a GGUF file or a hub id such as owner/name"
        )
    path = Path(setting).expanduser()
    if path.is_file() and path.suffix == ".gguf":
        return _of_file(path.resolve())
    if path.is_dir():
        if (path / "config.json").is_file():
            return Base(f"{path.resolve().name}@{_digest(path.resolve(), _CONTENT)}", str(path.resolve()))
        files = sorted(path.glob("*.gguf"))
        if len(files) == 1:
            return _of_file(files[0].resolve())
        raise ConfigurationError(
            f"MHC_LORA_BASE is a folder with {len(files)} GGUF files and no config.json; name one model"
        )
    name, _, revision = setting.partition("@")
    if path.is_absolute() or setting.startswith((".", "~")) or name.count("/") != 1:
        raise ConfigurationError("MHC_LORA_BASE names nothing that exists; give a folder, a GGUF file or a hub id")
    return Base(setting, name, revision=revision or None)


def load(base: Base, full_precision: bool = False) -> Loaded:
    """The base in memory on the best device there is; GGUF weights are de-quantised.

    ``full_precision`` loads it in 32 bits on the CPU, to merge an adapter without rounding it away.

    Raises:
        ConfigurationError: the extra is not installed, or the base cannot be loaded.
    """
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
    except ImportError as error:
        raise ConfigurationError(
            f"training on open weights needs the package {error.name}: install the extra with `pip install 'mhc[lora]'`"
        ) from None
    device, precision = ("cpu", "float32") if full_precision else choose()
    options: dict[str, Any] = {"revision": base.revision}
    if base.gguf_file:
        options["gguf_file"] = base.gguf_file
    with _quiet():
        try:
            tokenizer = AutoTokenizer.from_pretrained(base.source, **options)
            if base.gguf_file:
                options["quantization_config"] = GgufConfig(dequantize=True)
            else:
                options["use_safetensors"] = True  # a pickle runs code
            model = AutoModelForCausalLM.from_pretrained(base.source, dtype=getattr(torch, precision), **options)
        except (OSError, ValueError, ImportError) as error:
            raise ConfigurationError(
                f"the base model {base.id} cannot be loaded ({type(error).__name__}); check MHC_LORA_BASE, and for a "
                "hub id the network"
            ) from None
    if not tokenizer.chat_template:
        raise ConfigurationError(f"the base model {base.id} has no chat template; choose a chat (instruct) model")
    log.info("base model %s on %s in %s", base.id, device, precision)
    return Loaded(model.to(device), tokenizer, device, precision)


def choose() -> tuple[str, str]:
    """Device and precision: a GPU when there is one, and bfloat16 where the device computes in it."""
    import torch

    if torch.cuda.is_available():
        return "cuda", "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    if torch.backends.mps.is_available():
        return "mps", "float32"
    able = torch.cpu.get_capabilities()
    return "cpu", "bfloat16" if able.get("avx512_bf16") or able.get("amx_bf16") else "float32"


def licence(base: Base) -> str:
    """The licence that the base model's own files name."""
    folder = Path(base.source)
    if base.gguf_file:
        from gguf import GGUFReader

        field = GGUFReader(folder / base.gguf_file).get_field("general.license")
        return str(field.contents()) if field else UNKNOWN_LICENCE
    card = folder / "README.md"
    if card.is_file():
        import frontmatter

        return str(frontmatter.loads(card.read_text("utf-8")).get("license") or UNKNOWN_LICENCE)
    return UNKNOWN_LICENCE


def _of_file(path: Path) -> Base:
    return Base(f"{path.stem}@{_digest(path.parent, (path.name,))}", str(path.parent), gguf_file=path.name)


@cache
def _digest(folder: Path, patterns: tuple[str, ...]) -> str:
    found = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in folder.glob(pattern)}):
        with path.open("rb") as file:
            found.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()[:12]


@contextmanager
def _quiet() -> Iterator[None]:
    """Loading without the library's own progress bars and remarks."""
    from transformers.utils import logging as remarks

    level = remarks.get_verbosity()
    remarks.set_verbosity_error()
    remarks.disable_progress_bar()
    try:
        # The reader of GGUF files draws a progress bar of its own.
        with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        remarks.set_verbosity(level)
        remarks.enable_progress_bar()


def adapted(loaded: Loaded, rank: int, alpha: int, dropout: float) -> Any:
    """The base with a new adapter on every linear layer but the output; the adapter is in 32 bits."""
    from peft import LoraConfig, get_peft_model

    shape = LoraConfig(
        r=rank, lora_alpha=alpha, lora_dropout=dropout, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    with _quiet():
        return get_peft_model(loaded.model, shape)


def with_adapter(loaded: Loaded, folder: Path) -> Any:
    """The base with the weights of a trained adapter added to its own, ready to answer."""
    from peft import PeftModel

    with _quiet():
        model = PeftModel.from_pretrained(loaded.model, folder).merge_and_unload()
    model.eval()
    return model
