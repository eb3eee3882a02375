"""The catalogue: what code bases guard, by name. `constructors = ["preset:redis"]` means all that `redis` has here.

This is data. To add a library, add a `Preset`; a test imports every name, and looks for public names that are missing.
"""

from __future__ import annotations

from typing import NamedTuple


class KnownConstructor(NamedTuple):
    """A third-party class or function: all its public names (dotted), and its methods that construct as well."""

    names: tuple[str, ...]
    methods: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every dotted name whose call creates an instance."""
        return (*self.names, *(f"{name}.{method}" for name in self.names for method in self.methods))


class Preset(NamedTuple):
    """A well-known resource.

    `about` is what it is, for people; `includes` are other presets that belong to it. `package` is the distribution on
    PyPI that defines the `constructors`. Every subclass of one of the third-party classes `bases` in a project is a
    constructor as well. `is_usually_one`: a program normally has one of it, so `init` proposes its home unasked.
    """

    name: str
    about: str
    includes: tuple[str, ...] = ()
    package: str = ""
    is_usually_one: bool = False
    constructors: tuple[KnownConstructor, ...] = ()
    bases: tuple[str, ...] = ()


PRESETS = (
    Preset(
        "redis",
        "Redis clients and connection pools",
        includes=("redis-sync", "redis-async"),
    ),
    Preset(
        "redis-sync",
        "Redis clients and connection pools, synchronous",
        package="redis",
        is_usually_one=True,
        constructors=(
            KnownConstructor(
                ("redis.Redis", "redis.StrictRedis", "redis.client.Redis", "redis.client.StrictRedis"),
                ("from_url", "from_pool"),
            ),
            KnownConstructor(("redis.RedisCluster", "redis.cluster.RedisCluster"), ("from_url",)),
            KnownConstructor(("redis.Sentinel", "redis.sentinel.Sentinel")),
            KnownConstructor(("redis.ConnectionPool", "redis.connection.ConnectionPool"), ("from_url",)),
            KnownConstructor(
                ("redis.BlockingConnectionPool", "redis.connection.BlockingConnectionPool"), ("from_url",)
            ),
            KnownConstructor(("redis.SentinelConnectionPool", "redis.sentinel.SentinelConnectionPool")),
            KnownConstructor(("redis.from_url", "redis.utils.from_url")),
        ),
    ),
    Preset(
        "redis-async",
        "Redis clients and connection pools, asynchronous",
        package="redis",
        is_usually_one=True,
        constructors=(
            KnownConstructor(
                (
                    "redis.asyncio.Redis",
                    "redis.asyncio.StrictRedis",
                    "redis.asyncio.client.Redis",
                    "redis.asyncio.client.StrictRedis",
                ),
                ("from_url", "from_pool"),
            ),
            KnownConstructor(("redis.asyncio.RedisCluster", "redis.asyncio.cluster.RedisCluster"), ("from_url",)),
            KnownConstructor(("redis.asyncio.Sentinel", "redis.asyncio.sentinel.Sentinel")),
            KnownConstructor(
                ("redis.asyncio.ConnectionPool", "redis.asyncio.connection.ConnectionPool"), ("from_url",)
            ),
            KnownConstructor(
                ("redis.asyncio.BlockingConnectionPool", "redis.asyncio.connection.BlockingConnectionPool"),
                ("from_url",),
            ),
            KnownConstructor(("redis.asyncio.SentinelConnectionPool", "redis.asyncio.sentinel.SentinelConnectionPool")),
            KnownConstructor(("redis.asyncio.from_url", "redis.asyncio.utils.from_url")),
        ),
    ),
    Preset(
        "valkey",
        "Valkey clients and connection pools",
        includes=("valkey-sync", "valkey-async"),
    ),
    Preset(
        "valkey-sync",
        "Valkey clients and connection pools, synchronous",
        package="valkey",
        is_usually_one=True,
        constructors=(
            KnownConstructor(
                (
                    "valkey.Valkey",
                    "valkey.StrictValkey",
                    "valkey.Redis",
                    "valkey.StrictRedis",
                    "valkey.client.Valkey",
                    "valkey.client.StrictValkey",
                ),
                ("from_url", "from_pool"),
            ),
            KnownConstructor(
                ("valkey.ValkeyCluster", "valkey.RedisCluster", "valkey.cluster.ValkeyCluster"), ("from_url",)
            ),
            KnownConstructor(("valkey.Sentinel", "valkey.sentinel.Sentinel")),
            KnownConstructor(("valkey.ConnectionPool", "valkey.connection.ConnectionPool"), ("from_url",)),
            KnownConstructor(
                ("valkey.BlockingConnectionPool", "valkey.connection.BlockingConnectionPool"), ("from_url",)
            ),
            KnownConstructor(("valkey.SentinelConnectionPool", "valkey.sentinel.SentinelConnectionPool")),
            KnownConstructor(("valkey.from_url", "valkey.utils.from_url")),
        ),
    ),
    Preset(
        "valkey-async",
        "Valkey clients and connection pools, asynchronous",
        package="valkey",
        is_usually_one=True,
        constructors=(
            KnownConstructor(
                (
                    "valkey.asyncio.Valkey",
                    "valkey.asyncio.StrictValkey",
                    "valkey.asyncio.Redis",
                    "valkey.asyncio.StrictRedis",
                    "valkey.asyncio.client.Valkey",
                    "valkey.asyncio.client.StrictValkey",
                ),
                ("from_url", "from_pool"),
            ),
            KnownConstructor(
                ("valkey.asyncio.ValkeyCluster", "valkey.asyncio.RedisCluster", "valkey.asyncio.cluster.ValkeyCluster"),
                ("from_url",),
            ),
            KnownConstructor(("valkey.asyncio.Sentinel", "valkey.asyncio.sentinel.Sentinel")),
            KnownConstructor(
                ("valkey.asyncio.ConnectionPool", "valkey.asyncio.connection.ConnectionPool"), ("from_url",)
            ),
            KnownConstructor(
                ("valkey.asyncio.BlockingConnectionPool", "valkey.asyncio.connection.BlockingConnectionPool"),
                ("from_url",),
            ),
            KnownConstructor(
                ("valkey.asyncio.SentinelConnectionPool", "valkey.asyncio.sentinel.SentinelConnectionPool")
            ),
            KnownConstructor(("valkey.asyncio.from_url", "valkey.asyncio.utils.from_url")),
        ),
    ),
    Preset(
        "sqlalchemy",
        "SQLAlchemy engines and session factories",
        includes=("sqlalchemy-engine", "sqlalchemy-session", "flask-sqlalchemy"),
    ),
    Preset(
        "sqlalchemy-engine",
        "SQLAlchemy engines",
        package="sqlalchemy",
        is_usually_one=True,
        constructors=(
            KnownConstructor(
                (
                    "sqlalchemy.create_engine",
                    "sqlalchemy.engine.create_engine",
                    "sqlalchemy.engine.create.create_engine",
                    "sqlalchemy.future.create_engine",
                    "sqlmodel.create_engine",
                )
            ),
            KnownConstructor(
                (
                    "sqlalchemy.engine_from_config",
                    "sqlalchemy.engine.engine_from_config",
                    "sqlalchemy.engine.create.engine_from_config",
                )
            ),
            KnownConstructor(
                ("sqlalchemy.ext.asyncio.create_async_engine", "sqlalchemy.ext.asyncio.engine.create_async_engine")
            ),
            KnownConstructor(
                (
                    "sqlalchemy.ext.asyncio.async_engine_from_config",
                    "sqlalchemy.ext.asyncio.engine.async_engine_from_config",
                )
            ),
        ),
    ),
    Preset(
        "sqlalchemy-session",
        "SQLAlchemy session factories",
        package="sqlalchemy",
        is_usually_one=True,
        constructors=(
            KnownConstructor(("sqlalchemy.orm.sessionmaker", "sqlalchemy.orm.session.sessionmaker")),
            KnownConstructor(("sqlalchemy.orm.scoped_session", "sqlalchemy.orm.scoping.scoped_session")),
            KnownConstructor(
                ("sqlalchemy.ext.asyncio.async_sessionmaker", "sqlalchemy.ext.asyncio.session.async_sessionmaker")
            ),
            KnownConstructor(
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
    Preset(
        "psycopg",
        "psycopg connection pools",
        package="psycopg-pool",
        is_usually_one=True,
        constructors=(
            KnownConstructor(("psycopg_pool.ConnectionPool", "psycopg_pool.pool.ConnectionPool")),
            KnownConstructor(("psycopg_pool.NullConnectionPool", "psycopg_pool.null_pool.NullConnectionPool")),
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
        constructors=(KnownConstructor(("asyncpg.create_pool", "asyncpg.pool.create_pool")),),
    ),
    Preset(
        "mongodb",
        "MongoDB clients",
        includes=("pymongo", "motor"),
    ),
    Preset(
        "pymongo",
        "PyMongo clients",
        package="pymongo",
        is_usually_one=True,
        constructors=(
            KnownConstructor(
                (
                    "pymongo.MongoClient",
                    "pymongo.mongo_client.MongoClient",
                    "pymongo.synchronous.mongo_client.MongoClient",
                )
            ),
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
    Preset(
        "elasticsearch-py",
        "Elasticsearch clients",
        package="elasticsearch",
        is_usually_one=True,
        constructors=(
            KnownConstructor(("elasticsearch.Elasticsearch", "elasticsearch.client.Elasticsearch")),
            KnownConstructor(("elasticsearch.AsyncElasticsearch",)),
        ),
    ),
    Preset(
        "opensearch",
        "OpenSearch clients",
        package="opensearch-py",
        is_usually_one=True,
        constructors=(
            KnownConstructor(("opensearchpy.OpenSearch", "opensearchpy.client.OpenSearch")),
            KnownConstructor(("opensearchpy.AsyncOpenSearch",)),
        ),
    ),
    Preset(
        "celery",
        "Celery applications",
        package="celery",
        is_usually_one=True,
        constructors=(KnownConstructor(("celery.Celery", "celery.app.Celery", "celery.app.base.Celery")),),
    ),
    Preset(
        "kafka",
        "Kafka producers, consumers and admin clients",
        includes=("kafka-python", "aiokafka", "confluent-kafka"),
    ),
    Preset(
        "kafka-python",
        "kafka-python producers, consumers and admin clients",
        package="kafka-python",
        constructors=(
            KnownConstructor(
                ("kafka.KafkaProducer", "kafka.producer.KafkaProducer", "kafka.producer.kafka.KafkaProducer")
            ),
            KnownConstructor(
                ("kafka.KafkaConsumer", "kafka.consumer.KafkaConsumer", "kafka.consumer.group.KafkaConsumer")
            ),
            KnownConstructor(
                ("kafka.KafkaAdminClient", "kafka.admin.KafkaAdminClient", "kafka.admin.client.KafkaAdminClient")
            ),
        ),
    ),
    Preset(
        "aiokafka",
        "aiokafka producers and consumers",
        package="aiokafka",
        constructors=(
            KnownConstructor(
                (
                    "aiokafka.AIOKafkaProducer",
                    "aiokafka.producer.AIOKafkaProducer",
                    "aiokafka.producer.producer.AIOKafkaProducer",
                )
            ),
            KnownConstructor(
                (
                    "aiokafka.AIOKafkaConsumer",
                    "aiokafka.consumer.AIOKafkaConsumer",
                    "aiokafka.consumer.consumer.AIOKafkaConsumer",
                )
            ),
        ),
    ),
    Preset(
        "confluent-kafka",
        "confluent-kafka producers, consumers and admin clients",
        package="confluent-kafka",
        constructors=(
            KnownConstructor(("confluent_kafka.Producer", "confluent_kafka.cimpl.Producer")),
            KnownConstructor(("confluent_kafka.Consumer", "confluent_kafka.cimpl.Consumer")),
            KnownConstructor(("confluent_kafka.admin.AdminClient",)),
        ),
    ),
    Preset(
        "http",
        "HTTP clients and sessions",
        includes=("httpx", "aiohttp", "requests"),
    ),
    Preset(
        "httpx",
        "HTTPX clients",
        package="httpx",
        constructors=(
            KnownConstructor(("httpx.Client",)),
            KnownConstructor(("httpx.AsyncClient",)),
        ),
    ),
    Preset(
        "aiohttp",
        "aiohttp client sessions",
        package="aiohttp",
        constructors=(KnownConstructor(("aiohttp.ClientSession", "aiohttp.client.ClientSession")),),
    ),
    Preset(
        "requests",
        "Requests sessions",
        package="requests",
        constructors=(
            KnownConstructor(("requests.Session", "requests.sessions.Session")),
            KnownConstructor(("requests.session", "requests.sessions.session")),
        ),
    ),
    Preset(
        "boto3",
        "AWS clients, resources and sessions of Boto3",
        package="boto3",
        constructors=(
            KnownConstructor(("boto3.client",)),
            KnownConstructor(("boto3.resource",)),
            KnownConstructor(("boto3.Session", "boto3.session.Session"), ("client", "resource")),
        ),
    ),
    Preset(
        "settings",
        "settings classes of pydantic",
        package="pydantic-settings",
        is_usually_one=True,
        bases=("pydantic_settings.BaseSettings", "pydantic_settings.main.BaseSettings", "pydantic.BaseSettings"),
    ),
    Preset(
        "loggers",
        "loggers of the standard library and of structlog",
        package="structlog",
        constructors=(
            KnownConstructor(("logging.getLogger",)),
            KnownConstructor(("structlog.get_logger", "structlog.getLogger")),
        ),
    ),
)
