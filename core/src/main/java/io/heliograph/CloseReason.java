package io.heliograph;

/** Why a connection ended. */
public sealed interface CloseReason {

    /** This side closed it. */
    record Local() implements CloseReason {}

    /**
     * The peer closed it in the orderly way of its protocol.
     *
     * @param code the peer's code, or 0 where the protocol has none, as at the end of a stream
     * @param text the peer's words, possibly empty
     */
    record Remote(int code, String text) implements CloseReason {}

    /** It broke, or this side ended it because of {@code cause}. */
    record Failed(HeliographException cause) implements CloseReason {}
}
