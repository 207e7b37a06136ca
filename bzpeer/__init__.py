"""The project package. Celery is loaded with Django so that tasks find their app."""
