package io.heliograph.rpc.spi;

import io.heliograph.frame.Frame;
import org.jspecify.annotations.Nullable;

/** Subscription of one connection to an event of the backend. Event loop only. */
public interface RpcSubscription {

    String event();

    /**
     * Returns the position after which the client asks for the events, as the client has sent it: empty to begin with the next event,
     * null if the client does not ask for positions.
     */
    @Nullable
    String since();

    /** Accepts the subscription of a client that does not ask for positions. */
    void accept();

    /**
     * Accepts the subscription of a client that asks for positions. The answer precedes the first event.
     *
     * @param position the position after which the events begin
     * @param recovered whether the events begin after {@link #since}; null if that is empty
     * @param reason reason why they do not; null if they do
     */
    void accept(String position, @Nullable Boolean recovered, @Nullable String reason);

    /** Rejects the subscription with a status. The others of the request are not affected. */
    void reject(String status);

    /** Rejects the request with an error; see {@link RpcReply#fail}. Ends the other subscriptions of the request. */
    void forbid(int code, String message, @Nullable Object data);

    /**
     * Sends an event under the {@linkplain RpcBackend#slowConsumers policy} for slow consumers. Events that precede the answer to the
     * request are held until then. A dropped event with a position is reported to the client as a gap.
     *
     * @param frame frame of {@link RpcFormat}, which other connections may share
     * @param position position of the event in the frame; null for a client that does not ask for positions
     * @return false if the subscription has ended, or the connection is closed or is now closed because it is too slow
     */
    boolean publish(Frame frame, @Nullable String position);

    /**
     * Whether missed events must wait: the answer to the subscription has not been sent, or more than a quarter of {@code maxQueuedBytes} waits for
     * the client.
     */
    boolean isBehind();

    /**
     * Reports missing events, in order with the others.
     *
     * @param position position after which delivery continues
     */
    void gap(String position, String reason);

    /** Ends the subscription. The protocol has no message for that: the client is not notified. */
    void end();
}
