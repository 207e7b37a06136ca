"""The worker's way in, and what is due when.

A task is only a carrier: what is to do stands in Postgres with a due mark. So results are not
kept, a lost message costs one sweep, and a message delivered twice finds nothing to do.
"""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.schedules import crontab

# Root in a container or on one's own machine is no news: messages are JSON, and name known tasks.
warnings.filterwarnings("ignore", category=SecurityWarning)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bzpeer.settings.prod")

# Half of the visibility timeout: a task that runs to its limit is never handed out a second time.
HARD_LIMIT_S = 300

app = Celery("bzpeer")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=HARD_LIMIT_S,
    task_soft_time_limit=HARD_LIMIT_S - 30,
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=30,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # for ever: a worker that gives up would end the site
    broker_transport_options={
        "visibility_timeout": 2 * HARD_LIMIT_S,
        "socket_timeout": 10,
        "socket_connect_timeout": 1,
        "max_retries": 1,
        "unacked_restore_throttle": 1,
    },
    beat_schedule={
        "refresh": {"task": "profiles.refresh", "schedule": 2.0, "options": {"expires": 10}},
        "addresses": {"task": "works.addresses", "schedule": 2.0, "options": {"expires": 10}},
        "slices": {"task": "graph.slices", "schedule": 1.0, "options": {"expires": 5}},
        # Does nothing unless HARVEST_DAILY names something that is due.
        "harvest": {"task": "works.harvest", "schedule": 60.0, "options": {"expires": 50}},
        "mail": {"task": "lib.mail", "schedule": 5.0, "options": {"expires": 10}},
        "replays": {"task": "works.replays", "schedule": 5.0, "options": {"expires": 10}},
        "heartbeat": {"task": "lib.heartbeat", "schedule": 15.0, "options": {"expires": 15}},
        "erase": {"task": "profiles.erase", "schedule": 3600.0, "options": {"expires": 3600}},
        "notices": {"task": "profiles.notices", "schedule": 5.0, "options": {"expires": 10}},
        "returned_mail": {
            "task": "profiles.returned_mail",
            "schedule": 5.0,
            "options": {"expires": 10},
        },
        "mail_domains": {"task": "profiles.mail_domains", "schedule": crontab(minute=40)},
        "news": {"task": "profiles.news", "schedule": 30.0, "options": {"expires": 60}},
        "digests": {"task": "profiles.digests", "schedule": 30.0, "options": {"expires": 60}},
        "suggestions": {
            "task": "profiles.suggestions",
            "schedule": 2.0,
            "options": {"expires": 10},
        },
        "notices_forget": {
            "task": "profiles.notices_forget",
            "schedule": crontab(hour=4, minute=50),
        },
        "claim_pages": {"task": "claims.pages", "schedule": 5.0, "options": {"expires": 10}},
        "claim_moves": {"task": "claims.moves", "schedule": 10.0, "options": {"expires": 10}},
        "claim_recheck": {"task": "claims.recheck", "schedule": crontab(hour=5, minute=10)},
        "invitations": {"task": "claims.invitations", "schedule": 5.0, "options": {"expires": 10}},
        "invitations_turn": {
            "task": "claims.invitations_turn",
            "schedule": 60.0,
            "options": {"expires": 60},
        },
        "clear_sessions": {"task": "lib.clear_sessions", "schedule": crontab(hour=4, minute=30)},
    },
)
app.autodiscover_tasks()
