from celery import shared_task

from bzpeer.lib import heartbeat, outbox


@shared_task(name="lib.mail")
def mail() -> None:
    outbox.send_mail()


@shared_task(name="lib.heartbeat")
def beat() -> None:
    heartbeat.beat()
