"""The Python side of the tests: an application whose tasks have the names of the .NET side's.

CELERYNET_BROKER, CELERYNET_RESULTS, CELERYNET_QUEUE and CELERYNET_REDIS say where everything is; CELERYNET_SERIALIZER, CELERYNET_COMPRESSION and
CELERYNET_PROTOCOL how messages are written, CELERYNET_RESULT_SERIALIZER how results. CELERYNET_TRANSPORT_OPTIONS has further broker_transport_options as JSON. With CELERYNET_KEY, CELERYNET_CERTIFICATE and CELERYNET_CERTIFICATES
messages are signed. CELERYNET_RESULT_EXTENDED has results show the call too; CELERYNET_DJANGO is Django's DATABASES["default"] as JSON, for the backend
django-db.
"""
import json
import os
import sys
import time

import redis
import topology
from celery import Celery, group
from celery.exceptions import Reject
from celery.signals import worker_ready
from celery.utils.saferepr import saferepr

SERIALIZER = os.environ.get("CELERYNET_SERIALIZER", "json")
RESULT_SERIALIZER = os.environ.get("CELERYNET_RESULT_SERIALIZER", "json")
SIGNED = bool(os.environ.get("CELERYNET_KEY"))
COMPRESSION = os.environ.get("CELERYNET_COMPRESSION") or None

if os.environ.get("CELERYNET_DJANGO"):
    import django
    from django.conf import settings

    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django_celery_results"],
        DATABASES={"default": json.loads(os.environ["CELERYNET_DJANGO"])},
        USE_TZ=True,
    )
    django.setup()

app = Celery("interop", broker=os.environ["CELERYNET_BROKER"], backend=os.environ["CELERYNET_RESULTS"])
app.conf.update(
    task_default_queue=os.environ["CELERYNET_QUEUE"],
    task_serializer=SERIALIZER,
    result_serializer=RESULT_SERIALIZER,
    accept_content=["auth"] if SIGNED else ["json", SERIALIZER],
    result_accept_content=[RESULT_SERIALIZER] if SIGNED else None,
    task_compression=COMPRESSION,
    result_compression=COMPRESSION,  # Celery 5.2 compresses calls by this one.
    task_protocol=int(os.environ.get("CELERYNET_PROTOCOL", 2)),
    broker_transport_options={
        "visibility_timeout": int(os.environ.get("CELERYNET_VISIBILITY_TIMEOUT", 3600)),
        **json.loads(os.environ.get("CELERYNET_TRANSPORT_OPTIONS") or "{}"),
    },
    broker_connection_retry_on_startup=True,
    worker_direct=bool(os.environ.get("CELERYNET_WORKER_DIRECT")),
    task_send_sent_event=bool(os.environ.get("CELERYNET_SENT_EVENTS")),
    worker_redirect_stdouts=False,
    result_extended=bool(os.environ.get("CELERYNET_RESULT_EXTENDED")),
    result_expires=3600,
)
if SIGNED:
    app.setup_security(key=os.environ["CELERYNET_KEY"], cert=os.environ["CELERYNET_CERTIFICATE"], store=os.environ["CELERYNET_CERTIFICATES"])
if os.environ.get("CELERYNET_TOPOLOGY"):
    topology.apply(app, os.environ["CELERYNET_TOPOLOGY"])


def counters():
    return redis.Redis.from_url(os.environ["CELERYNET_REDIS"])


@worker_ready.connect
def announce(**_):
    print("WORKER-READY", file=sys.__stdout__, flush=True)


class OutOfPaper(Exception):
    pass


class Shop:
    """Has an exception whose name has a dot."""

    class OutOfStock(Exception):
        pass


@app.task(name="interop.add")
def add(x, y):
    return x + y


@app.task(name="interop.spread")
def spread(count):
    """Sends a group of tasks, and one alone which has a callback."""
    group(add.s(number, 10) for number in range(count)).apply_async()
    add.apply_async((count, 100), link=add.s(1000))
    return count


