"""Pickles as Python and Celery make them, for the tests of a reader that must not be Python.

Prints one line "PICKLES <JSON>". Then reads bodies of result documents, one in base64 a line, and prints what a Celery client makes of each:
"RAISED <module>.<class> <args>".
"""
import base64
import collections
import datetime
import decimal
import json
import pickle
import sys
import uuid
import zoneinfo

from celery import Celery, chord, group
from celery.app.trace import build_tracer

ROME = zoneinfo.ZoneInfo("Europe/Rome")
MOMENT = datetime.datetime(2026, 7, 2, 3, 4, 5, 678901)
UTC = datetime.timezone.utc


def tag(kind, value):
    return {"__type__": kind, "__value__": value}


# name, value, what it is as JSON
VALUES = [
    ("constants", [None, True, False], [None, True, False]),
    ("integers", [0, 255, 256, 65536, -1, -(2**31), 2**31, 2**63 - 1, -(2**63)], [0, 255, 256, 65536, -1, -(2**31), 2**31, 2**63 - 1, -(2**63)]),
    ("large integers", [2**63, -(2**63) - 1, 10**4299], [2**63, -(2**63) - 1, 10**4299]),
    ("floats", [1.5, -0.0, 1e300], [1.5, -0.0, 1e300]),
    ("special floats", [float("nan"), float("inf"), float("-inf")], [tag("float", "nan"), tag("float", "inf"), tag("float", "-inf")]),
    ("texts", ["", "h\xe9llo", "\u65e5", "\U0001f600", "a\nb\\u0041'\"", "x" * 300], ["", "h\xe9llo", "\u65e5", "\U0001f600", "a\nb\\u0041'\"", "x" * 300]),
    ("half a pair", ["a\ud800b"], ["a\ud800b"]),
    ("bytes", [b"", b"\x00\xff", b"y" * 300], [tag("base64", ""), tag("base64", "AP8="), tag("base64", base64.b64encode(b"y" * 300).decode())]),
    ("bytearray", [bytearray(b"ab"), bytearray()], [tag("base64", "YWI="), tag("base64", "")]),
    ("tuples", ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)), [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4]]),
    ("sets", [{1}, frozenset([2]), set()], [[1], [2], []]),
    ("map", {"b": 1, "a": {"c": []}}, {"b": 1, "a": {"c": []}}),
    ("keys", {1: 1, None: 2, 2.5: 3, False: 4, 2**70: 5}, {"1": 1, "null": 2, "2.5": 3, "false": 4, str(2**70): 5}),
    ("the same twice", [["x"]] * 3, [["x"], ["x"], ["x"]]),
    ("naive datetime", MOMENT, tag("datetime", "2026-07-02T03:04:05.678901")),
    ("second pass", MOMENT.replace(microsecond=0, fold=1), tag("datetime", "2026-07-02T03:04:05")),
    ("UTC", MOMENT.replace(tzinfo=UTC), tag("datetime", "2026-07-02T03:04:05.678901+00:00")),
    ("offset", MOMENT.replace(tzinfo=datetime.timezone(-datetime.timedelta(hours=2, minutes=30))), tag("datetime", "2026-07-02T03:04:05.678901-02:30")),
    ("offset with a name", MOMENT.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=2), "X")), tag("datetime", "2026-07-02T03:04:05.678901+02:00")),
    ("offset of seconds", MOMENT.replace(tzinfo=datetime.timezone(datetime.timedelta(seconds=2996, microseconds=5))), tag("datetime", "2026-07-02T03:04:05.678901+00:49:56.000005")),
    ("zoneinfo", MOMENT.replace(tzinfo=ROME), tag("datetime", "2026-07-02T03:04:05.678901+02:00")),
    ("zoneinfo in winter", MOMENT.replace(month=1, tzinfo=ROME), tag("datetime", "2026-01-02T03:04:05.678901+01:00")),
    ("zoneinfo UTC", MOMENT.replace(tzinfo=zoneinfo.ZoneInfo("UTC")), tag("datetime", "2026-07-02T03:04:05.678901+00:00")),
    ("first day", datetime.datetime.min.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=2))), tag("datetime", "0001-01-01T00:00:00+02:00")),
    ("last moment", datetime.datetime.max, tag("datetime", "9999-12-31T23:59:59.999999")),
    ("dates", [datetime.date.min, datetime.date(2026, 1, 2)], [tag("date", "0001-01-01"), tag("date", "2026-01-02")]),
    ("times", [datetime.time(3, 4), MOMENT.time(), datetime.time(3, tzinfo=UTC), datetime.time(3, tzinfo=ROME)],
     [tag("time", "03:04:00"), tag("time", "03:04:05.678901"), tag("time", "03:00:00+00:00"), tag("time", "03:00:00")]),
    ("timedeltas", [datetime.timedelta(1, 2, 3), datetime.timedelta(microseconds=-1)], [tag("timedelta", [1, 2, 3]), tag("timedelta", [-1, 86399, 999999])]),
    ("decimals", [decimal.Decimal(text) for text in ("12.340", "-0", "1E+5", "1.23456789012345678901234567890123456789", "NaN", "sNaN12", "-Infinity")],
     [tag("decimal", text) for text in ("12.340", "-0", "1E+5", "1.23456789012345678901234567890123456789", "NaN", "sNaN12", "-Infinity")]),
    ("complex", [1 + 2j, complex(-0.0, float("inf"))], [tag("complex", ["1.0", "2.0"]), tag("complex", ["-0.0", "inf"])]),
    ("OrderedDict", collections.OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
    ("defaultdict", collections.defaultdict(list, a=[1]), {"a": [1]}),
    ("Counter", collections.Counter("aab"), {"a": 2, "b": 1}),
    ("deque", collections.deque([1, 2], 5), [1, 2]),
]

