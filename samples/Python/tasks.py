"""The tasks of samples/Worker, run by Python, for samples/Producer or producer.py.

Start in this folder:  celery -A tasks worker
"""
import time

from celery_app import app


@app.task
def add(x, y):
    return x + y


@app.task
def mul(x, y):
    return x * y


@app.task
def tsum(numbers):
    return sum(numbers)


@app.task
def echo(value):
    return value


@app.task
def fail(message):
    # A .NET caller gets a RemoteTaskException whose InnerException is an ArgumentException.
    raise ValueError(message)


@app.task(acks_late=True)
def sleep(seconds):
    time.sleep(seconds)
    return seconds


@app.task
def process_data(data):
    time.sleep(0.5)
    return f"Processed {data}"
