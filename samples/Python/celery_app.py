"""The Celery application of the samples: the same two variables that the .NET samples read."""
import os

from celery import Celery

app = Celery(
    "samples",
    broker=os.environ.get("CELERY_BROKER_URL", "redis://localhost:6379/0"),
    backend=os.environ.get("CELERY_RESULT_BACKEND", "redis://localhost:6379/0"),
)
