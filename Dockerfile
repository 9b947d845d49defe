# Easel's page: docker build -t easel . && docker run -p 7860:7860 easel
FROM python:3.11-slim

RUN useradd --create-home easel
WORKDIR /home/easel/app

COPY requirements.txt .
# --build-arg PIP_EXTRA_INDEX_URL=... takes torch from an index of CPU wheels, which makes a smaller image.
ARG PIP_EXTRA_INDEX_URL
RUN pip install --no-cache-dir -r requirements.txt

COPY --chown=easel . .
USER easel
ENV GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT=7860 HF_HUB_OFFLINE=1
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=3m \
  CMD python -c "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['GRADIO_SERVER_PORT'] + '/healthz', timeout=4)"
CMD ["python", "app.py"]
