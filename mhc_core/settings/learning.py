"""Settings of the learning loop: from conversations to a promoted model."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings

from mhc_core.vocabulary import Outcome


class FeedbackPoints(BaseModel, frozen=True):
    """Points that one piece of feedback earns; their sum is clamped to 0..1."""

    thumbs_up: float = 0.3
    thumbs_down: float = -0.3
    five_stars: float = 0.4
    four_stars: float = 0.2
    two_stars_or_less: float = -0.3
    helpful: float = 0.2
    accurate: float = 0.3
    comment: float = 0.1
    comment_min_chars: int = 21


class ScoreWeights(BaseModel, frozen=True):
    """Share of each factor in a conversation's score. A missing factor's share is spread over the others."""

    feedback: float = Field(0.30, ge=0)
    outcome: float = Field(0.25, ge=0)
    coherence: float = Field(0.20, ge=0)
    sentiment: float = Field(0.15, ge=0)
    efficiency: float = Field(0.10, ge=0)


class ScoreScales(BaseModel, frozen=True):
    """What 0 and 1 mean for the factors that are measured on another scale."""

    efficiency_zero_length: float = Field(3.0, gt=1)
    outcomes: dict[Outcome, float] = {
        Outcome.BOOKED: 1.0,
        Outcome.RESOLVED: 1.0,
        Outcome.QUOTED: 0.8,
        Outcome.ESCALATED: 0.5,
        Outcome.NOT_BOOKED: 0.4,
        Outcome.ABANDONED: 0.2,
        Outcome.UNRESOLVED: 0.0,
    }


class LearningSettings(BaseSettings):
    """What is collected, scored, scrubbed, learned and promoted, and from when on."""

    # Collection
    first_day: date = Field(
        date(2026, 1, 1),
        description="First day of the pipeline's partitions. Conversations dated before it are left out and counted.",
    )
    days_per_run: int = Field(31, ge=1, le=366, description="Days that one run of a backfill or a night takes at most.")

    # Scoring and promotion to training data
    feedback_points: FeedbackPoints = Field(
        FeedbackPoints(), description="Points of the feedback score, e.g. `MHC_FEEDBACK_POINTS__THUMBS_UP=0.3`."
    )
    score_weights: ScoreWeights = Field(
        ScoreWeights(), description="Weights of the conversation score, e.g. `MHC_SCORE_WEIGHTS__FEEDBACK=0.3`."
    )
    score_scales: ScoreScales = Field(
        ScoreScales(),
        description="What outcomes are worth, and the multiple of the usual length at which efficiency is 0.",
    )
    promoting_score: Literal["weighted", "learned"] = Field(
        "weighted",
        description="Which score promotes answers: `weighted` by the lower end of its interval, or the `learned` one.",
    )
    idle_hours: int = Field(
        24, ge=1, description="An active conversation without a message for longer is closed (hours)."
    )
    quality_threshold: float = Field(
        0.8, ge=0, le=1, description="Conversation score from which answers become examples."
    )
    minimum_rating: int = Field(
        4, ge=1, le=5, description="An answer rated with fewer stars is never promoted by score."
    )
    confidence_threshold: float = Field(0.7, ge=0, le=1, description="Answers below are queued for review first.")
    near_duplicate_similarity: float = Field(
        0.97, gt=0, le=1, description="Cosine similarity from which two questions with the same answer are one example."
    )

    # Scrubbing
    pii_model: str | None = Field(
        None,
        description="A spaCy package, or a folder of spaCy or transformers, asked beside the built-in tagger.",
    )
    phone_regions: str = Field(
        "US,CA,MX",
        pattern=r"^[A-Z]{2}(,[A-Z]{2})*$",
        description="Countries whose phone numbers are found without a country code (ISO 3166, comma between).",
    )
    scrub_timeout_seconds: float = Field(
        30.0,
        gt=0,
        description="A text that takes longer to scrub is held (seconds, for each started 100,000 characters).",
    )

    # Calls
    transcriber: Literal["local", "openai"] = Field(
        "local", description="What turns recordings of calls into text: a model on this machine, or the provider."
    )
    transcriber_model: str | None = Field(
        None,
        description="Recogniser of speech: a folder with a Whisper model in CTranslate2's form, or the provider's name "
        "for its model. Empty: the one of the extra `voice`, or `whisper-1`.",
    )
    speaker: Literal["local", "openai"] = Field(
        "local", description="What reads text aloud: an engine on this machine (espeak-ng or flite), or the provider."
    )
    speaker_voice: str | None = Field(
        None, description="Its voice, such as `espeak-ng:en-us`, `flite:slt`, or `alloy` of the provider."
    )
    transcript_confidence: float = Field(
        0.6,
        ge=0,
        le=1,
        description="Words of a call that its recogniser was less sure of are held until a person read them.",
    )

    # Data set
    dataset_min_examples: int = Field(200, ge=10, description="A data set with fewer examples is not built.")
    dataset_max_examples: int = Field(10_000, ge=10, description="More are sampled down, stratified by intent.")
    validation_fraction: float = Field(0.2, gt=0, lt=1, description="Share held out, grouped by customer.")
    seed: int = Field(20_260_101, description="Seed of the split and of every sampling step.")

    # Training, evaluation, promotion
    fine_tuner: Literal["local", "openai", "azure", "lora"] = Field("local", description="Which adapter trains.")
    retraining_threshold: int = Field(1000, ge=1, description="New verified examples that start a training run.")
    knowledge_threshold: int = Field(50, ge=1, description="New verified examples that start a knowledge update.")
    understanding_threshold: int = Field(
        50, ge=1, description="New corrections and bookings that start training a version of understanding."
    )
    fine_tune_base: str | None = Field(
        None,
        description="Base model of the OpenAI and Azure adapters. Empty: none, since every base that they train on has "
        "an announced end.",
    )
    fine_tune_epochs: int = Field(3, ge=1, le=50, description="Epochs of the OpenAI and Azure adapters.")
    fine_tune_budget_usd: Decimal = Field(
        Decimal(50), ge=0, description="A fine-tune estimated above this is refused (USD)."
    )
    lora_base: str | None = Field(
        None,
        description="Chat model with open weights that the lora adapter trains: a folder, a GGUF file, or a hub id: "
        "`owner/name` or `owner/name@revision`.",
    )
    lora_epochs: int = Field(6, ge=1, le=50, description="Epochs of the lora adapter.")
    lora_preference_epochs: int = Field(
        0, ge=0, le=20, description="Epochs of the lora adapter on preference pairs (DPO), after the others; 0: none."
    )
    promotion_margin: float = Field(
        0.0, ge=0, description="The interval's lower bound of candidate minus production must exceed this."
    )
    judge_model: str | None = Field(
        None,
        description="Model of the provider that also judges answers in evaluations; it decides only when it agrees "
        "with people (Cohen's kappa 0.6). Empty: none.",
    )
    auto_approve: bool = Field(False, description="Approve a positive verdict without a person. For the demo.")
    rollout: Literal["canary", "direct"] | None = Field(
        None,
        description="How an approved model goes live: `canary` step by step among customers, `direct` at once. "
        "Empty: direct with MHC_AUTO_APPROVE, else canary.",
    )
    rollout_shadow_share: float = Field(
        0.1, ge=0, le=1, description="Share of turns that a candidate answers unseen before its canary; 0: no shadow."
    )
    rollout_holdback: int = Field(
        5, ge=0, le=50, description="Customers who keep the former model in a canary's last stage (percent)."
    )
    rollout_stage_days: int = Field(
        14, ge=1, description="A stage of a canary without proof for longer waits for a person (days)."
    )
