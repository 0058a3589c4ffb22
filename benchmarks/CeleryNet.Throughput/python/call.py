"""Calls and waits for the result, again and again. call.py WARM_UP COUNT"""
import math
import sys
import time

from app import add


def call():
    started = time.monotonic_ns()
    result = add.delay(2, 3).get(timeout=30)
    if result != 5:
        raise AssertionError(f"add(2, 3) returned {result}")
    return (time.monotonic_ns() - started) / 1e6


def percentile(values, share):
    return values[max(0, math.ceil(share * len(values)) - 1)]


for _ in range(int(sys.argv[1])):
    call()
times = sorted(call() for _ in range(int(sys.argv[2])))
print(f"milliseconds {percentile(times, 0.50):.4f} {percentile(times, 0.99):.4f}", flush=True)
