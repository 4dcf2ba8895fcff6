# moekit on CUDA. Build at the root of the repository: docker build -f docker/cuda.Dockerfile -t moekit:cuda .
# Run with the NVIDIA container toolkit: docker run --gpus all moekit:cuda doctor
# The image needs no CUDA of its own: the command fetches the libraries that TensorFlow's wheel names.
FROM node:22-bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-pip g++ make \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /moekit
COPY . .
RUN npm ci
ENV MOEKIT_HOME=/opt/moekit
RUN node apps/cli/bin/moekit.js backend install tensorflow --gpu --skip-gpu-check

FROM node:22-bookworm-slim
COPY --from=build /moekit /moekit
COPY --from=build /opt/moekit /opt/moekit
ENV MOEKIT_HOME=/opt/moekit PATH=/moekit/node_modules/.bin:$PATH
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
WORKDIR /work
ENTRYPOINT ["moekit"]
CMD ["doctor"]
