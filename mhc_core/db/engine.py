"""Open the database: from a URL or the embedded server, checked, migrated and pooled."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError

from mhc_core.business import pricing
from mhc_core.db import embedded, roles
from mhc_core.db.discreet import DiscreetConnection
from mhc_core.db.tables.artifact_address import tell_state
from mhc_core.db.upgrade import DAGSTER_SCHEMA, HEAD, current, upgrade
from mhc_core.errors import AccessDenied, ConfigurationError, DatabaseUnavailable, MHCError
from mhc_core.settings import Settings

MINIMUM_SERVER = (15, 0)
MINIMUM_PGVECTOR = (0, 7)
_CONNECT_SECONDS = 10
PING_AFTER_SECONDS = 1.0
"""A pooled connection that nobody used for so long is asked whether it lives before it is given out."""
_SETTINGS = ("timezone=UTC", "hnsw.ef_search=100", "hnsw.iterative_scan=relaxed_order")
"""Of each session, beside the zone in which days are cut. HNSW scans look 100 far, and go on while a filter leaves too
few rows (pgvector 0.8; 0.7 warns)."""

_SINGLE = "single_statements"
_in_use: list[sa.Engine] = []


def create(
    url: str, revive: Callable[[], None] | None = None, zone: str = "UTC", state_uri: str | None = None
) -> sa.Engine:
    """An engine on psycopg 3 whose sessions run in UTC and whose errors never show parameters or row values.

    Args:
        url: ``postgresql://…`` or ``postgres://…``, with or without a driver.
        revive: called when nothing listens, before one more try to connect.
        zone: of the business; its days are cut there (``queries.days``).
        state_uri: the state folder; addresses of artifacts in it are stored relative to it.

    Raises:
        ConfigurationError: not a PostgreSQL URL.
    """
    asked = _parse(url).set(drivername="postgresql+psycopg")
    for setting in (*_SETTINGS, f"mhc.zone={zone}"):
        asked = _with_option(asked, setting)
    planned_once = _with_option(asked, "plan_cache_mode=force_generic_plan")
    single = _engine(planned_once, revive, isolation_level="AUTOCOMMIT")
    engine = _engine(asked, revive, execution_options={_SINGLE: single})
    for one in (engine, single):
        tell_state(one, state_uri)
    sa.event.listen(engine, "engine_disposed", lambda disposed: single.dispose())
    return engine


def autocommit(engine: sa.Engine) -> sa.Engine:
    """The engine beside one that ``create`` made, for statements that are a transaction each; disposed of with it.

    Nothing is begun or rolled back around them, and one that comes again is planned once for all parameters: to plan a
    search anew took half as long as to search. It has a pool of its own.
    """
    single: sa.Engine = engine.get_execution_options()[_SINGLE]
    return single


def in_use() -> sa.Engine | None:
    """The database that this process has open by ``database``, the last one opened; None without any.

    For what has to write down what it did wherever it was done: adapters of providers are not given an engine.
    """
    return _in_use[-1] if _in_use else None


def _engine(url: sa.URL, revive: Callable[[], None] | None, **options: Any) -> sa.Engine:
    def connect(dialect: Any, record: Any, arguments: list[Any], options: dict[str, Any]) -> DiscreetConnection:
        try:
            return DiscreetConnection.connect(*arguments, **options)
        except psycopg.OperationalError as error:
            answered = "FATAL" in str(error) and not re.search("shutting down|starting up|terminating", str(error))
            if revive is None or answered:
                raise
        revive()
        return DiscreetConnection.connect(*arguments, **options)

    engine = sa.create_engine(
        url,
        hide_parameters=True,
        connect_args={"connect_timeout": _CONNECT_SECONDS, "application_name": "mhc"},
        **options,
    )
    sa.event.listen(engine, "do_connect", connect)
    sa.event.listen(engine, "checkin", _used)
    sa.event.listen(engine, "checkout", _ping_when_idle)
    return engine


def _used(connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _ping_when_idle(connection: psycopg.Connection[Any], record: Any, proxy: Any) -> None:
    """Have a connection replaced that broke while nobody used it. One that was just in use is not asked: a round trip
    for every checkout costs a chat turn more than its statements.
    """
    now = time.monotonic()
    if now - record.info.get("used", now) < PING_AFTER_SECONDS:
        return
    try:
        connection.execute("")
        connection.rollback()
    except psycopg.OperationalError as error:
        raise DisconnectionError from error


def storage_url(settings: Settings, url: str) -> str:
    """``dagster_url`` with Dagster's own login: the one of the settings, or the embedded server's.

    Args:
        url: the platform's database.
    """
    if settings.dagster_storage_url is not None:
        return dagster_url(settings.dagster_storage_url.get_secret_value())
    parsed = _parse(url)
    if settings.database_url is None and parsed.username == roles.APP:
        files = embedded.Files(settings.state_dir.resolve())
        parsed = parsed.set(username=roles.DAGSTER, password=embedded.role_password(files, roles.DAGSTER))
    return dagster_url(parsed.render_as_string(hide_password=False))


def dagster_url(url: str) -> str:
    """The same database for Dagster's storage: tables in schema ``dagster``, on psycopg2, which its ``NOTIFY`` needs.

    Raises:
        ConfigurationError: not a PostgreSQL URL.
    """
    parsed = _with_option(_parse(url), f"search_path={DAGSTER_SCHEMA}").set(drivername="postgresql+psycopg2")
    return parsed.render_as_string(hide_password=False)


def check_server(engine: sa.Engine) -> None:
    """Connect, check versions, and make the extension ``vector`` where it is missing and that is allowed.

    Raises:
        DatabaseUnavailable: nothing answers.
        AccessDenied: the server refuses user or password.
        ConfigurationError: no such database, server or pgvector too old, extension missing.
    """
    try:
        with engine.connect() as connection:
            require_server(connection.scalar(sa.text("show server_version")) or "")
            version = connection.scalar(sa.text("select extversion from pg_extension where extname = 'vector'"))
    except DBAPIError as error:
        raise explain(error, engine.url) from None
    require_pgvector(version or _create_extension(engine))


def require_server(version: str) -> None:
    """Check a PostgreSQL version text such as ``15.4 (Debian 15.4-1)``.

    Raises:
        ConfigurationError: older than ``MINIMUM_SERVER``.
    """
    if _numbers(version) < MINIMUM_SERVER:
        raise ConfigurationError(f"PostgreSQL {version} is too old; point MHC_DATABASE_URL at version 15 or later")


def require_pgvector(version: str) -> None:
    """Check a pgvector version text such as ``0.8.5``.

    Raises:
        ConfigurationError: older than ``MINIMUM_PGVECTOR``.
    """
    if _numbers(version) < MINIMUM_PGVECTOR:
        raise ConfigurationError(
            f"pgvector {version} is too old (halfvec came with 0.7); install a newer one and run "
            "`alter extension vector update`"
        )


def explain(error: DBAPIError, url: sa.URL) -> MHCError:
    """What a failed connect means for the person who configured it. Holds no password and no SQL."""
    hosts = url.query.get("host", f"{url.host or 'localhost'}:{url.port or 5432}")
    where = f"{hosts if isinstance(hosts, str) else ' or '.join(hosts)}/{url.database or ''}"
    said = str(error.orig)
    if re.search("password authentication failed|no password supplied|pg_hba.conf|permission denied", said):
        return AccessDenied(f"the database at {where} refuses user {url.username}; check MHC_DATABASE_URL")
    if re.search('(database|role) "[^"]*" does not exist', said):
        return ConfigurationError(
            f"{where} has no such database, or no user {url.username}; create it or check MHC_DATABASE_URL"
        )
    reason = next((line.strip() for line in said.splitlines() if line.strip()), type(error.orig).__name__)
    return DatabaseUnavailable(
        f"the database at {where} does not answer ({reason}); start it or check MHC_DATABASE_URL"
    )


@contextmanager
def database(settings: Settings, *, as_owner: bool = False) -> Iterator[sa.Engine]:
    """The platform's database, ready for use: the configured one, or the embedded server for as long as this is open.

    When the embedded server's owner was killed meanwhile, the next connection starts a new one.

    Args:
        as_owner: with the login that may change the schema; else with the platform's own (``roles``).

    Raises:
        MHCError: as ``check_server``, ``embedded.join`` and ``business.pricing.load``.
    """
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        embedded.make_private(settings.state_dir)
        owner = settings.owner_database_url.get_secret_value() if settings.owner_database_url else url
        with _ready(settings, _Logins(url, owner), as_owner) as engine:
            yield engine
        return
    with embedded.join(settings.state_dir, settings.database_port) as server:
        passwords = {role: server.role_password(role) for role in (roles.APP, roles.DAGSTER)}
        logins = _Logins(server.url_as(roles.APP), server.url, passwords, server.ensure)
        with _ready(settings, logins, as_owner) as engine:
            yield engine


class _Logins(NamedTuple):
    """``app`` works with rows, ``owner`` with the schema. ``passwords`` of the roles that are made where missing."""

    app: str
    owner: str
    passwords: Mapping[str, str] = {}
    revive: Callable[[], None] | None = None


@contextmanager
def _ready(settings: Settings, logins: _Logins, as_owner: bool) -> Iterator[sa.Engine]:
    zone = pricing.load(settings.business_file).contact.timezone

    def connect(url: str) -> sa.Engine:
        return create(url, logins.revive, zone, settings.state_uri)

    engine = connect(logins.owner if as_owner else logins.app)
    try:
        if logins.app == logins.owner or not _is_prepared(engine):
            owner = engine if logins.app == logins.owner else connect(logins.owner)
            try:
                _prepare(settings, owner, logins)
            finally:
                if owner is not engine:
                    owner.dispose()
        check_server(engine)
        _in_use.append(engine)
        try:
            yield engine
        finally:
            _in_use.remove(engine)
    finally:
        engine.dispose()


def _is_prepared(engine: sa.Engine) -> bool:
    try:
        with engine.connect() as connection:
            return current(connection) == HEAD
    except DBAPIError:  # the role is not made yet, or has no rights yet; what else it may be the owner finds out
        return False


def _prepare(settings: Settings, owner: sa.Engine, logins: _Logins) -> None:
    check_server(owner)
    try:
        upgrade(owner)
    except DBAPIError as error:
        if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise
        raise AccessDenied(
            f"the schema has to be upgraded and {owner.url.username} may not do that; set MHC_OWNER_DATABASE_URL, or "
            "run `mhc db upgrade` with the owner's login"
        ) from None
    if logins.app == logins.owner:
        return
    with owner.begin() as connection:
        for role, password in logins.passwords.items():
            roles.make(connection, role, password)
        app = _parse(logins.app).username or ""
        dagster = settings.dagster_storage_url
        own = _parse(dagster.get_secret_value()).username if dagster else None
        roles.grant(connection, app, roles.DAGSTER if logins.passwords else own or app)


def _create_extension(engine: sa.Engine) -> str:
    try:
        with engine.begin() as connection:
            connection.execute(sa.text("create extension if not exists vector"))
            return str(connection.scalar(sa.text("select extversion from pg_extension where extname = 'vector'")))
    except DBAPIError as error:
        if "permission denied" in str(error.orig):
            problem = "the database lacks the extension vector and this user may not create it;"
        elif "is not available" in str(error.orig):
            problem = "the server does not offer pgvector; install version 0.7 or later there, then"
        else:
            raise explain(error, engine.url) from None
        raise ConfigurationError(f"{problem} run `create extension vector` in it as a superuser") from None


def _parse(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(re.sub("^postgres(?=[:+])", "postgresql", url))
    except (ArgumentError, ValueError):
        raise ConfigurationError(
            "MHC_DATABASE_URL is not a URL; write postgresql://user:password@host:port/database"
        ) from None
    if parsed.get_backend_name() != "postgresql":
        raise ConfigurationError(f"MHC_DATABASE_URL names {parsed.get_backend_name()}; write postgresql://…")
    return parsed


def _with_option(url: sa.URL, setting: str) -> sa.URL:
    """Add a server setting to what the URL may already ask for."""
    given = url.query.get("options", "")
    asked = given if isinstance(given, str) else " ".join(given)
    return url.update_query_dict({"options": f"{asked} -c{setting}".strip()})


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.split()[0] if version else "0"))[:2]
