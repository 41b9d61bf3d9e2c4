# syntax=docker/dockerfile:1
# Both images can be pinned by digest: --build-arg BUILD_IMAGE=denoland/deno@sha256:...
ARG BUILD_IMAGE=denoland/deno:debian-2.9.6
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian12:nonroot

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY deno.json deno.lock ./
COPY .ci/compile.ts .ci/compile.ts
COPY src src
RUN deno install --frozen --entrypoint src/main.ts \
  && deno task compile

FROM ${RUNTIME_IMAGE}
COPY --from=build --chown=0:0 --chmod=0755 /src/dist/manager /manager
USER 65532:65532
ENTRYPOINT ["/manager"]
