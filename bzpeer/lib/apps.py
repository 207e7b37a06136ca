from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "bzpeer.lib"
    label = "lib"
    verbose_name = "BZPEER: shared ground"
