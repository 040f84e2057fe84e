"""The clock: a Celery application that only sends what `schedule.py` says.

Without Django and our apps, which it does not need, it starts at once and takes half the memory.
"""

from celery import Celery

app = Celery("helpdesk", amqp="helpdesk.broker:AMQP", fixups=[])
app.config_from_object("helpdesk.settings", namespace="CELERY")
