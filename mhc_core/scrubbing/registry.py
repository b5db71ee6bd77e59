"""Presidio analyzers made of this project's recognisers. No language model is loaded: nothing here reads its tokens."""

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine

from mhc_core.scrubbing.names import kind
from mhc_core.scrubbing.recognizers.accounts import AccountRecognizer, CardRecognizer, IbanRecognizer, SsnRecognizer
from mhc_core.scrubbing.recognizers.addresses import AddressRecognizer
from mhc_core.scrubbing.recognizers.base import SpanRecognizer
from mhc_core.scrubbing.recognizers.further_models import further_model
from mhc_core.scrubbing.recognizers.model import RampartRecognizer
from mhc_core.scrubbing.recognizers.online import EmailRecognizer, IpRecognizer, SocialHandleRecognizer, UrlRecognizer
from mhc_core.scrubbing.recognizers.people import NameRecognizer
from mhc_core.scrubbing.recognizers.phones import PhoneNumberRecognizer


def rules() -> list[SpanRecognizer]:
    """The recognisers that need no model, ready to be added to any Presidio registry."""
    return [
        CardRecognizer(),
        SsnRecognizer(),
        IbanRecognizer(),
        AccountRecognizer(),
        EmailRecognizer(),
        UrlRecognizer(),
        SocialHandleRecognizer(),
        IpRecognizer(),
        PhoneNumberRecognizer(),
        AddressRecognizer(),
        NameRecognizer(),
    ]


def analyzers(model: str | None = None) -> tuple[AnalyzerEngine, AnalyzerEngine]:
    """One analyzer of rules and one of the name models, with the word lists they read.

    ``model`` is asked besides the built-in one: what either finds is found.

    Raises:
        ConfigurationError: a model is missing, altered, or of no known kind.
    """
    models: list[SpanRecognizer] = [RampartRecognizer()]
    if model:
        models.append(further_model(model))
    both = analyzer(rules()), analyzer(models)
    kind("")  # reads the word lists
    return both


def analyzer(recognizers: list[SpanRecognizer]) -> AnalyzerEngine:
    """A Presidio analyzer of these recognisers alone."""
    return AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=recognizers, supported_languages=["en"]),
        nlp_engine=NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "none"}]),
        supported_languages=["en"],
    )
