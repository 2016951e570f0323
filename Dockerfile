# syntax=docker/dockerfile:1
# One image for everything: `serve`, `worker`, `migrate` and the other commands of `plenary`.

FROM python:3.11-slim AS builder

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
WORKDIR /build

# What changes rarely comes first: the layer is built anew only when a pin changes.
COPY requirements.txt requirements-build.txt ./
RUN python -m venv /tools \
    && /tools/bin/pip install --require-hashes -r requirements-build.txt \
    && python -m venv --without-pip /opt/plenary \
    && /tools/bin/pip --python /opt/plenary/bin/python install \
        --require-hashes --only-binary :all: -r requirements.txt

COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY worker worker
COPY migrations migrations
RUN /tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && /tools/bin/pip --python /opt/plenary/bin/python install --no-deps --no-index dist/*.whl \
    && /opt/plenary/bin/python -m compileall -q /opt/plenary/lib


FROM python:3.11-slim

ENV PATH=/opt/plenary/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PLENARY_HOST=0.0.0.0 \
    PLENARY_PORT=8000 \
    PLENARY_DATA_DIR=/var/lib/plenary

RUN groupadd --system --gid 10001 plenary \
    && useradd --system --uid 10001 --gid plenary --no-create-home --home-dir /var/lib/plenary \
        --shell /usr/sbin/nologin plenary \
    && install --directory --owner plenary --group plenary /var/lib/plenary

COPY --from=builder /opt/plenary /opt/plenary

USER 10001:10001
WORKDIR /var/lib/plenary
VOLUME /var/lib/plenary
EXPOSE 8000
STOPSIGNAL SIGTERM

# For `serve`; whoever runs the worker from this image turns it off (see compose.yaml).
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PLENARY_PORT'] + '/healthz', timeout=2)"]

ENTRYPOINT ["plenary"]
CMD ["serve"]
