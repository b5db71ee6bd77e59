"""The closed vocabularies of the business, shared by tables, stages and API."""

from enum import StrEnum


class Channel(StrEnum):
    """Where a customer talks to the concierge."""

    WEB = "web"
    SMS = "sms"
    EMAIL = "email"
    INSTAGRAM = "instagram"
    FACEBOOK = "facebook"
    PHONE = "phone"


class Intent(StrEnum):
    """What a customer wants."""

    PRICING = "pricing"
    BOOKING = "booking"
    MENU = "menu"
    POLICY = "policy"
    AVAILABILITY = "availability"
    TRAVEL = "travel"
    COMPLAINT = "complaint"
    ALLERGY = "allergy"
    ACCOUNT = "account"
    SMALLTALK = "smalltalk"
    OTHER = "other"


class ConversationStatus(StrEnum):
    """The life of a conversation."""

    ACTIVE = "active"
    ESCALATED = "escalated"
    CLOSED = "closed"


class HandoverState(StrEnum):
    """The life of a hand-over to a person; the last two are final."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    GIVEN_BACK = "given_back"
    RESOLVED = "resolved"


class Outcome(StrEnum):
    """How a conversation ended for the business."""

    BOOKED = "booked"
    QUOTED = "quoted"
    RESOLVED = "resolved"
    ESCALATED = "escalated"
    NOT_BOOKED = "not_booked"
    ABANDONED = "abandoned"
    UNRESOLVED = "unresolved"


class Decision(StrEnum):
    """What a reviewer decided about an example."""

    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    SKIP = "skip"


class Verdict(StrEnum):
    """What an evaluation recommends."""

    PROMOTE = "promote"
    HOLD = "hold"
    REJECT = "reject"


class JobStatus(StrEnum):
    """The life of a training job; the last three are final."""

    INTENDED = "intended"
    SUBMITTED = "submitted"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        return self in (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED)


class ExperimentStatus(StrEnum):
    """The life of an experiment; the last one is final."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class ExperimentMetric(StrEnum):
    """What an experiment is about: handled without a person, a booking asked for, or what customers say."""

    CONTAINED = "contained"
    BOOKED = "booked"
    FEEDBACK = "feedback"


class FeedbackVia(StrEnum):
    """How a rating came in: in the chat, by a link in an e-mail, by the survey after a booking, from our own agent."""

    CHAT = "chat"
    EMAIL = "email"
    SURVEY = "survey"
    AGENT = "agent"


class RolloutStatus(StrEnum):
    """The life of a candidate after its evaluation; *shadow*, *canary* and *held* are in flight.

    *held* keeps the share it had and waits for a person; *rejected*, *promoted* and *rolled_back* are final.
    """

    PENDING = "pending"
    APPROVED = "approved"
    SHADOW = "shadow"
    CANARY = "canary"
    HELD = "held"
    PROMOTED = "promoted"
    REJECTED = "rejected"
    ROLLED_BACK = "rolled_back"


class RolloutAction(StrEnum):
    """What was decided about a candidate."""

    APPROVE = "approve"
    REJECT = "reject"
    START = "start"
    ADVANCE = "advance"
    HOLD = "hold"
    RESUME = "resume"
    KILL = "kill"
    PROMOTE = "promote"
    ROLLBACK = "rollback"


class Arm(StrEnum):
    """Which model a customer is given while a candidate is compared with the one in production."""

    CANDIDATE = "candidate"
    CONTROL = "control"


class PartySegment(StrEnum):
    """The kind of a party, for what is suggested to it: grown-ups only, with children, or large."""

    ADULTS = "adults"
    FAMILY = "family"
    LARGE = "large"


class IncidentKind(StrEnum):
    """What can be wrong with the pipeline while customers are still answered."""

    RUN_FAILED = "run_failed"
    CHECK_FAILED = "check_failed"
    STAGE_SILENT = "stage_silent"
    DAEMON_STOPPED = "daemon_stopped"
    FILES_REFUSED = "files_refused"


class Consent(StrEnum):
    """What a caller said to being recorded. Only what was agreed to is learned from."""

    GIVEN = "given"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class CallKind(StrEnum):
    """What a provider sells by the call."""

    CHAT = "chat"
    EMBEDDINGS = "embeddings"
    FINE_TUNING = "fine_tuning"
    MODERATION = "moderation"
    SPEECH = "speech"
    TRANSCRIPTION = "transcription"
    TRANSLATION = "translation"


class CallOutcome(StrEnum):
    """What became of a call: ``asked`` until it is settled; ``failed`` ones are not billed; of ``lost`` and
    ``cancelled`` ones the answer did not arrive as a whole, so what they cost is estimated."""

    ASKED = "asked"
    ANSWERED = "answered"
    FAILED = "failed"
    LOST = "lost"
    CANCELLED = "cancelled"


class PipelineCount(StrEnum):
    """What the pipeline says of itself: its runs by status, since when the one waits that has waited longest, when each
    asset was made last, and the ticks of schedules and sensors that failed in the last hour."""

    RUNS = "pipeline_runs"
    OLDEST_QUEUED = "oldest_queued"
    ASSET = "asset"
    FAILED_TICKS = "failed_ticks"


class AlertKind(StrEnum):
    """What an alert is about."""

    RUN_FAILED = "run_failed"
    CHECK_FAILED = "check_failed"
    STAGE_SILENT = "stage_silent"
    DAEMON_STOPPED = "daemon_stopped"
    FILES_REFUSED = "files_refused"
    ERASURE_LATE = "erasure_late"
    ROLLOUT_HELD = "rollout_held"
    DISK_SPACE = "disk_space"
    ANOMALY = "anomaly"
    SILENCE = "silence"
    BUDGET = "budget"
    WATCHING_FAILED = "watching_failed"


class Severity(StrEnum):
    """How soon a person should look at an alert, from the least."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class MessageKind(StrEnum):
    """Why a message is sent: about alerts, or the report of a week, which is a whole e-mail."""

    OPENED = "opened"
    REPEATED = "repeated"
    RESOLVED = "resolved"
    TEST = "test"
    REPORT = "report"


class StaffRole(StrEnum):
    """What a person who signs in to the console works on: ``agent`` answers customers, ``reviewer`` decides what is
    learned, ``operator`` runs the platform, ``admin`` may do everything."""

    AGENT = "agent"
    REVIEWER = "reviewer"
    OPERATOR = "operator"
    ADMIN = "admin"


PERSON = "person"
"""Who wrote an agent's reply to a conversation that was handed over."""

ANSWERING_ROLES = ("assistant", "agent")

RETRAINING = "privacy.retraining_requested"
"""The audit log's action by which an erasure asks for a training run on the data set it names."""
