package io.heliograph.channel;

/** The keys of {@link io.heliograph.EndpointStats#drops()} for channels. */
public final class DropReason {

    /** Messages or writes refused because too much waited to be sent or acknowledged. */
    public static final io.heliograph.DropReason QUEUE_FULL = io.heliograph.DropReason.QUEUE_FULL;

    /** Messages sent after the channel was closed. */
    public static final io.heliograph.DropReason AFTER_CLOSE = io.heliograph.DropReason.AFTER_CLOSE;

    /** Messages that could not be encoded, or were too long. */
    public static final io.heliograph.DropReason ENCODE_ERROR = io.heliograph.DropReason.ENCODE_ERROR;

    /** Messages for a member that is not there. */
    public static final io.heliograph.DropReason NO_MEMBER = io.heliograph.DropReason.UNKNOWN_RECIPIENT;

    /** Messages not relayed by this host to a member whose queue was full, by {@link SlowMember#SKIP}. */
    public static final io.heliograph.DropReason SKIPPED = io.heliograph.DropReason.SKIPPED;

    /** Members dropped by this host because they did not read. */
    public static final io.heliograph.DropReason STALLED = io.heliograph.DropReason.STALLED;

    /** Connections ended because the peer broke the rules of the protocol. */
    public static final io.heliograph.DropReason PROTOCOL_VIOLATION = io.heliograph.DropReason.PROTOCOL_VIOLATION;

    /** Connections of, or to, another user. */
    public static final io.heliograph.DropReason USER_REFUSED = io.heliograph.DropReason.USER_REFUSED;

    /** Connections that did not show the secret token. */
    public static final io.heliograph.DropReason TOKEN_REFUSED = io.heliograph.DropReason.TOKEN_REFUSED;

    /** Connections refused because {@code maxMembers} were there. */
    public static final io.heliograph.DropReason TOO_MANY_MEMBERS = io.heliograph.DropReason.TOO_MANY_MEMBERS;

    /** Replies that came after the deadline of their request. */
    public static final io.heliograph.DropReason LATE_REPLY = io.heliograph.DropReason.LATE_REPLY;

    /** Errors that were logged only, because too many waited for the error listener. */
    public static final io.heliograph.DropReason ERROR_UNREPORTED = io.heliograph.DropReason.ERROR_UNREPORTED;

    private DropReason() {}
}
