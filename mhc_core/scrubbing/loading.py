"""The scrubber as settings and reviewers' lists of this installation want it."""

import lzma
from functools import lru_cache

import sqlalchemy as sa

from mhc_core.artifacts import store
from mhc_core.business import pricing
from mhc_core.db.queries import installation, tagger_versions, versions
from mhc_core.db.queries import marks as queries
from mhc_core.errors import ConfigurationError, DataError, NotFound
from mhc_core.scrubbing.engine import Refusing, Scrubber, Taught
from mhc_core.scrubbing.engine import version as version_of
from mhc_core.scrubbing.terms import NO_TERMS, Terms
from mhc_core.settings import Settings


def scrubber(connection: sa.Connection, settings: Settings) -> Scrubber:
    """The scrubber of this process under the lists as they are now.

    Raises:
        ConfigurationError: a model cannot be loaded.
    """
    allow = pricing.load(settings.business_file).allow_list
    loaded = Scrubber.load(
        allow, settings.pii_model, settings.scrub_timeout_seconds, settings.phone_regions, taught(connection)
    )
    return loaded.with_terms(terms(connection))


def scrubber_or_refusal(connection: sa.Connection, settings: Settings) -> Scrubber:
    """The scrubber; where it cannot be loaded, one that holds every text for that reason."""
    try:
        return scrubber(connection, settings)
    except (ConfigurationError, DataError, NotFound) as error:
        return Refusing(str(error))


def version(connection: sa.Connection, settings: Settings) -> str:
    """The version of ``scrubber``, without loading it."""
    return version_of(
        settings.pii_model, settings.phone_regions, versions.live(connection, tagger_versions.KIND), terms(connection)
    )


def taught(connection: sa.Connection) -> Taught | None:
    """The version of the tagger that is live; none: that of the release."""
    live = versions.live(connection, tagger_versions.KIND)
    found = tagger_versions.version(connection, live) if live else None
    return _read(found.id, found.artifact_uri, found.artifact_sha256) if found else None


@lru_cache(maxsize=2)
def _read(version_id: str, uri: str, sha256: str) -> Taught:
    return Taught(version_id, lzma.decompress(store.read_verified(uri, sha256)))


def terms(connection: sa.Connection) -> Terms:
    """The reviewers' lists as they are now."""
    listed = queries.terms(connection)
    if not listed:
        return NO_TERMS
    return Terms(
        installation.salt(connection),
        {term.term_hash: term.type for term in listed if term.deny},
        {term.term_hash: term.type for term in listed if not term.deny},
        frozenset(term.words for term in listed),
    )
