"""Listens to events as any monitor does (celery.events), and tells on command what it has heard: see commands.py."""
import threading
import time

from app import app
from celery.events.state import State
from commands import serve

TIMEOUT = 30

heard = []
state = State()
news = threading.Condition()


def note(event):
    with news:
        heard.append(dict(event))
        state.event(event)
        news.notify_all()


def capture(ready):
    class Receiver(app.events.Receiver):
        def on_consume_ready(self, connection, channel, consumers, **kwargs):
            super().on_consume_ready(connection, channel, consumers, **kwargs)
            ready.set()

    with app.connection_for_read() as connection:
        Receiver(connection, handlers={"*": note}).capture(limit=None, timeout=None, wakeup=True)


def wait(find, what):
    """Waits until find() gives something."""
    end = time.monotonic() + TIMEOUT
    with news:
        while not (found := find()):
            if not news.wait(end - time.monotonic()):
                raise TimeoutError(f"{what} did not come; last heard: {[(each['type'], each.get('uuid')) for each in heard[-20:]]}")
        return found


def task_events(id, types):
    """The events of a task, once all of these types have come."""

    def find():
        events = [each for each in heard if each.get("uuid") == id]
        return events if sorted(types) == sorted(each["type"] for each in events) else None

    return wait(find, f"{types} of {id}")


def count(id):
    """How many events of a task have come until now."""
    with news:
        return sum(each.get("uuid") == id for each in heard)


def worker_event(hostname, type):
    """The latest event of a type of a worker; not the short heartbeats that answer whoever asks for one."""

    def find():
        return next((each for each in reversed(heard) if each["hostname"] == hostname and each["type"] == type and "active" in each), None)

    return wait(find, f"{type} of {hostname}")


def task_state(id):
    """What celery.events.state knows of a task."""
    with news:
        task = state.tasks[id]
        return {name: getattr(task, name) for name in task._fields if name not in ("worker", "root", "parent", "children")} | {
            "worker": task.worker.hostname,
            # Celery makes a task that it retries its own parent.
            "children": sorted(child.uuid for child in task.children if child.uuid != id),
            "ready": task.ready,
        }


def worker_state(hostname):
    """What it knows of a worker."""
    with news:
        worker = state.workers[hostname]
        # The frequency of the latest heartbeat, which may have been a short one.
        return {name: getattr(worker, name) for name in worker._fields if name != "freq"} | {"alive": worker.alive, "status": worker.status_string}


OPERATIONS = {each.__name__: each for each in (task_events, count, worker_event, task_state, worker_state)}


def main():
    ready = threading.Event()
    threading.Thread(target=capture, args=(ready,), daemon=True).start()
    if not ready.wait(TIMEOUT):
        raise TimeoutError("no connection")
    serve(OPERATIONS)


if __name__ == "__main__":
    main()
