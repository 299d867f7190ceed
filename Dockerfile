# Alibaba Cloud OSS on localhost, in a container:
#   docker build -t oss-emulator .
#   docker run --rm -p 127.0.0.1:6770:6770 -p 127.0.0.1:6771:6771 -v oss-data:/data oss-emulator
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No install scripts: the only one downloads Node.js, which the base image has.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY .ci/build.ts .ci/
COPY emulator emulator
RUN npm run build \
	&& chmod +x dist/launch.cjs \
	&& npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
	# better-sqlite3 contains its binaries for all systems, and its sources
	&& cd node_modules/better-sqlite3 \
	&& find prebuilds -type f ! -name "$(node -p '`linux-${process.arch}.node`')" -delete \
	&& rm -r deps src

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
# ./oss-data, the default data folder, is a link to the volume, so --memory and --data need no special case.
RUN install -d -o node -g node /data \
	&& ln -s /data oss-data \
	&& ln -s /app/dist/launch.cjs /usr/local/bin/oss-emulator
USER node
VOLUME /data
# The health check and «docker exec … oss-emulator ls» read the emulator's addresses from the ready file.
ENV OSS_EMULATOR_HOST=0.0.0.0,:: \
	OSS_EMULATOR_READY_FILE=/tmp/oss-emulator.json
EXPOSE 6770 6771
HEALTHCHECK --interval=3s --timeout=3s --retries=5 \
	CMD ["node", "-e", "fetch(JSON.parse(fs.readFileSync(process.env.OSS_EMULATOR_READY_FILE, 'utf8')).adminUrl + '/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/launch.cjs"]
