"""Declares queues and routes calls as Celery does, on command: a JSON object a line comes in, a line "ANSWER <number> <JSON>" goes out."""
import json
import re
import sys
import traceback

from celery import Celery
from kombu import Exchange, Queue, binding


def exchange_of(settings):
    return Exchange(**settings) if settings else None


def queue_of(settings):
    settings = dict(settings)
    exchange = exchange_of(settings.pop("exchange", None))
    bindings = [binding(exchange_of(each["exchange"]), each["routing_key"]) for each in settings.pop("bindings", [])]
    return Queue(settings.pop("name"), exchange=exchange, bindings=bindings or None, **settings)


def routes_of(settings):
    """A list of [name, options]; a name between slashes is an expression."""
    return [[(re.compile(name[1:-1]) if name.startswith("/") else name, options) for name, options in settings]] if settings else None


def app_of(broker, conf, queues=None, routes=None):
    app = Celery(set_as_current=False, broker=broker)
    app.conf.update(task_queues=[queue_of(each) for each in queues] if queues else None, task_routes=routes_of(routes), **conf)
    return app


def declare(broker, conf, queue, queues=None):
    app = app_of(broker, conf, queues)
    with app.connection_for_write() as connection:
        app.amqp.queues[queue](connection.default_channel).declare()
    return {}


def send(broker, conf, queue, body, queues=None):
    """Sends a task whose only argument is the body."""
    app = app_of(broker, conf, queues)
    app.send_task("t", (body,), queue=queue, retry=False)
    return {}


class Recorder:
    """Stands in for the producer: it keeps what it is to publish."""

    connection = None

    def publish(self, body, **options):
        self.options = options


def route(conf, task, options, queues=None, routes=None):
    """Where a call goes: celery/app/routes.py Router.route, then celery/app/amqp.py send_task_message."""
    app = app_of("memory://", conf, queues, routes)
    routed = app.amqp.router.route(dict(options), task, (), {})
    recorder = Recorder()
    message = app.amqp.create_task_message("id", task, (), {})
    app.amqp.send_task_message(recorder, task, message, **routed)
    sent = recorder.options
    return {
        "exchange": sent["exchange"],
        "routing_key": sent["routing_key"],
        "declare": [each.name for each in sent["declare"] or []],
        "priority": sent.get("priority"),
        "delivery_mode": sent["delivery_mode"],
    }


OPERATIONS = {each.__name__: each for each in (declare, send, route)}


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
