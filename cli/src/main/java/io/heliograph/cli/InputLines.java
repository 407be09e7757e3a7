package io.heliograph.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads lines of UTF-8 of a limited length, and counts them. One that is too long or no UTF-8 is passed over. */
final class InputLines {

    private final InputStream in;
    private final int limit;
    private int number;

    /**
     * @param limit the longest line, in bytes
     */
    InputLines(InputStream in, int limit) {
        this.in = new BufferedInputStream(in, 64 * 1024);
        this.limit = limit;
    }

    /** The number of the line that was read last, from 1. */
    int number() {
        return number;
    }

    /**
     * The next line, without its end; null at the end of the input.
     *
     * @throws InvalidInput if the line is too long or no UTF-8; the next call reads the next one
     */
    @Nullable
    String next() throws IOException, InvalidInput {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        long length = 0;
        int b = in.read();
        if (b < 0) {
            return null;
        }
        number++;
        for (; b >= 0 && b != '\n'; b = in.read()) {
            if (++length <= limit) {
                line.write(b);
            }
        }
        if (length > limit) {
            throw new InvalidInput(length + " bytes (expected: at most " + limit + ", see --max-message)");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidInput("no UTF-8 (expected: JSON in UTF-8)");
        }
    }
}
