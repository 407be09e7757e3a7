package io.heliograph.realtime.client;

import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.realtime.packet.WireErrors;
import io.heliograph.realtime.session.Call;
import io.heliograph.realtime.session.Outgoing;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Publications of a client. With recovery, an acknowledged publication has an id, by which the server detects a repetition. If the
 * connection ends before the server has answered, the client sends the publication again with its id on the next connection.
 *
 * <p>A publication that has failed is never sent again. Ids are assigned when packets are sent, so that their sequences increase in the
 * order of sending.
 */
final class ClientPublications {

    private static final TypeRef<Void> NOTHING = TypeRef.of(Void.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int PUBLISHER_BYTES = 18;

    /** Knowledge about the server's support of the extension of the protocol. */
    private enum Support {
        UNKNOWN,
        PRESENT,
        ABSENT
    }

    private final DefaultRealtimeClient client;
    private final String publisher = publisher();

    // Event loop only.
    private Support support = Support.UNKNOWN;
    private long sequence;

    ClientPublications(DefaultRealtimeClient client) {
        this.client = client;
    }

    /** Returns a random publisher, which nobody can guess. */
    private static String publisher() {
        byte[] random = new byte[PUBLISHER_BYTES];
        RANDOM.nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    // ---- thread-safe

    boolean transmit(String channel, @Nullable Object data) {
        return client.send("#publish", packet(client.current().channelPrefix() + channel, Outgoing.checkData(data)));
    }

    CompletableFuture<Void> publish(String channel, @Nullable Object data) {
        ClientConfig options = client.current();
        String name = options.channelPrefix() + channel;
        Outgoing.checkData(data);
        if (!options.recovery()) {
            return client.call("#publish", packet(name, data), NOTHING, options.ackTimeout());
        }
        Publication publication = new Publication(name, options);
        try {
            publication.data = client.packets.payload(data);
            client.submit(publication.outgoing());
        } catch (InvalidMessageException e) {
            client.report(e);
            publication.fail(e);
        }
        return publication;
    }

    /** Returns the data of a {@code #publish} packet without an id. */
    private Map<String, @Nullable Object> packet(String channel, @Nullable Object data) {
        Map<String, @Nullable Object> packet = new LinkedHashMap<>();
        packet.put("channel", channel);
        if (!PacketCodec.isAbsent(data)) {
            packet.put("data", client.packets.nested(data));
        }
        return packet;
    }

    // ---- event loop only

    /** Starts to learn whether the server of a new connection supports the extension. */
    void connected() {
        if (support == Support.ABSENT) {
            support = Support.UNKNOWN;
        }
    }

    /** Learns from the answer to a packet of the extension whether the server supports it. */
    void answered(boolean supported) {
        support = supported ? Support.PRESENT : Support.ABSENT;
    }

    /** Returns the publication to send again if a sent call is one of unknown outcome; null otherwise. */
    @Nullable
    Outgoing retry(Call<?> call) {
        return call instanceof Publication publication && publication.number > 0 && support == Support.PRESENT
                ? publication.outgoing()
                : null;
    }

    /** Acknowledged publication: a call whose packet is encoded when it is sent. */
    private final class Publication extends Call<Void> implements Outgoing.Packet {

        private final String channel;
        private @Nullable Outgoing outgoing;

        /** Encoded data. Written before the first packet. */
        Payload data = client.packets.absent;

        /** Number of the id; 0 without an id. Event loop only. */
        long number;

        Publication(String channel, ClientConfig options) {
            super(
                    "#publish",
                    NOTHING,
                    options.ackTimeout(),
                    client.userExecutor(),
                    cancelled -> client.onLoop(() -> client.calls().forget(cancelled)));
            this.channel = channel;
        }

        Outgoing outgoing() {
            Outgoing present = outgoing;
            if (present == null) {
                present = client.newOutgoing(data, this, this);
                outgoing = present;
            }
            return present;
        }

        @Override
        public Frame encode(String cid) {
            if (number == 0 && support != Support.ABSENT) {
                number = ++sequence;
            }
            return number > 0
                    ? client.packets.publishRequest(channel, data, publisher, number, cid)
                    : client.packets.event("#publish", cid, packet(channel, data));
        }

        @Override
        protected void settle(Payload answer, Payload error) {
            ClientConnection present = client.life.connection();
            if (number > 0 && present != null && WireErrors.rehydrate(error) == null) {
                answered(present.reader.string(answer, PacketCodec.Field.POSITION) != null);
            }
            super.settle(client.packets.absent, error);
        }
    }
}
