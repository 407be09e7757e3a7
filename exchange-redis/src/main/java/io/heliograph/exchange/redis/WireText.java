package io.heliograph.exchange.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads words and bodies, separated by spaces, from what the functions write. */
final class WireText {

    private final byte[] bytes;
    private int at;

    WireText(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean isAtEnd() {
        return at >= bytes.length;
    }

    /**
     * Returns the text up to the next space or the end.
     *
     * @throws IllegalArgumentException if nothing is left
     */
    String word() {
        if (isAtEnd()) {
            throw new IllegalArgumentException(bytes.length + " bytes (expected: another word)");
        }
        int start = at;
        while (at < bytes.length && bytes[at] != ' ') {
            at++;
        }
        String word = new String(bytes, start, at - start, StandardCharsets.US_ASCII);
        at++;
        return word;
    }

    long number() {
        return Long.parseLong(word());
    }

    /** Decodes the next bytes as a body. */
    MessageBody body(int length) {
        if (length < 0 || length > bytes.length - at) {
            throw new IllegalArgumentException(
                    "body of " + length + " bytes (expected: at most the remaining " + (bytes.length - at) + ")");
        }
        MessageBody body = MessageBody.decode(bytes, at, length);
        at += length + 1;
        return body;
    }

    /** Returns the next bytes, which a space follows unless they are the last. */
    byte[] take(int length) {
        if (length < 0 || length > bytes.length - at) {
            throw new IllegalArgumentException(
                    length + " bytes (expected: at most the remaining " + (bytes.length - at) + ")");
        }
        byte[] taken = Arrays.copyOfRange(bytes, at, at + length);
        at += length + 1;
        return taken;
    }

    int remaining() {
        return Math.max(0, bytes.length - at);
    }
}
