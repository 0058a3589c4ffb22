"""Calls tasks and prints a line for each, "<task> <JSON>": calls.py BROKER RESULTS QUEUE [[task, [argument, ...]], ...]"""
import json
import sys

from celery import Celery

broker, results, queue, calls = sys.argv[1:]
app = Celery(broker=broker, backend=results)

for task, args in json.loads(calls):
    result = app.send_task(task, args=args, queue=queue)
    try:
        value = result.get(timeout=30)
    except Exception as error:
        value = f"{type(error).__name__}: {error}"
    print(task, json.dumps(value))
