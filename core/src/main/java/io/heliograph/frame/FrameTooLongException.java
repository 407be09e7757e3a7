package io.heliograph.frame;

import io.heliograph.HeliographException;

/** A frame is longer than its reader allows. */
public final class FrameTooLongException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final int limit;
    private final transient Frame head;

    /**
     * @param limit the longest frame allowed, in bytes
     * @param head the beginning of the frame, as much as is known of it, at most 1 KiB
     */
    public FrameTooLongException(String message, int limit, Frame head) {
        super(message, null);
        this.limit = limit;
        this.head = head;
    }

    public int limit() {
        return limit;
    }

    public Frame head() {
        return head;
    }
}
