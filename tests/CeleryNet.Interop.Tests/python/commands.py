"""Carries out commands: a JSON object a line comes in, a line "ANSWER <number> <JSON>" goes out."""
import json
import os
import sys
import traceback


def serve(operations):
    """Runs operations by their names until there is no more input."""
    print("DRIVER-READY", os.getpid(), flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        number = command.pop("number")
        try:
            answer = operations[command.pop("operation")](**command)
        except Exception:
            answer = {"driver_failed": traceback.format_exc()}
        print("ANSWER", number, json.dumps(answer), flush=True)
