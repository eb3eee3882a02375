"""The third-party and standard names that are known, as closed lists of dotted names."""

from __future__ import annotations

_REDIS = ("redis.Redis", "redis.StrictRedis", "redis.client.Redis", "redis.client.StrictRedis")
# They make a client of a server; all that two clients of the same address share or differ in is on the server.
CLIENT_MAKERS = frozenset({*_REDIS, *(f"{name}.from_url" for name in _REDIS), "redis.from_url", "redis.utils.from_url"})
# They make a client of a server within the process, which is an argument.
FAKE_CLIENT_MAKERS = frozenset({"fakeredis.FakeRedis", "fakeredis.FakeStrictRedis"})
FAKE_SERVER_MAKER = "fakeredis.FakeServer"
# Their result depends on their arguments alone, and can't be changed.
SCALAR_FUNCTIONS = frozenset(f"builtins.{name}" for name in ("bool", "bytes", "float", "int", "len", "str"))
SCALAR_METHODS = frozenset(
    {"casefold", "decode", "encode", "endswith", "lower", "lstrip", "removeprefix", "removesuffix", "replace"}
    | {"rstrip", "startswith", "strip", "title", "upper"}
)
ENVIRONMENT_GETTERS = frozenset({"os.environ.get", "os.getenv"})
LOGGER_MAKER = "logging.getLogger"
LOGGER_METHODS = frozenset({"critical", "debug", "error", "exception", "info", "log", "warning"})
# What they make belongs to one instance; making it has no effect on anything else.
OWN_OBJECT_MAKERS = frozenset(
    {*(f"builtins.{name}" for name in ("bytearray", "dict", "list", "object", "set"))}
    | {*(f"collections.{name}" for name in ("Counter", "OrderedDict", "defaultdict", "deque"))}
    | {"itertools.count", "os.getpid", "threading.Lock", "threading.RLock", "threading.get_ident"}
    | {"time.monotonic", "time.perf_counter", "time.time", "uuid.uuid4"}
)
# Special methods that run only where the instance is written in a certain way, which its uses would show.
SPECIAL_METHODS = frozenset(
    {"__init__", "__enter__", "__exit__", "__aenter__", "__aexit__", "__call__", "__contains__", "__delitem__"}
    | {"__getitem__", "__iter__", "__repr__", "__setitem__", "__str__"}
)
MEMBERLESS_BASES = frozenset({"abc.ABC", "builtins.object", "typing.Generic", "typing.Protocol"})
METHOD_DECORATORS = frozenset({"abc.abstractmethod", "typing.final", "typing.override"})
# Attributes of a client that say where it is connected and how it reads answers.
CLIENT_STATE = frozenset({"connection", "connection_kwargs", "connection_pool", "response_callbacks"})
# What methods that are not called may do with a client: it goes on working for the others.
CLIENT_METHODS = frozenset({"close", "lock", "pipeline", "pubsub", "register_script", "transaction"})
# Commands that a server answers the same way on any connection, and that leave the connection as it was.
SERVER_COMMANDS = frozenset(
    {
        # Strings.
        *("append", "decr", "decrby", "get", "getdel", "getex", "getrange", "getset", "incr", "incrby"),
        *("incrbyfloat", "mget", "mset", "msetnx", "psetex", "set", "setex", "setnx", "setrange", "strlen"),
        *("substr",),
        # Hashes.
        *("hdel", "hexists", "hget", "hgetall", "hincrby", "hincrbyfloat", "hkeys", "hlen", "hmget", "hmset"),
        *("hrandfield", "hscan", "hscan_iter", "hset", "hsetnx", "hstrlen", "hvals"),
        # Lists.
        *("lindex", "linsert", "llen", "lmove", "lpop", "lpos", "lpush", "lpushx", "lrange", "lrem", "lset"),
        *("ltrim", "rpop", "rpoplpush", "rpush", "rpushx", "sort"),
        # Sets.
        *("sadd", "scard", "sdiff", "sdiffstore", "sinter", "sinterstore", "sismember", "smembers"),
        *("smismember", "smove", "spop", "srandmember", "srem", "sscan", "sscan_iter", "sunion", "sunionstore"),
        # Sorted sets.
        *("zadd", "zcard", "zcount", "zdiff", "zincrby", "zinter", "zinterstore", "zlexcount", "zmscore"),
        *("zpopmax", "zpopmin", "zrandmember", "zrange", "zrangebylex", "zrangebyscore", "zrank", "zrem"),
        *("zremrangebylex", "zremrangebyrank", "zremrangebyscore", "zrevrange", "zrevrangebyscore", "zrevrank"),
        *("zscan", "zscan_iter", "zscore", "zunion", "zunionstore"),
        # Streams.
        *("xack", "xadd", "xclaim", "xdel", "xgroup_create", "xinfo_stream", "xlen", "xpending", "xrange"),
        *("xread", "xreadgroup", "xrevrange", "xtrim"),
        # Bits, places, estimates.
        *("bitcount", "bitop", "bitpos", "geoadd", "geodist", "geohash", "geopos", "georadius", "geosearch"),
        *("getbit", "pfadd", "pfcount", "pfmerge", "setbit"),
        # Keys.
        *("copy", "delete", "dump", "exists", "expire", "expireat", "expiretime", "keys", "object", "persist"),
        *("pexpire", "pexpireat", "pttl", "randomkey", "rename", "renamenx", "restore", "scan", "scan_iter"),
        *("touch", "ttl", "type", "unlink"),
        # The server.
        *("dbsize", "echo", "flushall", "flushdb", "info", "lastsave", "memory_usage", "ping", "publish"),
        *("pubsub_channels", "pubsub_numpat", "pubsub_numsub", "time"),
    }
)
