"""Writes workflows.json: what Celery makes of a table of workflows, as documents and as the messages it sends for them.

    python3 workflows.py > workflows.json
"""
import json
import sys

from celery import Celery, chain, chord, group
from kombu.utils.json import dumps

app = Celery("canvas", broker="memory://", backend="cache+memory://")
SENT = []


def s(name, *args, **kwargs):
    return app.signature(name, args=args, kwargs=kwargs)


def si(name, *args):
    return app.signature(name, args=args, immutable=True)


def linked(signature, *callbacks):
    for callback in callbacks:
        signature.link(callback)
    return signature


WORKFLOWS = {
    "call": lambda: s("a", 1, k=2),
    "immutable": lambda: si("a", 1),
    "chain": lambda: chain(s("a", 1), s("b", 2), s("c", 3)),
    "chain_immutable": lambda: chain(s("a", 1), si("b", 2), s("c")),
    "chain_nested": lambda: s("a") | (s("b") | s("c")) | s("d"),
    "group": lambda: group(s("a", 1), s("b", 2)),
    "group_nested": lambda: group(group(s("a"), s("b")), s("c")),
    "chord": lambda: chord([s("a", 1), s("b", 2)], s("c")),
    "chord_of_one": lambda: group(s("a")) | s("b"),
    "chord_then_task": lambda: group(s("a"), s("b")) | s("c") | s("d"),
    "chain_group_task": lambda: s("a") | group(s("b"), s("c")) | s("d"),
    "chain_group_task_task": lambda: s("a") | group(s("b"), s("c")) | s("d") | s("e"),
    "chain_group": lambda: s("a") | group(s("b"), s("c")),
    "chain_group_of_one": lambda: s("a") | group(s("b")) | s("c"),
    "chord_then_group": lambda: group(s("a"), s("b")) | s("c") | group(s("d"), s("e")),
    "chord_of_chains": lambda: chord([s("a") | s("b"), s("c") | s("d")], s("e")),
    "chord_of_chords": lambda: chord([chord([s("a"), s("b")], s("c")), s("d")], s("e")),
    "chord_body_chain": lambda: chord([s("a"), s("b")], s("c") | s("d")),
    "chord_body_chord": lambda: chord([s("a"), s("b")], chord([s("c"), s("d")], s("e"))),
    "link": lambda: linked(s("a"), s("b"), si("c")),
    "error": lambda: (s("a") | s("b")).on_error(si("e")),
    "error_of_chord": lambda: chord([s("a"), s("b")], s("c")).on_error(si("e")),
    "options": lambda: s("a").set(queue="q", priority=3, countdown=10, expires=60, time_limit=5) | s("b").set(queue="r", shadow="x"),
    "map": lambda: app.signature("celery.map", kwargs={"task": s("a"), "it": [1, 2]}, immutable=True),
}


def capture(name, message, **_):
    headers, body = message.headers, json.loads(dumps(message.body))
    SENT.append({"task": headers["task"], "id": headers["id"], "group": headers["group"], "args": body[0], "kwargs": body[1], "embed": body[2]})


def main():
    real = app.amqp.as_task_v2

    def as_task(*args, **kwargs):
        message = real(*args, **kwargs)
        capture(None, message)
        return message

    app.amqp.as_task_v2 = as_task
    app.amqp.task_protocols[2] = as_task
    app.amqp.__dict__["create_task_message"] = as_task
    app.backend.set_chord_size = lambda *_: None
    app.backend.apply_chord = lambda *_, **__: None
    cases = {}
    for name, make in WORKFLOWS.items():
        SENT.clear()
        document = json.loads(dumps(make()))
        make().apply_async()
        cases[name] = {"document": document, "sent": list(SENT)}
    json.dump(cases, sys.stdout, indent=1)


main()
