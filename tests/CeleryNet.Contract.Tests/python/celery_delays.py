"""Native delayed delivery as kombu 5.5 and newer set it up (kombu/transport/native_delayed_delivery.py), with the entities of any kombu.

A JSON object a line comes in, a line "ANSWER <number> <JSON>" goes out.
"""
import json
import sys
import time
import traceback

from kombu import Connection, Exchange, Queue

LEVELS = 28
DELIVERY = "celery_delayed_delivery"


def name_of(level):
    return f"celery_delayed_{level}"


def exchange_of(level, channel):
    return Exchange(name_of(level), type="topic").bind(channel)


def declare(broker, queue_type):
    """The levels: a queue and two bindings each."""
    with Connection(broker) as connection:
        channel = connection.default_channel
        for level in reversed(range(LEVELS)):
            arguments = {
                "x-queue-type": queue_type,
                "x-overflow": "reject-publish",
                "x-message-ttl": 2**level * 1000,
                "x-dead-letter-exchange": name_of(level - 1) if level else DELIVERY,
            }
            if queue_type == "quorum":
                arguments["x-dead-letter-strategy"] = "at-least-once"
            exchange_of(level, channel).declare()
            queue = Queue(name_of(level), queue_arguments=arguments).bind(channel)
            queue.declare()
            queue.bind_to(name_of(level), "*." * (LEVELS - 1 - level) + "1.#")
        for level in reversed(range(1, LEVELS)):
            exchange_of(level - 1, channel).bind_to(name_of(level), "*." * (LEVELS - 1 - level) + "0.#")
        delivery = Exchange(DELIVERY, type="topic").bind(channel)
        delivery.declare()
        delivery.bind_to(name_of(0), "*." * (LEVELS - 1) + "0.#")
    return {}


def bind(broker, queue, exchange, routing_key, queue_type="quorum"):
    """What a worker does with a queue of a topic exchange."""
    with Connection(broker) as connection:
        channel = connection.default_channel
        topics = Exchange(exchange, type="topic").bind(channel)
        bound = Queue(queue, topics, routing_key=routing_key, queue_arguments={"x-queue-type": queue_type}).bind(channel)
        bound.declare()
        topics.bind_to(DELIVERY, routing_key=f"#.{routing_key}")
        bound.bind_to(exchange, routing_key=f"#.{routing_key}")
    return {}


def publish(broker, body, countdown, routing_key):
    """What a producer does with a countdown."""
    digits = ".".join(f"{countdown:0{LEVELS}b}")
    with Connection(broker) as connection:
        connection.Producer().publish(
            body.encode(), exchange=name_of(LEVELS - 1), routing_key=f"{digits}.{routing_key}", content_type="application/json", content_encoding="utf-8")
    return {"sent": time.time()}


def delete(broker, exchange):
    with Connection(broker) as connection:
        connection.default_channel.exchange_delete(exchange)
    return {}


OPERATIONS = {each.__name__: each for each in (declare, bind, publish, delete)}


def main():
    print("READY", flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        number = command.pop("number")
        try:
            answer = OPERATIONS[command.pop("operation")](**command)
        except Exception:
            answer = {"failed": traceback.format_exc()}
        print("ANSWER", number, json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
