"""The Celery application of the Python workers in these tests: a task of CeleryNet.Fault.Worker, which tells of its runs in the same way."""
import os
import time
import uuid

from celery import Celery

app = Celery(
    "faults",
    broker=os.environ["CELERY_BROKER_URL"],
    backend=os.environ["CELERY_RESULT_BACKEND"],
)
app.conf.broker_transport_options = {"visibility_timeout": float(os.environ["FAULT_VISIBILITY_TIMEOUT"])}
app.conf.worker_prefetch_multiplier = 4

runs = open(os.path.join(os.environ["FAULT_RUN_LOG"], f"{uuid.uuid4()}.runs"), "ab", buffering=0)


@app.task(name="fault.work", acks_late=True, bind=True)
def work(self, seconds):
    runs.write(f"B {self.request.id}\n".encode())
    time.sleep(seconds)
    runs.write(f"F {self.request.id}\n".encode())
    return seconds
