# One image for web, worker and beat: the locked dependencies, the code, the static files.
FROM python:3.12-slim

RUN useradd --create-home --uid 10001 bzpeer
WORKDIR /srv/bzpeer
ENV PYTHONUNBUFFERED=1 PATH=/srv/bzpeer/.venv/bin:$PATH DATA_DIR=/home/bzpeer/data

COPY requirements/run.txt requirements/run.txt
RUN python -m venv .venv && pip install --no-cache-dir --require-hashes -r requirements/run.txt

COPY . .
# The development settings need no secret, and the static files do not depend on the settings.
RUN python manage.py build_assets && rm -rf "$DATA_DIR" && install -d -o bzpeer "$DATA_DIR"

USER bzpeer
ENV DJANGO_SETTINGS_MODULE=bzpeer.settings.prod
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--no-ws", "--blocking-threads", "1", "--blocking-threads-idle-timeout", "600", "bzpeer.wsgi:application"]
