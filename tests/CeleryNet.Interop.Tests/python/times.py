"""Calls at all kinds of times, from applications of several zones."""
import time
from datetime import datetime, timedelta, timezone  # noqa: F401: for the expressions

from app import app
from celery import Celery
from kombu import Exchange
from zoneinfo import ZoneInfo  # noqa: F401: for the expressions

DELAYED_DIGITS = 28


def soon(seconds):
    return datetime.now(timezone.utc) + timedelta(seconds=seconds)


def naive(moment):
    """As datetime.utcnow() would give it."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None)


def evaluate(expression):
    return eval(expression)


def sender(zone, enable_utc):
    other = Celery("interop-times", broker=app.conf.broker_url, backend=app.conf.result_backend, set_as_current=False)
    other.conf.update(task_default_queue=app.conf.task_default_queue, timezone=zone, enable_utc=enable_utc, result_expires=3600)
    return other


def times(cases, queue):
    """Sends a call of each case, then waits for all of them: when each ran, or how it ended otherwise."""
    senders = {}
    sent = []
    for case in cases:
        key = (case.pop("timezone", None), case.pop("enable_utc", True))
        if key not in senders:
            senders[key] = sender(*key)
        # What 5.2 cannot take as an option, or RabbitMQ as a message's time to live, goes into the header alone.
        headers = {name: evaluate(value).isoformat() if value.startswith(("soon", "naive")) else value for name, value in case.pop("headers", {}).items()}
        options = {name: evaluate(value) if isinstance(value, str) else value for name, value in case.items()}
        sent.append((time.time(), senders[key].send_task("interop.now", queue=queue, headers=headers, **options)))
    answers = []
    for moment, result in sent:
        try:
            answers.append({"sent": moment, "ran": result.get(timeout=30)})
        except Exception as error:
            answers.append({"sent": moment, "state": result.state, "error": f"{type(error).__module__}.{type(error).__name__}: {error}"})
    for other in senders.values():
        other.close()
    return answers


def delayed(name, args, countdown, routing_key):
    """Sends a call as Celery 5.5 and newer send it to a quorum queue of a topic exchange (celery/app/base.py send_task)."""
    digits = ".".join(f"{countdown:0{DELAYED_DIGITS}b}")
    moment = time.time()
    exchange = Exchange("celery_delayed_27", type="topic")
    result = app.send_task(name, args, countdown=countdown, exchange=exchange, routing_key=f"{digits}.{routing_key}")
    return {"sent": moment, "value": result.get(timeout=30)}
