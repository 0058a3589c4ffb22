"""Runs workflows that are composed here, of tasks of which each runs in the worker of one queue."""
import os
import re
import time

import redis
from app import app
from celery import chain, chord, group
from celery.result import GroupResult

READY = ("SUCCESS", "FAILURE", "REVOKED")


class Side:
    """Makes signatures for one worker: side.add(1, 2) is interop.add there."""

    def __init__(self, queue):
        self._queue = queue

    def __getattr__(self, name):
        def make(*args, **kwargs):
            return app.signature("interop." + name, args=args, kwargs=kwargs).set(queue=self._queue)

        return make


def xmap(side, name, items):
    """What task.map(items) is, of a task that is not here."""
    task = getattr(side, name)()
    return app.signature("celery.map", kwargs={"task": task, "it": items}, immutable=True).set(queue=side._queue)


def xstarmap(side, name, items):
    return app.signature("celery.starmap", kwargs={"task": getattr(side, name)(), "it": items}, immutable=True).set(queue=side._queue)


def xchunks(side, name, items, n):
    """The body of task.chunks(items, n)."""
    return group([xstarmap(side, name, items[i:i + n]) for i in range(0, len(items), n)])


def compose(source, queues, key=None):
    a, b = map(Side, queues)
    space = {"a": a, "b": b, "key": key, "chain": chain, "chord": chord, "group": group, "xmap": xmap, "xstarmap": xstarmap, "xchunks": xchunks, "app": app}
    return eval(source, space)


def flow_result(source, queues, seconds=25):
    """Composes and sends, and waits as a user does: for the result of the whole."""
    try:
        shown = repr(compose(source, queues).apply_async().get(timeout=seconds))
    except Exception as error:
        shown = f"{type(error).__name__}: {error}"
    return {"shown": shown}


def flow(source, queues, notes=0, seconds=30):
    """Composes, sends and waits: the state and result of each step from the first on, and notes that callbacks made, in any order.

    In source, a and b stand for the workers of the two queues, key is where notes go.
    """
    key = f"interop-flow-{app.oid}-{time.monotonic_ns()}"
    end = time.monotonic() + seconds
    result = compose(source, queues, key).apply_async()
    answer = {"last": describe(result, end)}
    steps, step = [], result.parent
    while step is not None:
        # What comes before the end has ended, unless its result is not stored.
        steps.insert(0, describe(step, min(end, time.monotonic() + 0.3)))
        step = step.parent
    answer["steps"] = steps
    client = redis.Redis.from_url(os.environ["CELERYNET_REDIS"])
    said = []
    for _ in range(notes):
        popped = client.blpop(key, timeout=max(1, int(end - time.monotonic())))
        said.append(hide(popped[1].decode()) if popped else None)
    answer["notes"] = sorted(str(each) for each in said)
    client.delete(key)
    # Keys go once the body is sent, which may have ended by now.
    end = time.monotonic() + 0.5
    while True:
        answer["left"] = sorted(left_over(result))
        if not answer["left"] or time.monotonic() > end:
            break
        time.sleep(0.02)
    return answer


def describe(result, end):
    if isinstance(result, GroupResult):
        return [describe(each, end) for each in result.results]
    while True:
        # Not result.get(), which would raise what a step before it failed of.
        meta = app.backend.get_task_meta(result.id)
        if meta["status"] in READY:
            return [meta["status"], hide(repr(meta["result"]))]
        if time.monotonic() > end:
            return [meta["status"], "it did not end"]
        time.sleep(0.02)


def hide(text):
    """A text without the ids in it."""
    return re.sub("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", text)


def left_over(result):
    """The kinds of keys that are still there of the chords of a workflow."""
    step = result
    while step is not None:
        if isinstance(step, GroupResult):
            for suffix in (".j", ".t", ".s"):
                if app.backend.client.exists(app.backend.get_key_for_group(step.id, suffix)):
                    yield suffix
        step = step.parent
