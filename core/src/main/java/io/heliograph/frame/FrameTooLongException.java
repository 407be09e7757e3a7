package io.heliograph.frame;

import io.heliograph.HeliographException;

/** Rejection of a received frame that exceeds the length limit. */
public final class FrameTooLongException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final int limit;
    private final transient Frame head;

    /**
     * @param limit maximum length of a frame, in bytes
     * @param head first bytes of the frame, as far as received; at most 1 KiB
     */
    public FrameTooLongException(String message, int limit, Frame head) {
        super(message, null);
        this.limit = limit;
        this.head = head;
    }

    /** Returns the maximum length of a frame, in bytes. */
    public int limit() {
        return limit;
    }

    /** Returns the first bytes of the frame, as far as they were received; at most 1 KiB. */
    public Frame head() {
        return head;
    }
}
