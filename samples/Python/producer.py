"""Calls the tasks of samples/Worker by name; nothing tells it that they run on .NET.

Start samples/Worker with the same two URLs, then in this folder:  python3 producer.py
"""
from celery_app import app


def call(name, *args, **kwargs):
    return app.send_task(name, args=args, kwargs=kwargs)


# Calls are sent at once, results fetched when they are needed.
calls = [
    ("tasks.add(2, 3)", call("tasks.add", 2, 3)),
    ("tasks.add(2.5, 3)", call("tasks.add", 2.5, 3)),
    ("tasks.mul(x=6, y=7)", call("tasks.mul", x=6, y=7)),
    ("tasks.tsum([1, 2.5, 4])", call("tasks.tsum", [1, 2.5, 4])),
    ("tasks.echo({'a': [1, None]})", call("tasks.echo", {"a": [1, None]})),
    ("tasks.process_data('report.csv')", call("tasks.process_data", "report.csv")),
]
for text, result in calls:
    print(f"{text:34} {result.get(timeout=30)!r}")

try:
    call("tasks.fail", "no such file").get(timeout=30)
except ValueError as error:  # the worker's ArgumentException
    print(f"{'tasks.fail(...)':34} ValueError: {error}")
