"""A wording as it is stored."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PromptVersion:
    """One wording of a prompt, named by its content: the rules with the business's name, then ``task``."""

    id: str
    name: str
    task: str
    content: str
