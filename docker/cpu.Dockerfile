# moekit on TensorFlow's CPU. Build at the root of the repository: docker build -f docker/cpu.Dockerfile -t moekit:cpu .
FROM node:22-bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-pip g++ make \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /moekit
COPY . .
RUN npm ci
ENV MOEKIT_HOME=/opt/moekit
RUN node apps/cli/bin/moekit.js backend install tensorflow

# Neither Python nor a compiler is needed to run.
FROM node:22-bookworm-slim
COPY --from=build /moekit /moekit
COPY --from=build /opt/moekit /opt/moekit
ENV MOEKIT_HOME=/opt/moekit PATH=/moekit/node_modules/.bin:$PATH
WORKDIR /work
ENTRYPOINT ["moekit"]
CMD ["doctor"]
