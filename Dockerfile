# Pinned by tag; pin the digest too where your registry is reachable:  python:3.13-slim@sha256:...
FROM docker.io/library/python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements.lock requirements-dev.lock ./

# Two environments: the tools that build the wheel, and the one that is shipped (without pip).
# Both come from the locks, by hash; the build tools are the dev lock's entries of that name.
RUN awk '/^[a-z]/ { keep = /^(hatchling|packaging|pathspec|pluggy|trove-classifiers)==/ } keep' \
        requirements-dev.lock > build.lock \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes --no-deps --only-binary :all: -r build.lock \
    && python -m venv --without-pip /opt/straitwatch \
    && /opt/build/bin/pip --python /opt/straitwatch/bin/python install \
        --require-hashes --no-deps --only-binary :all: -r requirements.lock

COPY pyproject.toml README.md LICENSE NOTICE ./
COPY daemon daemon
COPY config config
COPY seeds seeds
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir wheel . \
    && /opt/build/bin/pip --python /opt/straitwatch/bin/python install \
        --no-deps --no-index wheel/straitwatch-*.whl


FROM docker.io/library/python:3.13-slim
LABEL org.opencontainers.image.title="straitwatch" \
      org.opencontainers.image.description="Watches news feeds and sends one explained alert per event" \
      org.opencontainers.image.licenses="Apache-2.0"

RUN groupadd --gid 10001 straitwatch \
    && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home \
        --shell /usr/sbin/nologin straitwatch \
    && install -d -o straitwatch -g straitwatch /data

COPY --from=build /opt/straitwatch /opt/straitwatch
COPY --chown=10001:10001 config /config

WORKDIR /
ENV DATABASE_URL=sqlite:////data/straitwatch.db \
    PATH=/opt/straitwatch/bin:$PATH \
    STRAITWATCH_CONFIG=/config \
    STRAITWATCH_WEB_LISTEN=0.0.0.0:8650 \
    PYTHONUNBUFFERED=1
USER 10001:10001
# /config is no volume: an anonymous one would keep the shipped configuration of an older image.
VOLUME /data
EXPOSE 8650
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8650/healthz', timeout=4)"]

# On SIGTERM the daemon finishes the messages in progress within the grace period.
ENTRYPOINT ["straitwatch"]
CMD ["run"]
