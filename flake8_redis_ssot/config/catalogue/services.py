"""Task queues, message brokers, HTTP, AWS, settings and loggers."""

from __future__ import annotations

from flake8_redis_ssot.config.catalogue.preset import KnownConstructor, Preset, divide_by_kind

SERVICES = (
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
    *divide_by_kind(
        "httpx",
        "HTTPX clients",
        "httpx",
        synchronous=(KnownConstructor(("httpx.Client",)),),
        asynchronous=(KnownConstructor(("httpx.AsyncClient",)),),
        is_usually_one=False,
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
            KnownConstructor(
                ("requests.session", "requests.sessions.session"),
                makes=("requests.Session", "requests.sessions.Session"),
            ),
        ),
    ),
    Preset(
        "boto3",
        "AWS clients, resources and sessions of Boto3",
        package="boto3",
        constructors=(
            KnownConstructor(("boto3.client",)),
            KnownConstructor(("boto3.resource",)),
            KnownConstructor(("boto3.Session", "boto3.session.Session")),
            KnownConstructor(("boto3.Session.client", "boto3.session.Session.client")),
            KnownConstructor(("boto3.Session.resource", "boto3.session.Session.resource")),
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
            KnownConstructor(("logging.getLogger",), makes=("logging.Logger",)),
            KnownConstructor(("structlog.get_logger", "structlog.getLogger")),
        ),
    ),
)
