"""Makes the tables of django-celery-results: the engine, then the database's name, and for a server its host, port and user."""
import sys

import django
from django.conf import settings
from django.core.management import call_command

engine, *rest = sys.argv[1:]
places = dict(zip(("NAME", "HOST", "PORT", "USER"), rest))
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django_celery_results"],
    DATABASES={"default": {"ENGINE": f"django.db.backends.{engine}", **places}},
    USE_TZ=True,
)
django.setup()
call_command("migrate", verbosity=0)
print("TABLES-MADE", flush=True)
