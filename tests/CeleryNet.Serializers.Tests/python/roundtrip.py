"""Reads messages with kombu, tells what they say, and writes them again, on command.

A JSON object a line comes in, a line "ANSWER <number> <JSON>" goes out. The description of a value is a text with one look for each value and type;
Description.cs writes the same.
"""
import base64
import datetime
import decimal
import json
import struct
import sys
import traceback
import uuid

import yaml
from kombu import compression, serialization

serialization.enable_insecure_serializers()


def text(value):
    units = value.encode("utf-16-be", "surrogatepass")
    out = []
    for i in range(0, len(units), 2):
        unit = int.from_bytes(units[i : i + 2], "big")
        plain = 0x20 <= unit <= 0x7E and unit not in (0x22, 0x5C)
        out.append(chr(unit) if plain else f"\\u{unit:04x}")
    return '"' + "".join(out) + '"'


def floating(value):
    return "nan" if value != value else struct.pack(">d", value).hex()


def items(values):
    return ", ".join(describe(each) for each in values)


def describe(value):
    kind = type(value)
    if value is None or kind is bool:
        return str(value)
    if kind is int:
        return f"int {value}"
    if kind is float:
        return f"float {floating(value)}"
    if kind is str:
        return text(value)
    if kind is bytes:
        return f"bytes {value.hex()}"
    if kind is list:
        return f"[{items(value)}]"
    if kind is tuple:
        return f"({items(value)})"
    if kind is dict:
        entries = sorted(f"{describe(key)}: {describe(each)}" for key, each in value.items())
        return "{" + ", ".join(entries) + "}"
    if kind in (set, frozenset):
        return f"{kind.__name__}{{{', '.join(sorted(describe(each) for each in value))}}}"
    if kind in (datetime.datetime, datetime.date, datetime.time):
        return f"{kind.__name__} {value.isoformat()}"
    if kind is datetime.timedelta:
        return f"timedelta {value.days} {value.seconds} {value.microseconds}"
    if kind is decimal.Decimal:
        return f"decimal {value:f}"
    if kind is uuid.UUID:
        return f"uuid {value}"
    if kind is complex:
        return f"complex {floating(value.real)} {floating(value.imag)}"
    return f"<{kind.__module__}.{kind.__qualname__} {value!r}>"


def as_bytes(payload):
    return payload.encode() if isinstance(payload, str) else payload


def roundtrip(body, serializer, content_type, content_encoding):
    """What kombu reads from a body, and the body it writes for that."""
    value = serialization.loads(body, content_type, content_encoding, force=True)
    written_type, written_encoding, payload = serialization.dumps(value, serializer=serializer)
    return {
        "description": describe(value),
        "content_type": written_type,
        "content_encoding": written_encoding,
        "body": base64.b64encode(as_bytes(payload)).decode(),
    }


def recompress(body, name, header):
    """What kombu decompresses a body to, and that compressed again."""
    plain = compression.decompress(body, header)
    written, written_header = compression.compress(plain, name)
    return {
        "plain": base64.b64encode(as_bytes(plain)).decode(),
        "content_type": written_header,
        "body": base64.b64encode(written).decode(),
    }


def restyle(body, options):
    """The value of a YAML document written with options that kombu does not use, but others may, and what is read from that."""
    written = as_bytes(yaml.safe_dump(yaml.safe_load(body.decode()), **options))
    # Not every style keeps every character.
    return {"description": describe(yaml.safe_load(written.decode())), "body": base64.b64encode(written).decode()}


OPERATIONS = {"roundtrip": roundtrip, "recompress": recompress, "restyle": restyle}


def answer(operation, body, arguments):
    try:
        return operation(base64.b64decode(body), **arguments)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()}


def main():
    # A line is a batch of bodies, so that a thousand of them cost a few turns.
    print("ROUNDTRIP-READY", flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        operation = OPERATIONS[command["operation"]]
        answers = [answer(operation, body, command["arguments"]) for body in command["bodies"]]
        print(f"ANSWER {command['number']} {json.dumps(answers)}", flush=True)


if __name__ == "__main__":
    main()
