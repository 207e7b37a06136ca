from celery import shared_task
from django.core.management import call_command

from bzpeer.lib import heartbeat, mail_gate, outbox


@shared_task(name="lib.mail")
def mail() -> None:
    outbox.send_mail()


@shared_task(name="lib.heartbeat")
def beat() -> None:
    heartbeat.beat()


@shared_task(name="lib.clear_sessions")
def clear_sessions() -> None:
    """Delete what expired: nobody can use these rows, and they name people."""
    call_command("clearsessions")
    mail_gate.forget()
