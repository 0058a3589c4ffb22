"""Does what a Python producer does, on command: see commands.py."""
import base64
import datetime
import decimal
import gc
import json
import os
import subprocess
import sys
import time
import uuid

import celery
import redis
from app import app
from celery.backends.base import SyncBackendMixin
from celery.utils.nodenames import worker_direct
from celery.utils.time import get_exponential_backoff_interval
from commands import serve
from flows import flow, flow_result
from kombu import Exchange, Queue
from times import delayed, times
from trees import children, collected, deleted, restored, saved, waited, workflow

TIMEOUT = 30

# A failed AsyncResult stays in a cycle with its exception. When the collector finds it, its __del__ unsubscribes in the middle of whatever
# another result's get() does, which may then miss its answer (celery/result.py AsyncResult.__del__, celery/backends/redis.py cancel_for).
gc.disable()


def describe_error(error):
    return {
        "type": type(error).__name__,
        "module": type(error).__module__,
        "bases": [base.__name__ for base in type(error).__mro__],
        "message": str(error),
        "repr": repr(error),
    }


def version():
    return celery.__version__


def describe_state(meta):
    """A state on the way; some backends hand it over with the exception made of it, others as it was stored."""
    reason = meta["result"]
    if isinstance(reason, Exception):
        reason = {"exc_type": type(reason).__name__, "exc_message": list(reason.args)}
    status = meta["status"]
    return {
        "status": status,
        "reason": reason if status == "RETRY" else None,
        "shown": reason if status not in ("SUCCESS", "FAILURE", "RETRY") else None,
        "traceback": meta["traceback"],
    }


def call(name, args=(), kwargs=None, direct=None, **options):
    """Sends a task, to one worker alone if direct names it, and waits for it: its value, or the exception that get() raised, and the states it went through, if the backend tells."""
    if direct:
        options["queue"] = worker_direct(direct)
    sent = time.time()
    result = app.send_task(name, args, kwargs, **options)
    states = []

    def note(meta):
        # All replies of a process come to one queue over rpc://, those of earlier tasks too.
        if meta["task_id"] == result.id:
            states.append(describe_state(meta))

    answer = {"id": result.id, "sent": sent, "states": states}
    try:
        value = result.get(timeout=TIMEOUT, on_message=None if isinstance(app.backend, SyncBackendMixin) else note)
        answer.update(value=value, repr=repr(value), type=type(value).__name__)
    except Exception as error:
        answer.update(error=describe_error(error), traceback=result.traceback)
    answer.update(state=result.state, children=[child.id for child in result.children or []])
    return answer


def send(name, args=(), fanout=None, **options):
    """Sends a task and does not wait for it. Over Redis, a producer must have declared a fanout exchange to know that it is one."""
    if fanout:
        options.update(exchange=fanout, declare=[Exchange(fanout, type="fanout")])
    return {"id": app.send_task(name, tuple(args), **options).id}


def outcome(id, state):
    """Waits until a task that was sent before is in a state: its result as Python shows it."""
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        result = app.AsyncResult(id)
        if result.state == state:
            return {"repr": repr(result.result)}
        time.sleep(0.05)
    raise TimeoutError(f"task {id} is {app.AsyncResult(id).state}, not {state}")


def stored(id, wait=True):
    """What the backend has of a task that was sent before, once it is there, and for how many seconds (Redis only)."""
    result = app.AsyncResult(id)
    if wait:
        result.get(timeout=TIMEOUT, propagate=False)
    shown = {name: getattr(result, name) for name in ("state", "name", "args", "kwargs", "worker", "retries", "queue")}
    if hasattr(app.backend, "client"):
        shown["ttl"] = app.backend.client.ttl(app.backend.get_key_for_task(id))
    return shown


def pop(key, count):
    """Waits for so many notes."""
    client = redis.Redis.from_url(os.environ["CELERYNET_REDIS"])
    popped = [client.blpop(key, timeout=TIMEOUT) for _ in range(count)]
    return [each[1].decode() if each else None for each in popped]


def echo(values):
    """Sends each value around: what went out and what came back, as Python shows them."""
    results = [(repr(value), app.send_task("interop.echo", (value,))) for value in values]
    return [[sent, repr(result.get(timeout=TIMEOUT))] for sent, result in results]


def echo_python(expressions):
    """Sends the value of each expression around: what went out and what came back, as Python shows them."""
    results = [(repr(value), app.send_task("interop.echo", (value,))) for value in map(evaluate, expressions)]
    return [[sent, repr(result.get(timeout=TIMEOUT))] for sent, result in results]


def evaluate(expression):
    return eval(expression, {"datetime": datetime, "decimal": decimal, "uuid": uuid})


def burst(count, offset):
    """Has many tasks in flight at a time: how many results were right, and those that were not."""
    results = [(number, app.send_task("interop.add", (number, 1))) for number in range(offset, offset + count)]
    wrong = [number for number, result in results if result.get(timeout=2 * TIMEOUT) != number + 1]
    return {"right": count - len(wrong), "wrong": wrong}


