package io.heliograph.http;

import java.io.OutputStream;

/** Writes the body of a response. */
@FunctionalInterface
public interface BodyWriter {

    /** Writes the body; may block. The caller closes {@code out}. A failure closes the connection. */
    void write(OutputStream out) throws Exception;
}
