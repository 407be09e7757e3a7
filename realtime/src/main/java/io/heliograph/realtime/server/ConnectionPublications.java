package io.heliograph.realtime.server;

import io.heliograph.codec.Payload;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.PublicationId;
import io.heliograph.exchange.PublishOptions;
import io.heliograph.internal.Printable;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.BrokerException;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.packet.PacketCodec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Publications that one client sends. Event loop only. */
final class ConnectionPublications extends ChannelRequests {

    ConnectionPublications(DefaultRealtimeSocket socket) {
        super(socket);
    }

    void publish(@Nullable String cid, Payload data, Optional<AuthTokenException> expired) {
        if (!socket.config.protocol().allowClientPublish()) {
            failed(cid, new InvalidActionException("Client publish feature is disabled"));
            return;
        }
        String channel = channel("Publish", cid, data);
        if (channel == null) {
            return;
        }
        Payload id = socket.context.reader.member(data, PacketCodec.Field.ID);
        PublicationId key = id.isPresent() ? id(id) : null;
        if (id.isPresent() && key == null) {
            failed(cid, malformedId());
            return;
        }
        Payload message = socket.context.reader.member(data, PacketCodec.Field.DATA);
        if (socket.backend == null) {
            ask(cid, channel, data, message, key, expired);
        } else {
            socket.backend.publish(
                    channel, () -> ask(cid, channel, data, message, key, expired), denied -> failed(cid, denied));
        }
    }

    private void ask(
            @Nullable String cid,
            String channel,
            Payload data,
            Payload message,
            @Nullable PublicationId key,
            Optional<AuthTokenException> expired) {
        if (!socket.server.middlewares.has(ActionKind.PUBLISH_IN)) {
            publish(cid, channel, data, message, key);
            return;
        }
        socket.steps.ask(
                ActionKind.PUBLISH_IN,
                new Action.PublishIn(socket, channel, message, expired),
                message,
                replaced -> publish(cid, channel, data, replaced, key),
                error -> socket.fail(cid, error));
    }

    private static InvalidActionException malformedId() {
        return new InvalidActionException(
                "Publish id was malformatted (expected: an array of 22 to 64 characters A-Z a-z 0-9 _ - and a sequence)");
    }

    private static @Nullable PublicationId id(Payload id) {
        if (PacketCodec.value(id) instanceof List<?> pair
                && pair.size() == 2
                && pair.get(0) instanceof String publisher
                && !publisher.isEmpty()
                && pair.get(1) instanceof Number sequence
                && sequence.doubleValue() >= 0
                && sequence.doubleValue() == sequence.longValue()) {
            return new PublicationId(publisher, sequence.longValue());
        }
        return null;
    }

    private void publish(
            @Nullable String cid, String channel, Payload data, Payload message, @Nullable PublicationId id) {
        socket.steps.await(
                publish(channel, message, id),
                position -> {
                    if (cid == null) {
                        socket.offerReceiver("#publish", message);
                    } else {
                        Object answer = id == null ? PacketCodec.ABSENT : Map.of("position", position.toString());
                        socket.respond("#publish", cid, data, answer);
                    }
                },
                failure -> failed(cid, error(channel, id, failure)));
    }

    private RealtimeException error(String channel, @Nullable PublicationId id, Throwable failure) {
        if (id != null && failure instanceof IllegalArgumentException) {
            return malformedId();
        }
        if (socket.backend == null) {
            return new BrokerException(
                    "Failed to publish to the " + Printable.of(channel) + " channel - " + shown(failure));
        }
        return failure instanceof RealtimeException rejection ? rejection : socket.backend.backend.error(failure);
    }

    private CompletableFuture<Position> publish(String channel, Payload message, @Nullable PublicationId id) {
        if (socket.backend != null) {
            return socket.backend.publish(channel, message, id);
        }
        if (id != null) {
            return socket.server
                    .exchange()
                    .publish(channel, message, PublishOptions.none().withId(id));
        }
        return message.isPresent()
                ? socket.server.exchange().publish(channel, message)
                : socket.server.exchange().publish(channel);
    }
}
