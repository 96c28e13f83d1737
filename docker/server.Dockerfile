# The server: REST at 8080, gRPC at 8081. In the repository's root:
#   docker build -f docker/server.Dockerfile -t hsi-inr-server .
#   docker run -p 8080:8080 -p 8081:8081 hsi-inr-server
#   docker run -p 8080:8080 -v "$PWD/models:/models:ro" hsi-inr-server /models/mine --host 0.0.0.0
FROM python:3.11-slim
COPY . /source
RUN pip install --no-cache-dir --constraint /source/constraints.txt '/source[serving]' && rm -r /source
RUN useradd --create-home hsi
USER hsi
EXPOSE 8080 8081
HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/v2/health/ready')"]
ENTRYPOINT ["hsi-inr", "serve"]
CMD ["inr-compact", "--host", "0.0.0.0"]
