# Training on NVIDIA GPUs, or on processors. In the repository's root:
#   docker build -f docker/training.Dockerfile -t hsi-inr-training .
#   docker run --gpus all -v "$PWD/work:/work" hsi-inr-training train --dataset folder:pairs --split train --out runs/mine
FROM python:3.11-slim
COPY . /source
RUN pip install --no-cache-dir --constraint /source/constraints.txt '/source[train,tensorboard]' 'tensorflow[and-cuda]' \
    && rm -r /source
RUN useradd --create-home hsi && mkdir /work && chown hsi /work
USER hsi
WORKDIR /work
ENV TFDS_DATA_DIR=/work/tensorflow_datasets
ENTRYPOINT ["hsi-inr"]
CMD ["demo"]
