package io.heliograph.realtime.client;

import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.realtime.session.CloseCodes;
import io.heliograph.realtime.session.PendingRequest;
import org.jspecify.annotations.Nullable;

/** Inbound path of one connection of a client: dispatches messages to handlers, channels and authentication. Event loop only. */
final class ClientInbound implements ClientConnection.Listener {

    private final DefaultRealtimeClient client;
    private final ClientLifecycle life;
    private final PacketCodec.Reader reader;

    ClientInbound(DefaultRealtimeClient client, ClientLifecycle life, PacketCodec.Reader reader) {
        this.client = client;
        this.life = life;
        this.reader = reader;
    }

    @Override
    public void sent(Frame message) {
        client.counters.sent(message.length());
    }

    @Override
    public void message(Frame message) {
        client.counters.received(message.length());
        if (client.isObserved(ClientEvent.Message.class)) {
            client.emit(new ClientEvent.Message(message));
        }
    }

    @Override
    public void undecodable(InvalidMessageException failure) {
        client.report(failure);
    }

    @Override
    public void raw(Frame message) {
        client.emit(new ClientEvent.Raw(message));
    }

    @Override
    public void pingTimedOut() {
        life.end(CloseCodes.SERVER_PING_TIMED_OUT, null);
    }

    @Override
    public void ended(CloseReason reason) {
        switch (reason) {
            case CloseReason.Remote(int code, String text) -> life.end(code == 0 ? CloseCodes.NO_STATUS : code, text);
            case CloseReason.Failed(HeliographException cause) -> life.end(CloseCodes.HUNG_UP, null, cause);
            case CloseReason.Local local -> life.end(CloseCodes.HUNG_UP, null);
        }
    }

    @Override
    public void event(String event, Payload data) {
        switch (event) {
            case "#publish" -> {
                String channel = bareName(reader.string(data, PacketCodec.Field.CHANNEL));
                if (channel != null && client.channels.accepts(channel, reader, data)) {
                    client.streams.outputs.emit(channel, reader.member(data, PacketCodec.Field.DATA));
                }
            }
            case "#gap" -> {
                String channel = bareName(reader.string(data, PacketCodec.Field.CHANNEL));
                if (channel != null) {
                    client.channels.gap(channel, reader, data);
                }
            }
            case "#presence" -> {
                if (!client.presence.changed(bareName(reader.string(data, PacketCodec.Field.CHANNEL)), data)) {
                    client.receive(event, data);
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
                    client.auth.tokenSet(token);
                }
            }
            case "#removeAuthToken" -> client.auth.tokenRemoved();
            default -> client.receive(event, data);
        }
    }

    @Override
    public void request(String procedure, String cid, Payload data, ServedRequests requests) {
        switch (procedure) {
            case "#setAuthToken" -> {
                String token = reader.string(data, PacketCodec.Field.TOKEN);
                if (token == null) {
                    client.answerFailure(cid, noToken());
                } else {
                    client.auth.tokenSet(token);
                    client.answer(cid, PacketCodec.ABSENT);
                }
            }
            case "#removeAuthToken" -> {
                client.auth.tokenRemoved();
                client.answer(cid, PacketCodec.ABSENT);
            }
            default -> {
                PendingRequest<Payload> request = client.newRequest(procedure, cid, data);
                if (!client.drain.isStarted() && requests.begin(request, data.size())) {
                    client.request(request);
                }
            }
        }
    }

    @Override
    public void response(String rid, Payload data, Payload error) {
        if (!client.settle(rid, data, error)) {
            client.channels.answered(rid, reader, data, error);
        }
    }

    private static InvalidMessageException noToken() {
        return new InvalidMessageException("No token data provided by #setAuthToken event");
    }

    /** Removes the channel prefix from a name; a name without the prefix is returned unchanged. */
    private @Nullable String bareName(@Nullable String name) {
        String prefix = client.current().channelPrefix();
        return name != null && name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    }
}
