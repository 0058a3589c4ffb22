"""Queues and routes for the tests of routing: topic exchanges, priorities and a broadcast. The .NET side describes the same ones."""
from kombu import Exchange, Queue
from kombu.common import Broadcast


def apply(app, name):
    topics = Exchange(f"{name}-topics", type="topic")
    app.conf.update(
        task_queues=[
            Queue(name),
            Queue(f"{name}-py", exchange=topics, routing_key="to.py.#"),
            Queue(f"{name}-net", exchange=topics, routing_key="to.net.#"),
            Queue(f"{name}-py-priority", max_priority=10),
            Queue(f"{name}-net-priority", max_priority=10),
            Broadcast(f"{name}-all"),
        ],
        task_routes=([
            ("interop.wh*", {"exchange": topics.name, "routing_key": "to.net.by.pattern"}),
            ("interop.note", {"queue": f"{name}-net", "routing_key": "to.net.by.name"}),
        ],),
        worker_prefetch_multiplier=1,
    )
