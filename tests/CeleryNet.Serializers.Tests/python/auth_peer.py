"""auth_peer.py version | sign|verify KEY CERTIFICATE STORE DIGEST FILE: Celery's own serializer auth.

A line of FILE is a JSON text to sign, or a signed body in base64 to verify; so is a line of the answer the other way round. What Celery refuses is answered
with "!" and the reason.
"""
import base64
import json
import sys

import celery
from kombu import serialization

if sys.argv[1] == 'version':
    print(celery.__version__)
    sys.exit()

direction, key, certificate, store, digest, path = sys.argv[1:]
app = celery.Celery('auth_peer', set_as_current=False)
app.conf.update(
    task_serializer='auth', accept_content=['auth'], security_key=key, security_certificate=certificate, security_cert_store=store,
    security_digest=digest)
# The setting security_digest does not count: setup_security has a default of its own before it.
app.setup_security(digest=digest)

for line in open(path, encoding='ascii'):
    try:
        if direction == 'sign':
            content_type, content_encoding, body = serialization.dumps(json.loads(line), serializer='auth')
            assert (content_type, content_encoding) == ('application/data', 'utf-8'), (content_type, content_encoding)
            result = base64.b64encode(body if isinstance(body, bytes) else body.encode()).decode()
        else:
            body = base64.b64decode(line)
            result = json.dumps(serialization.loads(body, 'application/data', 'utf-8', accept={'application/data'}))
    except Exception as error:
        result = f'!{error!r}'
    print(result)
print('done')
