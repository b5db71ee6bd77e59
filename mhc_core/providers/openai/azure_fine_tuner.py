"""Fine-tuning at Azure OpenAI: OpenAI's protocol with Azure's habits.

Needed: a resource in a region that trains the base model, its endpoint as ``OPENAI_BASE_URL``, a key of it as
``OPENAI_API_KEY`` and ``OPENAI_API_VERSION`` (2025-04-01-preview or later for jobs that name their method).

Not automated: **a trained model answers only after somebody deploys it.** That is done by Azure's management API, which
the key of the resource does not open: it takes a person or a service principal with the right to write deployments.
The platform asks for a deployment that bears the model version's id; the model card holds the command. A deployment is
billed by the hour, and Azure deletes one that nobody asked for 15 days (the model stays and can be deployed again).

Azure's own prices are not in ``prices.toml``: estimate and cost are figured at OpenAI's, which regional training at
Azure can exceed by some tens of per cent.
"""

from typing import TYPE_CHECKING, Any

from mhc_core.errors import DataError, ProviderUnavailable
from mhc_core.providers.openai import deprecations
from mhc_core.providers.openai.fine_tuner import OpenAIFineTuner, suffix

if TYPE_CHECKING:
    from openai.types.fine_tuning import FineTuningJob


class AzureFineTuner(OpenAIFineTuner):
    """The same submission and polling as at OpenAI, bought at most once for a key.

    Azure keeps no metadata with a job: the next run knows it by its suffix, which is made from the key. And it takes a
    job only on files it has looked through: until then submitting raises ``ProviderUnavailable``, and goes on from the
    same files when it is called again.
    """

    @property
    def provider(self) -> str:
        return "azure"

    def _named(self, key: str) -> dict[str, Any]:
        return {}

    def _is_named(self, job: "FineTuningJob", key: str) -> bool:
        return getattr(job, "suffix", None) == suffix(key)

    def _require_ready(self, file_ids: list[str]) -> None:
        for file_id in file_ids:
            with self._errors():
                file = self._client.files.retrieve(file_id)
            if file.status == "error":
                raise DataError(
                    f"Azure OpenAI cannot use the uploaded file {file_id}: delete it there, check the data set with "
                    "`mhc dataset validate` and train again"
                )
            if file.status != "processed":
                raise ProviderUnavailable(
                    "Azure OpenAI is still looking through the uploaded files: try again in a minute, nothing is "
                    "uploaded or paid twice"
                )

    def _check_open(self) -> None:
        deprecations.require_open(self.provider, self._base_model, self._today)
