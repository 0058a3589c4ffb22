"""Shows values as Python does: a line with a list of JSON texts comes in, a list of [repr, str] goes out in another."""
import base64
import json
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

# What the tags of CeleryNet's own JSON stand for (src/CeleryNet/Serialization/TypeTag.cs).
TAGS = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "decimal": Decimal,
    "uuid": lambda value: UUID(**value),
    "base64": base64.b64decode,
    "float": float,
    "timedelta": lambda value: timedelta(*value),
    "complex": lambda value: complex(*map(float, value)),
}


def untag(value):
    return TAGS[value["__type__"]](value["__value__"]) if value.keys() == {"__type__", "__value__"} else value


for line in sys.stdin:
    values = [json.loads(text, object_hook=untag) for text in json.loads(line)]
    print("ANSWERS", json.dumps([[repr(value), str(value)] for value in values]), flush=True)
