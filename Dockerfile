# One image for web, worker, sweeper, beat and migrate; the command chooses.
FROM python:3.12-slim-bookworm AS build

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements/base.txt /tmp/base.txt
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: -r /tmp/base.txt

COPY . /app
WORKDIR /app
# Static files and translations are part of the image. The key signs nothing and goes no further.
RUN HELPDESK_SECRET_KEY=only-for-this-step HELPDESK_DATA=/tmp/build \
    DATABASE_URL=postgresql://none/none REDIS_URL=redis://none \
    HELPDESK_STATIC_ROOT=/app/staticfiles \
    sh -c '/opt/venv/bin/python manage.py messages --compile-only \
        && /opt/venv/bin/python manage.py collectstatic --noinput --verbosity 0'

FROM python:3.12-slim-bookworm

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HELPDESK_DATA=/data \
    HELPDESK_STATIC_ROOT=/app/staticfiles \
    HELPDESK_BIND=0.0.0.0
RUN useradd --uid 10001 --home-dir /data --create-home helpdesk
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
USER helpdesk
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s CMD \
    ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
CMD ["gunicorn", "-c", "python:helpdesk.gunicorn_conf"]