# These need more than protocol 1 has, or make use of code there.
SINCE_PROTOCOL_2 = [
    ("uuids", [uuid.UUID(int=5), uuid.UUID("12345678-1234-5678-9234-567812345678")],
     [tag("uuid", {"hex": "0" * 31 + "5"}), tag("uuid", {"hex": "12345678123456789234567812345678"})]),
    ("the same uuid twice", [uuid.UUID(int=7)] * 2, [tag("uuid", {"hex": "0" * 31 + "7"})] * 2),
    ("uuid of a time", uuid.UUID("12345678-1234-1678-9234-567812345678", is_safe=uuid.SafeUUID.unsafe), tag("uuid", {"hex": "12345678123416789234567812345678"})),
]


class OrderError(Exception):
    pass


class Outer:
    class NestedError(Exception):
        pass


class PickyError(Exception):
    """Does not come back from pickle: Celery wraps it."""

    def __init__(self, code, *, reason):
        super().__init__(code, reason)
        self.reason = reason


app = Celery("pickles", broker="memory://", backend="cache+memory://")
app.conf.update(task_serializer="pickle", result_serializer="pickle", accept_content=["pickle", "json"], result_accept_content=["pickle", "json"])


def with_attributes():
    error = OrderError("late", 7)
    error.order = {"id": 3}
    raise error


def with_cause():
    try:
        {}["missing"]
    except KeyError as error:
        raise OrderError("no such order") from error


def with_exception_among_arguments():
    raise OrderError("outer", ValueError("inner"), {"more": [1]})


def fine():
    return {"when": MOMENT}


def raising(error):
    def run():
        raise error

    return run


