"""The Celery application of the Python workers in these tests: the tasks of samples/Worker that are used here."""
import os
import time

from celery import Celery

app = Celery(
    "faults",
    broker=os.environ["CELERY_BROKER_URL"],
    backend=os.environ["CELERY_RESULT_BACKEND"],
)
app.conf.broker_transport_options = {"visibility_timeout": float(os.environ["FAULT_VISIBILITY_TIMEOUT"])}
app.conf.worker_prefetch_multiplier = 4


@app.task(name="tasks.sleep", acks_late=True)
def sleep(seconds):
    time.sleep(seconds)
    return seconds
