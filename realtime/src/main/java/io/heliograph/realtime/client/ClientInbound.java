package io.heliograph.realtime.client;

import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.packet.PacketCodec;
import org.jspecify.annotations.Nullable;

/** What a client does with what its server sends. On the loop. */
final class ClientInbound {

    private final DefaultRealtimeClient client;

    ClientInbound(DefaultRealtimeClient client) {
        this.client = client;
    }

    /** A message, before it is looked at. */
    void received(Frame message) {
        client.counters.received(message.length());
        if (client.isHeard(ClientEvent.Message.class)) {
            client.emit(new ClientEvent.Message(message));
        }
    }

    void event(PacketCodec.Reader reader, String event, Payload data) {
        switch (event) {
            case "#publish" -> {
                String channel = bareName(reader.string(data, PacketCodec.Field.CHANNEL));
                if (channel != null && client.channels.isSubscribed(channel, true)) {
                    client.outputs.emit(channel, reader.member(data, PacketCodec.Field.DATA));
                }
            }
            case "#kickOut" -> {
                String channel = bareName(reader.string(data, PacketCodec.Field.CHANNEL));
                if (channel != null) {
                    client.channels.kickedOut(channel, reader.member(data, PacketCodec.Field.MESSAGE));
                }
            }
            case "#setAuthToken" -> {
                String token = reader.string(data, PacketCodec.Field.TOKEN);
                if (token == null) {
                    client.report(noToken());
                } else {
                    client.auth.given(token);
                }
            }
            case "#removeAuthToken" -> client.auth.taken();
            default -> client.receive(event, data);
        }
    }

    void request(PacketCodec.Reader reader, String procedure, String cid, Payload data) {
        switch (procedure) {
            case "#setAuthToken" -> {
                String token = reader.string(data, PacketCodec.Field.TOKEN);
                if (token == null) {
                    client.answerFailure(cid, noToken());
                } else {
                    client.auth.given(token);
                    client.answer(cid, PacketCodec.ABSENT);
                }
            }
            case "#removeAuthToken" -> {
                client.auth.taken();
                client.answer(cid, PacketCodec.ABSENT);
            }
            default -> client.request(procedure, cid, data);
        }
    }

    void response(String rid, Payload data, Payload error) {
        if (!client.settle(rid, data, error)) {
            client.channels.answered(rid, error);
        }
    }

    private static InvalidMessageException noToken() {
        return new InvalidMessageException("No token data provided by #setAuthToken event");
    }

    /** A name of a channel without the prefix; one that does not begin with it is as it is. */
    private @Nullable String bareName(@Nullable String name) {
        String prefix = client.current().channelPrefix();
        return name != null && name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    }
}
