/**
 * An application server may answer before it has read all of the request, and close the connection. Writing fails then;
 * what it answered has arrived, and is still to be read.
 *
 * Node destroys a socket whose writing fails, and what was not read yet with it.
 */
import type { Socket } from "node:net";

/** To be called before anything is written: failing to write to a connection that is closed is no error from now on. */
export function keepReading(socket: Socket): void {
	const write = socket._write.bind(socket);
	const writeMany = socket._writev?.bind(socket);
	socket._write = (chunk, encoding, done) =>
		write(chunk, encoding, (error) => done(unlessClosed(error)));
	if (writeMany)
		socket._writev = (chunks, done) =>
			writeMany(chunks, (error) => done(unlessClosed(error)));
}

/** Reading ends by itself when there is nothing left: with the answer's end, or with the same error. */
const unlessClosed = (
	error: (Error & { code?: unknown }) | null | undefined,
): Error | null | undefined =>
	error?.code === "EPIPE" || error?.code === "ECONNRESET" ? null : error;