@app.task(name="interop.tsum")
def tsum(numbers):
    return sum(numbers)


@app.task(name="interop.echo")
def echo(value):
    return value


@app.task(name="interop.repr")
def repr_of(value):
    return repr(value)


@app.task(name="interop.describe")
def describe(name, count=1, loud=False, factor=None):
    return f"{name!r} {count!r} {loud!r} {factor!r}"


@app.task(name="interop.keywords")
def keywords(**given):
    return sorted(given)


@app.task(name="interop.collect")
def collect(first, *rest, **more):
    return f"{first!r} {rest!r} {more!r}"


@app.task(name="interop.sign_in", bind=True)
def sign_in(self, name, password, *, pin):
    """What came, and what is shown of it."""
    return [name, password, str(pin), self.request.argsrepr, self.request.kwargsrepr]


@app.task(name="interop.order")
def order(order):
    """Takes and returns what a pydantic model would dump, a member more than the other side knows."""
    return {
        "customer_name": order["customer_name"].upper(),
        "ship_to": {**order["ship_to"], "country_code": "it"},
        "total": sum(line["quantity"] * line["unit_price"] for line in order["lines"]),
        "note": order["note"],
    }


@app.task(name="interop.nothing")
def nothing():
    pass


@app.task(name="interop.fail")
def fail(message):
    raise ValueError(message)


@app.task(name="interop.fail_custom")
def fail_custom(message):
    raise OutOfPaper(message)


ERRORS = {
    each.__qualname__: each
    for each in (Exception, ValueError, KeyError, OSError, FileNotFoundError, LookupError, OutOfPaper, Shop.OutOfStock)
}


@app.task(name="interop.raise")
def raise_error(name, args):
    raise ERRORS[name](*args)


@app.task(name="interop.show_error")
def show_error(name, args):
    """What Python itself would say of the same exception."""
    return str(ERRORS[name](*args))


@app.task(name="interop.raise_odd")
def raise_odd():
    """Its arguments are nothing that JSON knows."""
    raise OutOfPaper({1, 2}, object)


@app.task(name="interop.raise_numbers")
def raise_numbers():
    """Its arguments are what Python's JSON has and JSON has not."""
    raise ValueError(float("nan"), float("-inf"), 10**30)


@app.task(name="interop.raise_causes")
def raise_causes():
    try:
        try:
            {}["the key"]
        except KeyError as error:
            raise OutOfPaper("the cause") from error
    except OutOfPaper:
        raise ValueError("the end")


@app.task(name="interop.now")
def now():
    return time.time()


@app.task(name="interop.gate", track_started=True)
def gate(key):
    """Goes on when something is pushed to the key."""
    opened = counters().blpop(key, timeout=60)
    return opened[1].decode()


@app.task(name="interop.endless", track_started=True)
def endless(key):
    counters().rpush(key, "py runs")
    time.sleep(120)


@app.task(name="interop.progress", bind=True)
def progress(self, key):
    self.update_state(state="PROGRESS", meta={"done": 3, "total": 10})
    counters().blpop(key, timeout=60)
    return "done"


@app.task(name="interop.request", bind=True)
def request(self, *_, **__):
    """What the task sees of its own message."""
    seen = self.request
    return {
        "id": seen.id,
        "root_id": seen.root_id,
        "parent_id": seen.parent_id,
        "priority": seen.delivery_info.get("priority"),
        "origin": seen.origin,
        "lang": seen.lang,
        "shadow": seen.shadow,
        "timelimit": seen.timelimit,
        "x-text": getattr(seen, "x-text", None),
        "x-table": getattr(seen, "x-table", None),
    }


@app.task(name="interop.options", bind=True)
def options(self, *_, **__):
    """All that the options of a call can say."""
    seen = self.request
    names = (
        "id", "shadow", "eta", "expires", "group", "group_index", "retries", "timelimit", "root_id", "parent_id", "argsrepr", "kwargsrepr",
        "ignore_result", "reply_to", "correlation_id", "stamped_headers", "stamps", "delivery_info", "x-own",
    )
    return {**{name: getattr(seen, name, None) for name in names}, "delivery_mode": seen.properties["delivery_mode"]}


