"""The tasks of CeleryNet.Throughput for a worker of Python's Celery. The environment says what it works with."""
import multiprocessing
import os
import time

from celery import Celery

RESULTS = os.environ["BENCH_RESULTS"]
MARK_EVERY = int(os.environ["BENCH_MARK_EVERY"])
MICROSECONDS_PER_TICK = 1_000_000 // os.sysconf("SC_CLK_TCK")

app = Celery("bench", broker=os.environ["BENCH_BROKER"], backend=RESULTS or None)
app.conf.update(
    task_default_queue=os.environ["BENCH_QUEUE"],
    task_ignore_result=not RESULTS,
    worker_redirect_stdouts=False,
)

# Made before the pool forks, so that all its processes share them.
main = os.getpid()
counter = multiprocessing.Value("Q", 0)


def cpu_microseconds():
    """The processor time of the worker and the processes of its pool."""
    ids = [main]
    for thread in os.listdir(f"/proc/{main}/task"):
        with open(f"/proc/{main}/task/{thread}/children") as children:
            ids += children.read().split()
    ticks = 0
    for process in ids:
        with open(f"/proc/{process}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks * MICROSECONDS_PER_TICK


def done():
    """Counts, and tells of it on the way."""
    with counter.get_lock():
        counter.value += 1
        count = counter.value
    if count == 1 or count % MARK_EVERY == 0:
        os.write(1, f"done {count} {time.monotonic_ns()} {cpu_microseconds()} 0\n".encode())


@app.task(name="bench.add")
def add(x, y):
    done()
    return x + y


@app.task(name="bench.wait")
def wait(seconds):
    time.sleep(seconds)
    done()
