package io.heliograph.server.binding;

import java.nio.charset.StandardCharsets;

/** Reasons in close frames of WebSockets. */
final class CloseText {

    /** Bytes that a close frame has for its reason. */
    private static final int MAX_BYTES = 123;

    private CloseText() {}

    /** Shortens a reason to the length that a close frame has, at the limit of a character. */
    static String shortened(String reason) {
        String text = reason;
        while (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            int length = Math.min(text.length(), MAX_BYTES + 1);
            text = text.substring(0, text.offsetByCodePoints(length, -1));
        }
        return text;
    }
}