@app.task(name="interop.where", bind=True)
def where(self):
    """How the message came."""
    return [self.request.delivery_info["exchange"], self.request.delivery_info["routing_key"]]


@app.task(name="interop.note")
def note(key, text):
    counters().rpush(key, f"py {text}")


@app.task(name="interop.note_value")
def note_value(value, key):
    counters().rpush(key, f"py {value}")
    return value


@app.task(name="interop.note_failure", bind=True)
def note_failure(self, task_id, key):
    """The old form of an errback: it gets the id of the task that failed. Bound, so that it is sent and not called."""
    counters().rpush(key, f"py failed {task_id}")


@app.task(name="interop.scale")
def scale(value, *, factor):
    return value * factor


@app.task(name="interop.fail_with")
def fail_with(value, message):
    raise ValueError(f"{message} {value}")


@app.task(name="interop.total")
def total(numbers, plus=0):
    return sum(numbers) + plus


@app.task(name="interop.flat")
def flat(nested):
    """All numbers of nested lists, in order."""
    return [number for part in nested for number in (flat(part) if isinstance(part, list) else [part])]


@app.task(name="interop.flaky", bind=True)
def flaky(self, key, failures, pause):
    counters().rpush(key, self.request.hostname)
    if self.request.retries < failures:
        raise self.retry(countdown=pause, exc=ValueError(f"not yet, {self.request.retries}"))
    return self.request.retries


@app.task(name="interop.put_back", bind=True)
def put_back(self, key):
    """Runs what the other side has put back."""
    counters().rpush(key, self.request.hostname)
    return self.request.delivery_info["redelivered"]


@app.task(name="interop.put_back_bound", bind=True, acks_late=True)
def put_back_bound(self, key):
    """Puts it back as well."""
    counters().rpush(key + "-python", self.request.hostname)
    time.sleep(0.02)
    raise Reject("nor here", requeue=True)


@app.task(name="interop.refuse", acks_late=True)
def refuse(reason):
    raise Reject(reason, requeue=False)


@app.task(name="interop.tell", bind=True)
def tell(self, text):
    self.send_event("task-told", text=text, done=3)


@app.task(name="interop.untold", send_events=False)
def untold():
    pass


@app.task(name="interop.reprs", bind=True)
def reprs(self, *args, **kwargs):
    """The texts that came for the arguments, and those Celery itself would have sent (celery/app/amqp.py as_task_v2)."""
    return [self.request.argsrepr, saferepr(args, 1024), self.request.kwargsrepr, saferepr(kwargs, 1024)]


@app.task(name="interop.who", bind=True)
def who(self, key, number):
    counters().hincrby(key, number, 1)
    return self.request.hostname


@app.task(name="interop.push", bind=True)
def push(self, value, key):
    """Notes what it was called with; for callbacks, which nobody waits for. Bound, it is an error callback of Celery's old style."""
    counters().rpush(key, json.dumps(value))
    return value


@app.task(name="interop.on_error")
def on_error(request, error, traceback, key):
    """An error callback of Celery's new style."""
    counters().rpush(key, f"{request.id} {error}")


@app.task(name="interop.replace", bind=True)
def replace(self, how, x, y):
    def plus(*args):
        return app.signature("interop.add", args=args).set(queue=self.request.delivery_info["routing_key"])

    return self.replace({
        "call": lambda: plus(x, y),
        "chain": lambda: plus(x, y) | plus(1),
        "group": lambda: group(plus(x, y), plus(y, y)),
        "chord": lambda: group(plus(x, y), plus(y, y)) | app.signature("interop.tsum").set(queue=self.request.delivery_info["routing_key"]),
    }[how]())


@app.task(name="interop.ignored", ignore_result=True)
def ignored(value):
    return value
