"""compression_peer.py compress|decompress NAME FILE: kombu's own compression of every body in FILE.

A line of FILE is one body in base64; so is a line of the answer. What kombu cannot read is answered with "!" and the reason.
"""
import base64
import sys

from kombu import compression

direction, name, path = sys.argv[1:]
for line in open(path, encoding='ascii'):
    body = base64.b64decode(line)
    try:
        result = compression.compress(body, name)[0] if direction == 'compress' else compression.decompress(body, name)
    except Exception as error:
        print(f'!{error!r}')
    else:
        print(base64.b64encode(result).decode('ascii'))
print('done')