FAILURES = [
    ("ValueError", raising(ValueError("boom")), "ValueError", ["boom"], "builtins"),
    ("no arguments", raising(ValueError()), "ValueError", [], "builtins"),
    ("KeyError", raising(KeyError(("a", 1))), "KeyError", [["a", 1]], "builtins"),
    ("OSError", raising(OSError(2, "No such file", "/x")), "FileNotFoundError", [2, "No such file", "/x"], "builtins"),
    ("UnicodeDecodeError", raising(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")), "UnicodeDecodeError", ["utf-8", tag("base64", "/w=="), 0, 1, "bad"], "builtins"),
    ("odd arguments", raising(ValueError(1.5, None, {"a": (1,)}, MOMENT)), "ValueError", [1.5, None, {"a": [1]}, tag("datetime", "2026-07-02T03:04:05.678901")], "builtins"),
    ("own class", raising(OrderError("late")), "OrderError", ["late"], "__main__"),
    ("nested class", raising(Outer.NestedError("x")), "Outer.NestedError", ["x"], "__main__"),
    ("attributes", with_attributes, "OrderError", ["late", 7], "__main__"),
    ("cause", with_cause, "OrderError", ["no such order"], "__main__"),
    ("exception among arguments", with_exception_among_arguments, "OrderError", ["outer", "<builtins.ValueError object>", {"more": [1]}], "__main__"),
    ("does not pickle", raising(PickyError(5, reason="r")), "PickyError", [5, "r"], "__main__"),
]


def stored(name, function):
    """What Celery's worker stores for a run of the function."""
    task = app.task(function, name=name)
    task_id = str(uuid.uuid4())
    request = {"id": task_id, "is_eager": False, "delivery_info": {}, "hostname": "w", "args": (), "kwargs": {}}
    build_tracer(name, task, app=app)(task_id, (), {}, request)
    return app.backend.get(app.backend.get_key_for_task(task_id))


def pickles():
    for protocol in range(6):
        values = VALUES + (SINCE_PROTOCOL_2 if protocol > 1 else [])
        for name, value, expected in values:
            yield {"name": f"{name}, protocol {protocol}", "body": pickle.dumps(value, protocol), "expected": json.dumps(expected)}
    add = app.signature("tasks.add", args=(1,))
    signature = {"task": "tasks.add", "args": [1], "kwargs": {}, "options": {}, "subtask_type": None, "immutable": False}
    yield {"name": "signature", "body": pickle.dumps(add, 4), "expected": json.dumps(signature)}
    flow = chord(group([add.clone(), add.clone()]), add.clone())
    yield {"name": "chord", "body": pickle.dumps(flow, 4), "expected": json.dumps({
        "task": "celery.chord", "args": [], "kwargs": {"kwargs": {}, "header": [signature, signature], "body": signature}, "options": {},
        "subtask_type": "chord", "immutable": False,
    })}
    yield {"name": "group", "body": pickle.dumps(group([add.clone()]), 4), "expected": json.dumps({
        "task": "celery.group", "args": [], "kwargs": {"tasks": [signature]}, "options": {}, "subtask_type": "group", "immutable": False,
    })}


def failures():
    for name, function, exc_type, exc_message, exc_module in FAILURES:
        yield {"name": name, "body": stored("tasks." + name, function), "expected": json.dumps(
            {"exc_type": exc_type, "exc_message": exc_message, "exc_module": exc_module})}


def encoded(cases):
    return [{**case, "body": base64.b64encode(case["body"]).decode()} for case in cases]


def main():
    part = app.backend.encode([1, "id", "FAILURE", ValueError("boom")])
    success = stored("tasks.fine", fine)
    print("PICKLES " + json.dumps({
        "values": encoded(pickles()),
        "failures": encoded(failures()),
        "part": base64.b64encode(part).decode(),
        "success": base64.b64encode(success).decode(),
    }), flush=True)
    for line in sys.stdin:
        meta = app.backend.decode_result(base64.b64decode(line))
        error = meta["result"]
        print(f"RAISED {type(error).__module__}.{type(error).__qualname__} {json.dumps(error.args)}", flush=True)


if __name__ == "__main__":
    main()
