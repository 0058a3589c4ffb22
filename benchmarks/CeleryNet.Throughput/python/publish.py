"""Sends calls one by one, as fast as Celery does. publish.py COUNT"""
import sys

from app import add, done

for _ in range(int(sys.argv[1])):
    add.delay(2, 3)
    done()
