"""Presidio analyzers made of this project's recognisers. No language model is loaded: nothing here reads its tokens."""

from collections.abc import Sequence

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine

from mhc_core.scrubbing.findings import REGIONS
from mhc_core.scrubbing.recognizers.accounts import AccountRecognizer, CardRecognizer, IbanRecognizer, SsnRecognizer
from mhc_core.scrubbing.recognizers.addresses import AddressRecognizer
from mhc_core.scrubbing.recognizers.base import SpanRecognizer
from mhc_core.scrubbing.recognizers.further_models import further_model
from mhc_core.scrubbing.recognizers.languages import LanguageRecognizer
from mhc_core.scrubbing.recognizers.messengers import MessengerRecognizer
from mhc_core.scrubbing.recognizers.national_ids import NationalIdRecognizer
from mhc_core.scrubbing.recognizers.online import EmailRecognizer, IpRecognizer, SocialHandleRecognizer, UrlRecognizer
from mhc_core.scrubbing.recognizers.phones import PhoneNumberRecognizer
from mhc_core.scrubbing.recognizers.places import CoordinatesRecognizer
from mhc_core.scrubbing.recognizers.tagged import TaggedRecognizer
from mhc_core.scrubbing.tagger.model import Tagger, packaged


def rules(regions: Sequence[str] = REGIONS) -> list[SpanRecognizer]:
    """The recognisers of exact forms, ready to be added to any Presidio registry."""
    return [
        CardRecognizer(),
        SsnRecognizer(),
        IbanRecognizer(),
        AccountRecognizer(),
        NationalIdRecognizer(),
        EmailRecognizer(),
        UrlRecognizer(),
        SocialHandleRecognizer(),
        MessengerRecognizer(),
        IpRecognizer(),
        CoordinatesRecognizer(),
        PhoneNumberRecognizer(regions),
        AddressRecognizer(),
    ]


def analyzers(
    model: str | None = None, tagger: Tagger | None = None, regions: Sequence[str] = REGIONS
) -> tuple[AnalyzerEngine, AnalyzerEngine | None]:
    """One analyzer of rules and taggers, and one of the operator's own ``model`` if there is any.

    What either finds is found. Without a ``tagger`` of English it is that of the release.

    Raises:
        ConfigurationError: a model is missing, altered, or of no known kind.
    """
    own = analyzer([further_model(model)]) if model else None
    return analyzer([*rules(regions), LanguageRecognizer(TaggedRecognizer(tagger or packaged()))]), own


def analyzer(recognizers: list[SpanRecognizer]) -> AnalyzerEngine:
    """A Presidio analyzer of these recognisers alone."""
    return AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=recognizers, supported_languages=["en"]),
        nlp_engine=NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "none"}]),
        supported_languages=["en"],
    )
