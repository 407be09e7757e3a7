package io.heliograph.channel;

/** The keys of {@link io.heliograph.EndpointStats#drops()} for channels. */
public final class DropReason {

    /** Messages or writes refused because too much waited to be sent or acknowledged. */
    public static final String QUEUE_FULL = "queue-full";

    /** Messages sent after the channel was closed. */
    public static final String AFTER_CLOSE = "after-close";

    /** Messages that could not be encoded, or were too long. */
    public static final String ENCODE_ERROR = "encode-error";

    /** Messages for a member that is not there. */
    public static final String NO_MEMBER = "no-member";

    /** Messages not relayed by this host to a member whose queue was full, by {@link SlowMember#SKIP}. */
    public static final String SKIPPED = "skipped";

    /** Members dropped by this host because they did not read. */
    public static final String STALLED = "stalled";

    /** Connections ended because the peer broke the rules of the protocol. */
    public static final String PROTOCOL_VIOLATION = "protocol-violation";

    /** Connections of, or to, another user. */
    public static final String USER_REFUSED = "user-refused";

    /** Connections that did not show the secret token. */
    public static final String TOKEN_REFUSED = "token-refused";

    /** Connections refused because {@code maxMembers} were there. */
    public static final String TOO_MANY_MEMBERS = "too-many-members";

    /** Replies that came after the deadline of their request. */
    public static final String LATE_REPLY = "late-reply";

    /** Errors that were logged only, because too many waited for the error listener. */
    public static final String ERROR_UNREPORTED = "error-unreported";

    private DropReason() {}
}
