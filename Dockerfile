# docker build --tag steeple .
# docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/work" steeple build examples/wave.toml --out wave
FROM rust:1.95.0-slim-bookworm AS build
WORKDIR /steeple
COPY . .
RUN cargo build --release --locked --bin steeple

FROM debian:bookworm-slim
COPY --from=build /steeple/target/release/steeple /usr/local/bin/steeple
WORKDIR /work
ENTRYPOINT ["steeple"]
