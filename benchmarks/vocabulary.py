"""The words of generated code."""

from __future__ import annotations

SERVICES = (
    *("accounts", "billing", "catalogue", "delivery", "events", "forecasts", "gateway", "hiring"),
    *("inventory", "journal", "knowledge", "loyalty", "messaging", "notices", "orders", "pricing"),
)
AREAS = (
    *("api", "clients", "handlers", "jobs", "models", "policies", "reports", "storage", "tests", "views"),
    *("adapters", "audits", "exports", "filters", "imports", "limits", "metrics", "queues", "rules", "tasks"),
)
NOUNS = (
    *("account", "agent", "bundle", "carrier", "contract", "customer", "discount", "document", "event", "invoice"),
    *("item", "label", "ledger", "offer", "order", "parcel", "payment", "period", "price", "product"),
    *("quote", "rate", "refund", "report", "schedule", "segment", "shipment", "supplier", "tariff", "voucher"),
)
VERBS = (
    *("apply", "archive", "assign", "build", "cancel", "close", "collect", "compare", "confirm", "convert"),
    *("create", "describe", "extend", "fetch", "filter", "group", "load", "merge", "normalise", "notify"),
    *("open", "plan", "publish", "rank", "reject", "render", "resolve", "schedule", "split", "validate"),
)
ADJECTIVES = ("active", "late", "open", "overdue", "partial", "pending", "recent", "regional", "stale", "valid")
LIBRARY = (
    *("import logging", "import json", "import datetime as dt", "import uuid", "import re"),
    *(
        "from collections import defaultdict",
        "from collections.abc import Iterable, Mapping",
        "from decimal import Decimal",
    ),
    *("from enum import Enum", "from functools import lru_cache", "from pathlib import Path", "from typing import Any"),
)
