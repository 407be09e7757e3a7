package io.heliograph.cli.console;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reader of UTF-8 lines of a limited length. Skips lines that are too long or malformed, and counts all lines. */
public final class InputLines {

    private final InputStream in;
    private final int limit;
    private int number;

    /**
     * @param limit maximum length of a line, in bytes
     */
    public InputLines(InputStream in, int limit) {
        this.in = new BufferedInputStream(in, 64 * 1024);
        this.limit = limit;
    }

    /** Returns the number of the last line, counted from 1. */
    public int number() {
        return number;
    }

    /**
     * Returns the next line without its terminator, or null at the end of the input.
     *
     * @throws InvalidInput if the line is too long or not valid UTF-8; the next call continues with the next line
     */
    @Nullable
    public String next() throws IOException, InvalidInput {
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
            throw new InvalidInput("malformed UTF-8 (expected: JSON in UTF-8)");
        }
    }
}
