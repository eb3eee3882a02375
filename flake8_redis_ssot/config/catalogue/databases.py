"""Engines, pools and clients of databases and search engines."""

from __future__ import annotations

from flake8_redis_ssot.config.catalogue.preset import KnownConstructor, Preset, divide_by_kind

_ENGINE = ("sqlalchemy.Engine", "sqlalchemy.engine.Engine", "sqlalchemy.engine.base.Engine", "sqlalchemy.future.Engine")
_ASYNC_ENGINE = ("sqlalchemy.ext.asyncio.AsyncEngine", "sqlalchemy.ext.asyncio.engine.AsyncEngine")


def _named_class(names: tuple[str, ...]) -> KnownConstructor:
    """A class by its public names, which begin with a small letter; it makes instances of itself."""
    return KnownConstructor(names, makes=names)


DATABASES = (
    Preset(
        "sqlalchemy",
        "SQLAlchemy engines and session factories",
        includes=("sqlalchemy-engine", "sqlalchemy-session", "flask-sqlalchemy"),
    ),
    *divide_by_kind(
        "sqlalchemy-engine",
        "SQLAlchemy engines",
        "sqlalchemy",
        synchronous=(
            KnownConstructor(
                (
                    "sqlalchemy.create_engine",
                    "sqlalchemy.engine.create_engine",
                    "sqlalchemy.engine.create.create_engine",
                    "sqlalchemy.future.create_engine",
                    "sqlmodel.create_engine",
                ),
                makes=_ENGINE,
            ),
            KnownConstructor(
                (
                    "sqlalchemy.engine_from_config",
                    "sqlalchemy.engine.engine_from_config",
                    "sqlalchemy.engine.create.engine_from_config",
                ),
                makes=_ENGINE,
            ),
        ),
        asynchronous=(
            KnownConstructor(
                ("sqlalchemy.ext.asyncio.create_async_engine", "sqlalchemy.ext.asyncio.engine.create_async_engine"),
                makes=_ASYNC_ENGINE,
            ),
            KnownConstructor(
                (
                    "sqlalchemy.ext.asyncio.async_engine_from_config",
                    "sqlalchemy.ext.asyncio.engine.async_engine_from_config",
                ),
                makes=_ASYNC_ENGINE,
            ),
        ),
    ),
    Preset(
        "sqlalchemy-session",
        "SQLAlchemy session factories",
        includes=("sqlalchemy-scoped-session-sync", "sqlalchemy-scoped-session-async"),
    ),
    Preset(
        "sqlalchemy-session-sync",
        "SQLAlchemy session factories, synchronous",
        package="sqlalchemy",
        is_usually_one=True,
        constructors=(_named_class(("sqlalchemy.orm.sessionmaker", "sqlalchemy.orm.session.sessionmaker")),),
    ),
    Preset(
        "sqlalchemy-scoped-session-sync",
        "SQLAlchemy registries of sessions, and session factories, synchronous",
        includes=("sqlalchemy-session-sync",),
        package="sqlalchemy",
        is_usually_one=True,
        constructors=(_named_class(("sqlalchemy.orm.scoped_session", "sqlalchemy.orm.scoping.scoped_session")),),
    ),
    Preset(
        "sqlalchemy-session-async",
        "SQLAlchemy session factories, asynchronous",
        package="sqlalchemy",
        is_usually_one=True,
        constructors=(
            _named_class(
                ("sqlalchemy.ext.asyncio.async_sessionmaker", "sqlalchemy.ext.asyncio.session.async_sessionmaker")
            ),
        ),
    ),
    Preset(
        "sqlalchemy-scoped-session-async",
        "SQLAlchemy registries of sessions, and session factories, asynchronous",
        includes=("sqlalchemy-session-async",),
        package="sqlalchemy",
        is_usually_one=True,
        constructors=(
            _named_class(
                ("sqlalchemy.ext.asyncio.async_scoped_session", "sqlalchemy.ext.asyncio.scoping.async_scoped_session")
            ),
        ),
    ),
    Preset(
        "flask-sqlalchemy",
        "the Flask-SQLAlchemy extension",
        package="flask-sqlalchemy",
        is_usually_one=True,
        constructors=(KnownConstructor(("flask_sqlalchemy.SQLAlchemy", "flask_sqlalchemy.extension.SQLAlchemy")),),
    ),
    Preset(
        "postgres",
        "PostgreSQL connection pools",
        includes=("psycopg", "psycopg2", "asyncpg"),
    ),
    *divide_by_kind(
        "psycopg",
        "psycopg connection pools",
        "psycopg-pool",
        synchronous=(
            KnownConstructor(("psycopg_pool.ConnectionPool", "psycopg_pool.pool.ConnectionPool")),
            KnownConstructor(("psycopg_pool.NullConnectionPool", "psycopg_pool.null_pool.NullConnectionPool")),
        ),
        asynchronous=(
            KnownConstructor(("psycopg_pool.AsyncConnectionPool", "psycopg_pool.pool_async.AsyncConnectionPool")),
            KnownConstructor(
                ("psycopg_pool.AsyncNullConnectionPool", "psycopg_pool.null_pool_async.AsyncNullConnectionPool")
            ),
        ),
    ),
    Preset(
        "psycopg2",
        "psycopg2 connection pools",
        package="psycopg2-binary",
        is_usually_one=True,
        constructors=(
            KnownConstructor(("psycopg2.pool.SimpleConnectionPool",)),
            KnownConstructor(("psycopg2.pool.ThreadedConnectionPool",)),
        ),
    ),
    Preset(
        "asyncpg",
        "asyncpg connection pools",
        package="asyncpg",
        is_usually_one=True,
        constructors=(
            KnownConstructor(
                ("asyncpg.create_pool", "asyncpg.pool.create_pool"), makes=("asyncpg.Pool", "asyncpg.pool.Pool")
            ),
        ),
    ),
    Preset(
        "mongodb",
        "MongoDB clients",
        includes=("pymongo", "motor"),
    ),
    *divide_by_kind(
        "pymongo",
        "PyMongo clients",
        "pymongo",
        synchronous=(
            KnownConstructor(
                (
                    "pymongo.MongoClient",
                    "pymongo.mongo_client.MongoClient",
                    "pymongo.synchronous.mongo_client.MongoClient",
                )
            ),
        ),
        asynchronous=(
            KnownConstructor(("pymongo.AsyncMongoClient", "pymongo.asynchronous.mongo_client.AsyncMongoClient")),
        ),
    ),
    Preset(
        "motor",
        "Motor clients",
        package="motor",
        is_usually_one=True,
        constructors=(KnownConstructor(("motor.motor_asyncio.AsyncIOMotorClient",)),),
    ),
    Preset(
        "elasticsearch",
        "Elasticsearch and OpenSearch clients",
        includes=("elasticsearch-py", "opensearch"),
    ),
    *divide_by_kind(
        "elasticsearch-py",
        "Elasticsearch clients",
        "elasticsearch",
        synchronous=(KnownConstructor(("elasticsearch.Elasticsearch", "elasticsearch.client.Elasticsearch")),),
        asynchronous=(KnownConstructor(("elasticsearch.AsyncElasticsearch",)),),
    ),
    *divide_by_kind(
        "opensearch",
        "OpenSearch clients",
        "opensearch-py",
        synchronous=(KnownConstructor(("opensearchpy.OpenSearch", "opensearchpy.client.OpenSearch")),),
        asynchronous=(KnownConstructor(("opensearchpy.AsyncOpenSearch",)),),
    ),
)
