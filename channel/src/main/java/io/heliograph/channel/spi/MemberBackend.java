package io.heliograph.channel.spi;

import io.heliograph.channel.LeaveReason;
import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.message.DefaultMessageChannel;
import io.heliograph.channel.message.MessageOptions;
import io.heliograph.codec.Payload;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Receives the messages and requests of the other members of a channel, in place of listeners and request handlers. All methods run on
 * the event loop of this member, before the serial executor, and must not block. An exception is reported as a failure of user code.
 */
public interface MemberBackend {

    /** The result of an operation that is decided: the next message of the member may follow. */
    CompletionStage<Void> ACCEPTED = CompletableFuture.completedStage(null);

    /**
     * Builds a channel whose member announces itself to the other members as the hub, see {@link MessageChannel#hub()}. Listeners of
     * messages and topics, and request handlers of the channel, are not called; all other listeners are.
     *
     * @throws IllegalArgumentException as of {@link MessageChannel.Builder#build()}
     */
    static MessageChannel build(MessageChannel.Builder builder, MemberBackend backend) {
        return new DefaultMessageChannel(MessageOptions.of(builder), backend);
    }

    /** Called once, before all other methods. */
    void opened(MemberGroup others);

    /** Called with each member that joins. A member that was removed and comes back has another session. */
    Session connected(MemberPeer peer);

    /** Messages of one member, in the order in which the member sent them. */
    interface Session {

        /**
         * Receives a message to all members or to this one.
         *
         * @param payload not decoded; may be malformed JSON
         * @return completes, on any thread, when it is decided whether the member may send the message; until then, its later messages
         *     wait, and reading pauses if too many wait. A failure is ignored: this method notifies the member of a denial
         */
        CompletionStage<Void> message(String topic, Payload payload);

        /**
         * Receives a request.
         *
         * @param payload not decoded; may be malformed JSON
         * @param reply answers the request, now or later
         * @return as of {@link #message}
         */
        CompletionStage<Void> request(String topic, Payload payload, MemberReply reply);

        /**
         * Called once, after all messages of the member. Replies have no effect from now on.
         *
         * @param reason {@link LeaveReason#LEFT} also if this member has left the channel
         */
        void closed(LeaveReason reason);
    }
}
