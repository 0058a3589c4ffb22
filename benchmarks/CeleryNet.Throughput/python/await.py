"""Waits for many results at once, each of which is its number, and tells when it begins and when it has all. await.py COUNT"""
import sys
import time

from app import app
from celery.result import ResultSet

count = int(sys.argv[1])
results = ResultSet([app.AsyncResult(f"await-{number}") for number in range(count)], app=app)
print("begin", time.monotonic_ns(), flush=True)
values = results.join_native(timeout=120)
print("joined", time.monotonic_ns(), flush=True)
if values != list(range(count)):
    raise AssertionError("the results are not those that were stored")