def backoff(cases):
    """The waits of Celery itself before automatic retries."""
    return [get_exponential_backoff_interval(factor, retries, maximum) for factor, retries, maximum in cases]


def publish(queue, body, headers, content_type="application/json", content_encoding="utf-8", padding=0):
    """Publishes a message that need not be a task's. The padding takes the place of PADDING in the body."""
    payload = body.replace("PADDING", "x" * padding).encode()
    with app.producer_pool.acquire(block=True) as producer:
        producer.publish(
            payload, exchange="", routing_key=queue, content_type=content_type, content_encoding=content_encoding, headers=headers)
    return {"size": len(payload)}


def dead_letter(queue, marker):
    """Waits for the dead letter that has the marker in its headers or body."""
    take = take_from_redis if app.conf.broker_url.startswith("redis") else take_from_amqp
    while True:
        letter = take(queue + ".dead-letters")
        if marker in json.dumps(letter["headers"]) or marker in letter["body"][:10000]:
            letter["size"] = len(letter["body"])
            letter["body"] = letter["body"][:10000]
            return letter


def take_from_redis(name):
    popped = redis.Redis.from_url(app.conf.broker_url).brpop(name, timeout=TIMEOUT)
    if popped is None:
        raise TimeoutError(f"nothing came to {name}")
    entry = json.loads(popped[1])
    message = json.loads(entry["message"])
    return {
        "reason": entry["reason"],
        "time": entry["time"],
        "headers": message["headers"],
        "content_type": message.get("content-type"),
        "body": base64.b64decode(message["body"]).decode(errors="replace"),
    }


def take_from_amqp(name):
    taken = []
    with app.connection_for_read() as connection:
        queue = Queue(name, Exchange(""), routing_key=name)
        with connection.Consumer(queue, on_message=taken.append, prefetch_count=1):
            while not taken:
                connection.drain_events(timeout=TIMEOUT)
            taken[0].ack()
    message = taken[0]
    body = message.body
    return {
        "reason": message.headers.get("x-celerynet-reason"),
        "time": message.headers.get("x-celerynet-time"),
        "headers": message.headers,
        "content_type": message.content_type,
        "body": body if isinstance(body, str) else bytes(body).decode(errors="replace"),
    }


def publish_raw(queue, element):
    """Redis only: pushes something that is not even an envelope."""
    redis.Redis.from_url(app.conf.broker_url).lpush(queue, element)
    return {}


def take_raw(queue):
    """Redis only: waits for the dead letter of such a thing."""
    popped = redis.Redis.from_url(app.conf.broker_url).brpop(queue + ".dead-letters", timeout=TIMEOUT)
    return json.loads(popped[1])


def restore():
    """Redis only: gives what is out for longer than the visibility timeout to others, as a worker does every ten seconds (kombu/transport/redis.py)."""
    with app.connection_for_read() as connection:
        channel = connection.default_channel
        out = channel.client.hlen(channel.unacked_key)
        channel.qos.restore_visible(num=channel.unacked_restore_limit)
        return out


def control(method, **arguments):
    """Sends a command and waits for the answers, by node."""
    answers = getattr(app.control, method)(reply=True, timeout=10, **arguments)
    return {node: value for answer in answers for node, value in answer.items()}


def broadcast(command, arguments, **options):
    """Sends a command that app.control has no method for, and waits for the answers."""
    return app.control.broadcast(command, arguments=arguments, reply=True, timeout=10, **options)


def get(id):
    """Waits for a task that was sent before: its value, or the exception that get() raised."""
    result = app.AsyncResult(id)
    answer = {"id": id, "states": [], "children": []}
    try:
        answer.update(value=result.get(timeout=TIMEOUT))
    except Exception as error:
        answer.update(error=describe_error(error), traceback=result.traceback)
    answer.update(state=result.state)
    return answer


def command_line(arguments):
    """Runs Celery's own command line against the application."""
    done = subprocess.run([sys.executable, "-m", "celery", "-A", "app", *arguments], capture_output=True, text=True, timeout=TIMEOUT)
    return {"exit": done.returncode, "output": done.stdout + done.stderr}


def save_group(id, members):
    """Saves a group of tasks, whether they exist or not."""
    app.GroupResult(id, [app.AsyncResult(member) for member in members]).save()
    return {}


def restore_group(id):
    """The ids of the tasks of a group that was saved."""
    group = app.GroupResult.restore(id)
    return group and [member.id for member in group.results]


def forget(id):
    app.AsyncResult(id).forget()
    return {}


OPERATIONS = {
    each.__name__: each
    for each in (
        version, call, send, outcome, stored, pop, echo, echo_python, burst, backoff, publish, dead_letter, publish_raw, take_raw, times, delayed, restore,
        command_line, control, broadcast, get, workflow, collected, waited, saved, restored, deleted, children, flow, flow_result)
}

OPERATIONS.update((each.__name__, each) for each in (save_group, restore_group, forget))


if __name__ == "__main__":
    serve(OPERATIONS)
