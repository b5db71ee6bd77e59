"""Complaints: hears the customer out, says sorry, offers what the policy gives, and a person for all beyond it."""

import re

from mhc_core.concierge.agents import asking, handover
from mhc_core.concierge.agents.reply import Agent, AgentContext, Question, Reply
from mhc_core.concierge.tools import registry
from mhc_core.languages import marked, translated
from mhc_core.vocabulary import Intent

MODEL_ID = "rules/complaint"
CITED_FROM = 0.5
"""A passage with at least this score is the remedy that the policy gives."""
STILL_UNHAPPY = "angry customer"

_KINDS = (
    (r"\b(?:late|waiting|waited|no[- ]?show|never (?:came|showed|arrived)|not here|where is)\b",
     marked("I am sorry that you were kept waiting.")),
    (r"\b(?:raw|undercooked|burn\w*|cold|dry|salty|rubbery|taste\w*|quality|food|steak|chicken|shrimp|rice)\b",
     marked("I am sorry that the food was not what you expected.")),
    (r"\b(?:charged|overcharged|bill\w*|invoice|price|deposit|payment|paid|higher)\b",
     marked("I am sorry that something went wrong with what you paid.")),
    (r"\b(?:rude|unprofessional|attitude|disrespect\w*|ignored)\b",
     marked("I am sorry that you were not treated as you should be.")),
    (r"\b(?:missing|forgot\w*|didn'?t bring|wrong|without)\b",
     marked("I am sorry that something was missing.")),
    (r"\b(?:damage\w*|stain\w*|broke\w*|mess|dirty|grease)\b",
     marked("I am sorry that something was left damaged or dirty.")),
)  # fmt: skip
_NOT_WELL = marked("I am sorry that this did not go well.")
_POLICY = re.compile(r"\b(?:rain\w*|weather|cancel\w*|refund\w*|reschedul\w*|deposit)\b")


def reply(question: Question, around: AgentContext) -> Reply:
    """Sorry, the next step, and the offer of a person; who complains again goes to one."""
    written = asking.converse(AGENT, question, around, Intent.COMPLAINT)
    if written is not None:
        return written
    business = question.business
    if question.notes.get("agent") == AGENT.name and STILL_UNHAPPY in business.handover.reasons:
        return Reply(
            handover.text(business, STILL_UNHAPPY, around.case.now),
            AGENT.name,
            Intent.COMPLAINT,
            1.0,
            MODEL_ID,
            escalation=STILL_UNHAPPY,
        )
    text = question.text.lower()
    sorry = next((words for pattern, words in _KINDS if re.search(pattern, text)), _NOT_WELL)
    thanks = translated("Thank you for telling us; that is not how your party should feel.")
    parts = [f"{translated(sorry)} {thanks}"]
    citations = []
    if _POLICY.search(text):
        registry.use(around.case, "policy_lookup", {"topic": question.text[:300]})
        citations = [passage for passage in around.case.passages if passage.score >= CITED_FROM][:1]
        parts += [
            translated("What our rules say on this: {rule}", rule=passage.content.strip()) for passage in citations
        ]
    parts.append(
        translated(
            "Please tell me the date of the party, the name it was booked under and what happened, so that the team "
            "can look into it; what can be made good is for them to decide."
        )
    )
    parts.append(handover.offer_text(business))
    return Reply(
        "\n".join(parts), AGENT.name, Intent.COMPLAINT, 1.0, MODEL_ID, citations,
        knowledge_id=around.live.knowledge_id if citations else None,
        evidence=around.case.evidence, notes={"offered_person": True},
    )  # fmt: skip


AGENT = Agent(
    name="complaint",
    prompt="complaint",
    temperature=0.7,
    tools=("policy_lookup", "hand_over"),
    reply=reply,
)
