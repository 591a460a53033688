# docker build -t reporter . && docker run --rm -v "$PWD:/data" reporter report lab.pcapng -o lab.pdf
FROM debian:12-slim

RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        fontconfig fonts-noto-cjk libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 python3 python3-venv tshark \
    && rm -rf /var/lib/apt/lists/*

COPY . /opt/reporter
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r /opt/reporter/requirements/build.txt \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r /opt/reporter/requirements/run.txt \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation /opt/reporter \
    && rm -rf /opt/reporter \
    && useradd --create-home student

USER student
WORKDIR /data
ENTRYPOINT ["/opt/venv/bin/reporter"]
