package io.heliograph.ipc;

import org.jspecify.annotations.Nullable;

/** A message has no encoding, or one that is longer than {@code maxMessageBytes}; the text then names topic, size and limit. */
public final class EncodeException extends SendException {

    private static final long serialVersionUID = 1L;

    EncodeException(String why, @Nullable Throwable cause, @Nullable String sentTopic, @Nullable Object sentMessage) {
        super("Failed to encode, caused by: " + why, cause, sentTopic, sentMessage);
    }
}
