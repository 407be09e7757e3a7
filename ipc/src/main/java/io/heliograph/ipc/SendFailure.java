package io.heliograph.ipc;

import org.jspecify.annotations.Nullable;

/**
 * Topic and message of a rejected send, exactly as passed by the caller, so that an error listener can act on them. Implemented by
 * every exception that reports a rejected message.
 */
public interface SendFailure {

    /** The topic as passed by the caller: possibly null or empty, not yet replaced by {@code none}. */
    @Nullable
    String sentTopic();

    /** The message as passed by the caller; null also if absent. */
    @Nullable
    Object sentMessage();
}
